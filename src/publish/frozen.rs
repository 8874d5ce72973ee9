//! Copies of frozen month ends and of what restatements replaced, which share no bytes on disk with what readers open.
//!
//! `OUT/frozen/TABLE/KEY=VALUE/HASH.parquet`: one file for every version that was ever published. Generations share their
//! files by hard links, so damage to one is damage to all; scores that decided over shops must survive it.

use std::fs;
use std::path::{Path, PathBuf};

use super::file_system::{self, STAGE};
use super::layout::{Layout, Root};
use super::outputs::{MONTH_END_REVISIONS, MONTH_END_SCORES};
use super::sums::Sums;
use crate::error::{Outcome, disk};

/// Whether a path in a generation is that of a month end.
pub(super) fn is_frozen(path: &Path) -> bool {
    [&MONTH_END_SCORES, &MONTH_END_REVISIONS]
        .into_iter()
        .any(|table| path.starts_with(Path::new(Root::Published.name()).join(table.name)))
}

/// Where the copy of a file of a generation lies, given its path there and its hash.
pub(super) fn copy_of(layout: &Layout, path: &Path, hash: &str) -> Option<PathBuf> {
    let partition = path.parent()?.strip_prefix(Root::Published.name()).ok()?;
    Some(layout.out().join("frozen").join(partition).join(format!("{hash}.parquet")))
}

/// Keeps a copy of each month end of a generation under construction that has none yet.
///
/// # Errors
/// Disk.
pub(super) fn keep_copies(layout: &Layout, staging: &Path, sums: &Sums) -> Outcome<()> {
    for (file, hash) in sums.of(staging) {
        let Ok(path) = file.strip_prefix(staging) else { continue };
        let Some(copy) = copy_of(layout, path, hash).filter(|copy| is_frozen(path) && !copy.exists()) else {
            continue;
        };
        let Some(folder) = copy.parent() else { continue };
        file_system::make_folder(folder, Root::Published.folder_mode())?;
        let unfinished = folder.join(".unfinished");
        file_system::remove(&unfinished)?;
        fs::copy(&file, &unfinished).map_err(|error| disk(STAGE, "copy", &unfinished, &error))?;
        file_system::rename(&unfinished, &copy)?;
    }
    Ok(())
}
