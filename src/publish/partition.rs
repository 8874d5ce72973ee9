//! Partitions: as runs give them, with their rows, where they lie in a generation, and what their files are called.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;

use super::file_system;
use super::outputs::{DAILY_KEY, OutputTable, QUARANTINE};
use super::rows::Rows;
use crate::calendar::{Month, Year};
use crate::domain::Day;
use crate::error::Outcome;

#[derive(Clone, Copy, Debug, strum::Display)]
pub(crate) enum Period {
    /// A day, or the month that it ends.
    #[strum(transparent)]
    Day(Day),
    #[strum(transparent)]
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

#[derive(Clone)]
pub(crate) struct OutputPartition<'a> {
    pub(crate) table: &'static OutputTable,
    /// The value of its partition key.
    pub(crate) period: Period,
    pub(crate) rows: Rows<'a>,
}

/// A partition that a run writes: one of a published table or of the quarantine, and where it lies.
pub(super) struct NewPartition<'a> {
    pub(super) folder: PartitionFolder,
    pub(super) table: &'static OutputTable,
    pub(super) period: Period,
    pub(super) rows: Rows<'a>,
    /// Whether the run gave it first: its id is the run's own.
    pub(super) is_first: bool,
}

impl<'a> NewPartition<'a> {
    pub(super) fn published(partition: &OutputPartition<'a>, is_first: bool) -> Self {
        let OutputPartition { table, period, rows } = partition.clone();
        Self { folder: PartitionFolder::published(table, period), table, period, rows, is_first }
    }

    pub(super) fn quarantined(day: Day, rows: RecordBatch) -> Self {
        let (folder, period) = (PartitionFolder::quarantined(day), Period::Day(day));
        Self { folder, table: &QUARANTINE, period, rows: Rows::made(vec![rows]), is_first: false }
    }

    /// Whose id it carries. What is published for one day has one id; any other partition has its own, since its bytes
    /// may depend neither on the run that happened to write it nor on what else that run wrote.
    pub(super) fn group(&self) -> String {
        let is_daily = self.table.partition_key == DAILY_KEY;
        if is_daily { self.period.to_string() } else { self.folder.path.clone() }
    }
}

/// One of the trees of a generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Root {
    pub(super) name: &'static str,
    pub(super) folder_mode: u32,
    pub(super) file_mode: u32,
}

/// The tables, for every reader.
pub(super) const PUBLISHED: Root = Root { name: "published", folder_mode: 0o755, file_mode: 0o444 };
/// The rows set aside, for the owner.
pub(super) const SET_ASIDE: Root = Root { name: "quarantine", folder_mode: 0o700, file_mode: 0o400 };

/// The rows of tables once more, by month ([`super::months`]). Beside the tables, so that no reader of a table finds a row twice.
pub(super) const MONTHS: Root = Root { name: "months", ..PUBLISHED };

/// A partition's folder inside a generation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PartitionFolder {
    pub(super) root: Root,
    /// Below the root: `scores/dt=2022-03-15`, or `dt=2022-03-15` in the quarantine.
    pub(super) path: String,
}

impl PartitionFolder {
    pub(super) fn published(table: &OutputTable, value: impl fmt::Display) -> Self {
        Self { root: PUBLISHED, path: table.partition_path(value) }
    }

    pub(super) fn quarantined(day: Day) -> Self {
        Self { root: SET_ASIDE, path: format!("{}={day}", QUARANTINE.partition_key) }
    }

    /// A month of a table, of which the generation has all nights.
    pub(super) fn of_month(table: &OutputTable, month: Month) -> Self {
        let year_and_month: String = month.first_day().to_string().chars().take("YYYY-MM".len()).collect();
        Self { root: MONTHS, path: format!("{}/month={year_and_month}", table.name) }
    }

    pub(super) fn months_in(generation: &Path) -> Outcome<impl Iterator<Item = Self>> {
        let paths = partition_paths(&generation.join(MONTHS.name))?;
        Ok(paths.into_iter().map(|path| Self { root: MONTHS, path }))
    }

    /// The partitions of the tables and of the quarantine.
    pub(super) fn all_in(generation: &Path) -> Outcome<BTreeSet<Self>> {
        let published = partition_paths(&generation.join(PUBLISHED.name))?;
        let set_aside = file_system::names(&generation.join(SET_ASIDE.name))?;
        let is_partition = |folder: &Self| folder.path.rsplit('/').next().is_some_and(|name| name.contains('='));
        let roots = [(PUBLISHED, published), (SET_ASIDE, set_aside)].into_iter();
        let all = roots.flat_map(|(root, paths)| paths.into_iter().map(move |path| Self { root, path }));
        Ok(all.filter(is_partition).collect())
    }

    pub(super) fn inside(&self, generation: &Path) -> PathBuf {
        generation.join(self.root.name).join(&self.path)
    }

    /// The day of its key `dt`, if it has that key.
    pub(super) fn day(&self) -> Option<Day> {
        let (_, value) = self.path.rsplit('/').next()?.split_once("dt=")?;
        value.parse().ok()
    }
}

impl fmt::Display for PartitionFolder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.root.name, self.path)
    }
}

/// What lies in the folders of tables below `tree`, as `TABLE/KEY=VALUE` where it is a partition.
pub(super) fn partition_paths(tree: &Path) -> Outcome<Vec<String>> {
    let mut paths = Vec::new();
    for table in file_system::names(tree)? {
        let partitions = file_system::names(&tree.join(&table))?.into_iter();
        paths.extend(partitions.map(|partition| format!("{table}/{partition}")));
    }
    Ok(paths)
}

/// The name of a partition's file; `part` counts from 0.
pub(super) fn part_name(part: usize) -> String {
    format!("part-{part}.parquet")
}

/// Whether a file's name is one that [`part_name`] gives.
pub(super) fn is_part(name: &str) -> bool {
    let part = name.strip_prefix("part-").and_then(|rest| rest.strip_suffix(".parquet"));
    part.and_then(|part| part.parse().ok()).is_some_and(|part| part_name(part) == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::outputs::{MONTH_END_SCORES, SCORES};

    #[test]
    fn only_part_files_are_data() {
        assert!(is_part("part-0.parquet") && is_part("part-12.parquet"));
        for other in ["part-00.parquet", "part-.parquet", "_SUCCESS", "part-0.parquet.tmp", "part-+1.parquet"] {
            assert!(!is_part(other), "{other}");
        }
    }

    #[test]
    fn a_partition_knows_its_day() {
        assert_eq!(PartitionFolder::published(&SCORES, "2022-03-15").day(), "2022-03-15".parse().ok());
        assert_eq!(PartitionFolder::published(&MONTH_END_SCORES, "2022-02-28").day(), None);
    }
}
