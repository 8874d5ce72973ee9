//! Partition folders and their files, seen as they are: what names and, where these say nothing, both ends of a file tell.
//!
//! In: a table's folder. Out: its partitions by day, and the part files of one of them, those in its sub-folders too. What is
//! odd is a finding, and so is what makes a day incomplete; what is left aside is told (specification, section 2, Layout).

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::domain::Day;
use crate::error::{Finding, Outcome};
use crate::extracts::identity::FileIdentity;
use crate::extracts::layout::{self, BesidePartitions, InsidePartition, SUCCESS_MARKER, inside_partition, log_of};
use crate::extracts::manifest::MANIFEST;
use crate::extracts::tables::Table;
use crate::folders::entries;
use crate::hashing::hash_of;

pub(super) const STAGE: &str = "listing";
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
    /// What a file is known by whose bytes are not read here, in place of their hash: where it lies, its size and its time.
    pub(crate) fn told_hash(&self) -> String {
        let told = format!("{} {}", self.identity.told(), in_text(&self.path));
        hash_of(told.as_bytes())
    }
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

/// The folders under which part files may lie, links resolved: that of the extracts, and those that settings name.
pub(super) type Roots = [PathBuf];

/// What lies among the extracts and is not read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Beside {
    /// Files that are no Parquet.
    pub(crate) left_aside: Vec<PathBuf>,
    /// Rows whose day was null: folders, with their files and bytes.
    pub(crate) without_day: Vec<(PathBuf, usize, u64)>,
    /// Housekeeping.
    pub(crate) ignored: Vec<PathBuf>,
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
pub(super) fn day_folders(roots: &Roots, folder: &Path, seen: &mut Seen) -> Outcome<BTreeMap<Day, PathBuf>> {
    let (mut days, mut keys) = (BTreeMap::new(), BTreeMap::new());
    let mut odd: Vec<PathBuf> = Vec::new();
    for (name, path) in entries(STAGE, folder)? {
        match layout::beside_partitions(&name) {
            BesidePartitions::Housekeeping => {}
            _ if is_empty_marker(&name, &path) => {}
            BesidePartitions::Log(format) => seen.rejected.push(of_table_format(format, &path)),
            BesidePartitions::DefaultPartition => {
                let (files, size_bytes) = content(&path)?;
                seen.beside.without_day.push((path, files, size_bytes));
            }
            BesidePartitions::Day(key, day) if path.is_dir() && leads_inside(roots, &path) => {
                keys.entry(key).or_insert_with(|| path.clone());
                if let Some(other) = days.insert(day, path.clone()) {
                    let found = format!("{day} again, which is also in {}", other.display());
                    let finding = Finding::new(STAGE, found, "each day once").path(&path);
                    seen.rejected.push(finding.advice("leave one of the two"));
                }
            }
            BesidePartitions::Day(..) => {
                let found = "a file, or a link that leads nowhere or outside the extracts";
                let finding = Finding::new(STAGE, found, "a folder of part files").path(&path);
                seen.rejected.push(finding.advice("put the folder there, or name where it leads in linked_roots"));
            }
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

fn of_table_format(format: &str, path: &Path) -> Finding {
    let found = format!("the log of a {format} table, which says which of its files count");
    let finding = Finding::new(STAGE, found, "plain Parquet files, all of which count").path(path);
    finding.advice("export the table to plain Parquet: files that its log has removed would count")
}

/// As `3 names` or `1 name`.
fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s, this the first,") }
}

fn is_empty_marker(name: &str, path: &Path) -> bool {
    layout::is_folder_marker(name)
        && fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() == 0)
}

/// How many files lie under a folder, and how many bytes they have.
fn content(folder: &Path) -> Outcome<(usize, u64)> {
    let mut content = (0, 0);
    for (_, path) in entries(STAGE, folder)? {
        let of_entry = match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_dir() => self::content(&path)?,
            Ok(metadata) => (1, metadata.len()),
            Err(_) => (0, 0),
        };
        content = (content.0 + of_entry.0, content.1 + of_entry.1);
    }
    Ok(content)
}

