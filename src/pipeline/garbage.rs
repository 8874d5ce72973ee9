//! What OUT and STATE hold and nobody needs any more, kind by kind: found, counted and removed.
//!
//! In: settings, the instant, the last day that is over. Out: how many of each kind there are and what their removal frees, or
//! would free in a rehearsal. What a night reads, table-days and their days, is [`state`](super::state)'s to prune.

use std::path::PathBuf;

use jiff::Timestamp;

use super::kept_generations;
use crate::publish::garbage;
use crate::state::{checksummed, rehearsal::Keeping, store::Store};
use crate::{domain::Day, error::Outcome, folders, settings::Settings, space::Space};

const STAGE: &str = "gc";

/// Things of one kind that nobody needs.
struct Kind {
    /// In the plural.
    name: &'static str,
    paths: Vec<PathBuf>,
    remove: fn(&[PathBuf]) -> Outcome<()>,
}

/// What of one kind was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Removed {
    pub(crate) name: &'static str,
    pub(crate) count: usize,
    /// What that frees; none where not all of it may be looked into.
    pub(crate) size_bytes: Option<u64>,
}

/// All kinds, in the order in which they go. One that is added here is found, counted and removed.
fn kinds(
    settings: &Settings,
    (now, yesterday): (Timestamp, Day),
    made_of_nights: [(&'static str, Vec<PathBuf>); 2],
) -> Outcome<Vec<Kind>> {
    let Settings { out, state, .. } = settings;
    let store = Store::open(state, false, Keeping::InState)?;
    let kind = |name, paths| Kind { name, paths, remove: remove_all };
    let old_generations = garbage::old_generations(out, kept_generations(settings), now)?;
    let [records, reports] = made_of_nights.map(|(name, paths)| kind(name, paths));
    Ok(vec![
        kind("leftovers of killed runs under OUT", garbage::leftovers(out)?),
        Kind { remove: garbage::remove_generations, ..kind("generations that are kept no longer", old_generations) },
        kind("days of refused rows", garbage::old_refused(out, yesterday.plus(-settings.quarantine_days))?),
        records,
        reports,
        kind("leftovers of killed runs under STATE", checksummed::unfinished(state)?),
        kind("files of table-days that were stored anew since", store.replaced()?),
    ])
}

/// Removes all that nobody needs at an instant, after the last day that is over, and what is named
/// to go of what commands make of nights; a rehearsal only counts it. Kinds of which there is nothing are left out.
pub(crate) fn collect(
    settings: &Settings,
    days: (Timestamp, Day),
    made_of_nights: [(&'static str, Vec<PathBuf>); 2],
    is_rehearsal: bool,
) -> Outcome<Vec<Removed>> {
    let mut kinds = kinds(settings, days, made_of_nights)?;
    kinds.retain(|kind| !kind.paths.is_empty());
    let mut space = Space::default();
    let mut removed = Vec::new();
    for Kind { name, paths, .. } in &kinds {
        // A file with names of two kinds is freed with the second.
        let before = space.freed_bytes();
        paths.iter().try_for_each(|path| space.add(STAGE, path))?;
        let size_bytes = space.freed_bytes().zip(before).map(|(after, before)| after - before);
        removed.push(Removed { name, count: paths.len(), size_bytes });
    }
    if !is_rehearsal {
        kinds.iter().try_for_each(|kind| (kind.remove)(&kind.paths))?;
    }
    Ok(removed)
}

fn remove_all(paths: &[PathBuf]) -> Outcome<()> {
    paths.iter().try_for_each(|path| folders::remove(STAGE, path))
}
