//! The generations that a reader can be shown, and what each holds.
//!
//! Those are the current one and those that were current once. A generation that was completed by a run that died
//! before its switch is neither: it is not listed, and the next run removes it.

use std::collections::BTreeMap;
use std::path::Path;

use super::current;
use super::description::Generation;
use super::file_system;
use super::layout::{Layout, Name};
use crate::domain::Day;
use crate::error::Outcome;

/// A generation that readers can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListedGeneration {
    /// What it is.
    pub(crate) generation: Generation,
    /// Whether it is the one that readers see now.
    pub(crate) is_current: bool,
}

/// What a publication or a rollback came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Published {
    /// The generation that is current now.
    pub(crate) name: String,
    /// False where it was current before, and holds every byte of the night.
    pub(crate) changed: bool,
}

/// The generations under `out`, oldest first; none where nothing was published yet.
///
/// # Errors
/// State where the link or a generation's description cannot be used; disk.
pub(crate) fn list(out: &Path) -> Outcome<Vec<ListedGeneration>> {
    let layout = Layout::new(out);
    let shown = current::read(&layout)?;
    let mut generations = Vec::new();
    for name in once_current(&layout, shown.as_ref())? {
        match Generation::read(&layout, &name) {
            Ok(generation) => {
                generations.push(ListedGeneration { generation, is_current: Some(&name) == shown.as_ref() });
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
pub(crate) fn nights(out: &Path) -> Outcome<BTreeMap<Day, String>> {
    let layout = Layout::new(out);
    match current::read(&layout)? {
        Some(name) => Ok(Generation::read(&layout, &name)?.nights),
        None => Ok(BTreeMap::new()),
    }
}

/// All generations, whole or not, in order of their numbers.
pub(super) fn all(layout: &Layout) -> Outcome<Vec<Name>> {
    let mut names: Vec<Name> =
        file_system::names(&layout.generations)?.iter().filter_map(|name| name.parse().ok()).collect();
    names.sort_unstable();
    Ok(names)
}

/// Those that readers were shown, in order of their numbers.
pub(super) fn once_current(layout: &Layout, current: Option<&Name>) -> Outcome<Vec<Name>> {
    let mut names = all(layout)?;
    names.retain(|name| Some(name) == current || current::is_marked(layout, name));
    Ok(names)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::error::ExitClass;
    use crate::publish::testing::Out;

    #[test]
    fn generations_are_listed_oldest_first() {
        let out = Out::new();
        assert_eq!(list(out.path()).unwrap(), []);
        let [first, second] = out.publish_two_nights();
        let generations = list(out.path()).unwrap().into_iter();
        let shown: Vec<_> = generations
            .map(|ListedGeneration { generation, is_current }| {
                (generation.name, generation.parent, generation.nights.len(), is_current)
            })
            .collect();
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
