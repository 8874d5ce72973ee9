//! What becomes of each table-day of a run, decided once and before any of it is read.
//!
//! Grain in: the table-days that were listed, with or without a partition, and what is stored of each. Grain out: one
//! decision each. A table-day is known by the bytes of its files: where device, inode, size and times of every file are as
//! recorded, the bytes need not be read to know them. To decide, nothing is read or written.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Finding, Outcome, fault};
use crate::extracts::contract::{self, CheckedPartition};
use crate::extracts::partitions::{PartFile, Partition};
use crate::extracts::{listing::Listed, schema::Presence};
use crate::state::store::{Found, Input, Stored};
use crate::table_days::dependencies::{Dependencies, Terms, fingerprint};
use crate::{partials::records::TableDay, settings::Settings, table_days::STAGE};

/// What becomes of a table-day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// It is stored, under the same settings and rules, and made of the files that are there: none of them is read.
    Reused,
    /// As reused, but its files may be others: their bytes tell whether it is reused or computed.
    Touched,
    /// It is computed out of its files.
    Computed(Why),
    /// Its extracts are gone by their age, and it is served as it is stored.
    Expired,
    /// It has no partition, since nothing happened.
    Empty,
    /// It has no partition, and nothing stored takes its place.
    Missing(Lack),
}

/// Why a table-day is computed, as a run says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display)]
pub(crate) enum Why {
    #[strum(to_string = "nothing was stored")]
    NothingStored,
    #[strum(to_string = "what was stored is damaged")]
    Damaged,
    /// It was stored under other settings or rules, or before its figures got another meaning.
    #[strum(to_string = "settings or rules changed")]
    RulesChanged,
    #[strum(to_string = "files changed")]
    FilesChanged,
}

/// Why nothing stored takes the place of expired extracts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lack {
    NothingSound,
    /// It was stored under other settings or rules, or before its figures got another meaning.
    OtherRules,
}

/// A table-day, and what becomes of it.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    /// Its folder and files; no files where it has no partition.
    pub(crate) partition: Partition,
    pub(crate) dependencies: Dependencies,
    pub(crate) stored: Option<Stored>,
    pub(crate) decision: Decision,
}

/// Decides on every table-day that is listed, by table and day; `empty_days` are those that earlier nights saw without a
/// partition while their extracts would have been there. Of the snapshots whose extracts have expired only the newest
/// counts, and it is newer than any that is there, which then does not count.
pub(super) fn plan(
    listed: &Listed,
    terms: Terms<'_>,
    empty_days: &BTreeSet<TableDay>,
    mut stored: BTreeMap<TableDay, Found>,
) -> Vec<Planned> {
    let mut found = |of: TableDay| stored.remove(&of).unwrap_or(Found::Nothing);
    let expired = listed.expired.iter();
    let expired = expired.map(|of| without_partition(*of, terms, empty_days.contains(of), found(*of)));
    let (mut snapshots, days): (Vec<_>, Vec<_>) =
        expired.partition(|planned| planned.presence() == Presence::NewestSnapshot);
    snapshots.retain(|planned| planned.decision != Decision::Empty);
    snapshots.truncate(1);
    let counts = |of: &&Partition| snapshots.is_empty() || of.table.spec().presence != Presence::NewestSnapshot;
    let there = listed.partitions.iter().filter(counts);
    let mut planned: Vec<Planned> = there.map(|of| of_partition(of, terms, found((of.table, of.day)))).collect();
    planned.extend(snapshots.into_iter().chain(days));
    planned.sort_by_key(Planned::of);
    planned
}

/// The decision on a table-day that has a partition.
pub(super) fn of_partition(partition: &Partition, terms: Terms<'_>, found: Found) -> Planned {
    let settings = terms.settings;
    let dependencies = Dependencies::of((partition.table, partition.day), terms);
    let is_looked_into = settings.rehash || settings.delivery.require_manifest && partition.manifest.is_none();
    let decision = match &found {
        Found::Nothing => Decision::Computed(Why::NothingStored),
        Found::Damaged => Decision::Computed(Why::Damaged),
        Found::Described(stored) if !dependencies.is_of(&stored.basis) => Decision::Computed(Why::RulesChanged),
        Found::Described(stored) if same_files(partition, &stored.inputs) && !is_looked_into => Decision::Reused,
        Found::Described(_) => Decision::Touched,
    };
    Planned { partition: partition.clone(), dependencies, stored: found.stored(), decision }
}

/// The decision on a table-day without a partition whose extracts have expired.
pub(super) fn without_partition(of: TableDay, terms: Terms<'_>, is_known_empty: bool, found: Found) -> Planned {
    let (table, day) = of;
    let dependencies = Dependencies::of(of, terms);
    let decision = match &found {
        _ if is_known_empty => Decision::Empty,
        Found::Described(stored) if dependencies.is_of(&stored.basis) => Decision::Expired,
        Found::Described(_) => Decision::Missing(Lack::OtherRules),
        _ if terms.settings.history_starts_on.is_some_and(|start| day < start) => Decision::Empty,
        Found::Nothing | Found::Damaged => Decision::Missing(Lack::NothingSound),
    };
    let folder = terms.settings.delivery.folder(table).join(format!("dt={day}"));
    let partition = Partition { table, day, folder, files: Vec::new(), manifest: None };
    Planned { partition, dependencies, stored: found.stored(), decision }
}

