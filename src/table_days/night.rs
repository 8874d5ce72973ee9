//! What the extracts and the state folder give a night: shops, the window's sums, and what appeals take out of them.
//!
//! In: settings, rules, the as-of day. Out: everything that scoring needs of the extracts, and the hash of all that the night is
//! made of: a published night whose ingredients are those of now is current, and known as such before anything is read. What
//! is stored and holds is reused, the rest is computed and left for the next night. Reading and group-bys run on the shared
//! pool, one task a table-day.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::calendar::Month;
use crate::domain::{Day, Span};
use crate::error::{Failure, Outcome, all, fault};
use crate::extracts::quarantine::Counts;
use crate::extracts::{contract::CheckedPartition, reader, tables::Table};
use crate::partials::retractions::{self, Retractions};
use crate::partials::{measures, records::TableDay};
use crate::policies::Cycles;
use crate::stages::Stage;
use crate::state::answers::KnownAnswers;
use crate::state::store::Store;
use crate::state::window::{self as rolled, Window};
use crate::table_days::plan::{Decision, Planned, Why};
use crate::table_days::resolve::{Means, ResolvedDays, resolve_all};
use crate::table_days::set_aside::{SetAside, ToRead};
use crate::table_days::survey::{AsKnown, Survey};
use crate::table_days::windows::{self, SpanSums};
use crate::table_days::{STAGE, appeals, dependencies::Terms, records, shifted};
use crate::{hashing::hash_of, shops::Shop};

/// The table-days of a night, found and checked; none of them is read yet.
pub(crate) struct Surveyed<'a> {
    terms: Terms<'a>,
    known: AsKnown,
    store: Store<'a>,
    survey: Survey,
    checked: BTreeMap<TableDay, CheckedPartition>,
}

/// A night of which every table-day is stored as it is now.
pub(crate) struct Unchanged {
    /// The day of the shop snapshot.
    pub(crate) snapshot: Day,
    pub(crate) set_aside: SetAside,
    /// How many partials it is made of.
    pub(crate) partials: usize,
    /// The hash of all that the night depends on.
    pub(crate) ingredients: String,
}

/// Everything that scoring needs of the extracts.
pub(crate) struct NightInput {
    /// The day of the shop snapshot.
    pub(crate) snapshot: Day,
    /// The day of the one before it, and its rows.
    pub(crate) snapshot_before: Option<(Day, usize)>,
    pub(crate) shops: Vec<Shop>,
    pub(crate) set_aside: SetAside,
    /// Of the window.
    pub(crate) window: SpanSums,
    /// Of the days of the month end's window that are known, where it is asked for and is another one.
    pub(crate) outlook: Option<SpanSums>,
    /// How many appeals of each day speak of no record of their shop.
    pub(crate) unmatched: BTreeMap<Day, i64>,
    /// The days of the records that decisions speak of which take effect with this night, and are others than before.
    pub(crate) newly_decided: BTreeSet<Day>,
    pub(crate) computed: Vec<(TableDay, Why)>,
    /// How many partials were taken from the state folder.
    pub(crate) reused: usize,
    /// The table-days, of all tables, that are not what an earlier night made use of.
    pub(crate) changed: Vec<TableDay>,
    /// The hash of all that the night depends on.
    pub(crate) ingredients: String,
}

impl NightInput {
    /// The sound rows of shops that the snapshot does not have, by table-day.
    pub(crate) fn unknown_rows(&self) -> BTreeMap<TableDay, i64> {
        let days =
            self.window.tables.iter().flat_map(|(table, sums)| sums.unknown.iter().map(move |day| (*table, day)));
        days.map(|(table, (day, rows))| ((table, *day), rows.values().sum())).collect()
    }
}

impl<'a> Surveyed<'a> {
    /// Finds out what a night needs and what is stored of it. All that is wrong with folders, footers and manifests is
    /// refused; missing days are.
    pub(crate) fn of(terms: Terms<'a>, known: AsKnown) -> Outcome<Self> {
        let Terms { settings, rulebook, .. } = terms;
        rulebook.check_in_force(known.as_of)?;
        let _stage = Stage::Survey.begin();
        let store = terms.store()?;
        let survey = Survey::of_night(terms, known, &store)?;
        if !terms.keeping.is_aside() {
            survey.tell_beside();
        }
        if store.keeps() {
            survey.remember_empty_days(settings, false)?;
        }
        let checked = survey.check(settings)?;
        if store.keeps() {
            survey.remember_empty_days(settings, true)?;
        }
        Ok(Self { terms, known, store, survey, checked })
    }

