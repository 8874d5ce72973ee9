//! The quarantine of a night beside that of the nights before.
//!
//! Grain: the quarantined rows of one day of the extracts. A night reads every table of its window again, so it replaces
//! their rows; of the shops it reads one snapshot, so rows of other snapshots stay until they are too old.

use std::collections::BTreeMap;
use std::path::Path;

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::{
    SortColumn, SortOptions, concat_batches, filter_record_batch, lexsort_to_indices, take_record_batch,
};
use arrow::error::ArrowError;

use super::file_system::STAGE;
use super::outputs::QUARANTINE;
use super::reading::read_partition;
use crate::domain::{Day, Window};
use crate::error::{Outcome, fault};
use crate::extracts::tables::Table;

/// The quarantined rows of a night's extracts.
#[derive(Clone, Debug)]
pub struct Quarantine {
    /// By day, in the columns and order of [`QUARANTINE`]; days without such rows are left out.
    pub days: BTreeMap<Day, RecordBatch>,
    /// The days that were read of every table but the shops.
    pub window: Window,
    /// The day of the shop snapshot that was read, which may lie before the window.
    pub snapshot: Day,
    /// Days before this one are no longer kept.
    pub kept_from: Day,
}

impl Quarantine {
    /// Whether this night says what the quarantine of `day` holds.
    pub(super) fn replaces(&self, day: Day) -> bool {
        self.window.contains(day) || day == self.snapshot
    }

    /// Whether quarantined rows of `day` are still kept.
    pub(super) fn is_kept(&self, day: Day) -> bool {
        day >= self.kept_from
    }

    /// What the night publishes by day: its own rows, and those of older shop snapshots in `previous`, the quarantine
    /// folder of the current generation.
    pub(super) fn beside(&self, previous: Option<&Path>) -> Outcome<BTreeMap<Day, RecordBatch>> {
        let mut days = self.days.clone();
        let others = self.window.days().filter(|day| *day != self.snapshot);
        for (day, folder) in others.filter_map(|day| Some((day, previous?.join(format!("dt={day}"))))) {
            if !folder.is_dir() {
                continue;
            }
            let merged = merge(&read_partition(&folder, &QUARANTINE)?, days.get(&day));
            let merged = merged.map_err(|error| fault(STAGE, error))?;
            if merged.num_rows() > 0 {
                days.insert(day, merged);
            }
        }
        days.retain(|day, _| self.is_kept(*day));
        Ok(days)
    }
}

/// The rows of shops in `old` and all rows of `new`, sorted as declared.
fn merge(old: &RecordBatch, new: Option<&RecordBatch>) -> Result<RecordBatch, ArrowError> {
    let tables = old.column_by_name("table").and_then(|column| column.as_string_opt::<i32>());
    let shops = tables.map(|tables| tables.iter().map(|table| Some(table == Some(Table::Shops.name()))));
    let shops: BooleanArray = shops.into_iter().flatten().collect();
    let old = filter_record_batch(old, &shops)?;
    let all = concat_batches(&QUARANTINE.schema(), [&old].into_iter().chain(new))?;
    let order = Some(SortOptions { descending: false, nulls_first: true });
    let columns: Vec<SortColumn> =
        all.columns().iter().map(|values| SortColumn { values: values.clone(), options: order }).collect();
    take_record_batch(&all, &lexsort_to_indices(&columns, None)?)
}
