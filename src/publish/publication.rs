//! What a run publishes at once, a night, a restatement or a settlement, and how, step by step: write, link, name, sync,
//! switch, and only then remove what is old.
//!
//! In: the tables of a run, and a night's quarantined rows, sorted. Out: a new current generation, or the word
//! that the current one holds all of it already. A failure at any step leaves the old generation current.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::checksums::{Checksums, file_hash};
use super::generations::{self, Generation, Published};
use super::layout::Layout;
use super::name::{Kind, Name};
use super::partition::{NewPartition, OutputPartition, PUBLISHED, PartitionFolder};
use super::pruning::{self, KeptGenerations};
use super::quarantine::Quarantine;
use super::staging::Written;
use super::terms::{KnownTerms, RecordedTerms};
use super::{current, dictionary_copy, file_system, frozen, months, output_checks, recovery, refused, staging};
use crate::domain::Day;
use crate::error::Outcome;
use crate::interruption::uninterrupted;

#[derive(Clone)]
pub(crate) struct Publication<'a> {
    pub(crate) as_of: Day,
    /// The partitions that it adds or replaces, its own first; all others stay as they are.
    pub(crate) partitions: Vec<OutputPartition<'a>>,
    pub(crate) kind: PublicationKind,
}

/// What is published, with what it alone has.
#[derive(Clone, Debug)]
pub(crate) enum PublicationKind {
    Night(OfNight),
    Restatement,
    Settlement,
}

