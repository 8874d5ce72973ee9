//! What lies under OUT and that nobody needs any more, found and removed; the caller holds the lock.
//!
//! Copies of frozen month ends stay, those of versions that no generation holds, too: nothing else has them. Quarantined rows are
//! part of the generation that holds them, and too old ones go with the next night or with the generation.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::file_system;
use super::layout::Layout;
use super::pruning::{self, KeptGenerations};
use super::recovery;
use crate::domain::Day;
use crate::error::Outcome;

/// The generations that are kept no longer at `now`, when no run goes on.
pub(crate) fn old_generations(out: &Path, keep: KeptGenerations, now: Timestamp) -> Outcome<Vec<PathBuf>> {
    let layout = Layout::new(out);
    recovery::look(&layout)?;
    pruning::outdated(&layout, keep, now, 1)
}

/// Removes generations, of which no half one can be rolled back to.
pub(crate) fn remove_generations(folders: &[PathBuf]) -> Outcome<()> {
    pruning::remove(folders)
}

/// What killed runs left.
pub(crate) fn leftovers(out: &Path) -> Outcome<Vec<PathBuf>> {
    let layout = Layout::new(out);
    let shown = recovery::look(&layout)?;
    recovery::leftovers(&layout, shown.as_ref())
}

/// The rows that stopped runs on days before `kept_from`.
pub(crate) fn old_refused(out: &Path, kept_from: Day) -> Outcome<Vec<PathBuf>> {
    let folder = Layout::new(out).refused;
    let is_old = |name: &String| {
        name.strip_prefix("dt=").and_then(|day| day.parse().ok()).is_some_and(|day: Day| day < kept_from)
    };
    Ok(file_system::names(&folder)?.iter().filter(|name| is_old(name)).map(|name| folder.join(name)).collect())
}
