//! Single records of a table-day: whose they are and what each added to the sums; those that appeals name.
//!
//! Grain in: sound rows; columns that no measure reads need not be there. Grain out: one record a key. A table without a key
//! has no records.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use crate::columns::of_integers;
use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::extracts::batch::{Batch, value};
use crate::extracts::tables::Table;
use crate::partials::measures::{PartialSpec, most_measures};
use crate::partials::{STAGE, engine, meaning::Addends};

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

/// Looks for the keys `record_ids` among sound rows, given what each of them adds to each measure.
pub(crate) fn look_up(
    batch: &Batch,
    addends: &[Addends],
    record_ids: &BTreeSet<i64>,
    answers: &mut Answers,
) -> Outcome<()> {
    let Some(keys) = batch.keys()?.filter(|_| !record_ids.is_empty()) else { return Ok(()) };
    let shops = batch.integers("shop_id")?.values();
    for (row, key) in rows_with(keys.values(), record_ids) {
        let figures = addends.iter().map(|addends| addends.of_row(row)).collect::<Outcome<Vec<_>>>()?;
        answers.insert(key, Some(Record::of(value(shops, row)?, figures.into_iter())));
    }
    Ok(())
}

/// The numbers of the rows that have one of the keys `wanted`, each with its key.
fn rows_with(keys: &[i64], wanted: &BTreeSet<i64>) -> Vec<(usize, i64)> {
    let Some((least, greatest)) = keys.iter().min().zip(keys.iter().max()) else { return Vec::new() };
    let near = wanted.range(least..=greatest).copied();
    // Producers mostly write keys in order: then the few that are wanted are looked up among the many.
    if keys.is_sorted() {
        return near.filter_map(|key| Some((keys.binary_search(&key).ok()?, key))).collect();
    }
    let near: PlHashSet<i64> = near.collect();
    keys.iter().copied().enumerate().filter(|(_, key)| near.contains(key)).collect()
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
