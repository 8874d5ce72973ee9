//! Which table-days are stored, which of these still hold, and what a night is made of.
//!
//! A table-day is known by the bytes of its files. Where device, inode, size and times of every file are as recorded, the
//! bytes need not be read to know them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use rayon::prelude::*;

use crate::content::hash_of;
use crate::domain::Day;
use crate::error::{Outcome, all, escaped, fault};
use crate::extracts::contract::{self, CheckedPartition};
use crate::extracts::listing::{self, Listed, PartFile, Partition};
use crate::extracts::reader;
use crate::intake::{AsKnown, STAGE, gone};
use crate::partials::daily::Surroundings;
use crate::partials::fingerprint;
use crate::partials::measures::{self, PartialSpec};
use crate::partials::records::TableDay;
use crate::rulebook::Rulebook;
use crate::settings::Settings;
use crate::state::partials::{Input, Store, Stored};

/// A table-day, and what is known of it before it is read.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Its files.
    pub partition: Partition,
    /// Its partial; none for shops and appeals.
    pub spec: Option<&'static PartialSpec>,
    /// The categories made to order on its day.
    pub custom_made: BTreeSet<String>,
    /// What it depends on besides its files.
    pub basis: String,
    /// What the state folder has of it.
    pub stored: Option<Stored>,
    /// Whether its files are the ones that were stored, or gone.
    pub is_kept: bool,
    /// Whether its extracts are gone, and it is served from the state folder.
    pub is_gone: bool,
}

/// Finds out which table-days are stored, and which of these still hold.
pub fn plan(
    partitions: &[Partition],
    settings: &Settings,
    rulebook: &Rulebook,
    store: &Store,
) -> Vec<Planned> {
    partitions.par_iter().map(|partition| plan_one(partition, settings, rulebook, store)).collect()
}

/// As [`plan`], of one table-day.
pub(super) fn plan_one(
    partition: &Partition,
    settings: &Settings,
    rulebook: &Rulebook,
    store: &Store,
) -> Planned {
    let spec = measures::of(partition.table);
    let custom_made: BTreeSet<String> =
        rulebook.custom_made.categories_on(partition.day).into_iter().map(str::to_owned).collect();
    let basis = fingerprint::basis(partition.table.spec(), partition.day, spec, &settings.zone, &custom_made);
    let stored = store.find(partition.table, partition.day);
    let lacks_manifest = settings.require_manifest && partition.manifest.is_none();
    let holds = |stored: &Stored| stored.basis == basis && same_files(partition, &stored.inputs);
    let is_kept = !settings.rehash && !lacks_manifest && stored.as_ref().is_some_and(holds);
    Planned { partition: partition.clone(), spec, custom_made, basis, stored, is_kept, is_gone: false }
}

/// What scoring a day takes: its table-days, those included whose extracts are gone, and what else was found
/// when they were listed.
///
/// # Errors
/// Those of the listing.
pub(super) fn plan_day(
    settings: &Settings,
    rulebook: &Rulebook,
    known: AsKnown,
    store: &Store,
) -> Outcome<(Vec<Planned>, Listed)> {
    let mut listed = listing::list(&settings.extracts, settings.coverage(known.as_of, known.on))?;
    tell_ignored(&listed.ignored);
    let served = gone::served(&mut listed, settings, rulebook, store);
    let mut planned = plan(&listed.partitions, settings, rulebook, store);
    planned.extend(served);
    planned.sort_by_key(Planned::of);
    Ok((planned, listed))
}

fn tell_ignored(ignored: &[PathBuf]) {
    const SHOWN: usize = 10;
    let shown: Vec<String> =
        ignored.iter().take(SHOWN).map(|path| escaped(&path.display().to_string())).collect();
    if !shown.is_empty() {
        tracing::info!("{} names in the extracts ignored, first: {}", ignored.len(), shown.join(", "));
    }
}

impl Planned {
    /// Its table and day.
    pub fn of(&self) -> TableDay {
        (self.partition.table, self.partition.day)
    }

    /// What reaches into its partial besides the rows.
    pub fn surroundings<'a>(&'a self, settings: &'a Settings) -> Surroundings<'a> {
        Surroundings { zone: &settings.zone, custom_made: &self.custom_made }
    }

    /// Its files as they are, and its fingerprint, given the hashes of its part files.
    pub fn inputs_and_fingerprint(&self, hashes: Vec<String>) -> (Vec<Input>, String) {
        let fingerprint = fingerprint::fingerprint(&self.basis, hashes.iter().map(String::as_str));
        // The manifest is no part file: what it says was checked, and its identity tells whether it still says it.
        let hashes = hashes.into_iter().chain([String::new()]);
        let input =
            |(file, hash): (&PartFile, String)| Input { name: name(file), identity: file.identity, hash };
        (files(&self.partition).zip(hashes).map(input).collect(), fingerprint)
    }

    /// Its files, checked against the contract.
    ///
    /// # Errors
    /// Those of the contract.
    pub fn checked(&self, settings: &Settings) -> Outcome<CheckedPartition> {
        let listed = Listed { partitions: vec![self.partition.clone()], ..Listed::default() };
        let checked = contract::check(listed, settings.require_manifest)?;
        checked.into_iter().next().ok_or_else(|| fault(STAGE, "a partition without a check"))
    }

    /// The fingerprint of what it holds now; its files are read only where they are not as recorded.
    fn fingerprint(&self, settings: &Settings) -> Outcome<String> {
        if let Some(stored) = self.stored.as_ref().filter(|_| self.is_kept) {
            return Ok(stored.version.fingerprint.clone());
        }
        let hashes = reader::hashes(&self.checked(settings)?)?;
        Ok(self.inputs_and_fingerprint(hashes).1)
    }
}

/// The files of a partition that tell what it holds.
fn files(partition: &Partition) -> impl Iterator<Item = &PartFile> {
    partition.files.iter().chain(&partition.manifest)
}

fn name(file: &PartFile) -> String {
    file.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn same_files(partition: &Partition, inputs: &[Input]) -> bool {
    let listed: Vec<_> = files(partition).map(|file| (name(file), file.identity)).collect();
    let same = |((name, identity), input): (&(String, _), &Input)| {
        *name == input.name && *identity == input.identity
    };
    listed.len() == inputs.len() && listed.iter().zip(inputs).all(same)
}

/// The hash of all that the night of `as_of` depends on, given the fingerprints of its table-days.
pub fn ingredients(
    settings: &Settings,
    rulebook: &Rulebook,
    as_of: Day,
    versions: &BTreeMap<TableDay, String>,
) -> String {
    let (policies, rules) = (settings.described(), rulebook.described_on(as_of));
    hash_of(format!("{as_of}\n{policies}\n{rules}\n{versions:?}").as_bytes())
}

/// What the night of `as_of` would be made of if it were scored now; nothing is scored.
///
/// # Errors
/// Those of the listing and the contract.
pub fn ingredients_now(settings: &Settings, rulebook: &Rulebook, as_of: Day) -> Outcome<String> {
    let store = Store::under(&settings.state);
    let (planned, listed) = plan_day(settings, rulebook, AsKnown { as_of, on: as_of }, &store)?;
    contract::check(Listed { partitions: Vec::new(), ..listed }, settings.require_manifest)?;
    let versions = planned.par_iter().map(|planned| Ok((planned.of(), planned.fingerprint(settings)?)));
    let versions = all(versions.collect::<Vec<_>>())?.into_iter().collect();
    Ok(ingredients(settings, rulebook, as_of, &versions))
}
