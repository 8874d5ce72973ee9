//! Which part files a run reads: every file of the window's partitions, seen as it is.
//!
//! Folders are listed here and nowhere else: no globs, no inference of Hive keys. Names that start with `_` or `.` are
//! ignored, so are files that are not `*.parquet`. A partition whose name is no day, a file that is no regular file and
//! one that lies outside the extracts are findings (exit code 3); days without a partition are listed all together
//! (exit code 4). Partitions after the as-of day, and before the window, are never opened (specification, section 2).

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::{Day, Window};
use crate::error::{ExitClass, Finding, Outcome, disk};
use crate::extracts::tables::{Presence, Table};
use crate::policies::Coverage;

const STAGE: &str = "listing";

/// The name of a producer's manifest.
pub const MANIFEST: &str = "_manifest.json";

/// What tells that a file is still the one that was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileIdentity {
    device: u64,
    inode: u64,
    /// Its size.
    pub size_bytes: u64,
    modified_nanoseconds: i128,
    changed_nanoseconds: i128,
}

impl FileIdentity {
    /// The identity that a file's metadata gives.
    pub fn of(metadata: &fs::Metadata) -> Self {
        let nanoseconds = |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size_bytes: metadata.size(),
            modified_nanoseconds: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            changed_nanoseconds: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// A part file.
#[derive(Clone, Debug)]
pub struct PartFile {
    /// Where it lies.
    pub path: PathBuf,
    /// What it was when it was listed.
    pub identity: FileIdentity,
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
    /// Its part files, by name; there may be none.
    pub files: Vec<PartFile>,
    /// The producer's manifest, if there is one.
    pub manifest: Option<PartFile>,
}

/// The partitions that a run reads, and what is wrong with the folders; the contract check reports it with its own.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// Those of the window by table and day, and the newest shop snapshot.
    pub partitions: Vec<Partition>,
    /// Odd names and odd files.
    pub rejected: Vec<Finding>,
    /// Missing days.
    pub missing: Vec<Finding>,
    /// A missing or old snapshot.
    pub missing_snapshot: Option<Finding>,
    /// Days without a partition whose extracts may be gone, of snapshots the newest first.
    pub gone: Vec<(Table, Day)>,
    /// Days without a partition whose extracts would be there, of tables that may lack days.
    pub lacking: Vec<(Table, Day)>,
}

impl Listed {
    /// Adds what else a run reads.
    pub fn append(&mut self, other: Self) {
        self.partitions.extend(other.partitions);
        self.rejected.extend(other.rejected);
        self.missing.extend(other.missing);
        self.missing_snapshot = self.missing_snapshot.take().or(other.missing_snapshot);
        self.gone.extend(other.gone);
        self.lacking.extend(other.lacking);
    }
}

/// Lists the partitions that a run reads.
///
/// # Errors
/// Missing where there is no such folder; disk where it cannot be read.
pub fn list(extracts: &Path, coverage: Coverage) -> Outcome<Listed> {
    list_tables(extracts, coverage, &Table::ALL)
}

/// As [`list`], of some tables alone.
///
/// # Errors
/// As [`list`].
pub fn list_tables(extracts: &Path, coverage: Coverage, tables: &[Table]) -> Outcome<Listed> {
    if !extracts.is_dir() {
        return Err(Finding::new(STAGE, "no such folder", "the folder of the extracts")
            .path(extracts)
            .advice("set `extracts` (--extracts) to the folder that holds one sub-folder a table")
            .fail(ExitClass::Missing));
    }
    let root = fs::canonicalize(extracts).map_err(|error| disk(STAGE, "canonicalize", extracts, &error))?;
    let mut listed = Listed::default();
    for table in tables.iter().copied() {
        let folder = extracts.join(table.name());
        let found = day_folders(&root, &folder, &mut listed.rejected)?;
        let newest = found.keys().next_back().copied();
        let without = days_without(table, &found, coverage);
        let (gone, lacking): (Vec<_>, Vec<_>) =
            without.into_iter().partition(|day| coverage.may_be_gone(*day, newest));
        listed.missing.extend(missing_days(table, &folder, &lacking, coverage));
        if table.spec().presence == Presence::NewestSnapshot {
            listed.missing_snapshot = missing_snapshot(&folder, &found, coverage);
        }
        listed.gone.extend(gone.into_iter().map(|day| (table, day)));
        if table.spec().presence != Presence::EveryDay {
            listed.lacking.extend(lacking.into_iter().map(|day| (table, day)));
        }
        for (day, folder) in wanted_days(table, found, coverage) {
            listed.partitions.push(partition_of(&root, table, day, folder, &mut listed.rejected)?);
        }
    }
    Ok(listed)
}

/// The partition folders of a table by day.
fn day_folders(root: &Path, folder: &Path, rejected: &mut Vec<Finding>) -> Outcome<BTreeMap<Day, PathBuf>> {
    let mut days = BTreeMap::new();
    for (name, path) in entries(folder)? {
        if is_ignored(&name) || (!path.is_dir() && !name.ends_with(".parquet")) {
            continue;
        }
        match name.strip_prefix("dt=").map(str::parse::<Day>) {
            Some(Ok(day)) if path.is_dir() && leads_inside(root, &path) => {
                days.insert(day, path);
            }
            _ => rejected.push(
                Finding::new(
                    STAGE,
                    format!("the name {name:?}"),
                    "a folder dt=YYYY-MM-DD, one spelling a day",
                )
                .path(&path)
                .advice("rename or remove it; names that start with _ or . are ignored"),
            ),
        }
    }
    Ok(days)
}

/// As [`list`], with every shop snapshot of the window.
///
/// # Errors
/// As [`list`].
pub fn list_all(extracts: &Path, coverage: Coverage) -> Outcome<Listed> {
    let mut listed = list(extracts, coverage)?;
    let root = fs::canonicalize(extracts).map_err(|error| disk(STAGE, "canonicalize", extracts, &error))?;
    listed.partitions.retain(|partition| partition.table != Table::Shops);
    let mut snapshots = day_folders(&root, &extracts.join(Table::Shops.name()), &mut Vec::new())?;
    let newest = snapshots.keys().next_back().copied();
    let is_gone = |day: &Day| !snapshots.contains_key(day) && coverage.may_be_gone(*day, newest);
    let gone = coverage.window.days().filter(is_gone).map(|day| (Table::Shops, day));
    listed.gone.retain(|(table, _)| *table != Table::Shops);
    listed.gone.extend(gone);
    snapshots.retain(|day, _| coverage.window.contains(*day));
    for (day, folder) in snapshots {
        listed.partitions.push(partition_of(&root, Table::Shops, day, folder, &mut listed.rejected)?);
    }
    Ok(listed)
}

/// The days of a table that a run reads, where it reads more than one.
fn days_of(table: Table, coverage: Coverage) -> Window {
    let last = if table == Table::Appeals { coverage.appeals_until } else { coverage.window.last };
    Window { last, ..coverage.window }
}

fn wanted_days(
    table: Table,
    mut found: BTreeMap<Day, PathBuf>,
    coverage: Coverage,
) -> BTreeMap<Day, PathBuf> {
    match table.spec().presence {
        Presence::NewestSnapshot => {
            let newest = found.range(..=coverage.window.last).next_back().map(|(day, _)| *day);
            found.retain(|day, _| Some(*day) == newest);
        }
        Presence::EveryDay | Presence::MayLackDays => {
            let wanted = days_of(table, coverage);
            found.retain(|day, _| wanted.contains(*day));
        }
    }
    found
}

/// The days that a run would read if they had a partition; of snapshots only those newer than the one that it reads, the
/// newest first.
fn days_without(table: Table, found: &BTreeMap<Day, PathBuf>, coverage: Coverage) -> Vec<Day> {
    // A settlement takes a snapshot of any age; none is looked for that lies more than ten years back.
    const LONGEST_AGE_DAYS: i32 = 3_660;
    let as_of = coverage.window.last;
    match table.spec().presence {
        Presence::NewestSnapshot => {
            let ages_days = 0..=coverage.max_snapshot_age_days.min(LONGEST_AGE_DAYS);
            let days = ages_days.map(|age_days| as_of.plus(-age_days));
            days.take_while(|day| !found.contains_key(day)).collect()
        }
        Presence::EveryDay | Presence::MayLackDays => {
            days_of(table, coverage).days().filter(|day| !found.contains_key(day)).collect()
        }
    }
}

fn missing_days(table: Table, folder: &Path, lacking: &[Day], coverage: Coverage) -> Vec<Finding> {
    if table.spec().presence != Presence::EveryDay {
        return Vec::new();
    }
    let is_needed = |day: &&Day| coverage.history_starts_on.is_none_or(|start| **day >= start);
    let missing = lacking.iter().filter(is_needed).map(|day| {
        Finding::new(STAGE, format!("no partition dt={day}"), format!("{} of {day}", table.name()))
            .path(folder)
            .advice("deliver the day, or set history_starts_on if the history starts later")
    });
    missing.collect()
}

fn missing_snapshot(folder: &Path, found: &BTreeMap<Day, PathBuf>, coverage: Coverage) -> Option<Finding> {
    let as_of = coverage.window.last;
    match found.range(..=as_of).next_back() {
        Some((day, _)) if as_of.epoch_days() - day.epoch_days() <= coverage.max_snapshot_age_days => None,
        Some((day, path)) => {
            let wanted = format!("one at most {} days older than {as_of}", coverage.max_snapshot_age_days);
            let missing = Finding::new(STAGE, format!("the newest shop snapshot is of {day}"), wanted);
            Some(missing.path(path).advice("deliver a newer snapshot, or raise max_snapshot_age_days"))
        }
        None => {
            let missing = Finding::new(STAGE, "no shop snapshot", format!("one with dt <= {as_of}"));
            Some(missing.path(folder).advice("deliver a snapshot"))
        }
    }
}

fn partition_of(
    root: &Path,
    table: Table,
    day: Day,
    folder: PathBuf,
    rejected: &mut Vec<Finding>,
) -> Outcome<Partition> {
    let files = part_files(root, &folder, rejected)?;
    let manifest = folder.join(MANIFEST);
    let is_there = fs::symlink_metadata(&manifest).is_ok();
    let manifest = if is_there { part_file(root, manifest, rejected) } else { None };
    Ok(Partition { table, day, folder, files, manifest })
}

fn part_files(root: &Path, folder: &Path, rejected: &mut Vec<Finding>) -> Outcome<Vec<PartFile>> {
    let mut files = Vec::new();
    for (name, path) in entries(folder)? {
        if is_ignored(&name) || (!name.ends_with(".parquet") && !path.is_dir()) {
            continue;
        }
        files.extend(part_file(root, path, rejected));
    }
    Ok(files)
}

/// The regular file at `path`; none where it is something else, which is a finding.
fn part_file(root: &Path, path: PathBuf, rejected: &mut Vec<Finding>) -> Option<PartFile> {
    match regular_file(root, &path) {
        Ok(metadata) => Some(PartFile { path, identity: FileIdentity::of(&metadata) }),
        Err(found) => {
            rejected.push(
                Finding::new(STAGE, found, "a regular file inside the extracts")
                    .path(&path)
                    .advice("replace it by the file itself, or remove it"),
            );
            None
        }
    }
}

/// Whether a folder lies under `root`, or links to one that does.
fn leads_inside(root: &Path, folder: &Path) -> bool {
    !folder.is_symlink() || fs::canonicalize(folder).is_ok_and(|real| real.starts_with(root))
}

/// The metadata of a regular file under `root`, or what the path is instead. Nothing is opened: a pipe would block.
fn regular_file(root: &Path, path: &Path) -> Result<fs::Metadata, String> {
    let unreadable = |error: std::io::Error| format!("an unreadable entry ({error})");
    let mut metadata = fs::symlink_metadata(path).map_err(unreadable)?;
    if metadata.is_symlink() {
        let real = fs::canonicalize(path).map_err(|error| format!("a path that leads nowhere ({error})"))?;
        if !real.starts_with(root) {
            return Err(format!("a link to {}", real.display()));
        }
        metadata = fs::metadata(&real).map_err(unreadable)?;
    }
    if metadata.is_dir() {
        return Err("a folder".to_owned());
    }
    if !metadata.is_file() {
        return Err("a pipe, socket or device".to_owned());
    }
    Ok(metadata)
}

/// The entries of a folder by name; a folder that does not exist has none.
///
/// # Errors
/// Disk.
pub fn entries(folder: &Path) -> Outcome<BTreeMap<String, PathBuf>> {
    let listing = match fs::read_dir(folder) {
        Ok(listing) => listing,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(disk(STAGE, "read_dir", folder, &error)),
    };
    let mut entries = BTreeMap::new();
    for entry in listing {
        let entry = entry.map_err(|error| disk(STAGE, "read_dir", folder, &error))?;
        entries.insert(entry.file_name().to_string_lossy().into_owned(), entry.path());
    }
    Ok(entries)
}

fn is_ignored(name: &str) -> bool {
    name.starts_with(['_', '.'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn coverage(as_of: &str, days: i32) -> Coverage {
        Coverage {
            window: Window::ending(day(as_of), days),
            appeals_until: day(as_of),
            history_starts_on: None,
            max_snapshot_age_days: 7,
            extracts_kept_days: None,
        }
    }

    /// Extracts of two days in which every table has one (unread) part file a day.
    fn two_days() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for table in Table::ALL {
            for day in ["2022-03-14", "2022-03-15"] {
                let folder = root.path().join(table.name()).join(format!("dt={day}"));
                fs::create_dir_all(&folder).unwrap();
                fs::write(folder.join("part-0.parquet"), "x").unwrap();
            }
        }
        root
    }

    fn listed(root: &tempfile::TempDir, coverage: Coverage) -> Listed {
        list(root.path(), coverage).unwrap()
    }

    /// One line a finding.
    fn lines(findings: &[Finding]) -> String {
        findings.iter().map(|finding| format!("{finding}\n")).collect()
    }

    #[test]
    fn the_window_and_the_newest_snapshot_are_read_and_nothing_after() {
        let root = two_days();
        fs::create_dir_all(root.path().join("payments/dt=2022-03-16/sub")).unwrap();
        let partitions = listed(&root, coverage("2022-03-15", 2)).partitions;
        let of = |table: Table| {
            let days = partitions.iter().filter(|partition| partition.table == table);
            days.map(|partition| partition.day.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(of(Table::Shops), ["2022-03-15"]);
        assert_eq!(of(Table::Payments), ["2022-03-14", "2022-03-15"]);
    }

    #[test]
    fn hidden_names_and_other_endings_are_ignored() {
        let root = two_days();
        let folder = root.path().join("payments/dt=2022-03-15");
        for name in ["_SUCCESS", ".part-1.parquet", "_tmp-x.parquet", "part-1.parquet.crc", "x.part"] {
            fs::write(folder.join(name), "").unwrap();
        }
        fs::create_dir(root.path().join("payments/_temporary")).unwrap();
        fs::write(root.path().join("payments/README.txt"), "").unwrap();
        let listed = listed(&root, coverage("2022-03-15", 1));
        assert_eq!(lines(&listed.rejected), "");
        assert!(listed.partitions.iter().all(|partition| partition.files.len() == 1));
    }

    #[test]
    fn a_partition_name_that_is_no_date_is_refused_and_so_is_a_second_spelling() {
        let root = two_days();
        for name in ["dt=2022-3-15", "dt=20220315", "dt=2022-02-30", "day=2022-03-15", "dt=2022-03-15 "] {
            fs::create_dir(root.path().join("reviews").join(name)).unwrap();
        }
        let text = lines(&listed(&root, coverage("2022-03-15", 1)).rejected);
        assert_eq!(text.lines().count(), 5, "{text}");
    }

    #[test]
    fn all_missing_days_are_listed() {
        let root = two_days();
        fs::remove_dir_all(root.path().join("refunds/dt=2022-03-14")).unwrap();
        fs::remove_dir_all(root.path().join("pickups")).unwrap();
        fs::remove_dir_all(root.path().join("disputes")).unwrap();
        let text = lines(&listed(&root, coverage("2022-03-15", 2)).missing);
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(text.contains("refunds of 2022-03-14"), "{text}");
    }

    #[test]
    fn days_older_than_extracts_are_kept_may_be_gone_and_others_lack() {
        let root = two_days();
        for (table, day) in
            [("payments", "03-14"), ("disputes", "03-14"), ("appeals", "03-15"), ("shops", "03-14")]
        {
            fs::remove_dir_all(root.path().join(table).join(format!("dt=2022-{day}"))).unwrap();
        }
        let found = |kept_days: i32| {
            let kept = Coverage { extracts_kept_days: Some(kept_days), ..coverage("2022-03-15", 2) };
            let Listed { missing, gone, lacking, .. } = listed(&root, kept);
            (missing.len(), gone, lacking)
        };
        let (payments, disputes) =
            ((Table::Payments, day("2022-03-14")), (Table::Disputes, day("2022-03-14")));
        let appeals = (Table::Appeals, day("2022-03-15"));
        assert_eq!(found(1), (1, vec![], vec![disputes, appeals]));
        assert_eq!(found(0), (0, vec![payments, disputes], vec![appeals]));
    }

    #[test]
    fn days_before_the_history_starts_may_be_missing_but_are_read_where_they_exist() {
        let root = two_days();
        fs::remove_dir_all(root.path().join("payments/dt=2022-03-14")).unwrap();
        let from = Coverage { history_starts_on: Some(day("2022-03-15")), ..coverage("2022-03-15", 3) };
        let listed = listed(&root, from);
        assert_eq!(lines(&listed.missing), "");
        assert!(listed.partitions.iter().any(|partition| partition.day == day("2022-03-14")));
    }

    #[test]
    fn a_snapshot_may_be_seven_days_old_and_no_older() {
        let root = two_days();
        let aged = |age_days: i32| {
            let as_of = day("2022-03-15").plus(age_days);
            let history_starts_on = Some(as_of.plus(1));
            let aged = Coverage { history_starts_on, ..coverage(&as_of.to_string(), 1) };
            lines(listed(&root, aged).missing_snapshot.as_slice())
        };
        assert_eq!(aged(7), "");
        assert!(aged(8).contains("2022-03-15"), "{}", aged(8));
    }

    #[test]
    fn odd_files_are_refused_without_being_opened() {
        let root = two_days();
        let folder = root.path().join("payments/dt=2022-03-15");
        fs::create_dir(folder.join("folder.parquet")).unwrap();
        std::os::unix::fs::symlink("loop.parquet", folder.join("loop.parquet")).unwrap();
        std::os::unix::fs::symlink("/nowhere", folder.join("dangling.parquet")).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", folder.join("escaping.parquet")).unwrap();
        std::os::unix::fs::symlink("part-0.parquet", folder.join("inside.parquet")).unwrap();
        let text = lines(&listed(&root, coverage("2022-03-15", 1)).rejected);
        for name in ["folder", "loop", "dangling", "escaping"] {
            assert!(text.contains(&format!("{name}.parquet")), "{text}");
        }
        assert!(!text.contains("inside.parquet"), "{text}");
    }
}
