//! Partition folders and their files, seen as they are: what names and, where these say nothing, both ends of a file tell.
//!
//! In: a table's folder. Out: its partitions by day, and the part files of one of them, those in its sub-folders too. What is
//! odd is a finding, and so is what makes a day incomplete; what is left aside is told (specification, section 2, Layout).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::domain::Day;
use crate::error::{Finding, Outcome};
use crate::extracts::identity::{Entry, FileIdentity};
use crate::extracts::layout::{
    self, BesidePartitions, InsidePartition, STAGE, SUCCESS_MARKER, inside_partition, log_of,
};
use crate::extracts::manifest::MANIFEST;
use crate::extracts::tables::Table;
use crate::extracts::told_footers::ToldFile;
use crate::extracts::tree::{Odd, Tree};
use crate::hashing::hash_of;

/// No producer nests deeper; a link to a folder above it would.
const DEEPEST: usize = 8;

/// A part file.
#[derive(Clone, Debug)]
pub struct PartFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Its path in its partition; bytes that are no UTF-8 are escaped.
    pub name: String,
    /// What it was when it was listed.
    pub identity: FileIdentity,
}

impl PartFile {
    /// What it is known by where its bytes are not read here, in place of their hash.
    pub(crate) fn told_hash(&self) -> String {
        told_hash(&self.path, self.identity)
    }
}

/// What a file is known by whose bytes are not read here: where it lies, its size and its time.
pub(super) fn told_hash(path: &Path, identity: FileIdentity) -> String {
    hash_of(format!("{} {}", identity.told(), in_text(path)).as_bytes())
}

/// A table-day.
#[derive(Clone, Debug)]
pub struct Partition {
    /// Its table.
    pub table: Table,
    /// Its day.
    pub day: Day,
    /// Its folder.
    pub folder: PathBuf,
    /// Its part files, by path.
    pub files: Vec<PartFile>,
    /// The producer's manifest, if there is one.
    pub manifest: Option<PartFile>,
}

/// What lies among the extracts and is not read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Beside {
    /// Files that are no Parquet.
    pub(crate) left_aside: Vec<PathBuf>,
    /// Whether an engine has listed these, and they were not opened but told by their names, or by the ends that it gives.
    pub(crate) are_listed: bool,
    /// Rows whose day was null: folders, with their files and bytes.
    pub(crate) without_day: Vec<(PathBuf, usize, u64)>,
    /// Housekeeping.
    pub(crate) ignored: Vec<PathBuf>,
}

impl Beside {
    /// What the files that are left aside lack, in words.
    pub(crate) fn what_they_lack(&self) -> &'static str {
        if self.are_listed { "that are not known as Parquet" } else { "without PAR1 at both ends" }
    }
}

/// What was seen beside part files.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Odd names and odd files.
    pub(crate) rejected: Vec<Finding>,
    /// What makes a day incomplete.
    pub(crate) incomplete: Vec<Finding>,
    /// What is not read.
    pub(crate) beside: Beside,
}

/// The partition folders of a table by day.
pub(super) fn day_folders(tree: &Tree, folder: &Path, seen: &mut Seen) -> Outcome<BTreeMap<Day, PathBuf>> {
    let (mut days, mut keys) = (BTreeMap::new(), BTreeMap::new());
    let mut odd: Vec<PathBuf> = Vec::new();
    for (name, path) in tree.entries(folder)? {
        match layout::beside_partitions(&name) {
            BesidePartitions::Housekeeping => {}
            _ if is_empty_marker(tree, &name, &path) => {}
            BesidePartitions::Log(format) => seen.rejected.push(of_table_format(format, &path)),
            BesidePartitions::DefaultPartition => {
                let (files, size_bytes) = tree.content(&path)?;
                seen.beside.without_day.push((path, files, size_bytes));
            }
            BesidePartitions::Day(key, day) => match tree.check_folder(&path) {
                Ok(()) => {
                    keys.entry(key).or_insert_with(|| path.clone());
                    if let Some(other) = days.insert(day, path.clone()) {
                        seen.rejected.push(twice(day, &path, &other));
                    }
                }
                Err(Odd { found, advice }) => {
                    let finding = Finding::new(STAGE, found, "a folder of part files").path(&path);
                    seen.rejected.push(finding.advice(advice));
                }
            },
            BesidePartitions::Odd => odd.push(path),
        }
    }
    if let Some(first) = odd.first() {
        let found = format!("{} that no partition is named by", counted(odd.len(), "name"));
        let finding = Finding::new(STAGE, found, "folders KEY=YYYY-MM-DD or KEY=YYYYMMDD and nothing else").path(first);
        seen.rejected.push(finding.advice("rename or remove it; names that start with _ or . are not looked at"));
    }
    let mut of_keys = keys.iter();
    if let Some(((first, _), (second, path))) = of_keys.next().zip(of_keys.next()) {
        let found = format!("partitions by {second:?} beside others by {first:?}");
        let finding = Finding::new(STAGE, found, "one key a table").path(path);
        seen.rejected.push(finding.advice("leave the partitions of one key"));
    }
    Ok(days)
}

fn twice(day: Day, path: &Path, other: &Path) -> Finding {
    let found = format!("{day} again, which is also in {}", other.display());
    Finding::new(STAGE, found, "each day once").path(path).advice("leave one of the two")
}

fn of_table_format(format: &str, path: &Path) -> Finding {
    let found = format!("the log of a {format} table, which says which of its files count");
    let finding = Finding::new(STAGE, found, "plain Parquet files, all of which count").path(path);
    finding.advice("export the table to plain Parquet: files that its log has removed would count")
}

