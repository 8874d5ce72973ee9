//! The daily partials of a window: taken from the state folder where they hold, computed where not, each with what became
//! of the records that appeals name.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::DataFrame;
use rayon::prelude::*;

use crate::domain::Window;
use crate::error::{Outcome, all, caught, fault};
use crate::extracts::contract::CheckedPartition;
use crate::extracts::reader::{self, Source};
use crate::extracts::selection::{Selection, Share, Wanted};
use crate::intake::STAGE;
use crate::intake::plan::Planned;
use crate::intake::records::answered;
use crate::memory;
use crate::partials::daily::{self, DailyPartial};
use crate::partials::measures::PartialSpec;
use crate::partials::records::{Answers, TableDay, has_records};
use crate::partials::retractions::Appeal;
use crate::partials::shares::together;
use crate::settings::Settings;
use crate::state::partials::{Store, Stored, Version};
use crate::state::records::{Answered, KnownRecords};
use crate::window_sums::tables::add_up;

/// A table-day whose partial is known.
pub(super) struct Known {
    pub(super) stored: Stored,
    /// Its sums, where they were computed in this run.
    pub(super) sums: Option<DataFrame>,
    pub(super) answers: Answers,
    /// Why it was computed, where it was.
    pub(super) reason: Option<&'static str>,
    /// The version that it replaces.
    pub(super) replaced: Option<Version>,
    /// Whether an answer was not known before.
    pub(super) is_news: bool,
}

/// The partials of all table-days, each with what became of the keys that appeals name in it.
pub(super) fn partials(
    planned: &[Planned],
    checked: &BTreeMap<TableDay, CheckedPartition>,
    appeals: &BTreeMap<TableDay, Vec<Appeal>>,
    settings: &Settings,
    window: Window,
    store: &Store,
) -> Outcome<BTreeMap<TableDay, Known>> {
    let mut records = KnownRecords::load(&settings.state);
    let with_records = settings.extracts_kept_days.is_some() || !is_rebuild(planned);
    let known = planned.par_iter().with_max_len(1).filter_map(|planned| Some((planned, planned.spec?)));
    let known = known.map(|(planned, spec)| {
        let of = planned.of();
        let keys = appeals.get(&of).into_iter().flatten().map(|appeal| appeal.record_id).collect();
        let known = match checked.get(&of) {
            Some(checked) => computed(planned, spec, checked, &keys, with_records, (settings, store))?,
            None => kept(planned)?,
        };
        Ok((of, answered(known, planned, spec, &keys, &records, (settings, store))?))
    });
    let known: BTreeMap<TableDay, Known> = all(known.collect::<Vec<_>>())?.into_iter().collect();
    if known.values().any(|known| known.is_news) {
        for (of, known) in &known {
            let fingerprint = known.stored.version.fingerprint.clone();
            records.0.insert(*of, Answered { fingerprint, answers: known.answers.clone() });
        }
        records.save(&settings.state, window)?;
    }
    Ok(known)
}

/// Whether more partials are computed than kept. A night that takes in a day or two indexes their records at once, while
/// they are in memory; where all days are new, each is indexed when an appeal first asks for one of its records.
fn is_rebuild(planned: &[Planned]) -> bool {
    let partials = || planned.iter().filter(|planned| planned.spec.is_some());
    partials().filter(|planned| planned.is_kept).count() * 2 < partials().count()
}

fn kept(planned: &Planned) -> Outcome<Known> {
    let stored = planned.stored.clone().ok_or_else(|| fault(STAGE, "a kept partial that is not stored"))?;
    Ok(Known { stored, sums: None, answers: Answers::new(), reason: None, replaced: None, is_news: false })
}

/// Computes a partial from its files, unless their bytes are those that the stored one was made of.
pub(super) fn computed(
    planned: &Planned,
    spec: &'static PartialSpec,
    checked: &CheckedPartition,
    keys: &BTreeSet<i64>,
    with_records: bool,
    (settings, store): (&Settings, &Store),
) -> Outcome<Known> {
    let rows = checked.files.iter().map(|file| file.rows).sum();
    let shares = memory::shares(rows, settings.memory_limit_mib, settings.threads);
    let loaded = if shares == 1 { Some(reader::load(checked)?) } else { None };
    let hashes = match &loaded {
        Some(files) => reader::hashes_of(files),
        None => reader::hashes(checked)?,
    };
    let (inputs, fingerprint) = planned.inputs_and_fingerprint(hashes);
    if let Some(stored) = &planned.stored
        && stored.version.fingerprint == fingerprint
    {
        let stored = Stored { inputs, ..stored.clone() };
        if planned.stored.as_ref() != Some(&stored) {
            store.describe(&stored)?;
        }
        return Ok(Known {
            stored,
            sums: None,
            answers: Answers::new(),
            reason: None,
            replaced: None,
            is_news: false,
        });
    }
    let surroundings = planned.surroundings(settings);
    // The index of a day that is too large for one share would be, too; its records are searched for in the files.
    let with_records =
        has_records(spec) && with_records && (shares == 1 || settings.extracts_kept_days.is_some());
    let sum_up = |rows| {
        let summed = || daily::sum_up(rows, spec, keys, with_records, surroundings);
        caught(STAGE, &planned.partition.folder, summed)
    };
    let partial = match loaded {
        Some(files) => {
            let rows =
                reader::decode(checked, Source::Loaded(&files), &settings.zone, &Selection::default())?;
            drop(files);
            sum_up(rows)?
        }
        None => {
            let of_share = |place| {
                let rows = Wanted::Share(Share { place, of: shares });
                let selection = Selection { rows, ..Selection::default() };
                sum_up(reader::decode(checked, Source::Files, &settings.zone, &selection)?)
            };
            let partial = together(spec, (0..shares).map(of_share))?;
            let decoded = usize::try_from(partial.counts.rows).unwrap_or(usize::MAX);
            reader::check_count(&planned.partition.folder, decoded, rows)?;
            partial
        }
    };
    let reason = match &planned.stored {
        None => "nothing was stored",
        Some(stored) if stored.basis != planned.basis => "settings or rules changed",
        Some(_) => "files changed",
    };
    let version = Version { fingerprint, sums_hash: String::new() };
    let DailyPartial { counts, quarantine, sums, answers, records } = partial;
    if let Some(records) = records {
        store.put_records(planned.of(), &version, &records)?;
    }
    let stored = Stored { counts, quarantine, basis: planned.basis.clone(), inputs, version };
    let stored = store.put(&sums, stored)?;
    // The window needs no categories of goods, and holding them would take most of its memory.
    let sums = if spec.grouped_by.len() > 1 { add_up(spec, &[sums], &[])? } else { sums };
    let replaced = planned.stored.as_ref().map(|stored| stored.version.clone());
    Ok(Known { stored, sums: Some(sums), answers, reason: Some(reason), replaced, is_news: !keys.is_empty() })
}
