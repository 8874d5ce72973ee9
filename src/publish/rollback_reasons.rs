//! Why rollbacks gave up frozen month ends, kept in `OUT/records/rollbacks.jsonl`: one line a rollback, never removed.

use std::fs::OpenOptions;
use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use super::file_system::{self, STAGE};
use super::layout::Layout;
use super::partition_folder::Root;
use crate::error::{Outcome, disk, fault};

/// What is kept of a rollback that gave up frozen month ends.
#[derive(Serialize)]
pub(super) struct RollbackReason<'a> {
    pub(super) at: Timestamp,
    /// The generation that was current, and the one that is now.
    pub(super) from: String,
    pub(super) to: String,
    pub(super) because: &'a str,
    /// The partitions that were given up.
    pub(super) month_ends: &'a [String],
}

impl RollbackReason<'_> {
    /// Adds a line, and waits until it is on disk.
    ///
    /// # Errors
    /// Disk.
    pub(super) fn keep(&self, layout: &Layout) -> Outcome<()> {
        let folder = layout.rollback_reasons();
        file_system::make_folder(&folder, Root::Published.folder_mode())?;
        let path = folder.join("rollbacks.jsonl");
        let line = serde_json::to_string(self).map_err(|error| fault(STAGE, error))?;
        let failed = |error: io::Error| disk(STAGE, "append", &path, &error);
        let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(failed)?;
        file.write_all(format!("{line}\n").as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        file_system::sync_folder(&folder)
    }
}
