//! The one place that sees every stage: extracts → daily partials → window → standings → scores → the night's tables.
//!
//! In: settings, rules, the as-of day. Out: the night, ready to be published. Reading and group-bys run on the shared
//! pool, one task a table-day; everything after is pure.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::categories::{self, Spreads};
use crate::domain::{Day, Window};
use crate::error::{Outcome, all, caught};
use crate::extracts::contract::{self, CheckedPartition};
use crate::extracts::quarantine::{Counts, QuarantinedRow, rows_set_aside};
use crate::extracts::tables::{Presence, Table};
use crate::extracts::{listing, reader, row_rules};
use crate::improvements;
use crate::partials::daily::{self, DailyPartial, Surroundings};
use crate::partials::measures;
use crate::partials::retractions::{self, Appeal, Settled, TableDay};
use crate::publish::{Night, Partition, Quarantine, outputs, tables};
use crate::quality;
use crate::rulebook::Rulebook;
use crate::scores;
use crate::settings::Settings;
use crate::shops::{self, Shop};
use crate::standings::{self, Assessed};
use crate::window;

const STAGE: &str = "pipeline";

/// A night that can be published, and what its run says in short.
#[derive(Debug)]
pub struct ScoredNight {
    /// What is published.
    pub night: Night,
    /// The shops present on the as-of day.
    pub present_shops: usize,
    /// Those of them without a score.
    pub unscored_shops: usize,
    /// The rows of the window that were set aside.
    pub quarantined_rows: usize,
}

/// Everything that the extracts gave.
struct Extracted {
    snapshot: Day,
    shops: Vec<Shop>,
    partials: Vec<DailyPartial>,
    settled: Settled,
    counts: Vec<Counts>,
    quarantine: BTreeMap<Day, Vec<QuarantinedRow>>,
}

/// What one table-day of shops or appeals gave.
struct Judged<T> {
    records: Vec<T>,
    counts: Counts,
    quarantine: Vec<QuarantinedRow>,
}

/// Scores the night of `as_of`.
///
/// # Errors
/// Those of the stages, with the exit class of the first that failed.
pub fn score_night(settings: &Settings, rulebook: &Rulebook, as_of: Day) -> Outcome<ScoredNight> {
    rulebook.check_in_force(as_of)?;
    let extracted = extract(settings, rulebook, as_of)?;
    quality::check_table_days(&extracted.counts, &settings.limits)?;
    let assessed = standings::assess(&extracted.shops, rulebook, as_of);
    let shop_ids: Vec<i64> = assessed.iter().map(|assessed| assessed.shop.shop_id).collect();
    let sums = window::sum_up(&extracted.partials, &extracted.settled, &shop_ids)?;
    let standings = standings::rank_all(&assessed, &sums, rulebook, as_of, settings.rank_within)?;
    let scored = scores::score_all(&assessed, &standings, settings.after_sales_mix);
    let unscored_shops = scored.iter().filter(|scored| scored.score.score.is_none()).count();
    quality::check_unscored(assessed.len(), unscored_shops, &settings.limits)?;
    let spreads = categories::spreads(&standings);
    let figures = Figures { assessed: &assessed, scored: &scored, standings: &standings, spreads: &spreads };
    let quarantined_rows = extracted.quarantine.values().map(Vec::len).sum();
    let night = night(settings, rulebook, as_of, &figures, &extracted)?;
    Ok(ScoredNight { night, present_shops: assessed.len(), unscored_shops, quarantined_rows })
}

/// The results that the night's tables are made of.
struct Figures<'a> {
    assessed: &'a [Assessed<'a>],
    scored: &'a [scores::ScoredShop],
    standings: &'a standings::Standings,
    spreads: &'a Spreads,
}

fn night(
    settings: &Settings,
    rulebook: &Rulebook,
    as_of: Day,
    figures: &Figures<'_>,
    extracted: &Extracted,
) -> Outcome<Night> {
    let Figures { assessed, scored, standings, spreads } = figures;
    let gains = improvements::of_all(assessed, standings, scored, spreads, settings.after_sales_mix);
    let known_shops: BTreeSet<i64> = extracted.shops.iter().map(|shop| shop.shop_id).collect();
    let counts = with_empty_days(&extracted.counts, settings.window(as_of));
    let unmatched = &extracted.settled.unmatched;
    let quality = quality::rows(&counts, &extracted.partials, unmatched, &known_shops)?;
    let partition = |table, batch| Partition { table, value: as_of.to_string(), batches: vec![batch] };
    let quarantined = extracted.quarantine.iter().map(|(day, rows)| Ok((*day, tables::quarantine(rows)?)));
    Ok(Night {
        as_of,
        partitions: vec![
            partition(&outputs::SCORES, tables::scores(assessed, scored, rulebook, as_of)?),
            partition(&outputs::INDICATORS, tables::indicators(assessed, standings, as_of)?),
            partition(&outputs::IMPROVEMENTS, tables::improvements(assessed, &gains, as_of)?),
            partition(&outputs::CATEGORIES, tables::categories(&standings.groups, spreads, as_of)?),
            partition(&outputs::QUALITY, tables::quality(&quality)?),
        ],
        quarantine: Quarantine {
            days: all(quarantined)?.into_iter().collect(),
            window: settings.window(as_of),
            snapshot: extracted.snapshot,
            kept_from: as_of.plus(-settings.quarantine_days),
        },
    })
}

