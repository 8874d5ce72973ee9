//! What became of the records that appeals name in a table-day.
//!
//! In: keys. Out: for each the sound record, or none. The places where a record is looked for are listed once, in order; a key
//! that one of them answers is not asked for in the next. An answer is kept, so that looking into files is paid once.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::error::{Outcome, all, caught, fault};
use crate::extracts::reader::{self, Source};
use crate::extracts::selection::{Selection, Wanted};
use crate::extracts::{row_rules::judge, rows::Rows, verdicts::Verdicts};
use crate::partials::measures::{self, PartialSpec};
use crate::partials::records::{AllRecords, Answers, TableDay, all_records, look_up};
use crate::state::answers::{Answered, KnownAnswers};
use crate::table_days::plan::{Decision, Planned};
use crate::table_days::resolve::{Appeals, Means, Resolved, ResolvedDays, lost, named_in};
use crate::{domain::Span, memory, partials::meaning::Meaning, settings::Settings};
use crate::{state::store::Stored, table_days::STAGE};

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

/// The answers of all table-days to the keys that appeals name in them, kept for the next night where there is news; missing
/// where the extracts have expired and there is no sound index.
pub(super) fn answers(
    resolved: &ResolvedDays<'_>,
    appeals: &Appeals,
    window: Span,
    means: Means<'_>,
) -> Outcome<BTreeMap<TableDay, Answers>> {
    let mut told = KnownAnswers::load(&means.settings.state);
    let look_ups = resolved.iter().filter_map(|(of, resolved)| {
        let spec = measures::of(of.0).filter(|spec| spec.has_records())?;
        Some(LookUp { spec, resolved, told: &told, means })
    });
    let look_ups: Vec<LookUp<'_>> = look_ups.collect();
    let of_days = look_ups.par_iter().with_max_len(1).map(|look_up| {
        let of = look_up.resolved.planned.of();
        let (answers, is_news) = look_up.all(&named_in(appeals, of))?;
        look_up.keep_index()?;
        Ok((of, answers, is_news))
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

/// Whether a table-day that is stored lacks the index that a run would make of it.
pub(super) fn lacks_index(planned: &Planned, means: Means<'_>) -> Outcome<bool> {
    let has_records = measures::of(planned.of().0).is_some_and(PartialSpec::has_records);
    Ok(has_records && is_index_wanted(planned, planned.stored()?, means))
}

/// Where extracts are kept only so long, the index takes the place of the files one day.
fn is_index_wanted(planned: &Planned, stored: &Stored, means: Means<'_>) -> bool {
    let is_wanted = means.settings.extracts_kept_days.is_some() && planned.decision != Decision::Expired;
    is_wanted && !means.store.has_records(stored)
}

/// A table-day in which records are looked for.
struct LookUp<'a> {
    spec: &'static PartialSpec,
    resolved: &'a Resolved<'a>,
    told: &'a KnownAnswers,
    means: Means<'a>,
}

impl LookUp<'_> {
    /// What became of all of `keys`, and whether that is news to the nights to come.
    fn all(&self, keys: &BTreeSet<i64>) -> Outcome<(Answers, bool)> {
        let planned = self.resolved.planned;
        let is_expired = planned.decision == Decision::Expired;
        let places = if is_expired { PLACES_OF_EXPIRED.as_slice() } else { &PLACES };
        let mut found = Found::default();
        let mut is_news = false;
        for place in places {
            let open: BTreeSet<i64> = keys.iter().filter(|key| !found.answers.contains_key(key)).copied().collect();
            if open.is_empty() {
                break;
            }
            let before = found.answers.len();
            caught(STAGE, &planned.partition.folder, || self.look(*place, &open, &mut found))?;
            is_news |= *place != Place::ToldEarlier && found.answers.len() > before;
        }
        Ok((found.answers, is_news))
    }

    /// Adds what a place knows of keys that are still open.
    fn look(&self, place: Place, open: &BTreeSet<i64>, found: &mut Found) -> Outcome<()> {
        let (store, Resolved { planned, stored, answers, .. }) = (self.means.store, self.resolved);
        let told = |answers: Option<&Answers>| -> Answers {
            let told = answers.into_iter().flatten().filter(|(key, _)| open.contains(key));
            told.map(|(key, record)| (*key, *record)).collect()
        };
        match place {
            Place::JustComputed => found.answers.extend(told(answers.as_ref())),
            Place::ToldEarlier => found.answers.extend(told(self.told.of(planned.of(), &stored.version.fingerprint))),
            Place::Index => {
                let looked_up = store.ask_records(stored, |index| index.look_up(open));
                found.has_index = looked_up.is_some();
                found.answers.extend(looked_up.into_iter().flatten());
            }
            Place::WholeIndex => {
                let searched = store.ask_records(stored, |index| index.search(open));
                let searched = searched.ok_or_else(|| lost(planned, "index of records"))?;
                found.answers.extend(open.iter().map(|key| (*key, None)));
                found.answers.extend(searched);
            }
            Place::Files if found.has_index || self.is_large() => found.answers.extend(self.search(open)?),
            Place::Files => {
                let index = self.make_index()?;
                let answers = open.iter().map(|key| Ok((*key, index.get(*key)?)));
                found.answers.extend(answers.collect::<Outcome<Answers>>()?);
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

    /// Makes the index of its records where it takes the place of the files one day.
    fn keep_index(&self) -> Outcome<()> {
        let Resolved { planned, stored, .. } = self.resolved;
        if is_index_wanted(planned, stored, self.means) {
            caught(STAGE, &planned.partition.folder, || self.make_index().map(drop))?;
        }
        Ok(())
    }

    /// Reads all sound records of a table-day and stores their index. Where no row was set aside, only the columns that tell
    /// of records are read.
    fn make_index(&self) -> Outcome<AllRecords> {
        let Resolved { planned, stored, .. } = self.resolved;
        let is_sound = stored.quarantine.is_empty();
        let columns = is_sound.then(|| self.spec.record_columns());
        let (rows, verdicts) = self.judged(&Selection { columns, ..Selection::default() }, is_sound)?;
        let records = all_records(&Meaning::of(&rows, self.spec, planned.dependencies.surroundings()), &verdicts)?;
        self.means.store.put_records(planned.of(), &stored.version, &records)?;
        Ok(records)
    }

    /// Searches the files of a table-day for records. A key that no quarantined row has is that of a sound row, of which only
    /// the columns that tell what it added are read. Rows with another key are judged as in the whole partition: all row
    /// rules look at one row, but the one about duplicates, and that one at the rows of one key.
    fn search(&self, keys: &BTreeSet<i64>) -> Outcome<Answers> {
        let Resolved { planned, stored, .. } = self.resolved;
        let set_aside: BTreeSet<i64> = stored.quarantine.iter().filter_map(|row| row.key).collect();
        let (doubtful, sound): (BTreeSet<i64>, BTreeSet<i64>) = keys.iter().partition(|key| set_aside.contains(key));
        let mut answers = Answers::new();
        for (keys, is_sound) in [(sound, true), (doubtful, false)] {
            if !keys.is_empty() {
                let columns = is_sound.then(|| self.spec.record_columns());
                let (rows, verdicts) = self.judged(&Selection { rows: Wanted::WithKeys(&keys), columns }, is_sound)?;
                let surroundings = planned.dependencies.surroundings();
                answers.extend(look_up(&Meaning::of(&rows, self.spec, surroundings), &verdicts, &keys)?);
            }
        }
        Ok(answers)
    }

    /// Rows out of the files of a table-day, judged where they are not known to be sound.
    fn judged(&self, selection: &Selection<'_>, is_sound: bool) -> Outcome<(Rows, Verdicts)> {
        let zone = &self.means.settings.zone;
        let checked = self.resolved.planned.checked(self.means.settings)?;
        let rows = reader::decode(&checked, Source::Files, zone, selection)?;
        let verdicts = if is_sound { Verdicts::all_sound(rows.count) } else { judge(&rows, zone)? };
        Ok((rows, verdicts))
    }
}