impl PublicationKind {
    fn name(&self) -> Kind {
        match self {
            Self::Night(_) => Kind::Night,
            Self::Restatement => Kind::Restate,
            Self::Settlement => Kind::Settle,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct OfNight {
    /// The hash of all that it depends on.
    pub(crate) ingredients: String,
    /// The rules and settings that it went by.
    pub(crate) terms: RecordedTerms,
    pub(crate) quarantine: Quarantine,
}

impl OfNight {
    /// Whether a partition of the current generation stays, where the night does not write it itself.
    fn keeps(&self, partition: &PartitionFolder) -> bool {
        partition.root == PUBLISHED || partition.day().is_some_and(|day| self.quarantine.keeps(day))
    }
}

impl<'a> Publication<'a> {
    fn night(&self) -> Option<&OfNight> {
        match &self.kind {
            PublicationKind::Night(night) => Some(night),
            PublicationKind::Restatement | PublicationKind::Settlement => None,
        }
    }

    /// The partitions that it writes, sorted by folder, where `before` is the folder of the current generation.
    fn new_partitions(&self, before: Option<&Path>) -> Outcome<Vec<NewPartition<'a>>> {
        let own = self.partitions.iter().enumerate();
        let mut partitions: Vec<_> =
            own.map(|(place, partition)| NewPartition::published(partition, place == 0)).collect();
        if let Some(night) = self.night() {
            let days = night.quarantine.beside(before)?;
            partitions.extend(days.into_iter().map(|(day, rows)| NewPartition::quarantined(day, rows)));
        }
        partitions.sort_by(|left, right| left.folder.cmp(&right.folder));
        Ok(partitions)
    }

    /// Whether a partition of the current generation stays, where this one does not write it itself.
    fn keeps(&self, partition: &PartitionFolder) -> bool {
        self.night().is_none_or(|night| night.keeps(partition))
    }

    /// Removes the rows of its days that stopped earlier runs.
    fn forget_refused(&self, layout: &Layout) {
        if let Some(night) = self.night() {
            refused::forget(layout, &night.quarantine);
        }
    }

    /// Whether the current generation, which holds `nights`, was made of the same.
    fn is_known(&self, nights: &BTreeMap<Day, String>) -> bool {
        self.night().is_none_or(|night| nights.get(&self.as_of) == Some(&night.ingredients))
    }
}

/// Makes the folders of `out` and removes what killed runs left, so that an output folder that cannot be used is
/// found before anything is computed.
pub(crate) fn prepare(out: &Path) -> Outcome<()> {
    recovery::recover(&Layout::new(out)).map(drop)
}

/// Publishes under `out` at the time `now`, `with_months` or without, then removes the generations that `keep` does not keep. Whatever
/// error it returns, readers see what they saw before.
pub(crate) fn publish(
    out: &Path,
    publication: &Publication<'_>,
    now: Timestamp,
    (keep, with_months): (KeptGenerations, bool),
) -> Outcome<Published> {
    let layout = Layout::new(out);
    let before = recovery::recover(&layout)?.map(|name| Predecessor::of(&layout, name)).transpose()?;
    let partitions = publication.new_partitions(before.as_ref().map(|before| before.folder.as_path()))?;
    output_checks::check_folders(&partitions)?;
    if let Some(before) = &before
        && before.holds(publication, &partitions)?
    {
        let files = written(&Checksums::read(&before.folder)?.unwrap_or_default(), &partitions);
        publication.forget_refused(&layout);
        return Ok(Published { name: before.name.to_string(), changed: false, files, rows: BTreeMap::new() });
    }
    let added = add_generation(&layout, (publication, with_months), &partitions, before.as_ref(), now);
    let (name, checksums, rows) = added.inspect_err(|_| {
        if let Err(failure) = file_system::remove(&layout.staging) {
            tracing::warn!("the next run will remove what is left: {failure}");
        }
    })?;
    pruning::prune(&layout, keep, now);
    publication.forget_refused(&layout);
    Ok(Published { name: name.to_string(), changed: true, files: written(&checksums, &partitions), rows })
}

/// What publishing under `out` would come to: nothing is written, and no file is named.
pub(crate) fn foretell(out: &Path, publication: &Publication<'_>) -> Outcome<Published> {
    let layout = Layout::new(out);
    let Some(name) = recovery::look(&layout)? else {
        return Ok(Published { name: String::new(), changed: true, files: BTreeMap::new(), rows: BTreeMap::new() });
    };
    let before = Predecessor::of(&layout, name)?;
    let partitions = publication.new_partitions(Some(&before.folder))?;
    output_checks::check_folders(&partitions)?;
    let changed = !before.holds(publication, &partitions)?;
    Ok(Published { name: before.name.to_string(), changed, files: BTreeMap::new(), rows: BTreeMap::new() })
}

/// The hashes of the files of a run's partitions.
fn written(checksums: &Checksums, partitions: &[NewPartition]) -> BTreeMap<String, String> {
    let files = partitions.iter().flat_map(|partition| checksums.of(&partition.folder));
    files.map(|(path, hash)| (path.to_owned(), hash.to_owned())).collect()
}

/// The current generation, where it holds the night of a day, made of the same, as these files and no others, and nothing
/// that the night would remove.
pub(crate) fn find_again(
    out: &Path,
    (as_of, night): (Day, &OfNight),
    files: &BTreeMap<String, String>,
) -> Outcome<Option<Published>> {
    let layout = Layout::new(out);
    let Some(name) = current::read(&layout)? else { return Ok(None) };
    let current = Predecessor::of(&layout, name)?;
    let is_known = current.generation.nights.get(&as_of) == Some(&night.ingredients);
    let is_its_own = |folder: &PartitionFolder| files.keys().any(|path| path.starts_with(&format!("{folder}/")));
    let (own, others): (Vec<_>, Vec<_>) = current.partitions.iter().partition(|folder| is_its_own(folder));
    if !is_known || files.is_empty() || !others.into_iter().all(|folder| night.keeps(folder)) {
        return Ok(None);
    }
    let mut there = BTreeMap::new();
    for folder in own {
        for name in file_system::names(&folder.inside(&current.folder))? {
            let path = format!("{folder}/{name}");
            let hash = file_hash(&current.folder.join(&path))?;
            there.insert(path, hash);
        }
    }
    if there != *files {
        return Ok(None);
    }
    refused::forget(&layout, &night.quarantine);
    Ok(Some(Published { name: current.name.to_string(), changed: false, files: there, rows: BTreeMap::new() }))
}

/// The generation that is current when a run publishes.
struct Predecessor {
    name: Name,
    folder: PathBuf,
    generation: Generation,
    partitions: BTreeSet<PartitionFolder>,
}

impl Predecessor {
    fn of(layout: &Layout, name: Name) -> Outcome<Self> {
        let folder = layout.generation(&name);
        let generation = Generation::read(layout, &name)?;
        let partitions = PartitionFolder::all_in(&folder)?;
        Ok(Self { name, folder, generation, partitions })
    }

    /// The generation that was current before the run of the instant `now` began.
    fn before_run_at(&self, now: Timestamp) -> Option<String> {
        let Generation { name, created_at, before_run, .. } = &self.generation;
        if *created_at == now { before_run.clone() } else { Some(name.clone()) }
    }

    /// Its partitions that stay, and are not written by the run.
    fn staying(&self, publication: &Publication<'_>, news: &[NewPartition<'_>]) -> Vec<&PartitionFolder> {
        let news: BTreeSet<_> = news.iter().map(|partition| &partition.folder).collect();
        let old = self.partitions.iter().filter(|partition| !news.contains(partition));
        old.filter(|partition| publication.keeps(partition)).collect()
    }

    /// Whether it already holds every byte of a publication, and nothing that would be removed.
    fn holds(&self, publication: &Publication<'_>, news: &[NewPartition<'_>]) -> Outcome<bool> {
        if !publication.is_known(&self.generation.nights) {
            return Ok(false);
        }
        let first_not_held = staging::first_not_held(&self.folder, news)?;
        if let Some(folder) = first_not_held.filter(|_| publication.night().is_some()) {
            tracing::warn!(
                "{}: not what was published there, edited or removed since: it is published again",
                folder.inside(&self.folder).display()
            );
        }
        let holds_as_many = self.partitions.len() == self.staying(publication, news).len() + news.len();
        Ok(first_not_held.is_none() && holds_as_many)
    }
}

