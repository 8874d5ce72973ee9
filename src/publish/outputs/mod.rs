//! The published tables, declared once: grain, keys, order and joins, and of each column all that a reader must know ([`mod@column`]).
//!
//! The writer, the dictionary, the readers' tests and the summary read these declarations (specification, section 11). Later releases
//! only append columns. [`scores`], [`indicators`] and [`daily`] have the tables of a night, [`yearly`] those of month ends and years.

mod column;
mod daily;
mod indicators;
mod scores;
mod shared;
mod table;
mod values;
mod yearly;

pub(crate) use column::{Allowed, Better, OutputColumn, OutputKind, Role, Text, Value, column};
pub(super) use column::{counted_score, counted_score_fields};
pub use daily::{NIGHTLY, OUTLOOK, QUALITY, QUARANTINE};
pub use indicators::{CATEGORIES, IMPROVEMENTS, INDICATORS};
pub(super) use scores::CATEGORY_SHOPS;
pub use scores::SCORES;
pub(crate) use table::DAILY_KEY;
pub(crate) use table::Join;
pub use table::OutputTable;
pub use yearly::{ANNUAL_SETTLEMENTS, MONTH_END_REVISIONS, MONTH_END_SCORES, MONTHLY_ASSESSMENTS, YEARLY};

/// The tables that are asked over many nights: they are published by month, too.
pub(crate) const OVER_TIME: [&OutputTable; 3] = [&SCORES, &INDICATORS, &CATEGORIES];
/// Their column that says of which night a row is.
pub(crate) const NIGHT_OF_ROW: &str = "as_of";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Dimension;

    #[test]
    fn no_column_repeats_the_partition_key_every_order_names_columns_and_all_are_described_twice() {
        for table in NIGHTLY.into_iter().chain(YEARLY).chain([&QUARANTINE]) {
            assert!(table.columns().all(|column| column.name != table.partition_key), "{}", table.name);
            assert!(table.sort_order().is_ok(), "{}", table.name);
            assert!(table.partition_column().is_ok(), "{}", table.name);
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

    #[test]
    fn rows_are_sorted_by_their_keys_and_joins_are_on_the_keys_of_the_other_table() {
        let all = || NIGHTLY.into_iter().chain(YEARLY);
        for table in all() {
            let keys: Vec<_> = table.keys().map(|column| column.name).collect();
            assert!(!keys.is_empty() && keys.iter().all(|key| table.sorted_by.contains(key)), "{}", table.name);
            for join in table.joins {
                let other = all().find(|other| other.name == join.table).unwrap();
                let own: Vec<_> = table.columns().map(|column| column.name).chain([table.partition_key]).collect();
                let mut on: Vec<_> = join.on.iter().map(|(_, theirs)| *theirs).collect();
                let mut theirs: Vec<_> = other.keys().map(|column| column.name).chain([other.partition_key]).collect();
                on.sort_unstable();
                theirs.sort_unstable();
                assert_eq!(on, theirs, "{} to {}", table.name, join.table);
                assert!(join.on.iter().all(|(ours, _)| own.contains(ours)), "{} to {}", table.name, join.table);
            }
        }
    }

    #[test]
    fn a_figure_that_does_not_add_up_and_one_that_does_are_told_apart_and_only_what_adds_up_says_over_what() {
        for column in NIGHTLY.into_iter().chain(YEARLY).flat_map(OutputTable::columns) {
            let is_figure = matches!(column.kind, OutputKind::Integer | OutputKind::Float);
            let is_measure = matches!(column.role, Role::Sum | Role::Figure);
            assert!(is_figure || !is_measure, "{}", column.name);
            assert!(column.role != Role::Sum || column.warning.is_some(), "{}: over what it adds up", column.name);
        }
    }
}
