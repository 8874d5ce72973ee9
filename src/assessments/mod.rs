//! What a score decides: admission to marketing every day, the monthly assessment, the annual fee's refund.

use crate::domain::Day;
use crate::error::{ExitClass, Finding, Outcome};
use crate::rulebook::{Decimal4, ThresholdRow, Thresholds};

pub(crate) mod annual;
pub(crate) mod marketing;
pub(crate) mod monthly;
#[cfg(test)]
mod testing;

const STAGE: &str = "assessments";

/// What assessments need of a shop's month-end score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MonthEndScore {
    /// The shop.
    pub shop_id: i64,
    /// Its primary category on that day.
    pub primary_category: String,
    /// Its score; none where it has none.
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
        Finding::new(STAGE, "no row of thresholds.csv", wanted)
            .advice("add one whose effective_from and effective_to include that day")
            .fail(ExitClass::Usage)
    })
}
