//! What readers can see under an output folder.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use arrow::array::Array;
use arrow::util::display::array_value_to_string;

use super::Day;
use super::disk::files_below;
use super::library::{OutputTable, read_partition};

/// The bytes of files by their path.
pub(crate) type Files = BTreeMap<PathBuf, Vec<u8>>;

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Published {
    /// Where `current` leads; none where there is no such link.
    pub(crate) current: Option<PathBuf>,
    /// The files of the current generation, quarantine included; the record of when it was made is left out.
    pub(crate) files: Files,
    /// The names of all generations.
    pub(crate) generations: BTreeSet<OsString>,
}

impl Published {
    pub(crate) fn under(out: &Path) -> Self {
        let current = fs::read_link(out.join("current")).ok();
        let generation = current.as_ref().map(|target| out.join(target).parent().unwrap().to_owned());
        let trees = generation.iter().flat_map(|generation| {
            ["published", "quarantine"].into_iter().flat_map(|tree| files_below(generation, tree))
        });
        let files = trees.collect();
        let generations = fs::read_dir(out.join("generations")).into_iter().flatten();
        let generations = generations.map(|entry| entry.unwrap().file_name()).collect();
        Self { current, files, generations }
    }

    /// The names of generations that no reader sees.
    pub(crate) fn leftovers(&self) -> Vec<&OsString> {
        self.generations.iter().filter(|name| name.as_encoded_bytes().starts_with(b".")).collect()
    }

    /// The published files of a night, and those of all others.
    pub(crate) fn of_night(&self, as_of: Day) -> (Files, Files) {
        let folder = format!("dt={as_of}");
        let published = self.files.clone().into_iter().filter(|(path, _)| path.starts_with("published"));
        published.partition(|(path, _)| path.parent().is_some_and(|parent| parent.ends_with(&folder)))
    }
}

/// The paths whose bytes differ.
pub(crate) fn differing(one: &Files, other: &Files) -> BTreeSet<PathBuf> {
    one.keys().chain(other.keys()).filter(|path| one.get(*path) != other.get(*path)).cloned().collect()
}

/// Some columns of a published partition, one text a row, nulls as `-`; no row where the partition is not there.
pub(crate) fn rows_shown(folder: &Path, table: &OutputTable, columns: &[&str]) -> Vec<String> {
    if !folder.is_dir() {
        return Vec::new();
    }
    let rows = read_partition(folder, table).unwrap();
    let cell = |name: &&str, row: usize| {
        let column = rows.column_by_name(name).unwrap();
        if column.is_null(row) { "-".to_owned() } else { array_value_to_string(column, row).unwrap() }
    };
    let line = |row| columns.iter().map(|name| cell(name, row)).collect::<Vec<_>>().join(" ");
    (0..rows.num_rows()).map(line).collect()
}
