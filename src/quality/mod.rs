//! What was read and what was set aside (specification, section 11), and the [`limits`] that this is held to.
//!
//! Grain in: the counts of every table-day. Grain out: one row a table, day and reason; `none` counts all rows, other
//! reasons that count nothing have no row.

pub(crate) mod limits;

use std::collections::BTreeMap;

use crate::domain::Day;
use crate::extracts::quarantine::{Counts, QuarantinedRow};
use crate::extracts::tables::Table;
use crate::extracts::verdicts::Reason;
use crate::partials::records::TableDay;

/// The reason of the row that counts all rows.
pub(crate) const ALL_ROWS: &str = "none";
/// The reason of sound rows of a shop that the snapshot does not have.
pub(crate) const UNKNOWN_SHOP: &str = "unknown_shop";
/// The reason of sound appeals that speak of no record of their shop.
const UNMATCHED_APPEAL: &str = "unmatched_appeal";

/// How many rows of a table-day a reason holds for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct QualityRow {
    pub table: &'static str,
    pub day: Day,
    pub reason: &'static str,
    pub rows: i64,
}

/// The quarantined rows, by the day of their partition.
pub(crate) type SetAside = BTreeMap<Day, Vec<QuarantinedRow>>;

/// The quality table: every table and day that `counts` speaks of, sorted; `unknown` counts the sound rows of shops that
/// the snapshot does not have, `unmatched` the appeals of each day that speak of no record of their shop.
pub(crate) fn rows(
    counts: &[Counts],
    unknown: &BTreeMap<TableDay, i64>,
    unmatched: &BTreeMap<Day, i64>,
) -> Vec<QualityRow> {
    let row = |table: Table, day, reason, rows| QualityRow { table: table.name(), day, reason, rows };
    let of_counts = counts.iter().flat_map(|counts| {
        let broken = Reason::ALL.iter().map(|reason| reason.name()).zip(counts.broken);
        let reasons = [(ALL_ROWS, counts.rows)].into_iter().chain(broken);
        reasons.map(move |(reason, rows)| row(counts.table, counts.day, reason, rows))
    });
    let unknown = unknown.iter().map(|((table, day), rows)| row(*table, *day, UNKNOWN_SHOP, *rows));
    let unmatched = unmatched.iter().map(|(day, rows)| row(Table::Appeals, *day, UNMATCHED_APPEAL, *rows));
    let mut rows: Vec<QualityRow> = of_counts.chain(unknown).chain(unmatched).collect();
    rows.retain(|row| row.rows != 0 || row.reason == ALL_ROWS);
    rows.sort_unstable();
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::readable::day;

    #[test]
    fn every_table_day_has_a_row_for_all_rows_and_one_for_each_reason_that_counts_something() {
        let counts = |table, rows, null_keys| {
            let nothing = Counts::nothing(table, day("2022-03-15"));
            Counts { rows, broken: [null_keys, 0, 0, 0, 0], ..nothing }
        };
        let counts = [counts(Table::Reviews, 100, 3), counts(Table::Appeals, 0, 0)];
        let unmatched = BTreeMap::from([(day("2022-03-15"), 2)]);
        let unknown = [((Table::Reviews, day("2022-03-15")), 4), ((Table::Refunds, day("2022-03-15")), 0)];
        let shown = |row: &QualityRow| format!("{} {} {} {}", row.table, row.day, row.reason, row.rows);
        let shown: Vec<String> = rows(&counts, &unknown.into(), &unmatched).iter().map(shown).collect();
        let expected = [
            "appeals 2022-03-15 none 0",
            "appeals 2022-03-15 unmatched_appeal 2",
            "reviews 2022-03-15 none 100",
            "reviews 2022-03-15 null_key 3",
            "reviews 2022-03-15 unknown_shop 4",
        ];
        assert_eq!(shown, expected);
    }
}