/// Lists, checks and reads the extracts; appeals first, since they name the records to look up in the others.
fn extract(settings: &Settings, rulebook: &Rulebook, as_of: Day) -> Outcome<Extracted> {
    let window = settings.window(as_of);
    let listed = listing::list(&settings.extracts, settings.coverage(as_of))?;
    let checked = contract::check(listed, settings.require_manifest)?;
    let of = |table: Table| checked.iter().filter(move |partition| partition.table == table);
    let snapshots = judged(of(Table::Shops).collect(), settings, shops::of_snapshot)?;
    let appeals = judged(of(Table::Appeals).collect(), settings, |rows, verdicts| {
        retractions::appeals_of(rows, verdicts, window)
    })?;
    let (mut counts, mut quarantine) = (Vec::new(), BTreeMap::new());
    let snapshot = snapshots.first().map_or(as_of, |snapshot| snapshot.counts.day);
    let shops = gather(snapshots, &mut counts, &mut quarantine);
    let appeals: Vec<Appeal> = gather(appeals, &mut counts, &mut quarantine);
    let mut partials = partials(&checked, settings, rulebook, &retractions::named_records(&appeals))?;
    for partial in &mut partials {
        counts.push(partial.counts.clone());
        quarantine.entry(partial.day).or_default().append(&mut partial.quarantine);
    }
    let settled = retractions::settle(&appeals, &partials, as_of.plus(-settings.appeal_effect_days))?;
    quarantine.retain(|_, rows| !rows.is_empty());
    quarantine.values_mut().for_each(|rows| rows.sort_unstable());
    Ok(Extracted { snapshot, shops, partials, settled, counts, quarantine })
}

/// Reads and judges whole partitions, and keeps what `records_of` makes of their sound rows.
fn judged<T: Send>(
    partitions: Vec<&CheckedPartition>,
    settings: &Settings,
    records_of: impl Fn(&crate::extracts::rows::Rows, &row_rules::Verdicts) -> Vec<T> + Sync,
) -> Outcome<Vec<Judged<T>>> {
    let judged: Vec<Outcome<Judged<T>>> = partitions
        .into_par_iter()
        .map(|partition| {
            let rows = reader::read(partition, &settings.zone)?;
            let verdicts = row_rules::judge(&rows, &settings.zone);
            Ok(Judged {
                records: records_of(&rows, &verdicts),
                counts: Counts::of(&rows, &verdicts),
                quarantine: rows_set_aside(&rows, &verdicts),
            })
        })
        .collect();
    all(judged)
}

fn gather<T>(
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

/// The daily partials of every table whose records count, one task a table-day.
fn partials(
    checked: &[CheckedPartition],
    settings: &Settings,
    rulebook: &Rulebook,
    named: &BTreeMap<TableDay, BTreeSet<i64>>,
) -> Outcome<Vec<DailyPartial>> {
    let none = BTreeSet::new();
    let partials: Vec<Outcome<Option<DailyPartial>>> = checked
        .par_iter()
        .with_max_len(1)
        .map(|partition| {
            let Some(spec) = measures::of(partition.table) else { return Ok(None) };
            let custom_made: BTreeSet<String> =
                rulebook.custom_made.on(partition.day).into_iter().map(str::to_owned).collect();
            let surroundings = Surroundings { zone: &settings.zone, custom_made: &custom_made };
            let record_ids = named.get(&(partition.table, partition.day)).unwrap_or(&none);
            let rows = reader::read(partition, &settings.zone)?;
            let partial =
                caught(STAGE, &partition.folder, || daily::sum_up(rows, spec, record_ids, surroundings))?;
            tracing::debug!("{} {}: {} rows", partition.table.name(), partition.day, partial.counts.rows);
            Ok(Some(partial))
        })
        .collect();
    Ok(all(partials)?.into_iter().flatten().collect())
}

/// The counts with those of the days of the window on which nothing happened.
fn with_empty_days(counts: &[Counts], window: Window) -> Vec<Counts> {
    let known: BTreeSet<(Table, Day)> = counts.iter().map(|counts| (counts.table, counts.day)).collect();
    let daily = Table::ALL.into_iter().filter(|table| table.spec().presence != Presence::NewestSnapshot);
    let table_days = daily.flat_map(|table| window.days().map(move |day| (table, day)));
    let empty = table_days.filter(|table_day| !known.contains(table_day));
    counts.iter().cloned().chain(empty.map(|(table, day)| Counts::nothing(table, day))).collect()
}
