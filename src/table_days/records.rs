//! What became of the records that appeals name in a table-day.
//!
//! In: keys. Out: for each the sound record, or none. The places where a record is looked for are listed once, in order; a key
//! that one of them answers is not asked for in the next. An answer is kept, so that looking into files is paid once.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::domain::Window;
use crate::error::{Outcome, all, caught, fault};
use crate::extracts::contract::CheckedPartition;
use crate::extracts::reader::{self, Source};
use crate::extracts::row_rules::judge;
use crate::extracts::selection::{Selection, Wanted};
use crate::extracts::verdicts::Verdicts;
use crate::memory;
use crate::partials::meaning::Meaning;
use crate::partials::measures::{self, PartialSpec};
use crate::partials::records::{AllRecords, Answers, Record, TableDay, all_records, look_up};
use crate::settings::Settings;
use crate::state::answers::{Answered, KnownAnswers};
use crate::table_days::STAGE;
use crate::table_days::plan::{Decision, Planned};
use crate::table_days::resolve::{Means, Resolved, lost};

/// Where a record is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// What was found while the table-day was computed in this run.
    JustComputed,
    /// What an earlier night was told of the same version.
    ToldEarlier,
    /// The index of its records, in the blocks where the keys must lie.
    Index,
    /// All blocks of the index.
    WholeIndex,
    /// Its files; the index is made on the way where there is no sound one.
    Files,
}

/// The places in order. A record that the last one does not have is not there.
const PLACES: [Place; 4] = [Place::JustComputed, Place::ToldEarlier, Place::Index, Place::Files];
/// The same where the extracts have expired: the whole index is searched in place of the files.
const PLACES_OF_EXPIRED: [Place; 2] = [Place::ToldEarlier, Place::WholeIndex];

/// What is known of some of the keys.
#[derive(Default)]
struct Found {
    answers: Answers,
    /// Whether the index is there and sound, where it was asked.
    has_index: bool,
}

/// The answers of all table-days to the keys that appeals name in them, kept for the next night where there is news.
///
/// # Errors
/// Missing where the extracts have expired and there is no sound index; those of reading files and of the store.
pub(super) fn answers(
    planned: &[&Planned],
    resolved: &BTreeMap<TableDay, Resolved>,
    record_ids: impl Fn(TableDay) -> BTreeSet<i64> + Sync,
    window: Window,
    means: Means<'_>,
) -> Outcome<BTreeMap<TableDay, Answers>> {
    let mut told = KnownAnswers::load(&means.settings.state);
    let of_days = planned.par_iter().with_max_len(1).filter_map(|planned| {
        let spec = measures::of(planned.of().0).filter(|spec| spec.has_records())?;
        let resolved = resolved.get(&planned.of())?;
        Some((LookUp { planned, spec, resolved, told: &told, means }, record_ids(planned.of())))
    });
    let of_days = of_days.map(|(look_up, keys)| {
        let (answers, is_news) = look_up.all(&keys)?;
        look_up.keep_index()?;
        Ok((look_up.planned.of(), answers, is_news))
    });
    let of_days = all(of_days.collect::<Vec<_>>())?;
    let is_news = told.is_damaged || of_days.iter().any(|(_, _, is_news)| *is_news);
    let answers: BTreeMap<TableDay, Answers> = of_days.into_iter().map(|(of, answers, _)| (of, answers)).collect();
    if is_news {
        for (of, answers) in &answers {
            let resolved = resolved.get(of).ok_or_else(|| fault(STAGE, "answers of no table-day"))?;
            let fingerprint = resolved.stored.version.fingerprint.clone();
            told.days.insert(*of, Answered { fingerprint, answers: answers.clone() });
        }
        told.save(&means.settings.state, window)?;
    }
    Ok(answers)
}

/// A table-day in which records are looked for.
struct LookUp<'a> {
    planned: &'a Planned,
    spec: &'static PartialSpec,
    resolved: &'a Resolved,
    told: &'a KnownAnswers,
    means: Means<'a>,
}

