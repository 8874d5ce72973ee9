//! Monthly assessment 天猫商家考核: whether a shop passes at a month end, and how near it is to exit (specification, section 9).
//!
//! Grain in: the scores of a month end, one a shop, each with the first day of its cycle, and the scores of the month ends before
//! it. Grain out: one assessment for each. The thresholds of the cycle's first day hold for all of it, each month by its own
//! category. A month without a score is no failure, nor is a month end at which the shop has no row.

use std::collections::{BTreeMap, HashMap};

use crate::assessments::{MonthEndScore, STAGE};
use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::rulebook::{Decimal4, ThresholdRow, Thresholds};

/// What a month end comes to; the first that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
pub(crate) enum Status {
    /// The shop's first cycle has not begun.
    #[strum(serialize = "exempt")]
    Exempt,
    /// The category has no such assessment.
    #[strum(serialize = "not_assessed")]
    NotAssessed,
    /// The failures of the cycle have reached the limit in this month or an earlier one.
    #[strum(serialize = "exit")]
    Exit,
    /// There is no score.
    #[strum(serialize = "not_scored")]
    NotScored,
    /// The score is below the least one.
    #[strum(serialize = "fail")]
    Fail,
    /// It is not.
    #[strum(serialize = "pass")]
    Pass,
}

impl Status {
    /// As it stands in files.
    pub(crate) fn name(self) -> &'static str {
        self.into()
    }

    /// What a month of a cycle comes to by itself, whatever failed before it; `row` is none where none is in force.
    pub(crate) fn alone(score: Option<Decimal4>, row: Option<&ThresholdRow>) -> Self {
        match (row.and_then(assessed_by), score) {
            (None, _) => Self::NotAssessed,
            (Some(_), None) => Self::NotScored,
            (Some((least, _)), Some(score)) if score < least => Self::Fail,
            (Some(_), Some(_)) => Self::Pass,
        }
    }
}

/// The least score and the limit of failures of a row whose category has the assessment.
fn assessed_by(row: &ThresholdRow) -> Option<(Decimal4, i64)> {
    row.monthly_min.zip(row.failure_limit)
}

/// How near a shop is to exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
pub(crate) enum Risk {
    /// The next failure means exit.
    #[strum(serialize = "high")]
    High,
    /// The one after it does.
    #[strum(serialize = "medium")]
    Medium,
    /// More are left.
    #[strum(serialize = "low")]
    Low,
}

impl Risk {
    /// As it stands in files.
    pub(crate) fn name(self) -> &'static str {
        self.into()
    }
}

/// The assessment of a shop at a month end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MonthlyAssessment {
    /// The first day of the cycle; none while the shop is exempt.
    pub cycle_starts_on: Option<Day>,
    /// The least score that passes in this month's category; none where there is none.
    pub monthly_min: Option<Decimal4>,
    pub status: Status,
    /// How many months of the cycle have failed, this one among them.
    pub failures: i64,
    /// The greatest limit of the cycle's assessed months so far; none before the first of them.
    pub failure_limit: Option<i64>,
}

impl MonthlyAssessment {
    /// How many more failures mean exit; none where no limit is known.
    pub(crate) fn failures_left(&self) -> Option<i64> {
        let left = (self.failure_limit? - self.failures).max(0);
        Some(if self.status == Status::Exit { 0 } else { left })
    }

    /// None in exit, and where the month is not assessed.
    pub(crate) fn risk(&self) -> Option<Risk> {
        let left = self.failures_left()?;
        match (self.status, left) {
            (Status::Exempt | Status::NotAssessed | Status::Exit, _) => None,
            (_, ..=1) => Some(Risk::High),
            (_, 2) => Some(Risk::Medium),
            _ => Some(Risk::Low),
        }
    }
}

/// The scores of month ends, of each sorted by shop.
pub(crate) type MonthEnds = BTreeMap<Day, Vec<MonthEndScore>>;

