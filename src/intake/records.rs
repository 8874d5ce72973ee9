//! What became of the records that appeals name in a table-day whose partial is known.
//!
//! In: keys. Out: for each the sound record, or none. A key is answered as an earlier night was told, or from the index of
//! the table-day's records; one that the index does not have is searched in the files before it counts as absent, and the
//! answer is kept, so that this is paid once. Where there is no sound index it is made. Once the extracts are gone the whole
//! index is searched in their place; where extracts are kept only so long, every table-day is indexed before.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Outcome, caught};
use crate::extracts::reader::{self, Source};
use crate::extracts::row_rules::{Verdicts, judge};
use crate::extracts::selection::{Selection, Wanted};
use crate::intake::STAGE;
use crate::intake::gone::lost;
use crate::intake::known::Known;
use crate::intake::plan::Planned;
use crate::memory;
use crate::partials::lookup;
use crate::partials::measures::PartialSpec;
use crate::partials::records::{AllRecords, Answers, Record, has_records};
use crate::settings::Settings;
use crate::state::partials::{Store, Stored};
use crate::state::records::KnownRecords;

/// A partial with what became of `keys`: as it was just found, as an earlier night was told, or looked up now.
pub(super) fn answered(
    mut known: Known,
    planned: &Planned,
    spec: &'static PartialSpec,
    keys: &BTreeSet<i64>,
    records: &KnownRecords,
    (settings, store): (&Settings, &Store),
) -> Outcome<Known> {
    if known.answers.is_empty() && !keys.is_empty() {
        if let Some(told) = records.answers(planned.of(), &known.stored.version.fingerprint) {
            known.answers = keys.iter().filter_map(|key| Some((*key, *told.get(key)?))).collect();
        }
        let is_unanswered = |key: &&i64| !known.answers.contains_key(key);
        let asked: BTreeSet<i64> = keys.iter().filter(is_unanswered).copied().collect();
        if !asked.is_empty() {
            let look_up = || look_up(planned, spec, &known.stored, &asked, settings, store);
            known.answers.extend(caught(STAGE, &planned.partition.folder, look_up)?);
            known.is_news = true;
        }
    }
    let is_indexed = || store.has_records(planned.of(), &known.stored.version);
    if settings.extracts_kept_days.is_some() && has_records(spec) && !planned.is_gone && !is_indexed() {
        let index = || make_index(planned, spec, &known.stored, settings, store);
        caught(STAGE, &planned.partition.folder, index)?;
    }
    Ok(known)
}

fn look_up(
    planned: &Planned,
    spec: &'static PartialSpec,
    stored: &Stored,
    keys: &BTreeSet<i64>,
    settings: &Settings,
    store: &Store,
) -> Outcome<Answers> {
    if planned.is_gone {
        let found = store.ask_records(planned.of(), &stored.version, |index| index.search(keys));
        let found: BTreeMap<i64, Record> =
            found.ok_or_else(|| lost(planned, "index of records"))?.into_iter().collect();
        return Ok(keys.iter().map(|key| (*key, found.get(key).copied())).collect());
    }
    let Some(found) = store.ask_records(planned.of(), &stored.version, |index| index.look_up(keys)) else {
        let rows = usize::try_from(stored.counts.rows).unwrap_or(usize::MAX);
        if memory::shares(rows, settings.memory_limit_mib, settings.threads) > 1 {
            return search(planned, spec, stored, keys, settings);
        }
        let records = make_index(planned, spec, stored, settings, store)?;
        return keys.iter().map(|key| Ok((*key, records.get(*key)?))).collect();
    };
    let mut answers: Answers = found.into_iter().map(|(key, record)| (key, Some(record))).collect();
    let absent: BTreeSet<i64> = keys.iter().filter(|key| !answers.contains_key(key)).copied().collect();
    if !absent.is_empty() {
        answers.extend(search(planned, spec, stored, &absent, settings)?);
    }
    Ok(answers)
}

/// Reads all sound records of a table-day and stores their index. Where no row was set aside, only the columns that tell of
/// records are read.
fn make_index(
    planned: &Planned,
    spec: &'static PartialSpec,
    stored: &Stored,
    settings: &Settings,
    store: &Store,
) -> Outcome<AllRecords> {
    let checked = planned.checked(settings)?;
    let is_sound = stored.quarantine.is_empty();
    let columns = is_sound.then(|| spec.record_columns());
    let selection = Selection { columns, ..Selection::default() };
    let rows = reader::decode(&checked, Source::Files, &settings.zone, &selection)?;
    let verdicts = if is_sound { Verdicts::all_sound(rows.count) } else { judge(&rows, &settings.zone) };
    let records = lookup::all_records(&rows, &verdicts, spec, planned.surroundings(settings))?;
    store.put_records(planned.of(), &stored.version, &records)?;
    Ok(records)
}

/// Searches the files of a table-day for records. A key that no quarantined row has is that of a sound row, of which only
/// the columns that tell what it added are read. Rows with another key are judged as in the whole partition: all row rules
/// look at one row, but the one about duplicates, and that one at the rows of one key.
fn search(
    planned: &Planned,
    spec: &'static PartialSpec,
    stored: &Stored,
    keys: &BTreeSet<i64>,
    settings: &Settings,
) -> Outcome<Answers> {
    let checked = planned.checked(settings)?;
    let set_aside: BTreeSet<i64> = stored.quarantine.iter().filter_map(|row| row.key).collect();
    let (doubtful, sound): (BTreeSet<i64>, BTreeSet<i64>) =
        keys.iter().copied().partition(|key| set_aside.contains(key));
    let all_columns = || planned.partition.table.spec().columns.iter().map(|column| column.name).collect();
    let surroundings = planned.surroundings(settings);
    let decode = |keys, columns| {
        let selection = Selection { rows: Wanted::WithKeys(keys), columns: Some(columns) };
        reader::decode(&checked, Source::Files, &settings.zone, &selection)
    };
    let mut answers = Answers::new();
    if !sound.is_empty() {
        let rows = decode(&sound, spec.record_columns())?;
        let verdicts = Verdicts::all_sound(rows.count);
        answers.extend(lookup::look_up(&rows, &verdicts, spec, &sound, surroundings)?);
    }
    if !doubtful.is_empty() {
        let rows = decode(&doubtful, all_columns())?;
        let verdicts = judge(&rows, &settings.zone);
        answers.extend(lookup::look_up(&rows, &verdicts, spec, &doubtful, surroundings)?);
    }
    Ok(answers)
}
