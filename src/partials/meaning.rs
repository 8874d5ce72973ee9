//! What the declared measures mean for a batch of rows: what each row adds.
//!
//! Grain in: rows that are sound. Grain out: for each measure one amount a row, 0 where it does not count. Units: durations in
//! whole seconds, rounded down. A null adds nothing, and a condition on it does not hold.

use std::borrow::Cow;
use std::collections::BTreeSet;

use arrow::array::{Array, Int64Array};
use arrow::buffer::{BooleanBuffer, ScalarBuffer};

use crate::error::Outcome;
use crate::extracts::batch::{Batch, value};
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
pub enum Addends {
    /// Every one of so many rows one.
    OneEach(usize),
    /// Each row its own amount.
    Amounts(ScalarBuffer<i64>),
}

/// What each of the measures of a partial means for the sound rows of a batch.
pub fn addends(batch: &Batch, spec: &PartialSpec, custom_made: &BTreeSet<String>) -> Outcome<Vec<Addends>> {
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
        let amounts = match (amount, counting) {
            (Amount::One, None) => return Ok(Addends::OneEach(self.batch.count)),
            (Amount::One, Some(counting)) => counting.iter().map(i64::from).collect(),
            (Amount::Of(column), counting) => {
                let column = self.batch.integers(column)?;
                match there(counting, column) {
                    None => column.values().clone(),
                    Some(rows) => {
                        let amounts = column.values().iter().zip(&rows);
                        amounts.map(|(amount, counts)| if counts { *amount } else { 0 }).collect()
                    }
                }
            }
            (Amount::WholeSeconds(from, to), counting) => {
                let (from, to) = (self.batch.ticks(from)?, self.batch.ticks(to)?);
                let rows = there(there(counting, from), to);
                let rows = rows.unwrap_or_else(|| BooleanBuffer::new_set(self.batch.count));
                let pairs = from.values().iter().zip(to.values().iter()).zip(&rows);
                let seconds = |from: i64, to: i64| whole_seconds_between(from, to, self.batch.ticks_per_second);
                pairs.map(|((from, to), counts)| if counts { seconds(*from, *to) } else { 0 }).collect()
            }
        };
        Ok(Addends::Amounts(amounts))
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

impl Addends {
    /// One amount a row.
    pub fn of_rows(&self) -> Cow<'_, [i64]> {
        match self {
            Self::OneEach(count) => Cow::Owned(vec![1; *count]),
            Self::Amounts(amounts) => Cow::Borrowed(amounts),
        }
    }

    /// What a row adds; a fault where there is no such row.
    pub(crate) fn of_row(&self, row: usize) -> Outcome<i64> {
        match self {
            Self::OneEach(_) => Ok(1),
            Self::Amounts(amounts) => value(amounts, row),
        }
    }
}
