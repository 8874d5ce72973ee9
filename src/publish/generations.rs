//! The generations that a reader can be shown, and what each holds.
//!
//! Those are the current one and those that were current once. A generation that was completed by a run that died
//! before its switch is neither: it is not listed, and the next run removes it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::current;
use super::file_system::{self, STAGE};
use super::layout::{Layout, Name, Root};
use super::parquet_file::file_hash;
use super::sums::Sums;
use crate::domain::Day;
use crate::error::{ExitClass, Finding, Outcome, disk, fault};

const DESCRIPTION: &str = "generation.json";

/// A generation, as its `generation.json` describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generation {
    /// Its folder under `generations`.
    pub name: String,
    /// The id in the metadata of the files that it wrote.
    pub id: String,
    /// Rises by one from generation to generation.
    pub number: u32,
    /// The as-of day of the night that it added or replaced.
    pub as_of: Day,
    /// When it was published.
    pub created_at: Timestamp,
    /// The generation that was current before it.
    pub parent: Option<String>,
    /// The version of shopscore that wrote it.
    pub program_version: String,
    /// The nights that readers find in it, each with the hash of all that it was made of.
    pub nights: BTreeMap<Day, String>,
    /// Whether it is the one that readers see now.
    #[serde(skip)]
    pub current: bool,
}

/// What a publication or a rollback came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The generation that is current now.
    pub name: String,
    /// Its id.
    pub id: String,
    /// False where it was current before, and holds every byte of the night.
    pub changed: bool,
    /// Its folder.
    pub path: PathBuf,
}

/// The generations under `out`, oldest first; none where nothing was published yet.
///
/// # Errors
/// State where the link or a generation's description cannot be used; disk.
pub fn list(out: &Path) -> Outcome<Vec<Generation>> {
    let layout = Layout::new(out);
    let shown = current::read(&layout)?;
    let mut generations = Vec::new();
    for name in once_current(&layout, shown.as_ref())? {
        match read(&layout, &name) {
            Ok(generation) => {
                generations.push(Generation { current: Some(&name) == shown.as_ref(), ..generation });
            }
            // A run may remove old generations while they are being listed.
            Err(_) if !layout.generation(&name).exists() => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(generations)
}

/// The nights that readers see, each with the hash of all that it was made of.
///
/// # Errors
/// State where the link or the generation's description cannot be used; disk.
pub fn nights(out: &Path) -> Outcome<BTreeMap<Day, String>> {
    let layout = Layout::new(out);
    match current::read(&layout)? {
        Some(name) => Ok(read(&layout, &name)?.nights),
        None => Ok(BTreeMap::new()),
    }
}

/// All generations, whole or not, in order of their numbers.
pub(super) fn all(layout: &Layout) -> Outcome<Vec<Name>> {
    let mut names: Vec<Name> =
        file_system::names(&layout.generations())?.iter().filter_map(|name| name.parse().ok()).collect();
    names.sort_unstable();
    Ok(names)
}

/// Those that readers were shown, in order of their numbers.
pub(super) fn once_current(layout: &Layout, current: Option<&Name>) -> Outcome<Vec<Name>> {
    let mut names = all(layout)?;
    names.retain(|name| Some(name) == current || current::is_marked(layout, name));
    Ok(names)
}

/// Writes `generation.json` into `folder`, and records its hash.
pub(super) fn describe(folder: &Path, generation: &Generation, sums: &mut Sums) -> Outcome<()> {
    let path = folder.join(DESCRIPTION);
    let text = serde_json::to_string_pretty(generation).map_err(|error| fault(STAGE, error))?;
    fs::write(&path, text + "\n").map_err(|error| disk(STAGE, "write", &path, &error))?;
    sums.insert(DESCRIPTION.to_owned(), file_hash(&path)?);
    file_system::set_mode(&path, Root::Published.file_mode())
}

/// Reads a generation's `generation.json`.
pub(super) fn read(layout: &Layout, name: &Name) -> Outcome<Generation> {
    let path = layout.generation(name).join(DESCRIPTION);
    let unusable = |error: io::Error| {
        Finding::new(STAGE, error.to_string(), "the description of a generation")
            .path(&path)
            .advice("roll back to another generation, then remove this one")
            .fail(ExitClass::State)
    };
    let text = fs::read(&path).map_err(unusable)?;
    serde_json::from_slice(&text).map_err(|error| unusable(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::rollback;
    use crate::publish::testing::{night, published, why};

    fn two_nights(out: &Path) -> [Published; 2] {
        [published(out, &night("2022-03-14", 4.1, &[])), published(out, &night("2022-03-15", 4.2, &[]))]
    }

    #[test]
    fn generations_are_listed_oldest_first() {
        let out = tempfile::tempdir().unwrap();
        assert_eq!(list(out.path()).unwrap(), []);
        let [first, second] = two_nights(out.path());
        let shown: Vec<_> = list(out.path())
            .unwrap()
            .into_iter()
            .map(|generation| {
                (generation.name, generation.parent, generation.nights.len(), generation.current)
            })
            .collect();
        assert_eq!(shown, [(first.name.clone(), None, 1, false), (second.name, Some(first.name), 2, true)]);
    }

    #[test]
    fn a_generation_that_was_never_current_is_neither_listed_nor_rolled_back_to() {
        let out = tempfile::tempdir().unwrap();
        let [first, _] = two_nights(out.path());
        let orphan = out.path().join("generations/000003-2022-03-16-0123456789ab");
        fs::create_dir_all(orphan.join("published")).unwrap();
        assert_eq!(list(out.path()).unwrap().len(), 2);
        assert_eq!(rollback(out.path(), "3", why()).unwrap_err().class, ExitClass::Usage);
        rollback(out.path(), &first.name, why()).unwrap();
    }
}
