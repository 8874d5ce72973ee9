//! Outlook: where each shop's month end is heading (specification, section 10).
//!
//! Grain in: the shops present on a day, each with the score that the known days of the month end's window alone would give it.
//! Grain out: one prospect for each, in the same order. Scores in ten-thousandths; where no day is known there is neither score
//! nor verdict. Failures of earlier months are left to the reader: a night's files depend on no other night's.

use std::collections::HashMap;

use crate::assessments::monthly::Status;
use crate::calendar::Month;
use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::policies::Cycles;
use crate::rulebook::{Decimal4, ThresholdRow, Thresholds};
use crate::shops::Shop;

const STAGE: &str = "outlook";

/// How much is known of a month end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Horizon {
    pub(crate) month_end: Day,
    /// How many days of its window are over.
    pub(crate) days_known: usize,
}

/// Where a shop's month end is heading; nothing where nothing is known of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prospect {
    /// The score that the known days alone would give.
    pub(crate) score: Option<Decimal4>,
    /// The least score that passes; none where the shop is exempt or its category has no such assessment.
    pub(crate) monthly_min: Option<Decimal4>,
    /// What the month end would come to by itself; never exit.
    pub(crate) verdict: Option<Status>,
}

/// The prospects of some shops on a month end; `scores` is none where no day of its window is known.
pub(crate) fn prospects(
    shops: &[&Shop],
    scores: Option<&[Option<Decimal4>]>,
    (month_end, cycles): (Day, Cycles),
    thresholds: &Thresholds,
) -> Outcome<Vec<Prospect>> {
    let Some(scores) = scores else { return Ok(vec![Prospect::default(); shops.len()]) };
    if scores.len() != shops.len() {
        return Err(fault(STAGE, format!("{} scores of {} shops", scores.len(), shops.len())));
    }
    let mut rows: HashMap<(Day, &str), Option<&ThresholdRow>> = HashMap::new();
    let prospects = shops.iter().zip(scores).map(|(shop, score)| {
        let starts_on = cycles.starts_on(shop.joined_on, Month::of(month_end));
        let row =
            |day| *rows.entry((day, &shop.primary_category)).or_insert_with_key(|key| thresholds.row(key.0, key.1));
        let row = starts_on.map(row);
        Prospect {
            score: *score,
            monthly_min: row.flatten().and_then(|row| row.monthly_min),
            verdict: Some(row.map_or(Status::Exempt, |row| Status::alone(*score, row))),
        }
    });
    Ok(prospects.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assessments::shop_years;
    use crate::extracts::readable::day;
    use crate::rulebook::testing::thresholds;

    /// The prospect on 2022-03-31 of a shop of 茶 that joined on a day: `score monthly_min verdict`.
    fn prospect(rules: &str, joined_on: &str, score: Option<&str>) -> String {
        let mut shop = crate::ranking::testing::shops(&["茶"]).remove(0);
        shop.joined_on = day(joined_on);
        let score = score.map(|score| score.parse().unwrap());
        let of = (day("2022-03-31"), shop_years());
        let prospects = prospects(&[&shop], Some(&[score]), of, &thresholds(rules)).unwrap();
        let [Prospect { score, monthly_min, verdict }] = prospects.as_slice() else { panic!("{prospects:?}") };
        let shown = |figure: &Option<Decimal4>| figure.map_or("-".to_owned(), |figure| figure.to_string());
        format!("{} {} {}", shown(score), shown(monthly_min), verdict.unwrap().name())
    }

    #[test]
    fn a_verdict_is_that_of_the_month_by_itself() {
        let limit_1 = ",,*,0,2.5,1,0,0,0,0";
        for (rule, rules, joined_on, score, expected) in [
            ("a score equal to the threshold passes", limit_1, "2018-09-30", Some("2.5"), "2.5 2.5 pass"),
            ("never exit, whatever the limit", limit_1, "2018-09-30", Some("2.4999"), "2.4999 2.5 fail"),
            ("no score", limit_1, "2018-09-30", None, "- 2.5 not_scored"),
            ("exempt, whatever the score", limit_1, "2022-01-15", Some("1"), "1 - exempt"),
            ("the fourth month is assessed", limit_1, "2021-12-15", Some("1"), "1 2.5 fail"),
            ("a category without the assessment", ",,*,0,2.5,,0,0,0,0", "2018-09-30", Some("1"), "1 2.5 not_assessed"),
            (
                "the row of the cycle's first day, not of the month end",
                ",2022-01-01,*,0,4,3,0,0,0,0\n2022-01-02,,*,0,1,3,0,0,0,0",
                "2018-09-30",
                Some("3"),
                "3 4 fail",
            ),
            ("none in force on that day", "2022-01-02,,*,0,1,3,0,0,0,0", "2018-09-30", Some("3"), "3 - not_assessed"),
        ] {
            assert_eq!(prospect(rules, joined_on, score), expected, "{rule}");
        }
    }

    #[test]
    fn where_no_day_is_known_nothing_is() {
        let shops = crate::ranking::testing::shops(&["茶"]);
        let of = (day("2022-03-31"), shop_years());
        let prospects = prospects(&[&shops[0]], None, of, &thresholds(",,*,0,2.5,1,0,0,0,0")).unwrap();
        assert_eq!(prospects, [Prospect::default()]);
    }
}
