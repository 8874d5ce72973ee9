//! Single records of a table-day: whose they are and what each added to the sums; all of them, or those that appeals name.
//!
//! Grain in: rows and their verdicts; the columns that no measure reads may be empty. Grain out: one sound record a key. A
//! table without a key has no records.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use crate::columns::{integers, of_integers};
use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::extracts::{tables::Table, verdicts::Verdicts};
use crate::partials::measures::{PartialSpec, most_measures};
use crate::partials::{STAGE, engine, meaning::Meaning, take};

/// One table on one day.
pub type TableDay = (Table, Day);

/// As many measures as any partial has.
pub const MOST_MEASURES: usize = most_measures();

/// A sound record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Whose it is.
    pub shop_id: i64,
    /// What it added to the measures of its partial, in their order; 0 beyond them.
    pub figures: [i64; MOST_MEASURES],
}

impl Record {
    /// The record of a shop that added these figures.
    pub fn of(shop_id: i64, figures: impl Iterator<Item = i64>) -> Self {
        let mut record = Self { shop_id, figures: [0; MOST_MEASURES] };
        record.figures.iter_mut().zip(figures).for_each(|(place, figure)| *place = figure);
        record
    }
}

/// What became of the keys that appeals named in one table-day: the sound record, or none.
pub type Answers = BTreeMap<i64, Option<Record>>;

/// All sound records of a table-day by key, column by column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllRecords {
    /// Their keys, ascending.
    pub keys: Vec<i64>,
    /// Their shops, and then one column for each measure of the partial.
    pub columns: Vec<Vec<i64>>,
}

impl AllRecords {
    /// The record with a key, if there is one; a fault where a column is shorter than the keys.
    pub fn get(&self, key: i64) -> Outcome<Option<Record>> {
        let Ok(place) = self.keys.binary_search(&key) else { return Ok(None) };
        let figures: Option<Vec<i64>> = self.columns.iter().map(|column| column.get(place).copied()).collect();
        match figures.as_deref() {
            Some([shop_id, figures @ ..]) => Ok(Some(Record::of(*shop_id, figures.iter().copied()))),
            _ => Err(fault(STAGE, format!("no figures of the record {key}"))),
        }
    }

    /// The records of two shares, which have no key in common.
    pub(super) fn merged(one: &Self, other: &Self) -> Outcome<Self> {
        if one.columns.len() != other.columns.len() {
            return Err(fault(STAGE, "shares with records of different measures"));
        }
        let mut order: Vec<(i64, IdxSize)> = one.keys.iter().chain(&other.keys).copied().zip(0..).collect();
        order.sort_unstable();
        let (keys, order): (_, Vec<IdxSize>) = order.into_iter().unzip();
        let columns = one.columns.iter().zip(&other.columns);
        let columns = columns.map(|(one, other)| take(&[one.as_slice(), other].concat(), &order));
        Ok(Self { keys, columns: columns.collect::<Outcome<_>>()? })
    }
}

/// All sound records of a table-day.
pub(crate) fn all_records(meaning: &Meaning<'_>, verdicts: &Verdicts) -> Outcome<AllRecords> {
    let Some(keys) = meaning.rows.keys()? else { return Ok(AllRecords::default()) };
    let keys = keys.iter().copied().zip(0..);
    let sound = keys.zip(verdicts.sound()).filter_map(|(record, is_sound)| is_sound.then_some(record));
    records(meaning, sound.collect())
}

/// What became of the keys `record_ids`, out of rows that include all of theirs.
pub(crate) fn look_up(meaning: &Meaning<'_>, verdicts: &Verdicts, record_ids: &BTreeSet<i64>) -> Outcome<Answers> {
    let mut answers: Answers = record_ids.iter().map(|key| (*key, None)).collect();
    let Some(keys) = meaning.rows.keys()?.filter(|_| !record_ids.is_empty()) else { return Ok(answers) };
    let mut named = Vec::new();
    for (row, key) in rows_with(keys, record_ids) {
        if verdicts.is_sound(row) {
            named.push((key, IdxSize::try_from(row).map_err(|error| fault(STAGE, error))?));
        }
    }
    let found = records(meaning, named)?;
    for key in &found.keys {
        answers.insert(*key, found.get(*key)?);
    }
    Ok(answers)
}

/// The numbers of the rows that have one of the keys `wanted`, each with its key.
fn rows_with(keys: &[i64], wanted: &BTreeSet<i64>) -> Vec<(usize, i64)> {
    // Producers mostly write keys in order: then the few that are wanted are looked up among the many.
    if keys.is_sorted() {
        let rows_of = |key: i64| {
            let start = keys.partition_point(|other| *other < key);
            (start..).zip(keys.iter().copied().skip(start)).take_while(move |(_, other)| *other == key)
        };
        return wanted.iter().copied().flat_map(rows_of).collect();
    }
    let wanted: PlHashSet<i64> = wanted.iter().copied().collect();
    keys.iter().copied().enumerate().filter(|(_, key)| wanted.contains(key)).collect()
}

/// The records with these keys and row numbers, in the order of their keys.
fn records(meaning: &Meaning<'_>, mut named: Vec<(i64, IdxSize)>) -> Outcome<AllRecords> {
    named.sort_unstable();
    let (keys, taken): (Vec<i64>, Vec<IdxSize>) = named.into_iter().unzip();
    let mut frame = meaning.frame_of(&taken)?;
    let shop_ids = take(meaning.rows.integers("shop_id")?, &taken)?;
    frame.with_column(of_integers("shop_id", shop_ids)).map_err(engine)?;
    let addends = meaning.spec.measures.iter().map(|measure| meaning.addend(measure).alias(measure.name));
    let added = [col("shop_id")].into_iter().chain(addends).map(|column| column.fill_null(lit(0_i64)));
    let added = frame.lazy().select(added.collect::<Vec<_>>()).collect().map_err(engine)?;
    let columns = added.columns().iter().map(|column| Ok(integers(STAGE, &added, column.name())?.collect()));
    Ok(AllRecords { keys, columns: columns.collect::<Outcome<_>>()? })
}

/// What these records added to the sums of their partial, as sums by shop with every figure negated; none where there is no
/// record.
pub(crate) fn negated(records: &[Record], spec: &PartialSpec) -> Outcome<Option<DataFrame>> {
    if records.is_empty() {
        return Ok(None);
    }
    let mut columns = vec![of_integers("shop_id", records.iter().map(|record| record.shop_id).collect())];
    for (place, measure) in spec.measures.iter().enumerate() {
        let figures = records.iter().map(|record| record.figures.get(place).map(|figure| -figure));
        let lacking = || fault(STAGE, format!("records without {}", measure.name));
        columns.push(of_integers(measure.name, figures.collect::<Option<_>>().ok_or_else(lacking)?));
    }
    DataFrame::new(records.len(), columns).map(Some).map_err(engine)
}
