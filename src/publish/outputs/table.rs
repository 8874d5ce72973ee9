//! A published table: its grain, its columns and the order of its rows.

use std::fmt::Display;
use std::sync::Arc;

use arrow::compute::SortOptions;
use arrow::datatypes::{Schema, SchemaRef};

use super::column::OutputColumn;
use crate::error::{Outcome, fault};

/// The partition key of the tables of a day.
pub(in crate::publish) const DAILY_KEY: &str = "dt";

/// A published table.
#[derive(Clone, Copy, Debug)]
pub struct OutputTable {
    /// Its folder.
    pub name: &'static str,
    /// The Hive key of its partitions.
    pub partition_key: &'static str,
    /// What one row stands for.
    pub grain: &'static str,
    /// The columns that its rows are sorted by, all ascending unless the name is in `descending`.
    pub sorted_by: &'static [&'static str],
    /// Those of `sorted_by` that descend.
    pub descending: &'static [&'static str],
    /// Its columns, in order; tables may share groups of them.
    pub(in crate::publish) column_groups: &'static [&'static [OutputColumn]],
}

impl OutputTable {
    /// Its columns, in order.
    pub(in crate::publish) fn columns(&self) -> impl Iterator<Item = &'static OutputColumn> + use<> {
        self.column_groups.iter().copied().flatten()
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
