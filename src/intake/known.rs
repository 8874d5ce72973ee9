//! The daily partials of a window: taken from the state folder where they hold, computed where not, each with what became
//! of the records that appeals name.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::DataFrame;
use rayon::prelude::*;

use crate::domain::Window;
use crate::error::{Outcome, all, caught, fault};
use crate::extracts::contract::{self, CheckedPartition};
use crate::extracts::listing::Listed;
use crate::extracts::reader::{self, Selection};
use crate::extracts::row_rules::{Verdicts, judge};
use crate::intake::plan::Planned;
use crate::partials::daily::{self, DailyPartial};
use crate::partials::measures::PartialSpec;
use crate::partials::records::{Answers, TableDay};
use crate::partials::retractions::{self, Appeal};
use crate::settings::Settings;
use crate::state::partials::{Store, Stored, Version};
use crate::state::records::{Answered, KnownRecords};
use crate::window::add_up;

const STAGE: &str = "intake";

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
    is_news: bool,
}

/// The partials of all table-days, each with what became of the keys that appeals name in it.
pub(super) fn partials(
    planned: &[Planned],
    checked: &BTreeMap<TableDay, CheckedPartition>,
    appeals: &[Appeal],
    settings: &Settings,
    window: Window,
    store: &Store,
) -> Outcome<BTreeMap<TableDay, Known>> {
    let named = retractions::named_records(appeals);
    let mut records = KnownRecords::load(&settings.state);
    let none = BTreeSet::new();
    let known = planned.par_iter().with_max_len(1).filter_map(|planned| Some((planned, planned.spec?)));
    let known = known.map(|(planned, spec)| {
        let of = planned.of();
        let keys = named.get(&of).unwrap_or(&none);
        let known = match checked.get(&of) {
            Some(checked) => computed(planned, spec, checked, keys, settings, store)?,
            None => kept(planned)?,
        };
        Ok((of, answered(known, planned, spec, keys, &records, settings)?))
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
    settings: &Settings,
    store: &Store,
) -> Outcome<Known> {
    let bytes = reader::load(checked)?;
    let (inputs, fingerprint) = planned.inputs_and_fingerprint(&bytes);
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
    let rows = reader::decode(checked, &bytes, &settings.zone, None)?;
    drop(bytes);
    let surroundings = planned.surroundings(settings);
    let summed = || daily::sum_up(rows, spec, keys, surroundings);
    let partial = caught(STAGE, &planned.partition.folder, summed)?;
    let reason = match &planned.stored {
        None => "nothing was stored",
        Some(stored) if stored.basis != planned.basis => "settings or rules changed",
        Some(_) => "files changed",
    };
    let version = Version { fingerprint, sums_hash: String::new() };
    let DailyPartial { counts, quarantine, sums, answers, .. } = partial;
    let stored = Stored { counts, quarantine, basis: planned.basis.clone(), inputs, version };
    let stored = store.put(&sums, stored)?;
    // The window needs no categories of goods, and holding them would take most of its memory.
    let sums = if spec.grouped_by.len() > 1 { add_up(spec, &[sums], &[])? } else { sums };
    let replaced = planned.stored.as_ref().map(|stored| stored.version.clone());
    Ok(Known { stored, sums: Some(sums), answers, reason: Some(reason), replaced, is_news: !keys.is_empty() })
}

/// A partial with what became of `keys`: as it was just found, as an earlier night was told, or looked up now.
fn answered(
    mut known: Known,
    planned: &Planned,
    spec: &'static PartialSpec,
    keys: &BTreeSet<i64>,
    records: &KnownRecords,
    settings: &Settings,
) -> Outcome<Known> {
    let of = planned.of();
    if known.answers.is_empty() && !keys.is_empty() {
        let told = records.answers(of, &known.stored.version.fingerprint);
        known.answers = told.cloned().unwrap_or_default();
        known.answers.retain(|key, _| keys.contains(key));
        let asked: BTreeSet<i64> =
            keys.iter().filter(|key| !known.answers.contains_key(key)).copied().collect();
        if !asked.is_empty() {
            let found = caught(STAGE, &planned.partition.folder, || {
                look_up(planned, spec, &known.stored, &asked, settings)
            });
            known.answers.extend(found?);
            known.is_news = true;
        }
    }
    Ok(known)
}

/// Looks records up in the files of a partition. A key that no quarantined row has is that of a sound row, of which only
/// the columns that tell what it added are read. Rows with another key are judged as in the whole partition: all row rules
/// look at one row, but the one about duplicates, and that one at the rows of one key.
fn look_up(
    planned: &Planned,
    spec: &'static PartialSpec,
    stored: &Stored,
    keys: &BTreeSet<i64>,
    settings: &Settings,
) -> Outcome<Answers> {
    let listed = Listed { partitions: vec![planned.partition.clone()], ..Listed::default() };
    let checked = contract::check(listed, settings.require_manifest)?;
    let set_aside: BTreeSet<i64> = stored.quarantine.iter().filter_map(|row| row.key).collect();
    let (doubtful, sound): (BTreeSet<i64>, BTreeSet<i64>) =
        keys.iter().copied().partition(|key| set_aside.contains(key));
    let all_columns = || planned.partition.table.spec().columns.iter().map(|column| column.name).collect();
    let surroundings = planned.surroundings(settings);
    let mut answers = Answers::new();
    for partition in &checked {
        let bytes = reader::load(partition)?;
        let decode = |keys, columns| {
            reader::decode(partition, &bytes, &settings.zone, Some(&Selection { keys, columns }))
        };
        if !sound.is_empty() {
            let rows = decode(&sound, spec.record_columns())?;
            let verdicts = Verdicts::all_sound(rows.count);
            answers.extend(daily::look_up(&rows, &verdicts, spec, &sound, surroundings)?);
        }
        if !doubtful.is_empty() {
            let rows = decode(&doubtful, all_columns())?;
            let verdicts = judge(&rows, &settings.zone);
            answers.extend(daily::look_up(&rows, &verdicts, spec, &doubtful, surroundings)?);
        }
    }
    Ok(answers)
}
