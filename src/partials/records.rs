//! Single records as the daily partials see them: whose they are, and what each added to the sums.

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::columns::of_integers;
use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::extracts::tables::Table;
use crate::partials::measures::{self, PartialSpec};
use crate::partials::sound::take;
use crate::partials::{STAGE, engine};

/// A table-day.
pub type TableDay = (Table, Day);

/// As many measures as any partial has.
pub const MOST_MEASURES: usize = 4;

/// A sound record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// The shop that it is of.
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

/// The partials of the tables whose records appeals can name.
pub fn with_records() -> impl Iterator<Item = &'static PartialSpec> {
    measures::ALL.iter().filter(|spec| has_records(spec))
}

/// Whether appeals can name single records of a partial: they have a key, and a shop alone groups them.
pub fn has_records(spec: &PartialSpec) -> bool {
    spec.table.spec().key.is_some() && spec.grouped_by == ["shop_id"]
}

/// All sound records of a table-day by key, column by column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllRecords {
    /// Their keys, ascending.
    pub keys: Vec<i64>,
    /// Their shops, and then one column for each measure of the partial.
    pub columns: Vec<Vec<i64>>,
}

impl AllRecords {
    /// The record with a key, if there is one.
    ///
    /// # Errors
    /// A fault where a column is shorter than the keys.
    pub fn get(&self, key: i64) -> Outcome<Option<Record>> {
        let Ok(place) = self.keys.binary_search(&key) else { return Ok(None) };
        let figures = self.columns.iter().map(|column| column.get(place).copied());
        let figures: Option<Vec<i64>> = figures.collect();
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

/// What these records added to the sums of their partial, as sums by shop with every figure negated; none where there is no
/// record.
///
/// # Errors
/// Those of the engine, as faults.
pub fn negated(records: &[&Record], spec: &PartialSpec) -> Outcome<Option<DataFrame>> {
    if records.is_empty() {
        return Ok(None);
    }
    let shops = records.iter().map(|record| record.shop_id).collect();
    let mut columns = vec![of_integers("shop_id", shops)];
    for (place, measure) in spec.measures.iter().enumerate() {
        let figures = records.iter().map(|record| record.figures.get(place).map(|figure| -figure));
        let figures: Option<Vec<i64>> = figures.collect();
        let figures = figures.ok_or_else(|| fault(STAGE, format!("records without {}", measure.name)))?;
        columns.push(of_integers(measure.name, figures));
    }
    DataFrame::new(records.len(), columns).map(Some).map_err(engine)
}
