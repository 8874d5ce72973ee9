//! The quarantine of a night beside that of the nights before.
//!
//! Grain: the quarantined rows of one day of the extracts. A night reads every table of its window again, so it replaces
//! their rows; of the shops it reads one snapshot, so rows of other snapshots stay until they are too old.

use std::collections::BTreeMap;
use std::path::Path;

use arrow::array::{BooleanArray, RecordBatch, StringArray};
use arrow::compute::{SortColumn, concat_batches, filter_record_batch, lexsort_to_indices, take_record_batch};
use arrow::error::ArrowError;

use super::file_system::STAGE;
use super::outputs::QUARANTINE;
use super::partition::PartitionFolder;
use super::reading::{column, read_partition};
use crate::domain::{Day, Span};
use crate::error::{Outcome, fault};
use crate::extracts::tables::Table;
use crate::settings::Settings;

#[derive(Clone, Debug)]
pub(crate) struct Quarantine {
    /// By day, in the columns and order of [`QUARANTINE`]; days without such rows are left out.
    pub(crate) days: BTreeMap<Day, RecordBatch>,
    /// The days that were read of every table but the shops.
    pub(crate) window: Span,
    /// The day of the shop snapshot that was read, which may lie before the window.
    pub(crate) snapshot: Day,
    /// Days before this one are no longer kept.
    pub(crate) kept_from: Day,
}

impl Quarantine {
    /// That of a night without a quarantined row, which read the snapshot of this day.
    pub(crate) fn of(settings: &Settings, as_of: Day, snapshot: Day) -> Self {
        let kept_from = as_of.plus(-settings.quarantine_days);
        Self { days: BTreeMap::new(), window: settings.window(as_of), snapshot, kept_from }
    }

    /// Whether the quarantine of `day` stays as it is: it is not too old, and not for this night to say.
    pub(super) fn keeps(&self, day: Day) -> bool {
        day >= self.kept_from && day != self.snapshot && !self.window.contains(day)
    }

    /// What the night publishes by day: its own rows, and those of older shop snapshots in the generation `before`.
    pub(super) fn beside(&self, before: Option<&Path>) -> Outcome<BTreeMap<Day, RecordBatch>> {
        let mut days = self.days.clone();
        let others = self.window.days().filter(|day| *day != self.snapshot);
        let folder = |day| Some((day, PartitionFolder::quarantined(day).inside(before?)));
        for (day, folder) in others.filter_map(folder).filter(|(_, folder)| folder.is_dir()) {
            let merged = merge(&read_partition(&folder, &QUARANTINE)?, days.get(&day))?;
            if merged.num_rows() > 0 {
                days.insert(day, merged);
            }
        }
        days.retain(|day, _| *day >= self.kept_from);
        Ok(days)
    }
}

/// The rows of shops in `old` and all rows of `new`, sorted as declared.
fn merge(old: &RecordBatch, new: Option<&RecordBatch>) -> Outcome<RecordBatch> {
    let tables = column::<StringArray>(old, "extract")?.iter();
    let shops: BooleanArray = tables.map(|table| Some(table == Some(Table::Shops.name()))).collect();
    let order = QUARANTINE.sort_order()?;
    let merged = || {
        let old = filter_record_batch(old, &shops)?;
        let all = concat_batches(&QUARANTINE.schema(), [&old].into_iter().chain(new))?;
        let column = |(place, options)| SortColumn { values: all.column(place).clone(), options: Some(options) };
        let sorted_by: Vec<_> = order.into_iter().map(column).collect();
        take_record_batch(&all, &lexsort_to_indices(&sorted_by, None)?)
    };
    merged().map_err(|error: ArrowError| fault(STAGE, error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::testing::{Out, day, night, quarantine_rows, set_aside};

    fn names(out: &Out) -> Vec<String> {
        out.files("quarantine").into_keys().collect()
    }

    #[test]
    fn a_night_replaces_the_quarantine_of_its_window_and_drops_what_is_too_old() {
        let out = Out::new();
        // The window of 2022-03-15 begins on 2022-02-14; 90 days before it lies 2021-12-15.
        for (as_of, days) in [
            ("2022-01-05", &[("2021-12-14", "old"), ("2021-12-15", "kept")] as &[_]),
            ("2022-03-14", &[("2022-02-13", "before"), ("2022-02-14", "gone"), ("2022-03-01", "replaced")]),
            ("2022-03-15", &[("2022-03-01", "new")]),
        ] {
            out.publish(&night(as_of, 4.0, days));
        }
        let days = ["dt=2021-12-15", "dt=2022-02-13", "dt=2022-03-01"];
        assert_eq!(names(&out), days.map(|day| format!("{day}/part-0.parquet")));
        assert!(out.publish(&night("2022-03-15", 4.0, &[])).changed, "a day that lost its rows is a change");
        assert_eq!(names(&out).len(), 2);
    }

    #[test]
    fn rows_of_an_older_shop_snapshot_stay_while_other_tables_are_read_again() {
        let out = Out::new();
        let mut first = night("2022-03-14", 4.0, &[]);
        set_aside(&mut first).days.insert(day("2022-03-14"), quarantine_rows("shops", "a snapshot's"));
        out.publish(&first);
        let second = night("2022-03-15", 4.0, &[("2022-03-14", "an order's")]);
        let last = out.publish(&second);
        let rows = read_partition(&out.path().join("quarantine/dt=2022-03-14"), &QUARANTINE).unwrap();
        let rows: Vec<_> = column::<StringArray>(&rows, "row").unwrap().iter().flatten().collect();
        assert_eq!(rows, ["an order's", "a snapshot's"], "orders come before shops");
        assert!(!out.publish(&second).changed);
        let alone = Out::new();
        assert_eq!(alone.publish(&second).id(), last.id(), "the id is that of the night alone");
    }

    #[test]
    fn a_snapshot_before_the_window_has_its_rows_in_the_quarantine_too() {
        let out = Out::new();
        let mut night = night("2022-03-15", 4.0, &[]);
        set_aside(&mut night).snapshot = day("2022-02-01");
        set_aside(&mut night).days.insert(day("2022-02-01"), quarantine_rows("shops", "{}"));
        out.publish(&night);
        assert_eq!(names(&out), ["dt=2022-02-01/part-0.parquet"]);
    }
}
