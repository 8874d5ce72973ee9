//! What the declared measures mean in one table-day: its rows as a frame of the engine, and expressions over that frame.
//!
//! Grain in: rows, and the numbers of those to take. Grain out: one row of the frame each, in that order. Units: timestamps in
//! ticks, texts as positions, durations in whole seconds, rounded down. What a row adds is an int64, null or 0 where that is
//! nothing. Columns are copied once; whether one is as declared is found out before its rows are looked at.

use std::collections::BTreeSet;
use std::ops::Range;

use polars::prelude::*;

use crate::columns::of_integers;
use crate::error::Outcome;
use crate::extracts::instants::whole_seconds_between;
use crate::extracts::row_rules::day_in_ticks;
use crate::extracts::rows::{ColumnData, Rows, Values};
use crate::partials::measures::{Amount, Condition, Measure, PartialSpec};
use crate::partials::{engine, take};
use crate::zone::Zone;

/// What reaches into a partial besides the rows.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// The business time zone.
    pub zone: &'a Zone,
    /// The categories of goods that are made to order on the partition's day.
    pub custom_made: &'a BTreeSet<String>,
}

/// What the measures of a partial mean for the rows of one table-day.
pub(crate) struct Meaning<'a> {
    pub(super) rows: &'a Rows,
    pub(super) spec: &'a PartialSpec,
    custom_made: &'a BTreeSet<String>,
    /// The natural day in ticks.
    day: Vec<Range<i64>>,
}

impl<'a> Meaning<'a> {
    pub(crate) fn of(rows: &'a Rows, spec: &'a PartialSpec, surroundings: Surroundings<'a>) -> Self {
        Self { rows, spec, custom_made: surroundings.custom_made, day: day_in_ticks(rows, surroundings.zone) }
    }

    /// The rows with the numbers `taken`, in that order, as a frame of the columns that the measures read.
    pub(super) fn frame_of(&self, taken: &[IdxSize]) -> Outcome<DataFrame> {
        let of_durations = self.spec.durations().into_iter().map(|(from, to)| {
            let seconds = take(&whole_seconds(self.rows, from, to)?, taken)?;
            Ok(of_integers(&seconds_column(from, to), seconds))
        });
        let read = self.spec.measured_columns().into_iter().map(|name| taken_from(self.rows, name, taken));
        let columns = of_durations.chain(read).collect::<Outcome<_>>()?;
        DataFrame::new(taken.len(), columns).map_err(engine)
    }

    /// All of the conditions at once; none where there is none.
    pub(super) fn all(&self, conditions: &[Condition]) -> Option<Expr> {
        conditions.iter().map(|condition| self.condition(*condition)).reduce(Expr::and)
    }

    fn condition(&self, condition: Condition) -> Expr {
        let position = |text: &str| self.rows.texts.position(text).map(lit);
        match condition {
            Condition::IsTrue(column) => col(column),
            Condition::IsFalse(column) => col(column).not(),
            Condition::IsPresent(column) => col(column).is_not_null(),
            Condition::IsText(column, text) => position(text).map_or(lit(false), |text| col(column).eq(text)),
            Condition::IsBefore(earlier, later) => col(earlier).lt(col(later)),
            Condition::IsNotCustomMade(column) => {
                let others = self.custom_made.iter().filter_map(|category| position(category));
                others.map(|category| col(column).neq(category)).reduce(Expr::and).unwrap_or(lit(true))
            }
            Condition::IsTrueOrOnTheDay(boolean, time) => {
                let is_within = |span: &Range<i64>| col(time).gt_eq(lit(span.start)).and(col(time).lt(lit(span.end)));
                self.day.iter().map(is_within).fold(col(boolean), Expr::or)
            }
        }
    }

    /// What a row adds; null or 0 where it adds nothing.
    pub(super) fn addend(&self, measure: &Measure) -> Expr {
        let counted = self.all(measure.conditions).map(|condition| condition.cast(DataType::Int64));
        let amount = match measure.amount {
            // Without the cast the engine takes a bare literal for an int32.
            Amount::One => return counted.unwrap_or(lit(1_i64).cast(DataType::Int64)),
            Amount::Of(column) => col(column),
            Amount::WholeSeconds(from, to) => col(seconds_column(from, to)),
        };
        counted.into_iter().fold(amount, |amount, counted| amount * counted)
    }
}

/// The name that a duration has in the frame.
fn seconds_column(from: &str, to: &str) -> String {
    format!("{from}..{to}")
}

/// The whole seconds between two timestamps, for each row.
pub(super) fn whole_seconds(rows: &Rows, from: &str, to: &str) -> Outcome<Vec<i64>> {
    let pairs = rows.ticks(from)?.iter().zip(rows.ticks(to)?);
    Ok(pairs.map(|(from, to)| whole_seconds_between(*from, *to, rows.ticks_per_second)).collect())
}

/// The values of the column `name` of the rows `taken`.
fn taken_from(rows: &Rows, name: &str, taken: &[IdxSize]) -> Outcome<Column> {
    let ColumnData { values, validity } = rows.column(name)?;
    let name = PlSmallStr::from_str(name);
    Ok(match values {
        Values::Integer(values) | Values::Timestamp(values) => {
            let validity = validity.as_ref().map(|validity| take(validity, taken)).transpose()?;
            let validity = validity.map(|validity| validity.into_iter().collect());
            Int64Chunked::from_vec_validity(name, take(values, taken)?, validity).into_column()
        }
        Values::Text(positions) => UInt32Chunked::from_vec(name, take(positions, taken)?).into_column(),
        Values::Boolean(values) => BooleanChunked::from_slice(name, &take(values, taken)?).into_column(),
        Values::Date(values) => Int32Chunked::from_vec(name, take(values, taken)?).into_column(),
    })
}
