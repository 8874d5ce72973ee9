//! The one place that sees every stage: intake → window sums → ranking → scores → assessments → tables.
//!
//! In: settings, rules, the as-of day. Out: a night, a restatement ([`month_end`]) or a settlement ([`settlement`]), ready to
//! be published. Only the intake and the tables that are published already are read; everything between is pure.

pub mod month_end;
pub mod settlement;

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::RecordBatch;
use rayon::prelude::*;

use crate::categories;
use crate::domain::{Day, Window};
use crate::error::{Outcome, all};
use crate::extracts::quarantine::Counts;
use crate::extracts::tables::{Presence, Table};
use crate::improvements;
use crate::intake::{AsKnown, Intake, gather};
use crate::partials::records::TableDay;
use crate::publish::outputs::{self, OutputTable};
use crate::publish::{Partition, Period, Publication, Quarantine, tables};
use crate::quality;
use crate::ranking::assessed::{Assessed, assess};
use crate::ranking::{Ranking, rank_all};
use crate::rulebook::Rulebook;
use crate::scores;
use crate::settings::Settings;
use crate::window_sums::shops::of_shops;

/// A night that can be published, and what its run says in short.
#[derive(Debug)]
pub struct ScoredNight {
    /// What is published.
    pub night: Publication,
    /// What became of the month end, where the night ends a month.
    pub month_end: Option<month_end::Closed>,
    /// The frozen month ends that a restatement may change after this night.
    pub touched_month_ends: Vec<Day>,
    /// The shops present on the as-of day.
    pub present_shops: usize,
    /// Those of them without a score.
    pub unscored_shops: usize,
    /// The rows of the window that were set aside.
    pub quarantined_rows: usize,
    /// The rows of shops that the snapshot does not have, by shop.
    pub unknown_shops: BTreeMap<i64, i64>,
    /// The table-days whose partition has no row.
    pub without_rows: Vec<TableDay>,
    /// Which daily partials were computed, and why.
    pub computed_partials: Vec<(TableDay, &'static str)>,
    /// How many were taken from the state folder.
    pub kept_partials: usize,
    /// The table-days that are not what an earlier night made use of.
    pub changed: Vec<TableDay>,
}

/// Scores the night of `as_of`, and what it closes where it ends a month.
///
/// # Errors
/// Those of the stages, with the exit class of the first that failed.
pub fn score_night(settings: &Settings, rulebook: &Rulebook, as_of: Day) -> Outcome<ScoredNight> {
    with_figures(settings, rulebook, AsKnown { as_of, on: as_of }, |figures, intake| {
        let mut night = night(settings, rulebook, as_of, figures, &intake)?;
        let month_end = month_end::close(&mut night, &settings.out, rulebook)?;
        Ok(ScoredNight {
            night,
            month_end,
            touched_month_ends: month_end::touched(settings, as_of, &intake)?,
            present_shops: figures.assessed.len(),
            unscored_shops: figures.unscored(),
            quarantined_rows: intake.quarantine.values().map(Vec::len).sum(),
            unknown_shops: unknown_shops(&intake),
            without_rows: without_rows(&intake.counts),
            computed_partials: intake.computed,
            kept_partials: intake.kept,
            changed: intake.changed,
        })
    })
}

/// The results that a night's tables are made of.
struct Figures<'a> {
    assessed: &'a [Assessed<'a>],
    scored: &'a [scores::ScoredShop],
    ranking: &'a Ranking,
}

impl Figures<'_> {
    fn unscored(&self) -> usize {
        self.scored.iter().filter(|scored| scored.score.score.is_none()).count()
    }
}

