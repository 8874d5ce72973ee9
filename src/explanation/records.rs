//! The records behind a shop's indicators, those that pull them down most first.
//!
//! Grain in: the shop's stored sums by day, the stored appeals, and its rows in the extracts, as far as they are
//! [wanted](super::wanted_rows). Grain out: one row a record, of consultations one a sub-account, buyer and day, as they are counted. What a
//! record lacks is what parts it from the best that it could add: five stars, in time, answered, no dispute, no seconds. Its share
//! of the damage is that, of what the published figures lack in all: the shares of all records that count add up to 1. First come those
//! that lack most, of equal ones the newest, then by key and time. Records that appeals took out and quarantined rows stand apart: they
//! do no damage.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use super::Explanation;
use super::asked::{Asked, STAGE};
use super::damage::{Added, added_by, lacks};
use super::retracted::{Keys, retracted};
use super::stored::{self, UnknownDays};
use super::wanted_rows::wanted;
use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::explanation::indicators::IndicatorFigures;
use crate::indicators::{Indicator, value};
use crate::partials::measures::{self, PartialSpec};
use crate::partials::records::TableDay;
use crate::state::rehearsal::Keeping;
use crate::table_days::dependencies::Terms;
use crate::table_days::of_shop::ShopDays;
use crate::table_days::rows_of_shop::{DayRows, ShopRow, ShopRows, WantedRows};
use crate::threads::on_pool;

/// A record.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct TheRecord {
    pub(crate) indicator: &'static str,
    /// counted, retracted (appeals took it out) or quarantined.
    pub(crate) standing: &'static str,
    pub(crate) day: Day,
    /// Its key; none of consultations.
    pub(crate) record_id: Option<i64>,
    /// What it lacks to the best: stars, rows or seconds; none where it does not count.
    pub(crate) lacks: Option<i64>,
    /// Its share of what the published figures lack, of 1; none where it does not count.
    pub(crate) share: Option<f64>,
    /// Why it is quarantined.
    pub(crate) reason: Option<&'static str>,
    /// Its columns as JSON, without buyers, times in UTC; of consultations the first row.
    pub(crate) row: String,
}

/// The records behind an indicator.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct IndicatorRecords {
    #[serde(skip)]
    pub(crate) of: Indicator,
    pub(crate) indicator: &'static str,
    /// What the published figures lack to the best: stars, rows or seconds.
    pub(crate) lacks: i64,
    /// Whether the records that count add up to the published figures: they do where every day is known.
    pub(crate) add_up: bool,
    /// The first of those that lack something.
    pub(crate) records: Vec<TheRecord>,
    /// How many more of these there are.
    pub(crate) more: usize,
    /// All that do not count: retracted and quarantined ones.
    pub(crate) aside: Vec<TheRecord>,
    /// Days whose records are not known.
    pub(crate) unknown_days: Vec<UnknownDays>,
}

/// Which records are wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listed {
    pub(crate) only: Option<Indicator>,
    /// How many records an indicator.
    pub(crate) limit: usize,
}

/// The records behind the indicators of an explained shop.
pub(crate) fn behind(asked: &Asked<'_>, explained: &Explanation, listed: Listed) -> Outcome<Vec<IndicatorRecords>> {
    let (counted, store) = (stored::counted(asked)?, stored::store(asked)?);
    let (retracted, appeals_unknown) = retracted(asked, &store, &counted)?;
    let told = explained.indicators.iter().filter(|figures| listed.only.is_none_or(|only| only == figures.of));
    let told: Vec<_> =
        told.filter_map(|figures| Some((figures, measures::with(figures.of.spec().numerator)?))).collect();
    let indicators: Vec<_> = told.iter().map(|(figures, spec)| (spec.table, figures.of)).collect();
    let wanted = wanted(&indicators, &explained.days, &retracted, listed.limit);
    let terms = Terms { settings: asked.settings, rulebook: asked.rulebook, keeping: Keeping::InState };
    let tables = indicators.iter().map(|(table, _)| *table).collect();
    let counted = (asked.settings.window(asked.as_of), &counted);
    let rows = on_pool(|| ShopRows::of(terms, &store, &tables, counted, asked.shop_id))?;
    let read = on_pool(|| rows.read(&wanted))?;
    let behind = told.into_iter().map(|(figures, spec)| {
        let sources = (&rows, &read, &explained.days);
        let place = |measure: &str| spec.measures.iter().position(|of| of.name == measure);
        let places = (place(figures.of.spec().numerator), place(figures.of.spec().denominator));
        let behind = Behind { figures, spec, places, sources, retracted: &retracted };
        let mut behind = behind.records(listed.limit)?;
        behind.unknown_days.extend(appeals_unknown.iter().filter(|_| spec.has_records()).cloned());
        Ok(behind)
    });
    behind.collect()
}

/// An indicator whose records are looked for.
struct Behind<'a> {
    figures: &'a IndicatorFigures,
    spec: &'static PartialSpec,
    /// Where numerator and denominator are among the measures of the table; none where they are another table's.
    places: (Option<usize>, Option<usize>),
    /// The days with the shop's rows, those that were read, and the shop's stored sums.
    sources: (&'a ShopRows<'a>, &'a BTreeMap<TableDay, DayRows>, &'a ShopDays),
    retracted: &'a Keys,
}

/// The records of an indicator, as they are gathered day by day.
#[derive(Default)]
struct Gathered<'r> {
    /// Those that count and lack something, each with what.
    lacking: Vec<(i64, TableDay, &'r ShopRow)>,
    /// How many of those lack something that were not read.
    not_read: i64,
    /// Those that do not count.
    aside: Vec<TheRecord>,
    /// What those that count add up to.
    sum: Added,
}

