//! What the declared measures mean for a batch of rows: which rows count, and what each of them adds.
//!
//! Grain in: rows that are sound. Grain out: for each measure the rows that count and their amounts, nothing where a row adds
//! nothing. Units: durations in whole seconds, rounded down. A null adds nothing, and a condition on it does not hold.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{Array, Int64Array};
use arrow::buffer::{BooleanBuffer, ScalarBuffer};

use crate::error::Outcome;
use crate::extracts::batch::{Batch, value, values_of};
use crate::extracts::instants::whole_seconds_between;
use crate::extracts::row_rules::{pairs_that, values_that, where_there};
use crate::partials::measures::{Amount, Condition, PartialSpec};

/// What the measures of a partial add up in a batch, in their order.
struct Meaning<'a> {
    batch: &'a Batch,
    /// The categories of goods that are made to order on the partition's day.
    custom_made: &'a BTreeSet<String>,
}

/// What the rows of a batch add to one measure.
pub(crate) struct Addends {
    /// How many rows the batch has.
    count: usize,
    /// The numbers of the rows that count, ascending; none where all do.
    pub(super) rows: Option<Arc<[u32]>>,
    /// What each of these adds; none where that is one.
    pub(super) amounts: Option<ScalarBuffer<i64>>,
}

/// What each of the measures of a partial means for the sound rows of a batch.
pub(crate) fn addends(batch: &Batch, spec: &PartialSpec, custom_made: &BTreeSet<String>) -> Outcome<Vec<Addends>> {
    let meaning = Meaning { batch, custom_made };
    let mut known: Vec<(&[Condition], Option<BooleanBuffer>)> = Vec::new();
    let addends = spec.measures.iter().map(|measure| {
        // Measures come in pairs that count the same rows.
        let counting = match known.iter().find(|(conditions, _)| *conditions == measure.conditions) {
            Some((_, counting)) => counting.clone(),
            None => meaning.all(measure.conditions)?,
        };
        known.push((measure.conditions, counting.clone()));
        meaning.addends(measure.amount, counting)
    });
    addends.collect()
}

impl Meaning<'_> {
    fn addends(&self, amount: Amount, counting: Option<BooleanBuffer>) -> Outcome<Addends> {
        let count = self.batch.count;
        Ok(match amount {
            Amount::One => Addends { count, rows: counting.as_ref().map(rows), amounts: None },
            Amount::Of(column) => {
                let column = self.batch.integers(column)?;
                let rows = there(counting, column).as_ref().map(rows);
                let amounts = match &rows {
                    None => column.values().clone(),
                    Some(rows) => values_of(column.values(), rows)?.into(),
                };
                Addends { count, rows, amounts: Some(amounts) }
            }
            Amount::WholeSeconds(from, to) => {
                let (from, to) = (self.batch.ticks(from)?, self.batch.ticks(to)?);
                let counting = there(there(counting, from), to);
                let rows = rows(&counting.unwrap_or_else(|| BooleanBuffer::new_set(count)));
                let pairs = values_of(from.values(), &rows)?.into_iter().zip(values_of(to.values(), &rows)?);
                let seconds = pairs.map(|(from, to)| whole_seconds_between(from, to, self.batch.ticks_per_second));
                let seconds: Vec<i64> = seconds.collect();
                Addends { count, rows: Some(rows), amounts: Some(seconds.into()) }
            }
        })
    }

    /// The rows that fulfil all of the conditions; none where there is no condition.
    fn all(&self, conditions: &[Condition]) -> Outcome<Option<BooleanBuffer>> {
        let mut all: Option<BooleanBuffer> = None;
        for condition in conditions {
            let fulfilled = self.condition(*condition)?;
            all = Some(all.map_or(fulfilled.clone(), |all| &all & &fulfilled));
        }
        Ok(all)
    }

    fn condition(&self, condition: Condition) -> Outcome<BooleanBuffer> {
        let batch = self.batch;
        Ok(match condition {
            Condition::IsTrue(column) => {
                let column = batch.booleans(column)?;
                where_there(column.values(), column)
            }
            Condition::IsFalse(column) => {
                let column = batch.booleans(column)?;
                where_there(&!column.values(), column)
            }
            Condition::IsPresent(column) => {
                let column = batch.column(column)?;
                where_there(&BooleanBuffer::new_set(batch.count), column)
            }
            Condition::IsText(column, text) => {
                let column = batch.text_positions(column)?;
                let position = batch.texts.position(text);
                values_that(column, |value| Some(value) == position)
            }
            Condition::IsBefore(earlier, later) => {
                pairs_that(batch.ticks(earlier)?, batch.ticks(later)?, |earlier, later| earlier < later)
            }
            Condition::IsNotCustomMade(column) => {
                let custom_made = batch.texts.are_among(self.custom_made.iter().map(String::as_str));
                let is_other = |position: u32| custom_made.get(position as usize) == Some(&false);
                values_that(batch.text_positions(column)?, is_other)
            }
            Condition::IsTrueOrOnTheDay(boolean, time) => {
                let is_on_the_day = |tick: i64| batch.natural_day.iter().any(|span| span.contains(&tick));
                let is_true = self.condition(Condition::IsTrue(boolean))?;
                &is_true | &values_that(batch.ticks(time)?, is_on_the_day)
            }
        })
    }
}

/// The marked rows, none marked being all, whose value is there.
fn there(rows: Option<BooleanBuffer>, column: &Int64Array) -> Option<BooleanBuffer> {
    match column.nulls() {
        None => rows,
        Some(nulls) => Some(rows.map_or(nulls.inner().clone(), |rows| &rows & nulls.inner())),
    }
}

/// The numbers of the marked rows.
fn rows(marked: &BooleanBuffer) -> Arc<[u32]> {
    marked.set_indices_u32().collect()
}

impl Addends {
    /// Gives `add` the number of each row that counts, with its amount.
    pub(super) fn each(&self, mut add: impl FnMut(usize, i64)) {
        match (&self.rows, &self.amounts, self.count) {
            (None, None, count) => (0..count).for_each(|row| add(row, 1)),
            (None, Some(amounts), _) => amounts.iter().enumerate().for_each(|(row, amount)| add(row, *amount)),
            (Some(rows), None, _) => rows.iter().for_each(|row| add(*row as usize, 1)),
            (Some(rows), Some(amounts), _) => {
                rows.iter().zip(amounts.iter()).for_each(|(row, amount)| add(*row as usize, *amount));
            }
        }
    }

    /// What each row adds, 0 where it does not count.
    pub(super) fn of_all_rows(&self) -> Cow<'_, [i64]> {
        if let (None, Some(amounts)) = (&self.rows, &self.amounts) {
            return Cow::Borrowed(amounts);
        }
        let mut of_rows = vec![0; self.count];
        self.each(|row, amount| of_rows.get_mut(row).into_iter().for_each(|of_row| *of_row = amount));
        Cow::Owned(of_rows)
    }

    /// The number of the row that counts in this place.
    pub(super) fn row(&self, place: usize) -> Outcome<usize> {
        self.rows.as_ref().map_or(Ok(place), |rows| value(rows, place).map(|row| row as usize))
    }

    /// What a row adds; 0 where it does not count.
    pub(super) fn of_row(&self, row: usize) -> i64 {
        let place = match &self.rows {
            None => Some(row),
            Some(rows) => rows.binary_search_by_key(&row, |row| *row as usize).ok(),
        };
        place
            .and_then(|place| self.amounts.as_ref().map_or(Some(1), |amounts| amounts.get(place).copied()))
            .unwrap_or(0)
    }
}
