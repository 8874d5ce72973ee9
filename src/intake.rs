//! What the extracts and the state folder give a night: shops, the window's sums, and what appeals take out of them.
//!
//! In: settings, rules, the as-of day. Out: everything that scoring needs of the extracts. A daily partial whose files,
//! settings and rules are as they were is taken from the state folder; one whose are not is computed again, alone. Shops
//! and appeals are read every night. Reading and group-bys run on the shared pool, one task a table-day.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::DataFrame;
use rayon::prelude::*;

use crate::domain::{Day, Window};
use crate::error::{Outcome, all, caught, fault};
use crate::extracts::contract::{self, CheckedPartition};
use crate::extracts::listing::{self, Listed, PartFile, Partition};
use crate::extracts::quarantine::{Counts, QuarantinedRow, rows_set_aside};
use crate::extracts::reader::{self, Selection};
use crate::extracts::row_rules::{Verdicts, judge};
use crate::extracts::rows::Rows;
use crate::extracts::tables::Table;
use crate::partials::daily::{self, DailyPartial, Surroundings};
use crate::partials::fingerprint;
use crate::partials::measures::{self, PartialSpec};
use crate::partials::records::{Answers, TableDay, negated};
use crate::partials::retractions::{self, Appeal, Settled};
use crate::rulebook::Rulebook;
use crate::settings::Settings;
use crate::shops::{self, Shop};
use crate::state::partials::{Input, Store, Stored, Version};
use crate::state::records::{Answered, KnownRecords};
use crate::state::window::{self as rolled, RolledTable};
use crate::window::{TableSums, add_up};

const STAGE: &str = "intake";

/// Everything that scoring needs of the extracts.
#[derive(Debug)]
pub struct Intake {
    /// The day of the shop snapshot.
    pub snapshot: Day,
    /// Its shops.
    pub shops: Vec<Shop>,
    /// What was read and set aside, by table-day; days without a partition are left out.
    pub counts: Vec<Counts>,
    /// The rows that were set aside, by day.
    pub quarantine: BTreeMap<Day, Vec<QuarantinedRow>>,
    /// The sums of the window, before appeals.
    pub tables: BTreeMap<Table, TableSums>,
    /// What appeals take out of them, negated.
    pub taken_out: BTreeMap<Table, Vec<DataFrame>>,
    /// How many appeals of each day speak of no record of their shop.
    pub unmatched: BTreeMap<Day, i64>,
    /// Which partials were computed, and why where one was stored.
    pub computed: Vec<String>,
    /// How many partials were taken from the state folder.
    pub kept: usize,
}

/// A table-day whose records count, and what is known of it before it is read.
struct Planned {
    partition: Partition,
    spec: &'static PartialSpec,
    custom_made: BTreeSet<String>,
    basis: String,
    stored: Option<Stored>,
    /// Whether its files are the ones that the stored partial was made of.
    is_kept: bool,
}

/// A table-day whose partial is known.
struct Known {
    stored: Stored,
    /// Its sums, where they were computed in this run.
    sums: Option<DataFrame>,
    answers: Answers,
    /// Why it was computed, where it was.
    reason: Option<&'static str>,
    /// The version that it replaces.
    replaced: Option<Version>,
    /// Whether an answer was not known before.
    is_news: bool,
}