/// Assesses a month end that is among `month_ends`; `cycles` has the first day of each shop's cycle, none where it is exempt, in
/// the order of its scores.
pub(crate) fn assess(
    month_end: Day,
    cycles: &[Option<Day>],
    month_ends: &MonthEnds,
    thresholds: &Thresholds,
) -> Outcome<Vec<MonthlyAssessment>> {
    let scores = month_ends.get(&month_end).filter(|scores| scores.len() == cycles.len());
    let scores = scores.ok_or_else(|| fault(STAGE, format!("no scores of {month_end}, or no cycles of theirs")))?;
    let mut rows: HashMap<(Day, &str), Option<&ThresholdRow>> = HashMap::new();
    let mut assessed = Vec::with_capacity(scores.len());
    for (shop, starts_on) in scores.iter().zip(cycles) {
        let Some(starts_on) = *starts_on else {
            assessed.push(EXEMPT);
            continue;
        };
        let mut cycle =
            Cycle { last: MonthlyAssessment { cycle_starts_on: Some(starts_on), ..EXEMPT }, has_exited: false };
        for months in month_ends.range(starts_on..=month_end).map(|(_, months)| months) {
            let place = months.binary_search_by_key(&shop.shop_id, |month| month.shop_id);
            if let Some(month) = place.ok().and_then(|place| months.get(place)) {
                let key = (starts_on, month.primary_category.as_ref());
                cycle.add(month.score, *rows.entry(key).or_insert_with(|| thresholds.row(key.0, key.1)));
            }
        }
        assessed.push(cycle.last);
    }
    Ok(assessed)
}

const EXEMPT: MonthlyAssessment = MonthlyAssessment {
    cycle_starts_on: None,
    monthly_min: None,
    status: Status::Exempt,
    failures: 0,
    failure_limit: None,
};

/// A cycle of a shop up to the last of its months that was added.
struct Cycle {
    /// The assessment of that month.
    last: MonthlyAssessment,
    has_exited: bool,
}