impl LookUp<'_> {
    /// What became of all of `keys`, and whether that is news to the nights to come.
    fn all(&self, keys: &BTreeSet<i64>) -> Outcome<(Answers, bool)> {
        let is_expired = self.planned.decision == Decision::Expired;
        let places: &[Place] = if is_expired { &PLACES_OF_EXPIRED } else { &PLACES };
        let mut found = Found::default();
        let mut is_news = false;
        for place in places {
            let open: BTreeSet<i64> = keys.iter().filter(|key| !found.answers.contains_key(key)).copied().collect();
            if open.is_empty() {
                break;
            }
            let before = found.answers.len();
            let look = || self.look(*place, &open, &mut found);
            caught(STAGE, &self.planned.partition.folder, look)?;
            is_news |= *place != Place::ToldEarlier && found.answers.len() > before;
        }
        Ok((found.answers, is_news))
    }

    /// Adds what a place knows of keys that are still open.
    fn look(&self, place: Place, open: &BTreeSet<i64>, found: &mut Found) -> Outcome<()> {
        let (of, version) = (self.planned.of(), &self.resolved.stored.version);
        let records = |records: Vec<(i64, Record)>| records.into_iter().map(|(key, record)| (key, Some(record)));
        match place {
            Place::JustComputed => {
                let computed = self.resolved.answers.iter().flatten();
                found
                    .answers
                    .extend(computed.filter(|(key, _)| open.contains(key)).map(|(key, record)| (*key, *record)));
            }
            Place::ToldEarlier => {
                let told = self.told.of(of, &version.fingerprint).into_iter().flatten();
                found.answers.extend(told.filter(|(key, _)| open.contains(key)).map(|(key, record)| (*key, *record)));
            }
            Place::Index => {
                let looked_up = self.means.store.ask_records(of, version, |index| index.look_up(open));
                found.has_index = looked_up.is_some();
                found.answers.extend(looked_up.into_iter().flat_map(records));
            }
            Place::WholeIndex => {
                let searched = self.means.store.ask_records(of, version, |index| index.search(open));
                let searched = searched.ok_or_else(|| lost(self.planned, "index of records"))?;
                found.answers.extend(open.iter().map(|key| (*key, None)));
                found.answers.extend(records(searched));
            }
            Place::Files if found.has_index || self.is_large() => found.answers.extend(self.search(open)?),
            Place::Files => {
                let index = self.make_index()?;
                for key in open {
                    found.answers.insert(*key, index.get(*key)?);
                }
            }
        }
        Ok(())
    }

    /// Whether its records are too many to be in memory at once.
    fn is_large(&self) -> bool {
        let Settings { memory_limit_mib, threads, .. } = self.means.settings;
        let rows = usize::try_from(self.resolved.stored.counts.rows).unwrap_or(usize::MAX);
        memory::shares(rows, *memory_limit_mib, *threads) > 1
    }

    /// Makes the index of its records where extracts are kept only so long: it takes the place of the files then.
    fn keep_index(&self) -> Outcome<()> {
        let is_wanted = self.means.settings.extracts_kept_days.is_some() && self.planned.decision != Decision::Expired;
        if is_wanted && !self.means.store.has_records(self.planned.of(), &self.resolved.stored.version) {
            caught(STAGE, &self.planned.partition.folder, || self.make_index().map(drop))?;
        }
        Ok(())
    }

    /// Reads all sound records of a table-day and stores their index. Where no row was set aside, only the columns that tell
    /// of records are read.
    fn make_index(&self) -> Outcome<AllRecords> {
        let is_sound = self.resolved.stored.quarantine.is_empty();
        let columns = is_sound.then(|| self.spec.record_columns());
        let selection = Selection { columns, ..Selection::default() };
        let zone = &self.means.settings.zone;
        let rows = reader::decode(&self.checked()?, Source::Files, zone, &selection)?;
        let verdicts = if is_sound { Verdicts::all_sound(rows.count) } else { judge(&rows, zone)? };
        let surroundings = self.planned.dependencies.surroundings();
        let records = all_records(&Meaning::of(&rows, self.spec, surroundings), &verdicts)?;
        self.means.store.put_records(self.planned.of(), &self.resolved.stored.version, &records)?;
        Ok(records)
    }

    /// Searches the files of a table-day for records. A key that no quarantined row has is that of a sound row, of which only
    /// the columns that tell what it added are read. Rows with another key are judged as in the whole partition: all row
    /// rules look at one row, but the one about duplicates, and that one at the rows of one key.
    fn search(&self, keys: &BTreeSet<i64>) -> Outcome<Answers> {
        let checked = self.checked()?;
        let zone = &self.means.settings.zone;
        let set_aside: BTreeSet<i64> = self.resolved.stored.quarantine.iter().filter_map(|row| row.key).collect();
        let (doubtful, sound): (BTreeSet<i64>, BTreeSet<i64>) =
            keys.iter().copied().partition(|key| set_aside.contains(key));
        let surroundings = self.planned.dependencies.surroundings();
        let all_columns = || self.spec.table.spec().columns.iter().map(|column| column.name).collect();
        let decode = |keys, columns| {
            let selection = Selection { rows: Wanted::WithKeys(keys), columns: Some(columns) };
            reader::decode(&checked, Source::Files, zone, &selection)
        };
        let mut answers = Answers::new();
        if !sound.is_empty() {
            let rows = decode(&sound, self.spec.record_columns())?;
            let verdicts = Verdicts::all_sound(rows.count);
            answers.extend(look_up(&Meaning::of(&rows, self.spec, surroundings), &verdicts, &sound)?);
        }
        if !doubtful.is_empty() {
            let rows = decode(&doubtful, all_columns())?;
            let verdicts = judge(&rows, zone)?;
            answers.extend(look_up(&Meaning::of(&rows, self.spec, surroundings), &verdicts, &doubtful)?);
        }
        Ok(answers)
    }

    fn checked(&self) -> Outcome<CheckedPartition> {
        self.planned.checked(self.means.settings)
    }
}
