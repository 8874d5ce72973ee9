//! The generations that a reader can be shown: what each holds, and how to go back to one.
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
use crate::domain::Day;
use crate::error::{ExitClass, Failure, Finding, Outcome, disk, fault};

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

/// Shows readers an earlier generation again. `to` is its name, or its id or number where only one has it.
///
/// # Errors
/// Usage where `to` names none or several; state; disk, with the link as it was.
pub fn rollback(out: &Path, to: &str) -> Outcome<Published> {
    let layout = Layout::new(out);
    let previous = current::read(&layout)?;
    let names = once_current(&layout, previous.as_ref())?;
    let is_meant = |name: &&Name| name.to_string() == to || name.id == to || to.parse() == Ok(name.number);
    let meant: Vec<_> = names.iter().filter(is_meant).collect();
    let [next] = meant.as_slice() else {
        return Err(not_one(&layout, to, meant.len(), &names));
    };
    let changed = previous.as_ref() != Some(next);
    if changed {
        current::link_quarantine(&layout)?;
        current::switch(&layout, previous.as_ref(), next)?;
    }
    Ok(Published { name: next.to_string(), id: next.id.clone(), changed, path: layout.generation(next) })
}

fn not_one(layout: &Layout, to: &str, meant: usize, names: &[Name]) -> Failure {
    let names: Vec<_> = names.iter().map(Name::to_string).collect();
    let there = if names.is_empty() { "nothing is published".to_owned() } else { names.join(", ") };
    Finding::new("rollback", format!("{meant} generations called {to}"), "exactly one")
        .path(&layout.generations())
        .advice(format!("there are: {there}"))
        .fail(ExitClass::Usage)
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

/// Writes `generation.json` into `folder`.
pub(super) fn describe(folder: &Path, generation: &Generation) -> Outcome<()> {
    let path = folder.join("generation.json");
    let text = serde_json::to_string_pretty(generation).map_err(|error| fault(STAGE, error))?;
    fs::write(&path, text + "\n").map_err(|error| disk(STAGE, "write", &path, &error))?;
    file_system::set_mode(&path, Root::Published.file_mode())
}

/// Reads a generation's `generation.json`.
pub(super) fn read(layout: &Layout, name: &Name) -> Outcome<Generation> {
    let path = layout.generation(name).join("generation.json");
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
    use crate::publish::testing::{files, night, published};

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
    fn rolling_back_shows_the_earlier_night_and_rolling_forward_the_later() {
        let out = tempfile::tempdir().unwrap();
        let first = published(out.path(), &night("2022-03-14", 4.1, &[("2022-03-14", "{}")]));
        let current = out.path().join("current");
        let (before, set_aside) = (files(&current), files(&out.path().join("quarantine")));
        let second = published(out.path(), &night("2022-03-15", 4.2, &[]));
        let after = files(&current);
        assert_ne!(before, after);
        assert!(rollback(out.path(), &first.name).unwrap().changed);
        assert_eq!(files(&current), before);
        assert_eq!(files(&out.path().join("quarantine")), set_aside);
        assert!(!rollback(out.path(), &first.id).unwrap().changed);
        rollback(out.path(), "2").unwrap();
        assert_eq!(files(&current), after);
        rollback(out.path(), &second.id).unwrap();
        assert_eq!(list(out.path()).unwrap().len(), 2);
    }

    #[test]
    fn publishing_after_a_rollback_builds_on_what_readers_see() {
        let out = tempfile::tempdir().unwrap();
        let [first, _] = two_nights(out.path());
        rollback(out.path(), &first.name).unwrap();
        let third = published(out.path(), &night("2022-03-16", 4.3, &[]));
        assert!(third.name.starts_with("000003-"));
        let nights: Vec<_> = files(&out.path().join("current")).into_keys().collect();
        assert_eq!(nights, ["tiny/dt=2022-03-14/part-0.parquet", "tiny/dt=2022-03-16/part-0.parquet"]);
        assert_eq!(list(out.path()).unwrap().last().unwrap().parent, Some(first.name));
    }

    #[test]
    fn an_unknown_generation_is_refused_with_a_list_of_what_there_is() {
        let out = tempfile::tempdir().unwrap();
        assert_eq!(rollback(out.path(), "1").unwrap_err().class, ExitClass::Usage);
        let [first, second] = two_nights(out.path());
        let failure = rollback(out.path(), "3").unwrap_err();
        assert_eq!(failure.class, ExitClass::Usage);
        assert!(failure.to_string().contains(&format!("{}, {}", first.name, second.name)), "{failure}");
    }

    #[test]
    fn an_id_that_two_generations_have_is_refused() {
        let out = tempfile::tempdir().unwrap();
        let [first, _] = two_nights(out.path());
        rollback(out.path(), &first.name).unwrap();
        let again = published(out.path(), &night("2022-03-15", 4.2, &[]));
        let failure = rollback(out.path(), &again.id).unwrap_err();
        assert!(failure.to_string().contains("2 generations called"), "{failure}");
        rollback(out.path(), &again.name).unwrap();
    }

    #[test]
    fn a_generation_that_was_never_current_is_neither_listed_nor_rolled_back_to() {
        let out = tempfile::tempdir().unwrap();
        let [first, _] = two_nights(out.path());
        let orphan = out.path().join("generations/000003-2022-03-16-0123456789ab");
        fs::create_dir_all(orphan.join("published")).unwrap();
        assert_eq!(list(out.path()).unwrap().len(), 2);
        assert_eq!(rollback(out.path(), "3").unwrap_err().class, ExitClass::Usage);
        rollback(out.path(), &first.name).unwrap();
    }
}
