//! Single records as the daily partials see them: whose they are, and what each added to the sums.

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::domain::Day;
use crate::extracts::tables::Table;
use crate::partials::expressions::Meaning;
use crate::partials::measures::{self, PartialSpec};

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
    pub fn get(&self, key: i64) -> Option<Record> {
        let place = self.keys.binary_search(&key).ok()?;
        let (shop_ids, figures) = self.columns.split_first()?;
        let figures = figures.iter().filter_map(|column| column.get(place).copied());
        Some(Record::of(*shop_ids.get(place)?, figures))
    }

    /// The records with these keys and shops, whose rows the frame has in the same order.
    pub(super) fn of(
        keys: Vec<i64>,
        shop_ids: Vec<i64>,
        mut rows: DataFrame,
        spec: &PartialSpec,
        meaning: &Meaning,
    ) -> PolarsResult<Self> {
        rows.with_column(Int64Chunked::from_vec("shop_id".into(), shop_ids).into_column())?;
        let addends = spec.measures.iter().map(|measure| meaning.addend(measure).alias(measure.name));
        let added =
            rows.lazy().select([col("shop_id")].into_iter().chain(addends).collect::<Vec<_>>()).collect()?;
        let column = |column: &Column| Ok(column.i64()?.iter().map(Option::unwrap_or_default).collect());
        let columns = added.columns().iter().map(column).collect::<PolarsResult<_>>()?;
        Ok(Self { keys, columns })
    }
}

impl AllRecords {
    /// The records of two shares, which have no key in common.
    pub(super) fn merged(one: &Self, other: &Self) -> Self {
        let mut order: Vec<(i64, usize)> = one.keys.iter().chain(&other.keys).copied().zip(0..).collect();
        order.sort_unstable();
        let column = |(one, other): (&Vec<i64>, &Vec<i64>)| {
            let at = |place: usize| one.get(place).or_else(|| other.get(place - one.len())).copied();
            order.iter().map(|(_, place)| at(*place).unwrap_or_default()).collect()
        };
        let columns = one.columns.iter().zip(&other.columns).map(column).collect();
        Self { keys: order.iter().map(|(key, _)| *key).collect(), columns }
    }
}

/// What these records added, as a frame of sums by shop with every figure negated; none where there is no record.
///
/// # Errors
/// Those of the engine below.
pub fn negated(records: &[&Record], measures: &[&str]) -> PolarsResult<Option<DataFrame>> {
    if records.is_empty() {
        return Ok(None);
    }
    let shops = records.iter().map(|record| record.shop_id).collect();
    let mut columns = vec![Int64Chunked::from_vec("shop_id".into(), shops).into_column()];
    for (place, measure) in measures.iter().enumerate() {
        let figure = |record: &&Record| record.figures.get(place).map_or(0, |figure| -figure);
        let figures = records.iter().map(figure).collect();
        columns.push(Int64Chunked::from_vec((*measure).into(), figures).into_column());
    }
    DataFrame::new(records.len(), columns).map(Some)
}