impl Cycle {
    fn add(&mut self, score: Option<Decimal4>, row: Option<&ThresholdRow>) {
        let Self { last, has_exited } = self;
        last.monthly_min = row.and_then(|row| row.monthly_min);
        last.status = Status::alone(score, row);
        if let Some((_, limit)) = row.and_then(assessed_by) {
            let limit = last.failure_limit.map_or(limit, |greatest| greatest.max(limit));
            last.failure_limit = Some(limit);
            last.failures += i64::from(last.status == Status::Fail);
            *has_exited |= last.failures >= limit;
            if *has_exited {
                last.status = Status::Exit;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assessments::{month_ends, shop_years};
    use crate::calendar::Month;
    use crate::extracts::readable::day;
    use crate::rulebook::testing::thresholds;

    /// What becomes of shop 1, which joined on a day, under rows of `thresholds.csv`, at month ends from January 2022 on, each
    /// given as category and score (`-`: none; an empty month: the shop is absent). By month: `status failures/limit risk`.
    fn assessed(rules: &str, joined_on: &str, months: &str) -> String {
        let (january, thresholds) = (Month::of(day("2022-01-01")), thresholds(rules));
        let days = (0..).map(|later| january.plus(later).last_day().to_string());
        let months: Vec<(String, &str)> = days.zip(months.split(", ")).collect();
        let rows = months.iter().filter_map(|(month_end, month)| {
            let (category, score) = month.split_once(' ')?;
            Some((month_end.as_str(), category, Some(score).filter(|score| *score != "-")))
        });
        let month_ends = month_ends(&rows.collect::<Vec<_>>());
        let shown = month_ends.keys().map(|month_end| {
            let starts_on = shop_years().starts_on(day(joined_on), Month::of(*month_end));
            let assessed = assess(*month_end, &[starts_on], &month_ends, &thresholds).unwrap();
            let [month] = assessed.as_slice() else { panic!("{assessed:?}") };
            let limit = month.failure_limit.map_or("-".to_owned(), |limit| limit.to_string());
            let risk = month.risk().map_or("-", Risk::name);
            format!("{} {}/{limit} {risk}", month.status.name(), month.failures)
        });
        shown.collect::<Vec<_>>().join(", ")
    }

    /// Of calendar years, so that the months of 2022 are one cycle.
    const LONG_AGO: &str = "2018-09-30";
    /// Its first cycle begins in March 2022.
    const IN_MARCH: &str = "2021-12-15";

    const LIMIT_3: &str = ",,*,0,2.5,3,0,0,0,0";

    /// A rule, rows of `thresholds.csv`, the day of joining, the months, and what becomes of them.
    type Case = (&'static str, &'static str, &'static str, &'static str, &'static str);

    const CASES: &[Case] = &[
        (
            "a score equal to the threshold passes and one below it fails",
            LIMIT_3,
            LONG_AGO,
            "茶 2.5, 茶 2.4999",
            "pass 0/3 low, fail 1/3 medium",
        ),
        (
            "the failure that reaches the limit is exit, for the rest of the cycle",
            LIMIT_3,
            LONG_AGO,
            "茶 1, 茶 1, 茶 2, 茶 5, 茶 -",
            "fail 1/3 medium, fail 2/3 high, exit 3/3 -, exit 3/3 -, exit 3/3 -",
        ),
        (
            "failures go on counting in exit months",
            ",,*,0,2.5,1,0,0,0,0",
            LONG_AGO,
            "茶 1, 茶 1",
            "exit 1/1 -, exit 2/1 -",
        ),
        (
            "a month without a score is not scored and no failure",
            LIMIT_3,
            LONG_AGO,
            "茶 -, 茶 1, 茶 -",
            "not_scored 0/3 low, fail 1/3 medium, not_scored 1/3 medium",
        ),
        (
            "a month end at which the shop has no row counts nothing",
            LIMIT_3,
            LONG_AGO,
            "茶 1, , 茶 1",
            "fail 1/3 medium, fail 2/3 high",
        ),
        (
            "exempt months fail nothing, and the cycle begins afresh after them",
            LIMIT_3,
            IN_MARCH,
            "茶 1, 茶 1, 茶 1",
            "exempt 0/- -, exempt 0/- -, fail 1/3 medium",
        ),
        (
            "the next cycle begins afresh after exit",
            ",,*,0,2.5,1,0,0,0,0",
            "2021-01-20",
            "茶 1, 茶 2, 茶 5, 茶 -, 茶 3",
            "exit 1/1 -, exit 2/1 -, exit 2/1 -, exit 2/1 -, pass 0/1 high",
        ),
        (
            "each month fails against the category of that month",
            ",,*,0,2.5,3,0,0,0,0\n,,茶,0,4,3,0,0,0,0",
            LONG_AGO,
            "茶 3, 男装 3, 茶 4",
            "fail 1/3 medium, pass 1/3 medium, pass 1/3 medium",
        ),
        (
            "a category with a stricter limit leaves the more lenient one of the cycle",
            ",,*,0,2.5,3,0,0,0,0\n,,茶,0,2.5,1,0,0,0,0",
            LONG_AGO,
            "男装 1, 茶 1, 茶 1",
            "fail 1/3 medium, fail 2/3 high, exit 3/3 -",
        ),
        (
            "a category with a more lenient limit raises it",
            ",,*,0,2.5,2,0,0,0,0\n,,茶,0,2.5,4,0,0,0,0",
            LONG_AGO,
            "男装 1, 茶 1, 男装 1, 男装 1",
            "fail 1/2 high, fail 2/4 medium, fail 3/4 high, exit 4/4 -",
        ),
        (
            "whatever the limit becomes, exit stays",
            ",,*,0,2.5,1,0,0,0,0\n,,茶,0,2.5,4,0,0,0,0",
            LONG_AGO,
            "男装 1, 茶 5",
            "exit 1/1 -, exit 1/4 -",
        ),
        (
            "a category without the assessment is not assessed, and exit holds again after it",
            ",,*,0,2.5,1,0,0,0,0\n,,茶,0,2.5,,0,0,0,0",
            LONG_AGO,
            "男装 1, 茶 1, 男装 5",
            "exit 1/1 -, not_assessed 1/1 -, exit 1/1 -",
        ),
        (
            "a row without monthly_min has no assessment either, and no limit that counts",
            ",,*,0,2.5,1,0,0,0,0\n,,箱包,0,,9,0,0,0,0",
            LONG_AGO,
            "箱包 1, 男装 5",
            "not_assessed 0/- -, pass 0/1 high",
        ),
        (
            "the thresholds of the cycle's first day hold for all of it",
            ",2022-02-27,*,0,2.5,3,0,0,0,0\n2022-02-28,,*,0,4,2,0,0,0,0",
            LONG_AGO,
            "茶 3, 茶 3, 茶 3",
            "pass 0/3 low, pass 0/3 low, pass 0/3 low",
        ),
        (
            "and those of another first day for another cycle",
            ",2022-02-27,*,0,2.5,3,0,0,0,0\n2022-02-28,,*,0,4,2,0,0,0,0",
            IN_MARCH,
            "茶 3, 茶 3, 茶 3",
            "exempt 0/- -, exempt 0/- -, fail 1/2 high",
        ),
        (
            "none in force on that day, not even `*`: not assessed",
            "2022-01-02,,*,0,2.5,3,0,0,0,0",
            LONG_AGO,
            "茶 1",
            "not_assessed 0/- -",
        ),
    ];

    #[test]
    fn each_month_comes_to_what_the_rules_say() {
        for (rule, rules, joined_on, months, expected) in CASES {
            assert_eq!(assessed(rules, joined_on, months), *expected, "{rule}");
        }
    }

    #[test]
    fn no_failures_are_left_in_exit() {
        let exit = MonthlyAssessment { status: Status::Exit, failures: 1, failure_limit: Some(4), ..EXEMPT };
        assert_eq!((exit.failures_left(), exit.risk()), (Some(0), None));
        assert_eq!((EXEMPT.failures_left(), EXEMPT.risk()), (None, None));
    }
}
