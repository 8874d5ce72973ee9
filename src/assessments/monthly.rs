//! Monthly assessment 天猫商家考核: whether a shop passes at each month end of a calendar year (specification, section 9).
//!
//! Grain in: the month-end scores of one year, by month end, one a shop. Grain out: one assessment for each of them. A
//! month fails against the category and the thresholds of that month; a month without a score is no failure, nor is a
//! month end at which the shop has no row.

use std::collections::BTreeMap;

use crate::assessments::{MonthEndScore, thresholds_on};
use crate::domain::Day;
use crate::error::Outcome;
use crate::rulebook::{Decimal4, ThresholdRow, Thresholds};

/// What a month end comes to; the first that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
pub(crate) enum Status {
    /// The category has no such assessment.
    #[strum(serialize = "not_assessed")]
    NotAssessed,
    /// The failures of the year have reached the limit in this month or an earlier one.
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
}

/// The assessment of a shop at a month end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MonthlyAssessment {
    pub shop_id: i64,
    /// That of the month end.
    pub primary_category: String,
    pub score: Option<Decimal4>,
    /// The least score that passes; none where the category has no such assessment, as is the limit of failures.
    pub monthly_min: Option<Decimal4>,
    pub status: Status,
    /// How many months of the year have failed, this one among them.
    pub failures_this_year: i64,
    pub failure_limit: Option<i64>,
}

/// What the earlier months of the year leave to a shop.
#[derive(Clone, Copy, Debug, Default)]
struct Record {
    failures: i64,
    has_exited: bool,
}

/// Assesses the month ends of one calendar year, in order.
///
/// # Errors
/// Usage where no thresholds are in force on a month end.
pub(crate) fn assess_year(
    month_ends: &BTreeMap<Day, Vec<MonthEndScore>>,
    thresholds: &Thresholds,
) -> Outcome<BTreeMap<Day, Vec<MonthlyAssessment>>> {
    let mut records: BTreeMap<i64, Record> = BTreeMap::new();
    let of_month = |(month_end, scores): (&Day, &Vec<MonthEndScore>)| {
        let assessed = scores.iter().map(|score| {
            let row = thresholds_on(thresholds, *month_end, &score.primary_category)?;
            Ok(assess(score, row, records.entry(score.shop_id).or_default()))
        });
        Ok((*month_end, assessed.collect::<Outcome<Vec<_>>>()?))
    };
    month_ends.iter().map(of_month).collect()
}

fn assess(month: &MonthEndScore, row: &ThresholdRow, record: &mut Record) -> MonthlyAssessment {
    let status = match row.monthly_min.zip(row.failure_limit) {
        None => Status::NotAssessed,
        Some((least, limit)) => {
            let fails = month.score.is_some_and(|score| score < least);
            record.failures += i64::from(fails);
            record.has_exited |= record.failures >= limit;
            match month.score {
                _ if record.has_exited => Status::Exit,
                None => Status::NotScored,
                Some(_) if fails => Status::Fail,
                Some(_) => Status::Pass,
            }
        }
    };
    MonthlyAssessment {
        shop_id: month.shop_id,
        primary_category: month.primary_category.clone(),
        score: month.score,
        monthly_min: row.monthly_min,
        status,
        failures_this_year: record.failures,
        failure_limit: row.failure_limit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assessments::month_ends;
    use crate::rulebook::testing::thresholds;

    const MONTH_ENDS: [&str; 4] = ["2022-01-31", "2022-02-28", "2022-03-31", "2022-04-30"];

    /// What becomes of shop 1 under rows of `thresholds.csv` in the months from January on, each given as category and
    /// score (`-`: none; an empty month: the shop is absent). As `status failures` by month.
    fn statuses(rules: &str, months: &str) -> String {
        let months = MONTH_ENDS.into_iter().zip(months.split(", ")).filter_map(|(month_end, month)| {
            let (category, score) = month.split_once(' ')?;
            Some((month_end, category, Some(score).filter(|score| *score != "-")))
        });
        let month_ends = month_ends(&months.collect::<Vec<_>>());
        let assessed = assess_year(&month_ends, &thresholds(rules)).unwrap().into_values().flatten();
        let statuses = assessed.map(|month| format!("{} {}", month.status.name(), month.failures_this_year));
        statuses.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn each_month_end_comes_to_what_the_rules_say() {
        let limit_2 = ",,*,0,2.5,2,0,0,0,0";
        for (rules, months, expected) in [
            // A score equal to the threshold passes and one below it fails.
            (limit_2, "茶 2.5, 茶 2.4999", "pass 0, fail 1"),
            // The failure that reaches the limit is exit, and exit stays for the rest of the year.
            (limit_2, "茶 1, 茶 2, 茶 5, 茶 -", "fail 1, exit 2, exit 2, exit 2"),
            // A month without a score is not scored and no failure.
            (limit_2, "茶 -, 茶 1, 茶 -", "not_scored 0, fail 1, not_scored 1"),
            // A shop absent at a month end and back later keeps its failures.
            (limit_2, "茶 1, , 茶 1", "fail 1, exit 2"),
            // A category without the assessment is not assessed, and exit holds again after it.
            (",,*,0,2.5,1,0,0,0,0\n,,茶,0,2.5,,0,0,0,0", "男装 1, 茶 1, 男装 5", "exit 1, not_assessed 1, exit 1"),
            (",,*,0,2.5,1,0,0,0,0\n,,箱包,0,,1,0,0,0,0", "男装 1, 箱包 1, 男装 5", "exit 1, not_assessed 1, exit 1"),
            // Each month fails against the category of that month.
            (",,*,0,2.5,3,0,0,0,0\n,,茶,0,4,3,0,0,0,0", "茶 3, 男装 3, 茶 4", "fail 1, pass 1, pass 1"),
            // A threshold that changes in mid-year holds from the month end that it is in force on.
            (
                ",2022-02-27,*,0,2.5,3,0,0,0,0\n2022-02-28,,*,0,4,3,0,0,0,0",
                "茶 3, 茶 3, 茶 4",
                "pass 0, fail 1, pass 1",
            ),
            // Failures that reach the lower limit of a new category mean exit without another one.
            (",,*,0,2.5,3,0,0,0,0\n,,茶,0,2.5,1,0,0,0,0", "男装 1, 茶 5, 男装 5", "fail 1, exit 1, exit 1"),
        ] {
            assert_eq!(statuses(rules, months), expected, "{months} under {rules}");
        }
    }

    #[test]
    fn months_without_thresholds_in_force_are_refused() {
        let thresholds = thresholds("2022-02-01,,*,0,2.5,3,0,0,0,0");
        let failure = assess_year(&month_ends(&[("2022-01-31", "茶", None)]), &thresholds).unwrap_err();
        assert!(failure.to_string().contains("in force on 2022-01-31"), "{failure}");
    }
}