/// Builds a generation beside the others and makes it current.
fn add_generation(
    layout: &Layout,
    (publication, with_months): (&Publication<'_>, bool),
    news: &[NewPartition<'_>],
    before: Option<&Predecessor>,
    now: Timestamp,
) -> Outcome<(Name, Checksums, BTreeMap<String, usize>)> {
    let (folder, staging) = (&layout.generations, &layout.staging);
    // Opened before the first write, so that the sync reports every write that failed since.
    let to_sync = file_system::open_folder(folder)?;
    let Written { id, mut checksums, rows } =
        staging::write(staging, before.map(|before| before.folder.as_path()), news)?;
    frozen::keep_copies(layout, staging, &checksums)?;
    if let Some(before) = before {
        // What the run did not write, since it found it there.
        let equal = news.iter().map(|partition| &partition.folder);
        let equal = equal.filter(|folder| checksums.of(folder).next().is_none());
        let carried = before.staying(publication, news).into_iter().chain(equal).collect();
        staging::carry(&before.folder, staging, &carried, &mut checksums)?;
    }
    if with_months {
        months::write(staging, before.map(|before| before.folder.as_path()), &mut checksums)?;
    }
    let number = generations::all(layout)?.last().map_or(1, |last| last.number + 1);
    let name = Name { number, kind: Some(publication.kind.name()), id };
    let mut nights = before.map(|before| before.generation.nights.clone()).unwrap_or_default();
    nights.extend(publication.night().map(|night| (publication.as_of, night.ingredients.clone())));
    let generation = Generation {
        name: name.to_string(),
        id: name.id.to_string(),
        number,
        as_of: publication.as_of,
        created_at: now,
        parent: before.map(|before| before.name.to_string()),
        before_run: before.and_then(|before| before.before_run_at(now)),
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        nights,
    };
    generation.write(staging, &mut checksums)?;
    dictionary_copy::write(staging, before.map(|before| before.folder.as_path()), &mut checksums)?;
    let known = before.map(|before| KnownTerms::read(&before.folder)).unwrap_or_default();
    let of_night = publication.night().map(|night| (publication.as_of, &night.terms));
    known.with(of_night, &generation.nights)?.write(staging, &mut checksums)?;
    checksums.write(staging)?;
    // Until it is current or marked it is one that no reader saw: its name can be on disk before it is.
    file_system::rename(staging, &layout.generation(&name))?;
    file_system::sync_file_system(&to_sync, folder)?;
    uninterrupted(name.to_string(), || current::switch(layout, before.map(|before| &before.name), &name))?;
    Ok((name, checksums, rows))
}

#[cfg(test)]
#[path = "publication_tests.rs"]
mod tests;
