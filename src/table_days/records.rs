//! What became of the records that appeals name in a table-day.
//!
//! In: keys. Out: for each the sound record, or none. The places where a record is looked for are listed once, in order; a key
//! that one of them answers is not asked for in the next.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::error::{Outcome, all, caught};
use crate::extracts::contract;
use crate::extracts::reader::{self, Source};
use crate::extracts::selection::{Selection, Wanted};
use crate::extracts::{batch::Batch, row_rules::judge_all};
use crate::partials::all_records::AllRecords;
use crate::partials::meaning::{Addends, addends};
use crate::partials::measures::{self, PartialSpec};
use crate::partials::records::{Answers, TableDay, look_up};
use crate::table_days::elsewhere;
use crate::table_days::plan::{Decision, Planned};
use crate::table_days::resolve::{Means, Resolved, ResolvedDays, lost};
use crate::{memory, settings::Settings, state::store::Stored, table_days::STAGE};

/// Where a record is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// The index of its records, in the blocks where the keys must lie.
    Index,
    /// All blocks of the index.
    WholeIndex,
    /// Its files; the index is made on the way where there is no sound one.
    Files,
}

/// The places in order. A record that the last one does not have is not there.
const PLACES: [Place; 2] = [Place::Index, Place::Files];
/// The same where the extracts have expired: the whole index is searched in place of the files.
const PLACES_OF_EXPIRED: [Place; 1] = [Place::WholeIndex];

/// Keys of records, by table-day.
pub(super) type Named = BTreeMap<TableDay, BTreeSet<i64>>;
/// What became of them.
pub(super) type Found = BTreeMap<TableDay, Answers>;

/// What became of the records that are `named` in table-days; missing where the extracts have expired and there is no sound
/// index. Where extracts are kept only so long, table-days without an index get one, whether they are asked or not.
pub(super) fn find_all(named: &Named, resolved: &ResolvedDays<'_>, means: Means<'_>) -> Outcome<Found> {
    let look_ups = resolved.iter().filter_map(|(of, resolved)| {
        let spec = measures::of(of.0).filter(|spec| spec.has_records())?;
        Some((named.get(of), LookUp { spec, resolved, means }))
    });
    let (elsewhere, here): (Vec<_>, Vec<_>) = look_ups.partition(|(_, look_up)| look_up.is_elsewhere());
    let of_days = here.par_iter().with_max_len(1).map(|(keys, look_up)| {
        let answers = keys.map_or_else(|| Ok(Answers::new()), |keys| look_up.all(keys))?;
        look_up.keep_index()?;
        Ok((look_up.resolved.planned.of(), answers))
    });
    let mut found: Found = all(of_days.collect::<Vec<_>>())?.into_iter().collect();
    found.extend(find_elsewhere(&elsewhere, means.settings)?);
    Ok(found)
}

