//! Partitions as runs give them, with their rows.

use std::fmt;

use arrow::array::RecordBatch;

use super::outputs::{DAILY_KEY, OutputTable, QUARANTINE};
use super::partition_folder::PartitionFolder;
use crate::calendar::Year;
use crate::domain::Day;

/// What a partition is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// A day, or the month that it ends.
    Day(Day),
    /// A year.
    Year(Year),
}

impl Period {
    pub(super) fn last_day(self) -> Day {
        match self {
            Self::Day(day) => day,
            Self::Year(year) => year.last_day(),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => day.fmt(formatter),
            Self::Year(year) => year.fmt(formatter),
        }
    }
}

/// One partition of a published table.
#[derive(Clone, Debug)]
pub struct OutputPartition {
    /// The table.
    pub table: &'static OutputTable,
    /// The value of its partition key.
    pub period: Period,
    /// Its rows in the declared columns and order; a partition without rows has a file all the same.
    pub batches: Vec<RecordBatch>,
}

/// A partition that a run writes: one of a published table or of the quarantine, and where it lies.
pub(super) struct NewPartition {
    pub(super) folder: PartitionFolder,
    pub(super) table: &'static OutputTable,
    pub(super) period: Period,
    pub(super) batches: Vec<RecordBatch>,
    /// Whether the run gave it first: its id is the run's own.
    pub(super) is_first: bool,
}

impl NewPartition {
    pub(super) fn published(partition: &OutputPartition, is_first: bool) -> Self {
        let OutputPartition { table, period, batches } = partition.clone();
        Self { folder: PartitionFolder::published(table, period), table, period, batches, is_first }
    }

    pub(super) fn quarantined(day: Day, rows: RecordBatch) -> Self {
        let (folder, period) = (PartitionFolder::quarantined(day), Period::Day(day));
        Self { folder, table: &QUARANTINE, period, batches: vec![rows], is_first: false }
    }

    /// Whose id it carries. What is published for one day has one id; any other partition has its own, since its bytes
    /// may depend neither on the run that happened to write it nor on what else that run wrote.
    pub(super) fn group(&self) -> String {
        let is_daily = self.table.partition_key == DAILY_KEY;
        if is_daily { self.period.to_string() } else { self.folder.path.clone() }
    }
}
