//! Partition folders and their files, seen as they are: no globs, no inference of Hive keys, nothing is opened.
//!
//! Names that start with `_` or `.` are ignored, so are files that are not `*.parquet`. A partition whose name is no day, a
//! file that is no regular file and one that lies outside the extracts are findings (specification, section 2).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::domain::Day;
use crate::error::{Finding, Outcome};
use crate::extracts::identity::FileIdentity;
use crate::extracts::manifest::MANIFEST;
use crate::extracts::tables::Table;
use crate::folders::entries;

pub(super) const STAGE: &str = "listing";

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

/// The partition folders of a table by day, under the extracts at `root`.
pub(super) fn day_folders(root: &Path, folder: &Path, rejected: &mut Vec<Finding>) -> Outcome<BTreeMap<Day, PathBuf>> {
    let mut days = BTreeMap::new();
    for (name, path) in entries(STAGE, folder)? {
        let of_day = name.strip_prefix("dt=").map(str::parse::<Day>);
        if is_ignored(&name) || (!path.is_dir() && !name.ends_with(".parquet") && of_day.is_none()) {
            continue;
        }
        let found = match of_day {
            Some(Ok(day)) if path.is_dir() && leads_inside(root, &path) => {
                days.insert(day, path);
                continue;
            }
            Some(Ok(_)) => "a file, or a link that leads nowhere or outside the extracts".to_owned(),
            Some(Err(_)) | None => format!("the name {name:?}"),
        };
        let finding = Finding::new(STAGE, found, "a folder dt=YYYY-MM-DD, one spelling a day").path(&path);
        rejected.push(finding.advice("rename or remove it; names that start with _ or . are ignored"));
    }
    Ok(days)
}

impl Partition {
    /// The table-day in `folder`, under the extracts at `root`; what is no part file by its name is `ignored`.
    pub(super) fn list(
        root: &Path,
        (table, day, folder): (Table, Day, PathBuf),
        rejected: &mut Vec<Finding>,
        ignored: &mut Vec<PathBuf>,
    ) -> Outcome<Self> {
        let mut partition = Self { table, day, folder, files: Vec::new(), manifest: None };
        for (name, path) in entries(STAGE, &partition.folder)? {
            let is_manifest = name == MANIFEST;
            if !is_manifest && (is_ignored(&name) || (!name.ends_with(".parquet") && !path.is_dir())) {
                ignored.push(path);
                continue;
            }
            match regular_file(root, &path).map(|metadata| FileIdentity::of(&metadata)) {
                Ok(identity) if is_manifest => partition.manifest = Some(PartFile { path, identity }),
                Ok(identity) => partition.files.push(PartFile { path, identity }),
                Err(found) => {
                    let finding = Finding::new(STAGE, found, "a regular file inside the extracts").path(&path);
                    rejected.push(finding.advice("replace it by the file itself, or remove it"));
                }
            }
        }
        Ok(partition)
    }
}

fn is_ignored(name: &str) -> bool {
    name.starts_with(['_', '.'])
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
    match metadata {
        _ if metadata.is_dir() => Err("a folder".to_owned()),
        _ if metadata.is_file() => Ok(metadata),
        _ => Err("a pipe, socket or device".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::extracts::readable::day;

    #[test]
    fn a_link_to_a_file_inside_the_extracts_is_a_part_file_and_one_that_leads_outside_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("payments/dt=2022-03-15");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("part-0.parquet"), "x").unwrap();
        symlink("part-0.parquet", folder.join("inside.parquet")).unwrap();
        symlink("/etc/passwd", folder.join("outside.parquet")).unwrap();
        let (of, mut rejected) = ((Table::Payments, day("2022-03-15"), folder.clone()), Vec::new());
        let partition = Partition::list(root.path(), of, &mut rejected, &mut Vec::new()).unwrap();
        let listed: Vec<_> = partition.files.iter().map(|file| file.path.strip_prefix(&folder).unwrap()).collect();
        assert_eq!(listed, ["inside.parquet", "part-0.parquet"].map(Path::new));
        let [finding] = rejected.as_slice() else { panic!("{rejected:?}") };
        assert!(finding.to_string().contains("/outside.parquet: found a link to /etc/passwd"), "{finding}");
    }
}
