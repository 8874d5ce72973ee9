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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The category has no such assessment.
    NotAssessed,
    /// The failures of the year have reached the limit in this month or an earlier one.
    Exit,
    /// There is no score.
    NotScored,
    /// The score is below the least one.
    Fail,
    /// It is not.
    Pass,
}

impl Status {
    /// The name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotAssessed => "not_assessed",
            Self::Exit => "exit",
            Self::NotScored => "not_scored",
            Self::Fail => "fail",
            Self::Pass => "pass",
        }
    }
}

/// The assessment of a shop at a month end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthlyAssessment {
    /// The shop.
    pub shop_id: i64,
    /// Its primary category on that day.
    pub primary_category: String,
    /// Its month-end score.
    pub score: Option<Decimal4>,
    /// The least score that passes; none where the category has no such assessment.
    pub monthly_min: Option<Decimal4>,
    /// What it comes to.
    pub status: Status,
    /// How many months of the year have failed, this one among them.
    pub failures_this_year: i64,
    /// How many mean exit; none where the category has no such assessment.
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
pub fn assess_year(
    month_ends: &BTreeMap<Day, Vec<MonthEndScore>>,
    thresholds: &Thresholds,
) -> Outcome<BTreeMap<Day, Vec<MonthlyAssessment>>> {
    let mut records: BTreeMap<i64, Record> = BTreeMap::new();
    let mut assessed = BTreeMap::new();
    for (month_end, scores) in month_ends {
        let mut of_month = Vec::with_capacity(scores.len());
        for score in scores {
            let row = thresholds_on(thresholds, *month_end, &score.primary_category)?;
            of_month.push(assess(score, row, records.entry(score.shop_id).or_default()));
        }
        assessed.insert(*month_end, of_month);
    }
    Ok(assessed)
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
    use crate::assessments::testing::{month_ends, thresholds};

    /// What becomes of shop 1, as `status failures` by month, under thresholds of the form
    /// `from,to,category,monthly_min,failure_limit`.
    fn statuses(rules: &[&str], months: &[(&str, &str, Option<&str>)]) -> Vec<String> {
        let rules: Vec<String> = rules
            .iter()
            .map(|rule| {
                let fields: Vec<&str> = rule.split(',').collect();
                format!("{},{},{},2.8,{},{},3,100,5,9", fields[0], fields[1], fields[2], fields[3], fields[4])
            })
            .collect();
        let assessed = assess_year(&month_ends(months), &thresholds(&rules)).unwrap();
        let of_shop = assessed.into_values().flatten();
        of_shop.map(|month| format!("{} {}", month.status.name(), month.failures_this_year)).collect()
    }

    const LIMIT_2: &[&str] = &[",,*,2.5,2"];
    const JANUARY: &str = "2022-01-31";
    const FEBRUARY: &str = "2022-02-28";
    const MARCH: &str = "2022-03-31";
    const APRIL: &str = "2022-04-30";

    #[test]
    fn a_score_equal_to_the_threshold_passes_and_one_below_it_fails() {
        let months = [(JANUARY, "茶", Some("2.5")), (FEBRUARY, "茶", Some("2.4999"))];
        assert_eq!(statuses(LIMIT_2, &months), ["pass 0", "fail 1"]);
    }

    #[test]
    fn the_failure_that_reaches_the_limit_is_exit_and_exit_stays_for_the_rest_of_the_year() {
        let months = [
            (JANUARY, "茶", Some("1")),
            (FEBRUARY, "茶", Some("2")),
            (MARCH, "茶", Some("5")),
            (APRIL, "茶", None),
        ];
        assert_eq!(statuses(LIMIT_2, &months), ["fail 1", "exit 2", "exit 2", "exit 2"]);
    }

    #[test]
    fn a_month_without_a_score_is_not_scored_and_no_failure() {
        let months = [(JANUARY, "茶", None), (FEBRUARY, "茶", Some("1")), (MARCH, "茶", None)];
        assert_eq!(statuses(LIMIT_2, &months), ["not_scored 0", "fail 1", "not_scored 1"]);
    }

    #[test]
    fn a_category_without_the_assessment_is_not_assessed_and_exit_holds_again_after_it() {
        let rules = [",,*,2.5,1", ",,茶,2.5,", ",,箱包,,1"];
        let months = [
            (JANUARY, "男装", Some("1")),
            (FEBRUARY, "茶", Some("1")),
            (MARCH, "箱包", Some("1")),
            (APRIL, "男装", Some("5")),
        ];
        assert_eq!(statuses(&rules, &months), ["exit 1", "not_assessed 1", "not_assessed 1", "exit 1"]);
    }

    #[test]
    fn each_month_fails_against_the_category_of_that_month() {
        let rules = [",,*,2.5,3", ",,茶,4,3"];
        let months = [(JANUARY, "茶", Some("3")), (FEBRUARY, "男装", Some("3")), (MARCH, "茶", Some("4"))];
        assert_eq!(statuses(&rules, &months), ["fail 1", "pass 1", "pass 1"]);
    }

    #[test]
    fn a_threshold_that_changes_in_mid_year_holds_from_the_month_end_that_it_is_in_force_on() {
        let rules = [",2022-02-27,*,2.5,3", "2022-02-28,,*,4,3"];
        let months = [(JANUARY, "茶", Some("3")), (FEBRUARY, "茶", Some("3")), (MARCH, "茶", Some("4"))];
        assert_eq!(statuses(&rules, &months), ["pass 0", "fail 1", "pass 1"]);
    }

    #[test]
    fn failures_that_reach_the_lower_limit_of_a_new_category_mean_exit_without_another_one() {
        let rules = [",,*,2.5,3", ",,茶,2.5,1"];
        let months = [(JANUARY, "男装", Some("1")), (FEBRUARY, "茶", Some("5")), (MARCH, "男装", Some("5"))];
        assert_eq!(statuses(&rules, &months), ["fail 1", "exit 1", "exit 1"]);
    }

    #[test]
    fn a_shop_absent_at_a_month_end_and_back_later_keeps_its_failures() {
        let months = [(JANUARY, "茶", Some("1")), (MARCH, "茶", Some("1"))];
        assert_eq!(statuses(LIMIT_2, &months), ["fail 1", "exit 2"]);
    }

    #[test]
    fn months_without_thresholds_in_force_are_refused() {
        let thresholds = thresholds(&["2022-02-01,,*,2.8,2.5,3,3,100,5,9".to_owned()]);
        let failure = assess_year(&month_ends(&[(JANUARY, "茶", None)]), &thresholds).unwrap_err();
        assert!(failure.to_string().contains("in force on 2022-01-31"), "{failure}");
    }
}