impl Behind<'_> {
    fn records(&self, limit: usize) -> Outcome<IndicatorRecords> {
        let (of, mut gathered) = (self.figures.of, Gathered::default());
        let (rows, read, _) = self.sources;
        for (day, quarantined) in rows.known(self.spec.table) {
            for row in quarantined {
                let told = self.told("quarantined", day, row.key, row.row.clone());
                gathered.aside.push(TheRecord { reason: Some(row.reason), ..told });
            }
            self.gather(day, read.get(&day), &mut gathered)?;
        }
        let Gathered { mut lacking, not_read, aside, sum: (numerator, denominator) } = gathered;
        lacking.sort_by_key(|(lacks, day, row)| (Reverse((*lacks, *day)), row.key, row.at, &row.once_for));
        let more =
            lacking.len().saturating_sub(limit) + usize::try_from(not_read).map_err(|error| fault(STAGE, error))?;
        lacking.truncate(limit);
        let of_all = lacks(of, (self.figures.numerator, self.figures.denominator));
        let shown = self.shown(&lacking)?.into_iter().zip(&lacking);
        let shown = shown.map(|(shown, (lacks, day, row))| {
            let told = self.told("counted", *day, row.key, shown);
            TheRecord { lacks: Some(*lacks), share: value(*lacks, of_all), ..told }
        });
        Ok(IndicatorRecords {
            of,
            indicator: of.name(),
            lacks: of_all,
            add_up: numerator == self.figures.numerator
                && (self.places.1.is_none() || denominator == self.figures.denominator),
            records: shown.collect(),
            more,
            aside,
            unknown_days: stored::folded(rows.unknown(self.spec.table)),
        })
    }

    /// Adds what a day has: its rows, where they were read, and else what its sums say.
    fn gather<'r>(&self, day: TableDay, read: Option<&'r DayRows>, gathered: &mut Gathered<'r>) -> Outcome<()> {
        let of = self.figures.of;
        let mut taken_out = (0, 0);
        for row in read.iter().flat_map(|rows| &rows.with_keys) {
            let added = self.added(row);
            if added != (0, 0) {
                gathered.aside.push(self.told("retracted", day, row.key, row.shown()?));
                taken_out = (taken_out.0 + added.0, taken_out.1 + added.1);
            }
        }
        let Some(sound) = read.and_then(|rows| rows.sound.as_deref()) else {
            let (_, _, days) = self.sources;
            let sums = days.0.get(&day).and_then(|sums| sums.as_ref().ok());
            let sums = sums.ok_or_else(|| fault(STAGE, format!("{} was not read", day.1)))?;
            let (numerator, denominator) = added_by(of, sums);
            let added = (numerator - taken_out.0, denominator - taken_out.1);
            gathered.sum = (gathered.sum.0 + added.0, gathered.sum.1 + added.1);
            gathered.not_read += lacks(of, added);
            return Ok(());
        };
        let retracted = self.retracted.get(&day);
        let counts = |row: &ShopRow| retracted.zip(row.key).is_none_or(|(keys, key)| !keys.contains(&key));
        for (row, added) in self.once(sound).into_iter().filter(|(row, _)| counts(row)) {
            gathered.sum = (gathered.sum.0 + added.0, gathered.sum.1 + added.1);
            let lacks = lacks(of, added);
            if lacks > 0 {
                gathered.lacking.push((lacks, day, row));
            }
        }
        Ok(())
    }

    /// Rows with all of their columns as JSON: a large shop has many thousands, and so the others are read of the shown ones alone.
    fn shown(&self, lacking: &[(i64, TableDay, &ShopRow)]) -> Outcome<Vec<String>> {
        let mut wanted: BTreeMap<TableDay, WantedRows> = BTreeMap::new();
        for (_, day, row) in lacking.iter().filter(|(_, _, row)| !row.is_whole()) {
            wanted.entry(*day).or_default().keys.extend(row.key);
        }
        let (rows, ..) = self.sources;
        let read = on_pool(|| rows.read(&wanted))?;
        let shown = lacking.iter().map(|(_, day, row)| {
            let is_same = |whole: &&ShopRow| whole.key == row.key;
            let whole = read.get(day).and_then(|rows| rows.with_keys.iter().find(is_same));
            whole.unwrap_or(row).shown()
        });
        shown.collect()
    }

    /// A record that does no damage.
    fn told(&self, standing: &'static str, (_, day): TableDay, record_id: Option<i64>, row: String) -> TheRecord {
        let indicator = self.figures.of.name();
        TheRecord { indicator, standing, day, record_id, lacks: None, share: None, reason: None, row }
    }

    /// Each record of a day with what it adds: rows that count once together are one.
    fn once<'r>(&self, sound: &'r [ShopRow]) -> Vec<(&'r ShopRow, Added)> {
        let mut together: BTreeMap<&[i64], (&ShopRow, Added)> = BTreeMap::new();
        let mut alone = Vec::new();
        for row in sound {
            let added = self.added(row);
            if row.once_for.is_empty() {
                alone.push((row, added));
                continue;
            }
            let (first, sum) = together.entry(&row.once_for).or_insert((row, added));
            *sum = (sum.0.max(added.0), sum.1.max(added.1));
            if row.at < first.at {
                *first = row;
            }
        }
        alone.into_iter().chain(together.into_values()).collect()
    }

    /// What a row adds: nothing to a measure of another table.
    fn added(&self, row: &ShopRow) -> Added {
        let figure = |place: Option<usize>| place.and_then(|place| row.record.figures.get(place).copied());
        (figure(self.places.0).unwrap_or_default(), figure(self.places.1).unwrap_or_default())
    }
}
