//! The records behind a shop's indicators, those that pull them down most first.
//!
//! Grain in: the shop's rows in the extracts of the window, and the stored appeals. Grain out: one row a record, of consultations
//! one a sub-account, buyer and day, as they are counted. What a record lacks is what parts it from the best that it could add: five
//! stars, in time, answered, no dispute, no seconds. Its share of the damage is that, of what the published figures lack in all: the
//! shares of all records that count add up to 1. First come those that lack most, of equal ones the newest, then by key and time. Records that
//! appeals took out and quarantined rows stand apart: they do no damage.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::Serialize;

use super::Explanation;
use super::asked::Asked;
use super::stored::{self, UnknownDays};
use crate::domain::Day;
use crate::error::Outcome;
use crate::explanation::indicators::IndicatorFigures;
use crate::extracts::tables::Table;
use crate::indicators::{Better, Indicator, Unit, value};
use crate::partials::measures::{self, PartialSpec};
use crate::partials::records::TableDay;
use crate::partials::retractions::{Appeal, decide};
use crate::publish::counted;
use crate::state::rehearsal::Keeping;
use crate::state::store::Store;
use crate::table_days::dependencies::Terms;
use crate::table_days::of_shop::WhyUnknown;
use crate::table_days::rows_of_shop::{DayRows, ShopRow, rows_of_shop};
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

/// What a record or a window adds to an indicator.
type Added = (i64, i64);

/// The records behind the indicators of an explained shop.
pub(crate) fn behind(asked: &Asked<'_>, explained: &Explanation, listed: Listed) -> Outcome<Vec<IndicatorRecords>> {
    let counted = counted(asked.seen, asked.as_of)?;
    let store = stored::store(asked)?;
    let (appeals, appeals_unknown) = appeals(asked, &store, &counted)?;
    let window = asked.settings.window(asked.as_of);
    let terms = Terms { settings: asked.settings, rulebook: asked.rulebook, keeping: Keeping::InState };
    let (mut behind, mut of_tables) = (Vec::new(), BTreeMap::new());
    for figures in explained.indicators.iter().filter(|figures| listed.only.is_none_or(|only| only == figures.of)) {
        let numerator = figures.of.spec().numerator;
        let Some(spec) = measures::ALL.iter().find(|spec| spec.measures.iter().any(|of| of.name == numerator)) else {
            continue;
        };
        // Two indicators may count the rows of one table.
        let days = match of_tables.entry(spec.table) {
            Entry::Occupied(read) => read.into_mut(),
            Entry::Vacant(new) => {
                new.insert(on_pool(|| rows_of_shop(terms, &store, spec, (window, &counted), asked.shop_id))?)
            }
        };
        let mut of_indicator = Behind { asked, figures, spec, appeals: &appeals }.records(days, listed.limit)?;
        of_indicator.unknown_days.extend(appeals_unknown.iter().filter(|_| spec.has_records()).cloned());
        behind.push(of_indicator);
    }
    Ok(behind)
}

/// The shop's appeals by the record that they name.
type Appeals = BTreeMap<(TableDay, i64), Vec<Appeal>>;

fn appeals(
    asked: &Asked<'_>,
    store: &Store,
    counted: &BTreeMap<TableDay, i64>,
) -> Outcome<(Appeals, Vec<UnknownDays>)> {
    let (mut appeals, mut unknown) = (Appeals::new(), Vec::new());
    for (of, rows) in counted.iter().filter(|(of, rows)| of.0 == Table::Appeals && **rows > 0) {
        let stored = store.peek(*of).stored();
        let why = match &stored {
            None => Some(WhyUnknown::NotStored),
            Some(stored) => (stored.counts.rows != *rows).then_some(WhyUnknown::ChangedSince),
        };
        let content = stored.filter(|_| why.is_none()).and_then(|stored| store.peek_content(*of, &stored.version));
        let Some(content) = content else {
            unknown.push((*of, why.unwrap_or(WhyUnknown::Damaged)));
            continue;
        };
        for appeal in content.appeals()?.into_iter().filter(|appeal| appeal.shop_id == asked.shop_id) {
            appeals.entry((appeal.record_of, appeal.record_id)).or_default().push(appeal);
        }
    }
    Ok((appeals, stored::folded(unknown)))
}

/// An indicator whose records are looked for.
struct Behind<'a> {
    asked: &'a Asked<'a>,
    figures: &'a IndicatorFigures,
    spec: &'static PartialSpec,
    appeals: &'a Appeals,
}

/// The records of an indicator, as they are gathered day by day.
#[derive(Default)]
struct Gathered<'r> {
    /// Those that count and lack something, each with what.
    lacking: Vec<(i64, Day, &'r ShopRow)>,
    /// Those that do not count.
    aside: Vec<TheRecord>,
    /// What those that count add up to.
    sum: Added,
}