/// Gathers all that the night of `as_of` needs, and leaves in the state folder what the next one can use.
///
/// # Errors
/// Those of the contract, of the reader, and of the state folder's disk.
pub fn gather(settings: &Settings, rulebook: &Rulebook, as_of: Day) -> Outcome<Intake> {
    let window = settings.window(as_of);
    let store = Store::under(&settings.state);
    let listed = listing::list(&settings.extracts, settings.coverage(as_of))?;
    let (records, others): (Vec<_>, Vec<_>) =
        listed.partitions.into_iter().partition(|partition| measures::of(partition.table).is_some());
    let planned = plan(records, settings, rulebook, &store);
    let to_check = planned.iter().filter(|planned| !planned.is_kept).map(|planned| planned.partition.clone());
    let mut partitions: Vec<Partition> = others.into_iter().chain(to_check).collect();
    partitions.sort_by_key(|partition| (partition.table, partition.day));
    let checked = contract::check(Listed { partitions, ..listed }, settings.require_manifest)?;
    let checked: BTreeMap<TableDay, CheckedPartition> =
        checked.into_iter().map(|partition| ((partition.table, partition.day), partition)).collect();

    let of = |table: Table| checked.values().filter(|day| day.table == table).collect::<Vec<_>>();
    let (mut counts, mut quarantine) = (Vec::new(), BTreeMap::new());
    let shops = judged(&of(Table::Shops), settings, shops::of_snapshot)?;
    let snapshot = shops.first().map_or(as_of, |snapshot| snapshot.counts.day);
    let shops: Vec<Shop> = keep(shops, &mut counts, &mut quarantine);
    let appeals = |rows: &Rows, verdicts: &Verdicts| retractions::appeals_of(rows, verdicts, window);
    let appeals = keep(judged(&of(Table::Appeals), settings, appeals)?, &mut counts, &mut quarantine);

    let known = partials(&planned, &checked, &appeals, settings, window, &store)?;
    for known in known.values() {
        counts.push(known.stored.counts.clone());
        let rows = quarantine.entry(known.stored.counts.day).or_default();
        rows.extend(known.stored.quarantine.iter().cloned());
    }
    quarantine.retain(|_, rows| !rows.is_empty());
    quarantine.values_mut().for_each(|rows| rows.sort_unstable());
    let last_effective_day = as_of.plus(-settings.appeal_effect_days);
    let settled = retractions::settle(&appeals, last_effective_day, |table_day, key| {
        known.get(&table_day)?.answers.get(&key)?.as_ref().map(|record| record.shop_id)
    });
    let shop_ids = shops.iter().map(|shop| shop.shop_id).collect();
    let tables = windows(&planned, &known, &shop_ids, settings, &store)?;
    let reasons = known.iter().filter_map(|((table, day), known)| {
        known.reason.map(|reason| format!("{} {day}: {reason}", table.name()))
    });
    let computed: Vec<String> = reasons.collect();
    let kept = known.len() - computed.len();
    let taken_out = taken_out(&settled, &known)?;
    Ok(Intake {
        snapshot,
        shops,
        counts,
        quarantine,
        tables,
        taken_out,
        unmatched: settled.unmatched,
        computed,
        kept,
    })
}

/// What one table-day of shops or appeals gave.
struct Judged<T> {
    records: Vec<T>,
    counts: Counts,
    quarantine: Vec<QuarantinedRow>,
}

/// Reads and judges whole partitions, and keeps what `records_of` makes of their sound rows.
fn judged<T: Send>(
    partitions: &[&CheckedPartition],
    settings: &Settings,
    records_of: impl Fn(&Rows, &Verdicts) -> Vec<T> + Sync,
) -> Outcome<Vec<Judged<T>>> {
    let judged = partitions.par_iter().map(|partition| {
        let rows = reader::read(partition, &settings.zone)?;
        let verdicts = judge(&rows, &settings.zone);
        Ok(Judged {
            records: records_of(&rows, &verdicts),
            counts: Counts::of(&rows, &verdicts),
            quarantine: rows_set_aside(&rows, &verdicts),
        })
    });
    all(judged.collect::<Vec<_>>())
}

fn keep<T>(
    judged: Vec<Judged<T>>,
    counts: &mut Vec<Counts>,
    quarantine: &mut BTreeMap<Day, Vec<QuarantinedRow>>,
) -> Vec<T> {
    let mut records = Vec::new();
    for mut table_day in judged {
        quarantine.entry(table_day.counts.day).or_default().append(&mut table_day.quarantine);
        counts.push(table_day.counts);
        records.append(&mut table_day.records);
    }
    records
}

/// Finds out which partials are stored, and which of these still hold.
fn plan(records: Vec<Partition>, settings: &Settings, rulebook: &Rulebook, store: &Store) -> Vec<Planned> {
    let planned = records.into_par_iter().filter_map(|partition| {
        let spec = measures::of(partition.table)?;
        let custom_made: BTreeSet<String> =
            rulebook.custom_made.on(partition.day).into_iter().map(str::to_owned).collect();
        let basis = fingerprint::basis(spec, &settings.zone, &custom_made);
        let stored = store.find(partition.table, partition.day);
        let lacks_manifest = settings.require_manifest && partition.manifest.is_none();
        let holds = |stored: &Stored| stored.basis == basis && same_files(&partition, &stored.inputs);
        let is_kept = !settings.rehash && !lacks_manifest && stored.as_ref().is_some_and(holds);
        Some(Planned { partition, spec, custom_made, basis, stored, is_kept })
    });
    planned.collect()
}

