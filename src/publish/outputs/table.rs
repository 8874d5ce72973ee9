//! A published table: its grain, its key, the order of its rows, its columns, and what it joins.

use std::fmt::Display;
use std::sync::Arc;

use arrow::compute::SortOptions;
use arrow::datatypes::{Schema, SchemaRef};

use super::column::{OutputColumn, Role, Said, Text, day, integer};
use crate::error::{Outcome, fault};

/// The partition key of the tables of a day.
pub(crate) const DAILY_KEY: &str = "dt";
/// The partition key of the tables of month ends.
pub(super) const MONTH_END_KEY: &str = "month_end";
/// The partition key of the tables of years.
pub(super) const YEARLY_KEY: &str = "year";

/// What partition keys say. Readers make a column of each, by the names of folders.
const PARTITION_KEYS: [OutputColumn; 3] = [
    day(
        DAILY_KEY,
        "the night: the natural day that was scored; of the quarantine the day of the extracts' partition",
        "取值日（分区）",
    )
    .is(Role::Key)
    .warns(
        "one table holds all nights: pick one, or the newest, before counting shops",
        "同一张表含所有日期，统计店铺前请先选定一天",
    ),
    day(MONTH_END_KEY, "the last day of the month", "月末（分区）").is(Role::Key),
    integer(YEARLY_KEY, "", "the calendar year", "年度（分区）").is(Role::Key),
];

/// A published table.
#[derive(Clone, Copy, Debug)]
pub struct OutputTable {
    /// Its folder.
    pub name: Text,
    /// The Hive key of its partitions.
    pub partition_key: Text,
    /// What one row stands for.
    pub grain: Text,
    /// The same in Chinese.
    pub(crate) grain_chinese: Text,
    /// The columns that its rows are sorted by, all ascending unless the name is in `descending`.
    pub sorted_by: &'static [Text],
    /// Those of `sorted_by` that descend.
    pub descending: &'static [Text],
    /// Its columns, in order; tables may share groups of them.
    pub(in crate::publish) column_groups: &'static [&'static [OutputColumn]],
    /// The tables of which a row of it has one row.
    pub(crate) joins: &'static [Join],
}

/// What a row has one row of: each column of it, and the column of the other table that is equal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Join {
    pub(crate) table: Text,
    pub(crate) on: &'static [(Text, Text)],
    /// Where the other table has none; none where there always is one.
    pub(crate) lacks: Option<Said>,
}

impl OutputTable {
    pub(crate) fn columns(&self) -> impl Iterator<Item = &'static OutputColumn> + use<> {
        self.column_groups.iter().copied().flatten()
    }

    /// The columns that name a row of a partition; none in the quarantine, where rows may be equal.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &'static OutputColumn> + use<> {
        self.columns().filter(|column| column.role == Role::Key)
    }

    /// What its partition key says.
    pub(crate) fn partition_column(&self) -> Outcome<&'static OutputColumn> {
        let found = PARTITION_KEYS.iter().find(|column| column.name == self.partition_key);
        found.ok_or_else(|| fault("outputs", format!("{}: partitions by {}", self.name, self.partition_key)))
    }

    /// Its Arrow schema.
    pub fn schema(&self) -> SchemaRef {
        Arc::new(Schema::new(self.columns().map(OutputColumn::field).collect::<Vec<_>>()))
    }

    /// Where the partition of a day, month end or year lies below the published tables: `scores/dt=2022-03-15`.
    pub(crate) fn partition_path(&self, value: impl Display) -> String {
        format!("{}/{}={value}", self.name, self.partition_key)
    }

    /// The columns that it is sorted by, as places among its columns, each with its direction. A null comes lowest.
    pub(in crate::publish) fn sort_order(&self) -> Outcome<Vec<(usize, SortOptions)>> {
        let order = self.sorted_by.iter().map(|name| {
            let place = self.columns().position(|column| column.name == *name);
            let place = place.ok_or_else(|| fault("outputs", format!("{}: sorted by {name}, no column", self.name)))?;
            let descending = self.descending.contains(name);
            Ok((place, SortOptions { descending, nulls_first: !descending }))
        });
        order.collect()
    }
}