impl Planned {
    pub(crate) fn of(&self) -> TableDay {
        (self.partition.table, self.partition.day)
    }

    fn presence(&self) -> Presence {
        self.partition.table.spec().presence
    }

    /// Whether its files are read: all of them, or their bytes to know them by.
    pub(super) fn is_read(&self) -> bool {
        matches!(self.decision, Decision::Touched | Decision::Computed(_))
    }

    pub(super) fn has_partition(&self) -> bool {
        matches!(self.decision, Decision::Reused | Decision::Touched | Decision::Computed(_))
    }

    /// Whether it takes part in a night: it is neither empty nor missing.
    pub(super) fn takes_part(&self) -> bool {
        !matches!(self.decision, Decision::Empty | Decision::Missing(_))
    }

    /// What is stored of a table-day that is reused or served; a fault where nothing is.
    pub(super) fn stored(&self) -> Outcome<&Stored> {
        let (table, day) = self.of();
        self.stored.as_ref().ok_or_else(|| fault(STAGE, format!("nothing is stored of {} {day}", table.name())))
    }

    /// What a touched table-day is, given the hashes of its part files: reused where they are those that were stored.
    pub(super) fn by_bytes(&self, hashes: &[String]) -> Decision {
        let (Decision::Touched, Some(stored)) = (self.decision, &self.stored) else { return self.decision };
        if is_made_of(stored, hashes) { Decision::Reused } else { Decision::Computed(Why::FilesChanged) }
    }

    /// Its files as they are now, with the hashes of its part files.
    pub(super) fn inputs(&self, hashes: &[String]) -> Vec<Input> {
        // The manifest is no part file: what it says was checked, and its identity tells whether it still says it.
        let hashes = hashes.iter().cloned().chain([String::new()]);
        let files = files(&self.partition).zip(hashes);
        files.map(|(file, hash)| Input { name: file.name.clone(), identity: file.identity, hash }).collect()
    }

    /// What its part files are known by where an engine reads them.
    pub(super) fn told_hashes(&self) -> Vec<String> {
        self.partition.files.iter().map(PartFile::told_hash).collect()
    }

    /// The fingerprint that it has now, made of these files.
    pub(super) fn fingerprint(&self, inputs: &[Input]) -> String {
        let hashes = inputs.iter().map(|input| input.hash.as_str()).filter(|hash| !hash.is_empty());
        fingerprint(self.dependencies.basis(), hashes)
    }

    /// Its files, checked against the contract.
    pub(super) fn checked(&self, settings: &Settings) -> Outcome<CheckedPartition> {
        let listed = Listed { partitions: vec![self.partition.clone()], ..Listed::default() };
        let checked = contract::check(listed, &settings.delivery)?;
        checked.into_iter().next().ok_or_else(|| fault(STAGE, "a partition without a check"))
    }

    /// What is wrong with it, where it is missing.
    pub(super) fn finding(&self) -> Option<Finding> {
        let Decision::Missing(lack) = self.decision else { return None };
        let (stored, advice) = match (lack, self.presence()) {
            (Lack::OtherRules, _) => (
                "what is stored of it was made under other settings or rules, or before an upgrade changed its figures",
                "deliver the day again, or go back to those settings and rules, or to the release before",
            ),
            (Lack::NothingSound, Presence::EveryDay) => ("nothing sound is stored of it", "deliver the day again"),
            (Lack::NothingSound, _) => (
                "nothing sound is stored of it",
                "deliver the day again; if there never was one, run a night once with a greater extracts_kept_days",
            ),
        };
        Some(self.without(&format!("and {stored}")).advice(advice))
    }

    /// The finding that there is no partition, and what else there is not.
    pub(super) fn without(&self, what: &str) -> Finding {
        let (table, day) = self.of();
        let found = format!("no partition dt={day}, {what}");
        Finding::new(STAGE, found, format!("{} of {day}", table.name())).path(&self.partition.folder)
    }
}

/// Whether what is stored was made of part files with these hashes.
pub(super) fn is_made_of(stored: &Stored, hashes: &[String]) -> bool {
    fingerprint(&stored.basis, hashes.iter().map(String::as_str)) == stored.version.fingerprint
}

/// The files of a partition that tell what it holds.
fn files(partition: &Partition) -> impl Iterator<Item = &PartFile> {
    partition.files.iter().chain(&partition.manifest)
}

fn same_files(partition: &Partition, inputs: &[Input]) -> bool {
    let is_same = |(file, input): (&PartFile, &Input)| file.name == input.name && file.identity == input.identity;
    files(partition).count() == inputs.len() && files(partition).zip(inputs).all(is_same)
}
