//! The description of a generation, in `generation.json` beside its files.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::checksums::Checksums;
use super::file_system::{self, STAGE};
use super::hashing::file_hash;
use super::layout::{Layout, Name};
use super::partition_folder::PUBLISHED;
use crate::domain::Day;
use crate::error::{ExitClass, Finding, Outcome, disk, fault};

const FILE: &str = "generation.json";

/// What to do about a generation whose own records are gone or damaged.
pub(super) const UNUSABLE_ADVICE: &str = "roll back to another generation, then remove this one";

/// A generation, as its `generation.json` describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Generation {
    /// Its folder under `generations`.
    pub(crate) name: String,
    /// The id in the metadata of the files that it wrote.
    pub(super) id: String,
    /// Rises by one from generation to generation.
    pub(super) number: u32,
    /// The as-of day of the night that it added or replaced.
    pub(crate) as_of: Day,
    /// When it was published.
    pub(crate) created_at: Timestamp,
    /// The generation that was current before it.
    pub(super) parent: Option<String>,
    /// The version of shopscore that wrote it.
    pub(super) program_version: String,
    /// The nights that readers find in it, each with the hash of all that it was made of.
    pub(crate) nights: BTreeMap<Day, String>,
}

impl Generation {
    /// Writes it into `folder`, and records the hash of its file.
    pub(super) fn write(&self, folder: &Path, checksums: &mut Checksums) -> Outcome<()> {
        let path = folder.join(FILE);
        let text = serde_json::to_string_pretty(self).map_err(|error| fault(STAGE, error))?;
        fs::write(&path, text + "\n").map_err(|error| disk(STAGE, "write", &path, &error))?;
        checksums.insert(FILE.to_owned(), file_hash(&path)?);
        file_system::set_mode(&path, PUBLISHED.file_mode)
    }

    pub(super) fn read(layout: &Layout, name: &Name) -> Outcome<Self> {
        let path = layout.generation(name).join(FILE);
        let unusable = |error: io::Error| {
            Finding::new(STAGE, error.to_string(), "the description of a generation")
                .path(&path)
                .advice(UNUSABLE_ADVICE)
                .fail(ExitClass::State)
        };
        let text = fs::read(&path).map_err(unusable)?;
        serde_json::from_slice(&text).map_err(|error| unusable(error.into()))
    }
}
