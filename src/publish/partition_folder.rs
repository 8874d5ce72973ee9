//! Where the partitions of a generation lie, and what their files are called.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use super::file_system;
use super::outputs::{OutputTable, QUARANTINE};
use crate::domain::Day;
use crate::error::Outcome;

/// One of the two trees of a generation.
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

/// A partition's folder inside a generation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PartitionFolder {
    pub(super) root: Root,
    /// Below the root: `scores/dt=2022-03-15`, or `dt=2022-03-15` in the quarantine.
    pub(super) path: String,
}

impl PartitionFolder {
    /// That of a day, month end or year of a table.
    pub(super) fn published(table: &OutputTable, value: impl fmt::Display) -> Self {
        Self { root: PUBLISHED, path: table.partition_path(value) }
    }

    /// That of the rows of a day that were set aside.
    pub(super) fn quarantined(day: Day) -> Self {
        Self { root: SET_ASIDE, path: format!("{}={day}", QUARANTINE.partition_key) }
    }

    /// Those that a generation holds.
    pub(super) fn all_in(generation: &Path) -> Outcome<BTreeSet<Self>> {
        let published = partition_paths(&generation.join(PUBLISHED.name))?;
        let set_aside = file_system::names(&generation.join(SET_ASIDE.name))?;
        let is_partition = |folder: &Self| folder.path.rsplit('/').next().is_some_and(|name| name.contains('='));
        let roots = [(PUBLISHED, published), (SET_ASIDE, set_aside)].into_iter();
        let all = roots.flat_map(|(root, paths)| paths.into_iter().map(move |path| Self { root, path }));
        Ok(all.filter(is_partition).collect())
    }

    /// Its place inside `generation`.
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
