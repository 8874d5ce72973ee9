//! Single records as the daily partials see them: whose they are, and what each added to the sums.

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::domain::Day;
use crate::extracts::tables::Table;

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