    /// What a run reads of the extracts, given what came of it: the files of table-days that are computed, or looked into to know
    /// them.
    pub(crate) fn to_read(&self, set_aside: &SetAside) -> ToRead {
        let mut to_read = ToRead::default();
        for of in self.checked.keys() {
            let planned = self.planned().find(|planned| planned.of() == *of);
            let files = planned.map(|planned| planned.partition.files.as_slice()).unwrap_or_default();
            to_read.files += files.len();
            to_read.size_bytes += files.iter().map(|file| file.identity.size_bytes).sum::<u64>();
            to_read.rows += set_aside.inputs.get(of).map_or(0, |input| input.rows.unsigned_abs());
        }
        to_read
    }

    /// How many files among the extracts are no Parquet and are not read.
    pub(crate) fn left_aside(&self) -> usize {
        self.survey.left_aside()
    }

    /// The day of the snapshot before the one that counts, and its rows.
    pub(crate) fn snapshot_before(&self) -> Outcome<Option<(Day, usize)>> {
        self.survey.snapshot_before(self.terms.settings)
    }

    fn means(&self) -> Means<'_> {
        Means { settings: self.terms.settings, store: &self.store, checked: &self.checked }
    }

    fn planned(&self) -> impl Iterator<Item = &Planned> + Clone {
        self.survey.days.iter().filter(|planned| planned.takes_part())
    }

    /// The night, where all of it is stored as it is now, and a run would leave nothing more for the next one; else none.
    pub(crate) fn unchanged(&self) -> Outcome<Option<Unchanged>> {
        let state = &self.terms.settings.state;
        let mut table_days = Vec::new();
        for planned in self.planned() {
            if planned.is_read() || records::lacks_index(planned, self.means())? {
                return Ok(None);
            }
            table_days.push((planned, planned.stored()?));
        }
        if !rolled::is_there(state) || !KnownAnswers::are_sound(state)? {
            return Ok(None);
        }
        let fingerprints = table_days.iter().map(|(planned, now)| (planned.of(), planned.fingerprint(&now.inputs)));
        let partials = table_days.iter().filter(|(planned, _)| measures::of(planned.of().0).is_some());
        Ok(Some(Unchanged {
            snapshot: snapshot(table_days.iter().map(|(planned, _)| planned.of()))?,
            set_aside: SetAside::of(table_days.iter().map(|(_, stored)| *stored)),
            partials: partials.count(),
            ingredients: ingredients(self.terms, self.known.as_of, fingerprints),
        }))
    }

    /// A failure about table-days of which too many rows were set aside, with what a shift of their times would do.
    pub(crate) fn explained(&self, mut failure: Failure, counts: &[Counts]) -> Failure {
        let mut told = BTreeSet::new();
        for counts in counts.iter().filter(|counts| shifted::is_candidate(counts)) {
            let planned = self.planned().find(|planned| planned.of() == (counts.table, counts.day));
            let checked = planned.and_then(|planned| planned.checked(self.terms.settings).ok());
            // What cannot be read to be explained was refused for another reason.
            let checked = checked.filter(|_| told.insert(counts.table));
            let remote = self.terms.settings.delivery.remote.as_deref();
            let shift = checked.and_then(|checked| shifted::shift(&checked, remote).ok());
            failure.findings.extend(shift.flatten());
        }
        failure
    }

    /// Gathers all that scoring a day needs, and an `outlook` over these days, and leaves in the state folder what the next one can
    /// use.
    pub(crate) fn gather(&self, outlook: Option<Span>) -> Outcome<NightInput> {
        let (settings, known, means) = (self.terms.settings, self.known, self.means());
        let window = settings.window(known.as_of);
        let mut resolved = resolve_all(&self.planned().collect::<Vec<_>>(), means)?;
        let _stage = Stage::Window.begin();
        let (snapshot, shops) = shops(&mut resolved, means)?;
        let of_appeals = appeals::of_days(&resolved, means)?;
        let last_effective_day = known.on.plus(-settings.appeal_effect_days);
        let known_appeals = of_appeals.iter().flat_map(|of_day| &of_day.appeals);
        let newly_decided = retractions::newly_decided(known_appeals, last_effective_day);

        let retracted = || {
            let answered = appeals::answered(of_appeals, &resolved, window, means)?;
            Ok(retractions::decide(answered, last_effective_day))
        };
        let shop_ids = shops.iter().map(|shop| shop.shop_id).collect();
        let spans = [Some((Window::Night, window)), outlook.map(|span| (Window::Outlook, span))];
        let (retracted, sums) = rayon::join(retracted, || windows::windows(spans, &resolved, &shop_ids, means));
        let (retracted, [tables, of_outlook]): (Retractions, _) = (retracted?, sums?);
        let of_span = |tables, span| Ok(SpanSums { tables, taken_out: windows::taken_out(&retracted, span)? });
        let partials = resolved.iter().filter(|(of, _)| measures::of(of.0).is_some());
        let computed: Vec<_> = partials.clone().filter_map(|(of, resolved)| Some((*of, resolved.computed?))).collect();
        let reused = partials.count() - computed.len();
        self.store.sync()?;
        let fingerprints = resolved.iter().map(|(of, now)| (*of, now.planned.fingerprint(&now.stored.inputs)));
        Ok(NightInput {
            snapshot,
            snapshot_before: self.snapshot_before()?,
            shops,
            set_aside: SetAside::of(resolved.values().map(|resolved| &resolved.stored)),
            window: of_span(tables, window)?,
            outlook: outlook.map(|span| of_span(of_outlook, span)).transpose()?,
            unmatched: retracted.unmatched,
            newly_decided,
            computed,
            reused,
            changed: resolved.values().filter(|of| of.replaced.is_some()).map(|of| of.planned.of()).collect(),
            ingredients: ingredients(self.terms, known.as_of, fingerprints),
        })
    }
}

