//! What tells that a file is still the one that was listed: its size and times. Devices and inodes do not: on network file
//! systems they change when a file is opened.

use std::fs::{File, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{ExitClass, Finding, Outcome, disk};

const STAGE: &str = "contract";

/// What a file was when it was listed; one that changes is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileIdentity {
    pub(crate) size_bytes: u64,
    modified_nanoseconds: i128,
    changed_nanoseconds: i128,
}

impl FileIdentity {
    /// The identity that a file's metadata gives.
    pub fn of(metadata: &Metadata) -> Self {
        let nanoseconds = |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
        Self {
            size_bytes: metadata.size(),
            modified_nanoseconds: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            changed_nanoseconds: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// That of a file which an engine has listed, and which has no other time.
    pub(super) fn listed(size_bytes: u64, modified_micros: i64) -> Self {
        let nanoseconds = i128::from(modified_micros) * 1_000;
        Self { size_bytes, modified_nanoseconds: nanoseconds, changed_nanoseconds: nanoseconds }
    }

    /// In words that no two of them have.
    pub(super) fn told(self) -> String {
        let Self { size_bytes, modified_nanoseconds, changed_nanoseconds } = self;
        format!("{size_bytes} {modified_nanoseconds} {changed_nanoseconds}")
    }
}

/// What is read of an entry of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Folder,
    /// A regular file.
    File(FileIdentity),
}

/// Opens a file, making sure that it is still the one that was listed; one that has changed is rejected.
pub(super) fn open(path: &Path, listed: FileIdentity) -> Outcome<File> {
    let file = File::open(path).map_err(|error| {
        Finding::new(STAGE, format!("a file that cannot be opened ({error})"), "a readable file")
            .path(path)
            .advice("give the job's user permission to read it")
            .fail(ExitClass::Disk)
    })?;
    check_unchanged(path, &file, listed)?;
    Ok(file)
}

/// Makes sure that an open file is still what it was when it was listed; it is rejected where its identity differs.
pub(super) fn check_unchanged(path: &Path, file: &File, listed: FileIdentity) -> Outcome<()> {
    let now = FileIdentity::of(&file.metadata().map_err(|error| disk(STAGE, "stat", path, &error))?);
    if now == listed {
        return Ok(());
    }
    let found = format!("a file of {} bytes that changed while it was used", now.size_bytes);
    Err(Finding::new(STAGE, found, format!("the {} bytes that were listed", listed.size_bytes))
        .path(path)
        .advice("let the producer write under another name and rename; then run again")
        .fail(ExitClass::Rejected))
}