/// As [`LookUp::all`], of table-days whose files an engine reads: all of a table in one query.
fn find_elsewhere(look_ups: &[(Option<&BTreeSet<i64>>, LookUp<'_>)], settings: &Settings) -> Outcome<Found> {
    let named: Vec<_> = look_ups.iter().filter_map(|(keys, look_up)| Some(((*keys)?, look_up))).collect();
    let partitions: Vec<_> = named.iter().map(|(_, look_up)| look_up.resolved.planned.partition.clone()).collect();
    contract::learn(&partitions, &settings.delivery)?;
    let checked = named.iter().map(|(keys, look_up)| {
        let planned = look_up.resolved.planned;
        Ok((planned, planned.checked(settings)?, *keys))
    });
    let checked = checked.collect::<Outcome<Vec<_>>>()?;
    let days: Vec<_> = checked.iter().map(|(planned, checked, keys)| ((*planned, checked), *keys)).collect();
    if days.is_empty() { Ok(Found::new()) } else { elsewhere::find_all(&days, settings) }
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
    means: Means<'a>,
}

impl LookUp<'_> {
    /// Whether an engine reads its files. It has no index: what an engine is asked for is not kept row by row.
    fn is_elsewhere(&self) -> bool {
        self.means.settings.delivery.remote.is_some() && self.resolved.planned.decision != Decision::Expired
    }

    /// What became of all of `keys`.
    fn all(&self, keys: &BTreeSet<i64>) -> Outcome<Answers> {
        let planned = self.resolved.planned;
        let is_expired = planned.decision == Decision::Expired;
        let places = if is_expired { PLACES_OF_EXPIRED.as_slice() } else { &PLACES };
        let (mut found, mut has_index) = (Answers::new(), false);
        for place in places {
            let open: BTreeSet<i64> = keys.iter().filter(|key| !found.contains_key(key)).copied().collect();
            if open.is_empty() {
                break;
            }
            caught(STAGE, &planned.partition.folder, || self.look(*place, &open, &mut has_index, &mut found))?;
        }
        Ok(found)
    }

    /// Adds what a place knows of keys that are still open; `has_index` tells whether the index is there and sound, where
    /// it was asked.
    fn look(&self, place: Place, open: &BTreeSet<i64>, has_index: &mut bool, found: &mut Answers) -> Outcome<()> {
        let (store, Resolved { planned, stored, .. }) = (self.means.store, self.resolved);
        match place {
            Place::Index => {
                let looked_up = store.ask_records(stored, |index| index.look_up(open));
                *has_index = looked_up.is_some();
                found.extend(looked_up.into_iter().flatten());
            }
            Place::WholeIndex => {
                let searched = store.ask_records(stored, |index| index.search(open));
                let searched = searched.ok_or_else(|| lost(planned, "index of records"))?;
                found.extend(open.iter().map(|key| (*key, None)));
                found.extend(searched);
            }
            Place::Files if *has_index || self.is_large() => found.extend(self.search(open)?),
            Place::Files => {
                let index = self.make_index()?;
                let answers = open.iter().map(|key| Ok((*key, index.get(*key)?)));
                found.extend(answers.collect::<Outcome<Answers>>()?);
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
        if self.means.store.keeps() && is_index_wanted(planned, stored, self.means) {
            caught(STAGE, &planned.partition.folder, || self.make_index().map(drop))?;
        }
        Ok(())
    }

    /// Reads all sound records of a table-day and stores their index. Where no row was set aside, only the columns that tell
    /// of records are read.
    fn make_index(&self) -> Outcome<AllRecords> {
        let Resolved { planned, stored, .. } = self.resolved;
        let mut records = AllRecords::none(self.spec);
        self.each_sound(Wanted::All, stored.quarantine.is_empty(), &mut |batch, addends| records.add(batch, addends))?;
        let records = records.sorted()?;
        self.means.store.put_records(planned.of(), &stored.version, &records)?;
        Ok(records)
    }

    /// Searches the files of a table-day for records. A key that no quarantined row has is that of a sound row, of which only
    /// the columns that tell what it added are read. Rows with another key are judged as in the whole partition: all row
    /// rules look at one row, but the one about duplicates, and that one at the rows of one key.
    fn search(&self, keys: &BTreeSet<i64>) -> Outcome<Answers> {
        let set_aside: BTreeSet<i64> = self.resolved.stored.quarantine.iter().filter_map(|row| row.key).collect();
        let (doubtful, sound): (BTreeSet<i64>, BTreeSet<i64>) = keys.iter().partition(|key| set_aside.contains(key));
        let mut answers: Answers = keys.iter().map(|key| (*key, None)).collect();
        for (keys, is_sound) in [(sound, true), (doubtful, false)] {
            if !keys.is_empty() {
                self.each_sound(Wanted::WithKeys(&keys), is_sound, &mut |batch, addends| {
                    look_up(batch, addends, &keys, &mut answers)
                })?;
            }
        }
        Ok(answers)
    }

    /// Gives `work` the wanted rows out of the files, as far as they are sound, with what they add. They are judged, in one
    /// piece, where they are not known to be sound.
    fn each_sound(
        &self,
        rows: Wanted<'_>,
        are_sound: bool,
        work: &mut dyn FnMut(&Batch, &[Addends]) -> Outcome<()>,
    ) -> Outcome<()> {
        let custom_made = self.resolved.planned.dependencies.custom_made();
        let checked = self.resolved.planned.checked(self.means.settings)?;
        let columns = are_sound.then(|| self.spec.record_columns());
        let selection = Selection { rows, columns };
        let mut sound = |batch: &Batch| work(batch, &addends(batch, self.spec, custom_made)?);
        if are_sound {
            return reader::decode(&checked, Source::Files, &selection, &mut |batch| sound(&batch));
        }
        let all = reader::decode_whole(&checked, Source::Files, &selection)?;
        sound(&all.filtered(judge_all(&all)?.sound())?)
    }
}