/// The day of the newest snapshot; a fault where there is none, for the survey reports a missing one.
fn snapshot(mut table_days: impl Iterator<Item = TableDay>) -> Outcome<Day> {
    let snapshot = table_days.find(|(table, _)| *table == Table::Shops);
    snapshot.map(|(_, day)| day).ok_or_else(|| fault(STAGE, "a run without a snapshot"))
}

/// The newest snapshot, and its day.
pub(super) fn shops(resolved: &mut ResolvedDays<'_>, means: Means<'_>) -> Outcome<(Day, Vec<Shop>)> {
    let day = snapshot(resolved.keys().copied())?;
    let shops = resolved.get_mut(&(Table::Shops, day));
    let shops = shops.ok_or_else(|| fault(STAGE, "a snapshot that is not resolved"))?;
    Ok((day, shops.take_content(means)?.shops()?))
}

/// What the hash begins with, so that one of other words, as an earlier release left it, is told from one of today's.
const INGREDIENTS_FORM: &str = "2-";

/// Whether a recorded hash of a night's ingredients can be held against one of now.
pub(crate) fn is_of_todays_form(ingredients: &str) -> bool {
    ingredients.starts_with(INGREDIENTS_FORM)
}

/// The hash of all that the night of `as_of` depends on, given the fingerprints of its table-days, in order.
fn ingredients(terms: Terms<'_>, as_of: Day, fingerprints: impl Iterator<Item = (TableDay, String)>) -> String {
    let month = Month::of(as_of);
    let cycle_starts = Cycles::first_days(month).collect::<Vec<_>>();
    let rules = terms.rulebook.described_on(as_of, month.last_day(), &cycle_starts);
    let mut words = vec![format!("night {as_of}"), terms.settings.described(), rules];
    words.extend(fingerprints.map(|((table, day), hash)| format!("{} {day} {hash}", table.name())));
    format!("{INGREDIENTS_FORM}{}", hash_of(words.join("\n").as_bytes()))
}

/// What the night of `as_of` would be made of if it were scored now; nothing is scored.
pub(crate) fn ingredients_of_now(terms @ Terms { settings, .. }: Terms<'_>, as_of: Day) -> Outcome<String> {
    let store = terms.store()?;
    let survey = Survey::of_night(terms, AsKnown { as_of, on: as_of }, &store)?;
    let checked = survey.check(settings)?;
    let planned = survey.days.par_iter().filter(|planned| planned.takes_part());
    let fingerprints = planned.map(|planned| {
        let inputs = match (planned.decision, checked.get(&planned.of())) {
            (Decision::Touched | Decision::Computed(_), Some(checked)) => planned.inputs(&reader::hashes(checked)?),
            _ => planned.stored()?.inputs.clone(),
        };
        Ok((planned.of(), planned.fingerprint(&inputs)))
    });
    let fingerprints: BTreeMap<_, _> = all(fingerprints.collect::<Vec<_>>())?.into_iter().collect();
    Ok(ingredients(terms, as_of, fingerprints.into_iter()))
}
