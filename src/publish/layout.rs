//! Where everything lies under OUT.

use std::path::{Path, PathBuf};

use super::name::Name;

/// What is under construction, a generation or refused rows. Like all of ours that readers must not meet, it starts with a dot.
const STAGING: &str = ".staging";
/// A generation being removed: renamed first, so that a half removed one is never taken for a whole one.
const REMOVING_PREFIX: &str = ".removing-";

/// The folders of OUT that runs make and need; that of the report is not among them, which is no reason for a run to fail.
pub(crate) const OWN_FOLDERS: [&str; 6] = ["frozen", "generations", "locks", "records", "refused", "runs"];

/// The folder of a generation, by its name.
pub(crate) fn generation_folder(out: &Path, name: &str) -> PathBuf {
    out.join("generations").join(name)
}

/// The folder of OUT that holds the lock.
pub fn lock_folder(out: &Path) -> PathBuf {
    out.join("locks")
}

#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) out: PathBuf,
    /// The link that readers open.
    pub(super) current: PathBuf,
    /// The link that will be renamed over it.
    pub(super) next_current: PathBuf,
    pub(super) generations: PathBuf,
    pub(super) staging: PathBuf,
    /// The copies of month ends that share nothing with the generations.
    pub(super) frozen: PathBuf,
    /// What persons decided: why rollbacks gave up frozen month ends, and what they hold.
    pub(super) records: PathBuf,
    /// The nights that rollbacks hold, and those that were released.
    pub(super) holds: PathBuf,
    /// The list that will be renamed over it.
    pub(super) next_holds: PathBuf,
    /// The rows that stopped runs.
    pub(super) refused: PathBuf,
    /// Such rows while they are being written.
    pub(super) refused_staging: PathBuf,
}

impl Layout {
    pub(super) fn new(out: &Path) -> Self {
        let (generations, records) = (out.join("generations"), out.join("records"));
        Self {
            out: out.to_owned(),
            current: out.join("current"),
            next_current: out.join(".current.next"),
            staging: generations.join(STAGING),
            generations,
            frozen: out.join("frozen"),
            holds: records.join("holds.json"),
            next_holds: records.join(".holds.next"),
            records,
            refused_staging: out.join("refused").join(STAGING),
            refused: out.join("refused"),
        }
    }

    pub(super) fn generation(&self, name: &Name) -> PathBuf {
        self.generations.join(name.to_string())
    }
}

/// What a generation's folder is called while it is being removed.
pub(super) fn removing(folder: &Path) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(format!("{REMOVING_PREFIX}{name}"))
}

/// Whether a name under `generations` is one that only an unfinished run leaves there.
pub(super) fn is_unfinished(name: &str) -> bool {
    name == STAGING || name.starts_with(REMOVING_PREFIX)
}