/// As `3 names` or `1 name`.
fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s, this the first,") }
}

fn is_empty_marker(tree: &Tree, name: &str, path: &Path) -> bool {
    layout::is_folder_marker(name) && tree.size_of(path) == Some(0)
}

impl Partition {
    /// Its files, as an engine is asked about them.
    pub(super) fn told(&self) -> impl Iterator<Item = ToldFile<'_>> {
        self.files.iter().map(|file| (self.table, file.path.as_path(), file.identity))
    }

    /// The table-day in `folder`, of extracts that lie in `tree`; what else is there is `seen`. It may have no part file.
    pub(super) fn list(
        tree: &Tree,
        (table, day, folder): (Table, Day, PathBuf),
        require_success_marker: bool,
        seen: &mut Seen,
    ) -> Outcome<Self> {
        let partition = Self { table, day, folder: folder.clone(), files: Vec::new(), manifest: None };
        let (under_way, unknown) = (Vec::new(), Vec::new());
        let mut walk = Walk { tree, partition, seen, under_way, unknown };
        walk.seen.beside.are_listed = tree.is_listed();
        walk.through(&folder, DEEPEST)?;
        let Walk { mut partition, under_way, unknown, .. } = walk;
        let files: Vec<ToldFile<'_>> = unknown.iter().map(|file| (table, file.path.as_path(), file.identity)).collect();
        let are_parts = tree.are_parts(&files)?;
        let (parts, others): (Vec<_>, Vec<_>) = unknown.into_iter().zip(are_parts).partition(|(_, is_part)| *is_part);
        partition.files.extend(parts.into_iter().map(|(file, _)| file));
        let left_aside: Vec<PathBuf> = others.into_iter().map(|(file, _)| file.path).collect();
        let incomplete = |found: String, path: &Path, advice| {
            let finding = Finding::new(STAGE, found, format!("the whole of {} dt={day}", table.name()));
            finding.path(path).advice(advice)
        };
        let finding = if let Some(first) = under_way.first() {
            let found = format!("{} of a copy under way", counted(under_way.len(), "name"));
            Some(incomplete(found, first, "let the copy end, or remove what is left of it"))
        } else if require_success_marker && !tree.has_file(&folder.join(SUCCESS_MARKER)) {
            let found = format!("no {SUCCESS_MARKER}");
            Some(incomplete(found, &folder, "wait for the producer, or set require_success_marker = false"))
        } else {
            let first = left_aside.first().filter(|_| partition.files.is_empty());
            let found =
                format!("{} {}, and no part file", counted(left_aside.len(), "file"), seen.beside.what_they_lack());
            first.map(|first| incomplete(found, first, "deliver the day as Parquet"))
        };
        seen.incomplete.extend(finding);
        seen.beside.left_aside.extend(left_aside);
        partition.files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(partition)
    }
}

/// A partition whose folders are walked through.
struct Walk<'a> {
    tree: &'a Tree,
    partition: Partition,
    seen: &'a mut Seen,
    under_way: Vec<PathBuf>,
    /// Files of names that do not speak of Parquet.
    unknown: Vec<PartFile>,
}

impl Walk<'_> {
    /// Walks through one of its folders, and those below it as deep as is said.
    fn through(&mut self, folder: &Path, deepest: usize) -> Outcome<()> {
        for (name, path) in self.tree.entries(folder)? {
            if let Some(format) = log_of(&name) {
                self.seen.rejected.push(of_table_format(format, &path));
                continue;
            }
            let says = inside_partition(&name);
            // What it says of bytes is for those who read them.
            if path == self.partition.folder.join(MANIFEST) && !self.tree.is_listed() {
                // Its name is that of housekeeping, but for where it lies.
            } else if says == InsidePartition::UnderWay {
                self.under_way.push(path);
                continue;
            } else if says == InsidePartition::Housekeeping || is_empty_marker(self.tree, &name, &path) {
                self.seen.beside.ignored.push(path);
                continue;
            }
            match self.tree.entry(&path) {
                // That of a manifest, which must be a file.
                Ok(Entry::Folder) if says == InsidePartition::Housekeeping => {
                    self.odd(self.tree.odd("a folder".to_owned()), &path);
                }
                Ok(Entry::Folder) if deepest > 0 => self.through(&path, deepest - 1)?,
                Ok(Entry::Folder) => self.odd(self.tree.odd(format!("a folder more than {DEEPEST} deep")), &path),
                Ok(Entry::File(identity)) => self.file(says, path, identity),
                Err(odd) => self.odd(odd, &path),
            }
        }
        Ok(())
    }

    fn odd(&mut self, Odd { found, advice }: Odd, path: &Path) {
        let finding = Finding::new(STAGE, found, "a regular file or folder inside the extracts").path(path);
        self.seen.rejected.push(finding.advice(advice));
    }

    fn file(&mut self, says: InsidePartition, path: PathBuf, identity: FileIdentity) {
        let within = path.strip_prefix(&self.partition.folder).unwrap_or(&path);
        let file = PartFile { name: in_text(within), identity, path };
        match says {
            InsidePartition::Housekeeping => self.partition.manifest = Some(file),
            InsidePartition::Parquet => self.partition.files.push(file),
            _ => self.unknown.push(file),
        }
    }
}

/// A path as text; where it is no UTF-8 with its bytes escaped, so that no two become one.
fn in_text(path: &Path) -> String {
    path.to_str().map_or_else(|| path.as_os_str().as_encoded_bytes().escape_ascii().to_string(), str::to_owned)
}

#[cfg(test)]
#[path = "partitions_tests.rs"]
mod tests;
