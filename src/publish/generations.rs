//! The generations that a reader can be shown, and the description of each, in `generation.json` beside its files.
//!
//! Those are the current one and those that were current once. A generation that was completed by a run that died
//! before its switch is neither: it is not listed, and the next run removes it.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::checksums::{Checksums, file_hash};
use super::current;
use super::file_system::{self, STAGE};
use super::layout::Layout;
use super::name::Name;
use super::partition::PUBLISHED;
use crate::domain::Day;
use crate::error::{ExitClass, Finding, Outcome, disk, fault};
use crate::space::Space;

const FILE: &str = "generation.json";

/// What to do about a generation whose own records are gone or damaged.
pub(super) const UNUSABLE_ADVICE: &str = "roll back to another generation, then remove this one";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Generation {
    /// Its folder under `generations`.
    pub(crate) name: String,
    /// The id in the metadata of the files that it wrote.
    pub(super) id: String,
    pub(super) number: u32,
    /// The as-of day of the night that it added or replaced.
    pub(crate) as_of: Day,
    /// The instant of its run: all generations that a run published have it.
    pub(crate) created_at: Timestamp,
    /// The generation that was current before it.
    pub(super) parent: Option<String>,
    /// The generation that was current before its run, of which others may lie between; a release before did not record it.
    #[serde(default)]
    pub(super) before_run: Option<String>,
    pub(super) program_version: String,
    /// The nights that readers find in it, each with the hash of all that it was made of.
    pub(crate) nights: BTreeMap<Day, String>,
}

impl Generation {
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
            let finding = Finding::new(STAGE, error.to_string(), "the description of a generation").path(&path);
            finding.advice(UNUSABLE_ADVICE).fail(ExitClass::State)
        };
        let text = fs::read(&path).map_err(unusable)?;
        serde_json::from_slice(&text).map_err(|error| unusable(error.into()))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListedGeneration {
    pub(crate) generation: Generation,
    pub(crate) is_current: bool,
    /// What it takes on disk alone, which its removal would free; none where not all of it may be looked into.
    pub(crate) own_bytes: Option<u64>,
}

/// What a publication or a rollback came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Published {
    /// The generation that is current now; empty where a rehearsal found none.
    pub(crate) name: String,
    /// False where it was current before, and holds every byte of the night.
    pub(crate) changed: bool,
    /// The SHA-256 of the files of the partitions that were published, by path in the generation.
    pub(crate) files: BTreeMap<String, String>,
    /// How many rows each file has that this publication wrote, by path in the generation.
    pub(crate) rows: BTreeMap<String, usize>,
}

/// The generations under `out`, oldest first; none where nothing was published yet.
pub(crate) fn list(out: &Path) -> Outcome<Vec<ListedGeneration>> {
    let layout = Layout::new(out);
    let shown = current::read(&layout)?;
    let mut generations = Vec::new();
    for name in once_current(&layout, shown.as_ref())? {
        let is_current = Some(&name) == shown.as_ref();
        match Generation::read(&layout, &name) {
            Ok(generation) => {
                let own_bytes = Space::of(STAGE, &layout.generation(&name))?.freed_bytes();
                generations.push(ListedGeneration { generation, is_current, own_bytes });
            }
            // A run may remove old generations while they are being listed.
            Err(_) if !layout.generation(&name).exists() => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(generations)
}

/// What all of `out` takes on disk; none where not all of it may be looked into.
pub(crate) fn size_bytes(out: &Path) -> Outcome<Option<u64>> {
    Ok(Space::of(STAGE, out)?.taken_bytes())
}

/// The nights that readers see, each with the hash of all that it was made of.
pub(crate) fn nights(out: &Path) -> Outcome<BTreeMap<Day, String>> {
    let layout = Layout::new(out);
    let shown = current::read(&layout)?;
    shown.map_or(Ok(BTreeMap::new()), |name| Ok(Generation::read(&layout, &name)?.nights))
}

/// All generations, whole or not, in order of their numbers.
pub(super) fn all(layout: &Layout) -> Outcome<Vec<Name>> {
    let names = file_system::names(&layout.generations)?;
    let mut names: Vec<Name> = names.iter().filter_map(|name| name.parse().ok()).collect();
    names.sort_unstable();
    Ok(names)
}

/// Those that readers were shown, in order of their numbers.
pub(super) fn once_current(layout: &Layout, current: Option<&Name>) -> Outcome<Vec<Name>> {
    let mut names = all(layout)?;
    names.retain(|name| Some(name) == current || current::is_marked(layout, name));
    Ok(names)
}

/// The one generation of those that readers were shown that is called so: by its name, or by its id or number where only one
/// has it.
pub(super) fn called(layout: &Layout, current: Option<&Name>, to: &str) -> Outcome<Name> {
    let mut names = once_current(layout, current)?;
    let listed = names.iter().map(Name::to_string).collect::<Vec<_>>().join(", ");
    names.retain(|name| name.to_string() == to || name.id.to_string() == to || to.parse() == Ok(name.number));
    let count = names.len();
    match names.pop() {
        Some(name) if count == 1 => Ok(name),
        _ => {
            let found = format!("{count} generations called {to}");
            let there = if listed.is_empty() { "nothing is published" } else { &listed };
            let finding = Finding::new(STAGE, found, "exactly one").path(&layout.generations);
            Err(finding.advice(format!("there are: {there}")).fail(ExitClass::Usage))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::testing::Out;

    #[test]
    fn generations_are_listed_oldest_first() {
        let out = Out::new();
        assert_eq!(list(out.path()).unwrap(), []);
        let [first, second] = out.publish_two_nights();
        let shown = list(out.path()).unwrap().into_iter().map(|ListedGeneration { generation, is_current, .. }| {
            (generation.name, generation.parent, generation.nights.len(), is_current)
        });
        let shown: Vec<_> = shown.collect();
        assert_eq!(shown, [(first.name.clone(), None, 1, false), (second.name, Some(first.name), 2, true)]);
    }

    #[test]
    fn a_generation_that_was_never_current_is_neither_listed_nor_rolled_back_to() {
        let out = Out::new();
        let [first, _] = out.publish_two_nights();
        let orphan = out.path().join("generations/000003-2022-03-16-0123456789ab");
        fs::create_dir_all(orphan.join("published")).unwrap();
        assert_eq!(list(out.path()).unwrap().len(), 2);
        assert_eq!(out.rollback("3").unwrap_err().class, ExitClass::Usage);
        out.rollback(&first.name).unwrap();
    }
}
