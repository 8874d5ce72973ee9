//! Copies of frozen month ends and of what restatements replaced, which share no bytes on disk with what readers open.
//!
//! `OUT/frozen/TABLE/KEY=VALUE/HASH.parquet`: one file for every version that was ever published. Generations share their
//! files by hard links, so damage to one is damage to all; scores that decided over shops must survive it.

use std::fs;
use std::path::{Path, PathBuf};

use super::checksums::{Checksums, file_hash, other_hash};
use super::file_system::{self, STAGE};
use super::layout::Layout;
use super::outputs::{MONTH_END_REVISIONS, MONTH_END_SCORES};
use super::partition::{MONTHS, PUBLISHED, partition_paths};
use crate::error::{Finding, Outcome, disk, fault};

/// A copy that is being made.
const UNFINISHED: &str = ".unfinished";

/// The copies that killed runs may have begun.
pub(super) fn unfinished(layout: &Layout) -> Outcome<Vec<PathBuf>> {
    let partitions = partition_paths(&layout.frozen)?.into_iter();
    Ok(partitions.map(|partition| layout.frozen.join(partition).join(UNFINISHED)).collect())
}

/// Where the copy of a month end's file lies, given its path in a generation and its hash; other files have none.
pub(super) fn copy_of(layout: &Layout, path: &str, hash: &str) -> Option<PathBuf> {
    let (partition, _) = path.strip_prefix(PUBLISHED.name)?.strip_prefix('/')?.rsplit_once('/')?;
    let (table, _) = partition.split_once('/')?;
    let is_frozen = [MONTH_END_SCORES, MONTH_END_REVISIONS].iter().any(|frozen| frozen.name == table);
    is_frozen.then(|| layout.frozen.join(partition).join(format!("{hash}.parquet")))
}

/// Keeps a copy of each month end that a run wrote into `staging` and that has no sound one yet: that of a run which died
/// before it synced may be empty.
pub(super) fn keep_copies(layout: &Layout, staging: &Path, written: &Checksums) -> Outcome<()> {
    for (path, hash) in written.iter() {
        let unsound = copy_of(layout, path, hash).filter(|copy| file_hash(copy).ok().as_deref() != Some(hash));
        let Some(copy) = unsound else { continue };
        let folder = copy.parent().ok_or_else(|| fault(STAGE, format!("{path}: a copy in no folder")))?;
        file_system::make_folder(folder, PUBLISHED.folder_mode)?;
        let unfinished = folder.join(UNFINISHED);
        file_system::remove(&unfinished)?;
        let copied = fs::copy(staging.join(path), &unfinished);
        copied.map_err(|error| disk(STAGE, "copy", &unfinished, &error))?;
        file_system::rename(&unfinished, &copy)?;
    }
    Ok(())
}

/// A finding of `stage` about a file of a generation that is not as it was recorded, with where a sound one is to be had.
pub(super) fn not_as_recorded(
    stage: &'static str,
    layout: &Layout,
    (generation, path): (&Path, &str),
    found: Option<String>,
    recorded: &str,
) -> Finding {
    let advice = match copy_of(layout, path, recorded) {
        Some(copy) => format!("put {} in its place: every generation shares this file", copy.display()),
        None if path.starts_with(MONTHS.name) => {
            "remove it: what is published next makes it anew of its nights".to_owned()
        }
        None => "publish its day again with `shopscore nightly`".to_owned(),
    };
    other_hash(stage, found, recorded).path(&generation.join(path)).advice(advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_that_a_dead_run_left_empty_is_made_again() {
        let out = tempfile::tempdir().unwrap();
        let (layout, staging) = (Layout::new(out.path()), out.path().join("staging"));
        let path = "published/month_end_scores/month_end=2022-02-28/part-0.parquet";
        let file = staging.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "rows").unwrap();
        let hash = file_hash(&file).unwrap();
        let copy = copy_of(&layout, path, &hash).unwrap();
        let mut written = Checksums::default();
        written.insert(path.to_owned(), hash);
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::write(&copy, "").unwrap();
        keep_copies(&layout, &staging, &written).unwrap();
        assert_eq!(fs::read(&copy).unwrap(), b"rows");
    }
}
