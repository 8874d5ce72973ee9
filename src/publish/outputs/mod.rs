//! The published tables, declared once: grain, order, and each column's type, unit and meaning in English and Chinese.
//!
//! The writer, the readers' tests and the summary read these declarations (specification, section 11). Later releases
//! only append columns. [`daily`] has the tables of a night, [`yearly`] those of month ends and years.

mod daily;
mod table;
mod yearly;

pub(super) use daily::CATEGORY_SHOPS;
pub use daily::{CATEGORIES, IMPROVEMENTS, INDICATORS, NIGHTLY, OUTLOOK, QUALITY, QUARANTINE, SCORES};
#[cfg(test)]
pub(super) use table::OutputKind;
pub use table::OutputTable;
pub(super) use table::{DAILY_KEY, OutputColumn, counted_score, counted_score_fields};
pub use yearly::{ANNUAL_SETTLEMENTS, MONTH_END_REVISIONS, MONTH_END_SCORES, MONTHLY_ASSESSMENTS, YEARLY};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Dimension;

    #[test]
    fn no_column_repeats_the_partition_key_every_order_names_columns_and_all_are_described_twice() {
        for table in NIGHTLY.into_iter().chain(YEARLY).chain([&QUARANTINE]) {
            assert!(table.columns().all(|column| column.name != table.partition_key), "{}", table.name);
            assert!(table.sort_order().is_ok(), "{}", table.name);
            assert!(table.descending.iter().all(|name| table.sorted_by.contains(name)), "{}", table.name);
            for column in table.columns() {
                assert!(!column.english.is_empty() && !column.chinese.is_empty(), "{}", column.name);
            }
        }
    }

    #[test]
    fn scores_hold_a_score_and_a_weight_for_each_dimension_in_order() {
        let names: Vec<_> = SCORES.columns().map(|column| column.name).collect();
        let scores = Dimension::ALL.map(|dimension| format!("{}_score", dimension.name()));
        let weights = Dimension::ALL.map(|dimension| format!("{}_weight_percent", dimension.name()));
        assert_eq!(names[8..13], scores);
        assert_eq!(names[13..18], weights);
    }
}