impl Partition {
    /// The table-day in `folder`, whose files may lie under `roots`; what else is there is `seen`. It may have no part file.
    pub(super) fn list(
        roots: &Roots,
        (table, day, folder): (Table, Day, PathBuf),
        require_success_marker: bool,
        seen: &mut Seen,
    ) -> Outcome<Self> {
        let partition = Self { table, day, folder: folder.clone(), files: Vec::new(), manifest: None };
        let mut walk = Walk { roots, partition, seen, under_way: Vec::new(), left_aside: Vec::new() };
        walk.through(&folder, DEEPEST)?;
        let Walk { mut partition, under_way, left_aside, .. } = walk;
        let incomplete = |found: String, path: &Path, advice| {
            let finding = Finding::new(STAGE, found, format!("the whole of {} dt={day}", table.name()));
            finding.path(path).advice(advice)
        };
        let finding = if let Some(first) = under_way.first() {
            let found = format!("{} of a copy under way", counted(under_way.len(), "name"));
            Some(incomplete(found, first, "let the copy end, or remove what is left of it"))
        } else if require_success_marker && !folder.join(SUCCESS_MARKER).is_file() {
            let found = format!("no {SUCCESS_MARKER}");
            Some(incomplete(found, &folder, "wait for the producer, or set require_success_marker = false"))
        } else {
            let first = left_aside.first().filter(|_| partition.files.is_empty());
            let found = format!("{} without PAR1 at both ends, and no part file", counted(left_aside.len(), "file"));
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
    roots: &'a Roots,
    partition: Partition,
    seen: &'a mut Seen,
    under_way: Vec<PathBuf>,
    left_aside: Vec<PathBuf>,
}

impl Walk<'_> {
    /// Walks through one of its folders, and those below it as deep as is said.
    fn through(&mut self, folder: &Path, deepest: usize) -> Outcome<()> {
        for (name, path) in entries(STAGE, folder)? {
            if let Some(format) = log_of(&name) {
                self.seen.rejected.push(of_table_format(format, &path));
                continue;
            }
            let says = inside_partition(&name);
            if path == self.partition.folder.join(MANIFEST) {
                // Its name is that of housekeeping, but for where it lies.
            } else if says == InsidePartition::UnderWay {
                self.under_way.push(path);
                continue;
            } else if says == InsidePartition::Housekeeping || is_empty_marker(&name, &path) {
                self.seen.beside.ignored.push(path);
                continue;
            }
            match entry(self.roots, &path) {
                // That of a manifest, which must be a file.
                Ok(metadata) if metadata.is_dir() && says == InsidePartition::Housekeeping => {
                    self.odd("a folder".to_owned(), &path);
                }
                Ok(metadata) if metadata.is_dir() && deepest > 0 => self.through(&path, deepest - 1)?,
                Ok(metadata) if metadata.is_dir() => self.odd(format!("a folder more than {DEEPEST} deep"), &path),
                Ok(metadata) if metadata.is_file() => self.file(says, path, &metadata),
                Ok(_) => self.odd("a pipe, socket or device".to_owned(), &path),
                Err(found) => self.odd(found, &path),
            }
        }
        Ok(())
    }

    fn odd(&mut self, found: String, path: &Path) {
        let finding = Finding::new(STAGE, found, "a regular file or folder inside the extracts").path(path);
        let advice = "replace it by the file itself, name where it leads in linked_roots, or remove it";
        self.seen.rejected.push(finding.advice(advice));
    }

    fn file(&mut self, says: InsidePartition, path: PathBuf, metadata: &Metadata) {
        let within = path.strip_prefix(&self.partition.folder).unwrap_or(&path);
        let file = PartFile { name: in_text(within), identity: FileIdentity::of(metadata), path };
        match says {
            InsidePartition::Housekeeping => self.partition.manifest = Some(file),
            // One that cannot be read is for the contract check to refuse.
            _ if says == InsidePartition::Parquet || is_parquet(&file.path, metadata.len()).unwrap_or(true) => {
                self.partition.files.push(file);
            }
            _ => self.left_aside.push(file.path),
        }
    }
}

/// A path as text; where it is no UTF-8 with its bytes escaped, so that no two become one.
fn in_text(path: &Path) -> String {
    path.to_str().map_or_else(|| path.as_os_str().as_encoded_bytes().escape_ascii().to_string(), str::to_owned)
}

/// Whether a file has the marks of Parquet, encrypted or not, at both ends.
fn is_parquet(path: &Path, size_bytes: u64) -> io::Result<bool> {
    let file = File::open(path)?;
    let mut marks = [[0; 4]; 2];
    let [first, last] = &mut marks;
    if size_bytes < 8 {
        return Ok(false);
    }
    file.read_exact_at(first, 0)?;
    file.read_exact_at(last, size_bytes - 4)?;
    Ok(first == last && [b"PAR1", b"PARE"].contains(&&*first))
}

/// Whether a folder lies under one of `roots`, or links to one that does.
fn leads_inside(roots: &Roots, folder: &Path) -> bool {
    !folder.is_symlink() || fs::canonicalize(folder).is_ok_and(|real| is_under(roots, &real))
}

fn is_under(roots: &Roots, real: &Path) -> bool {
    roots.iter().any(|root| real.starts_with(root))
}

/// The metadata of what lies under one of `roots`, or what the path is instead. Nothing is opened: a pipe would block.
fn entry(roots: &Roots, path: &Path) -> Result<Metadata, String> {
    let unreadable = |error: io::Error| format!("an unreadable entry ({error})");
    let metadata = fs::symlink_metadata(path).map_err(unreadable)?;
    if !metadata.is_symlink() {
        return Ok(metadata);
    }
    let real = fs::canonicalize(path).map_err(|error| format!("a path that leads nowhere ({error})"))?;
    if !is_under(roots, &real) {
        return Err(format!("a link to {}", real.display()));
    }
    fs::metadata(&real).map_err(unreadable)
}

#[cfg(test)]
#[path = "partitions_tests.rs"]
mod tests;