/// Takes a day through all stages up to the scores, as known at the end of a day, and hands on what came of it.
fn with_figures<T>(
    settings: &Settings,
    rulebook: &Rulebook,
    known: AsKnown,
    publish: impl FnOnce(&Figures<'_>, Intake) -> Outcome<T>,
) -> Outcome<T> {
    let as_of = known.as_of;
    rulebook.check_in_force(as_of)?;
    let mut intake = gather(settings, rulebook, known)?;
    quality::check_table_days(&intake.counts, &intake.quarantine, settings.window(as_of), &settings.limits)?;
    let shops = std::mem::take(&mut intake.shops);
    let assessed = assess(&shops, rulebook, as_of);
    let shop_ids: Vec<i64> = assessed.iter().map(|assessed| assessed.shop.shop_id).collect();
    let sums = of_shops(&intake.tables, &intake.taken_out, &shop_ids)?;
    let ranking = rank_all(&assessed, &sums, rulebook, as_of, settings.rank_within)?;
    let scored = scores::score_all(&assessed, &ranking, settings.after_sales_mix)?;
    let figures = Figures { assessed: &assessed, scored: &scored, ranking: &ranking };
    quality::check_unscored(assessed.len(), figures.unscored(), &settings.limits)?;
    publish(&figures, intake)
}

fn night(
    settings: &Settings,
    rulebook: &Rulebook,
    as_of: Day,
    figures: &Figures<'_>,
    intake: &Intake,
) -> Outcome<Publication> {
    let Figures { assessed, scored, ranking } = figures;
    let spreads = categories::spreads(ranking)?;
    let gains = improvements::of_all(assessed, ranking, scored, &spreads, settings.after_sales_mix)?;
    let counts = with_empty_days(&intake.counts, settings.window(as_of));
    let quality = quality::rows(&counts, &unknown_rows(intake), &intake.unmatched);
    let made: [(&'static OutputTable, &(dyn Fn() -> Outcome<RecordBatch> + Sync)); 5] = [
        (&outputs::SCORES, &|| tables::scores(assessed, scored, rulebook, as_of)),
        (&outputs::INDICATORS, &|| tables::indicators(assessed, ranking, as_of)),
        (&outputs::IMPROVEMENTS, &|| tables::improvements(assessed, &gains, as_of)),
        (&outputs::CATEGORIES, &|| tables::categories(&ranking.groups, &spreads, as_of)),
        (&outputs::QUALITY, &|| tables::quality(&quality)),
    ];
    let partitions = made
        .par_iter()
        .with_max_len(1)
        .map(|(table, made)| Ok(Partition { table, period: Period::Day(as_of), batches: vec![made()?] }));
    let quarantined = intake.quarantine.iter().map(|(day, rows)| Ok((*day, tables::quarantine(rows)?)));
    Ok(Publication {
        as_of,
        ingredients: Some(intake.ingredients.clone()),
        partitions: all(partitions.collect::<Vec<_>>())?,
        quarantine: Some(Quarantine {
            days: all(quarantined)?.into_iter().collect(),
            window: settings.window(as_of),
            snapshot: intake.snapshot,
            kept_from: as_of.plus(-settings.quarantine_days),
        }),
    })
}

/// The rows of shops that the snapshot does not have, by table-day.
fn unknown_rows(intake: &Intake) -> BTreeMap<TableDay, i64> {
    let days =
        intake.tables.iter().flat_map(|(table, sums)| sums.unknown.iter().map(move |day| (*table, day)));
    days.map(|(table, (day, rows))| ((table, *day), rows.values().sum())).collect()
}

/// The rows of shops that the snapshot does not have, by shop.
fn unknown_shops(intake: &Intake) -> BTreeMap<i64, i64> {
    let mut unknown = BTreeMap::new();
    for (shop, rows) in intake.tables.values().flat_map(|sums| sums.unknown.values()).flatten() {
        *unknown.entry(*shop).or_default() += rows;
    }
    unknown
}

fn without_rows(counts: &[Counts]) -> Vec<TableDay> {
    let empty = counts.iter().filter(|counts| counts.rows == 0);
    let mut empty: Vec<TableDay> = empty.map(|counts| (counts.table, counts.day)).collect();
    empty.sort_unstable();
    empty
}

/// The counts with those of the days of the window on which nothing happened.
fn with_empty_days(counts: &[Counts], window: Window) -> Vec<Counts> {
    let known: BTreeSet<(Table, Day)> = counts.iter().map(|counts| (counts.table, counts.day)).collect();
    let daily = Table::ALL.into_iter().filter(|table| table.spec().presence != Presence::NewestSnapshot);
    let table_days = daily.flat_map(|table| window.days().map(move |day| (table, day)));
    let empty = table_days.filter(|table_day| !known.contains(table_day));
    counts.iter().cloned().chain(empty.map(|(table, day)| Counts::nothing(table, day))).collect()
}
