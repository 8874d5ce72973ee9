//! What a score decides: admission to marketing every day, the monthly assessment, the annual fee's refund.

use std::sync::Arc;

use crate::domain::Day;
use crate::error::{ExitClass, Finding, Outcome};
use crate::rulebook::{Decimal4, ThresholdRow, Thresholds};

pub(crate) mod annual;
pub(crate) mod cycles;
pub(crate) mod marketing;
pub(crate) mod monthly;

const STAGE: &str = "assessments";

/// What assessments need of a shop's month-end score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MonthEndScore {
    pub shop_id: i64,
    /// That of the month end.
    pub primary_category: Arc<str>,
    pub score: Option<Decimal4>,
    /// How often this shop's row was published: 1 is the first time.
    pub revision: i64,
}

/// The row of `thresholds.csv` for a category on a day.
///
/// # Errors
/// Usage where neither the category nor `*` has a row in force on it.
pub(crate) fn thresholds_on<'rules>(
    thresholds: &'rules Thresholds,
    day: Day,
    category: &str,
) -> Outcome<&'rules ThresholdRow> {
    thresholds.row(day, category).ok_or_else(|| {
        let wanted = format!("one of {category} or `*` in force on {day}");
        let finding = Finding::new(STAGE, "no row of thresholds.csv", wanted);
        finding.advice("add one whose effective_from and effective_to include that day").fail(ExitClass::Usage)
    })
}

/// The default choice of cycles.
#[cfg(test)]
pub(crate) fn shop_years() -> crate::policies::Cycles {
    let assessment_cycle = crate::policies::AssessmentCycle::ShopYear;
    crate::policies::Cycles { assessment_cycle, shop_year_from: "2018-10-01".parse().unwrap(), exempt_months: 3 }
}

/// Month-end scores of shop 1, first revision, given month end, category and score.
#[cfg(test)]
fn month_ends(rows: &[(&str, &str, Option<&str>)]) -> std::collections::BTreeMap<Day, Vec<MonthEndScore>> {
    let row = |(month_end, category, score): &(&str, &str, Option<&str>)| {
        let (primary_category, score) = ((*category).into(), score.map(|score| score.parse().unwrap()));
        (month_end.parse().unwrap(), vec![MonthEndScore { shop_id: 1, primary_category, score, revision: 1 }])
    };
    rows.iter().map(row).collect()
}