impl Behind<'_> {
    fn records(&self, days: &BTreeMap<Day, Result<DayRows, WhyUnknown>>, limit: usize) -> Outcome<IndicatorRecords> {
        let (of, mut gathered) = (self.figures.of, Gathered::default());
        for (day, rows) in days {
            if let Ok(rows) = rows {
                self.gather(*day, rows, &mut gathered)?;
            }
        }
        let Gathered { mut lacking, aside, sum: (numerator, denominator) } = gathered;
        lacking.sort_by_key(|(lacks, day, row)| (Reverse((*lacks, *day)), row.key, row.at, &row.once_for));
        let of_all = lacks(of, (self.figures.numerator, self.figures.denominator));
        // A large shop has many thousands of records: only those that are shown are written out.
        let shown = lacking.iter().take(limit).map(|(lacks, day, row)| {
            let told = self.told("counted", *day, row.key, row.shown()?);
            Ok(TheRecord { lacks: Some(*lacks), share: value(*lacks, of_all), ..told })
        });
        let is_counted_here = self.place(of.spec().denominator).is_some();
        let unknown = days.iter().filter_map(|(day, rows)| Some(((self.spec.table, *day), *rows.as_ref().err()?)));
        Ok(IndicatorRecords {
            of,
            indicator: of.name(),
            lacks: of_all,
            add_up: numerator == self.figures.numerator
                && (!is_counted_here || denominator == self.figures.denominator),
            records: shown.collect::<Outcome<_>>()?,
            more: lacking.len().saturating_sub(limit),
            aside,
            unknown_days: stored::folded(unknown),
        })
    }

    fn gather<'r>(&self, day: Day, rows: &'r DayRows, gathered: &mut Gathered<'r>) -> Outcome<()> {
        for row in &rows.quarantined {
            let told = self.told("quarantined", day, row.key, row.row.clone());
            gathered.aside.push(TheRecord { reason: Some(row.reason), ..told });
        }
        for (row, added) in self.once(&rows.sound).into_iter().filter(|(_, added)| *added != (0, 0)) {
            if self.is_retracted(day, row) {
                gathered.aside.push(self.told("retracted", day, row.key, row.shown()?));
                continue;
            }
            gathered.sum = (gathered.sum.0 + added.0, gathered.sum.1 + added.1);
            let lacks = lacks(self.figures.of, added);
            if lacks > 0 {
                gathered.lacking.push((lacks, day, row));
            }
        }
        Ok(())
    }

    /// A record that does no damage.
    fn told(&self, standing: &'static str, day: Day, record_id: Option<i64>, row: String) -> TheRecord {
        let indicator = self.figures.of.name();
        TheRecord { indicator, standing, day, record_id, lacks: None, share: None, reason: None, row }
    }

    /// Each record of a day with what it adds: rows that count once together are one.
    fn once<'r>(&self, sound: &'r [ShopRow]) -> Vec<(&'r ShopRow, Added)> {
        let spec = self.figures.of.spec();
        let [numerator, denominator] = [spec.numerator, spec.denominator].map(|measure| self.place(measure));
        let added = |row: &ShopRow| {
            let figure = |place: Option<usize>| place.and_then(|place| row.record.figures.get(place).copied());
            (figure(numerator).unwrap_or_default(), figure(denominator).unwrap_or_default())
        };
        let mut together: BTreeMap<&[i64], (&ShopRow, Added)> = BTreeMap::new();
        let mut alone = Vec::new();
        for row in sound {
            if row.once_for.is_empty() {
                alone.push((row, added(row)));
                continue;
            }
            let (first, sum) = together.entry(&row.once_for).or_insert((row, added(row)));
            let (numerator, denominator) = added(row);
            *sum = (sum.0.max(numerator), sum.1.max(denominator));
            if row.at < first.at {
                *first = row;
            }
        }
        alone.into_iter().chain(together.into_values()).collect()
    }

    /// The place of a measure among those of the table.
    fn place(&self, measure: &str) -> Option<usize> {
        self.spec.measures.iter().position(|of| of.name == measure)
    }

    fn is_retracted(&self, day: Day, row: &ShopRow) -> bool {
        let appeals = row.key.and_then(|key| self.appeals.get(&((self.spec.table, day), key)));
        let named = appeals.into_iter().flatten().map(|appeal| (appeal.clone(), Some(row.record))).collect();
        let last_effective_day = self.asked.as_of.plus(-self.asked.settings.appeal_effect_days);
        !decide(named, last_effective_day).taken_out.is_empty()
    }
}

/// What figures lack to the best that they could be.
fn lacks(indicator: Indicator, (numerator, denominator): Added) -> i64 {
    /// The most stars of a rating.
    const MOST_STARS: i64 = 5;
    let spec = indicator.spec();
    match (spec.better, spec.unit) {
        (Better::Low, _) => numerator,
        (Better::High, Unit::Stars) => MOST_STARS * denominator - numerator,
        (Better::High, Unit::Ratio | Unit::Seconds) => denominator - numerator,
    }
}