/// The files of a partition that its partial depends on.
fn files(partition: &Partition) -> impl Iterator<Item = &PartFile> {
    partition.files.iter().chain(&partition.manifest)
}

fn name(file: &PartFile) -> String {
    file.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn same_files(partition: &Partition, inputs: &[Input]) -> bool {
    let listed: Vec<_> = files(partition).map(|file| (name(file), file.identity)).collect();
    listed.len() == inputs.len()
        && listed
            .iter()
            .zip(inputs)
            .all(|((name, identity), input)| *name == input.name && *identity == input.identity)
}

/// The partials of all table-days, each with what became of the keys that appeals name in it.
fn partials(
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
    let known = planned.par_iter().with_max_len(1).map(|planned| {
        let of = (planned.partition.table, planned.partition.day);
        let keys = named.get(&of).unwrap_or(&none);
        let known = match checked.get(&of) {
            Some(checked) => computed(planned, checked, keys, settings, store)?,
            None => kept(planned)?,
        };
        Ok((of, answered(known, planned, keys, &records, settings)?))
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
fn computed(
    planned: &Planned,
    checked: &CheckedPartition,
    keys: &BTreeSet<i64>,
    settings: &Settings,
    store: &Store,
) -> Outcome<Known> {
    let bytes = reader::load(checked)?;
    let inputs = inputs(planned, &bytes);
    let hashes = || inputs.iter().map(|input| input.hash.as_str());
    let fingerprint = fingerprint::fingerprint(&planned.basis, hashes());
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
    let summed = || daily::sum_up(rows, planned.spec, keys, surroundings);
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
    let sums = add_up(planned.spec, &[sums], &[])?;
    let replaced = planned.stored.as_ref().map(|stored| stored.version.clone());
    Ok(Known { stored, sums: Some(sums), answers, reason: Some(reason), replaced, is_news: !keys.is_empty() })
}

impl Planned {
    fn surroundings<'a>(&'a self, settings: &'a Settings) -> Surroundings<'a> {
        Surroundings { zone: &settings.zone, custom_made: &self.custom_made }
    }
}

/// The files of a partition with the hashes of their bytes; the manifest, which is no part file, is told by its identity.
fn inputs(planned: &Planned, bytes: &[bytes::Bytes]) -> Vec<Input> {
    let hashes = bytes.iter().map(|bytes| fingerprint::hash_of(bytes)).chain([String::new()]);
    let input = |(file, hash): (&PartFile, String)| Input { name: name(file), identity: file.identity, hash };
    files(&planned.partition).zip(hashes).map(input).collect()
}

/// A partial with what became of `keys`: as it was just found, as an earlier night was told, or looked up now.
fn answered(
    mut known: Known,
    planned: &Planned,
    keys: &BTreeSet<i64>,
    records: &KnownRecords,
    settings: &Settings,
) -> Outcome<Known> {
    let of = (planned.partition.table, planned.partition.day);
    if known.answers.is_empty() && !keys.is_empty() {
        let told = records.answers(of, &known.stored.version.fingerprint);
        known.answers = told.cloned().unwrap_or_default();
        known.answers.retain(|key, _| keys.contains(key));
        let asked: BTreeSet<i64> =
            keys.iter().filter(|key| !known.answers.contains_key(key)).copied().collect();
        if !asked.is_empty() {
            let found = caught(STAGE, &planned.partition.folder, || {
                look_up(planned, &known.stored, &asked, settings)
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
            let rows = decode(&sound, planned.spec.record_columns())?;
            let verdicts = Verdicts::all_sound(rows.count);
            answers.extend(daily::look_up(rows, &verdicts, planned.spec, &sound, surroundings)?);
        }
        if !doubtful.is_empty() {
            let rows = decode(&doubtful, all_columns())?;
            let verdicts = judge(&rows, &settings.zone);
            answers.extend(daily::look_up(rows, &verdicts, planned.spec, &doubtful, surroundings)?);
        }
    }
    Ok(answers)
}

/// The window of every table, rolled on from the last one where that is less work.
fn windows(
    planned: &[Planned],
    known: &BTreeMap<TableDay, Known>,
    shop_ids: &BTreeSet<i64>,
    settings: &Settings,
    store: &Store,
) -> Outcome<BTreeMap<Table, TableSums>> {
    let windows = measures::ALL.par_iter().with_max_len(1).map(|spec| {
        let of_table = known.iter().filter(|((table, _), _)| *table == spec.table);
        let days: BTreeMap<Day, Version> =
            of_table.map(|((_, day), known)| (*day, known.stored.version.clone())).collect();
        let previous = rolled::load(&settings.state, spec.table);
        let unchanged = |rolled: &RolledTable| {
            previous.as_ref().is_some_and(|before| {
                before.days == rolled.days && before.table.unknown == rolled.table.unknown
            })
        };
        let mut again: BTreeMap<Day, DataFrame> = BTreeMap::new();
        let rolled = loop {
            let sums_of = |day: Day, version: &Version| {
                let of_now = known.get(&(spec.table, day)).filter(|known| known.stored.version == *version);
                let computed = of_now.and_then(|known| known.sums.as_ref().or_else(|| again.get(&day)));
                computed.cloned().or_else(|| store.sums(spec.table, day, version))
            };
            match rolled::roll(spec, previous.clone(), &days, shop_ids, sums_of)? {
                Ok(rolled) => break rolled,
                Err(day) => {
                    let sums = rebuilt(planned, (spec.table, day), settings, store)?;
                    again.insert(day, sums);
                }
            }
        };
        if !unchanged(&rolled) {
            rolled::save(&settings.state, spec.table, &rolled)?;
        }
        Ok((spec.table, rolled.table))
    });
    let windows = all(windows.collect::<Vec<_>>())?.into_iter().collect();
    for ((table, day), known) in known {
        if let Some(replaced) = known.replaced.as_ref().filter(|replaced| **replaced != known.stored.version)
        {
            store.forget(*table, *day, replaced);
        }
    }
    Ok(windows)
}

/// The sums of a partial whose stored ones are gone or damaged, computed and stored again.
fn rebuilt(planned: &[Planned], of: TableDay, settings: &Settings, store: &Store) -> Outcome<DataFrame> {
    let planned = planned.iter().find(|planned| (planned.partition.table, planned.partition.day) == of);
    let planned = planned.ok_or_else(|| fault(STAGE, format!("no partition of {} {}", of.0.name(), of.1)))?;
    let listed = Listed { partitions: vec![planned.partition.clone()], ..Listed::default() };
    let checked = contract::check(listed, settings.require_manifest)?;
    let nothing_stored = Planned {
        partition: planned.partition.clone(),
        spec: planned.spec,
        custom_made: planned.custom_made.clone(),
        basis: planned.basis.clone(),
        stored: None,
        is_kept: false,
    };
    let checked = checked.first().ok_or_else(|| fault(STAGE, "a partition without a check"))?;
    let known = computed(&nothing_stored, checked, &BTreeSet::new(), settings, store)?;
    known.sums.ok_or_else(|| fault(STAGE, "a partial computed without sums"))
}

/// What the records that appeals take out added, negated, by table.
fn taken_out(
    settled: &Settled,
    known: &BTreeMap<TableDay, Known>,
) -> Outcome<BTreeMap<Table, Vec<DataFrame>>> {
    let mut frames: BTreeMap<Table, Vec<DataFrame>> = BTreeMap::new();
    for (of, keys) in &settled.taken_out {
        let (Some(known), Some(spec)) = (known.get(of), measures::of(of.0)) else { continue };
        let measures: Vec<&str> = spec.measures.iter().map(|measure| measure.name).collect();
        let records: Vec<_> = keys.iter().filter_map(|key| known.answers.get(key)?.as_ref()).collect();
        let frame = negated(&records, &measures).map_err(|error| fault(STAGE, error))?;
        frames.entry(of.0).or_default().extend(frame);
    }
    Ok(frames)
}
