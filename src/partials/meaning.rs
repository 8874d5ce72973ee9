//! What the declared measures mean in one table-day, as expressions of the engine.
//!
//! In: a measure. Out: an int64 expression over the frame of [`sound`](super::sound) rows; null or 0 where a row adds
//! nothing.

use std::collections::BTreeSet;
use std::ops::Range;

use polars::prelude::*;

use crate::extracts::row_rules::day_in_ticks;
use crate::extracts::rows::{Rows, Texts};
use crate::partials::measures::{Amount, Condition, Measure};
use crate::partials::sound::seconds_column;
use crate::zone::Zone;

/// What reaches into a partial besides the rows.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// The business time zone.
    pub zone: &'a Zone,
    /// The categories of goods that are made to order on the partition's day.
    pub custom_made: &'a BTreeSet<String>,
}

/// What conditions mean in one table-day: its natural day in ticks, its texts, what is made to order.
pub(super) struct Meaning<'a> {
    day: Vec<Range<i64>>,
    texts: &'a Texts,
    custom_made: &'a BTreeSet<String>,
}

impl<'a> Meaning<'a> {
    pub(super) fn of(rows: &'a Rows, Surroundings { zone, custom_made }: Surroundings<'a>) -> Self {
        Self { day: day_in_ticks(rows, zone), texts: &rows.texts, custom_made }
    }

    /// All of the conditions at once; none where there is none.
    pub(super) fn all(&self, conditions: &[Condition]) -> Option<Expr> {
        conditions.iter().map(|condition| self.condition(*condition)).reduce(Expr::and)
    }

    fn condition(&self, condition: Condition) -> Expr {
        match condition {
            Condition::IsTrue(column) => col(column),
            Condition::IsFalse(column) => col(column).not(),
            Condition::IsPresent(column) => col(column).is_not_null(),
            Condition::IsText(column, text) => match self.texts.position(text) {
                Some(position) => col(column).eq(lit(position)),
                None => lit(false),
            },
            Condition::IsBefore(earlier, later) => col(earlier).lt(col(later)),
            Condition::IsNotCustomMade(column) => self
                .custom_made
                .iter()
                .filter_map(|category| self.texts.position(category))
                .map(|position| col(column).neq(lit(position)))
                .reduce(Expr::and)
                .unwrap_or(lit(true)),
            Condition::IsTrueOrOnTheDay(boolean, timestamp) => self
                .day
                .iter()
                .map(|span| col(timestamp).gt_eq(lit(span.start)).and(col(timestamp).lt(lit(span.end))))
                .fold(col(boolean), Expr::or),
        }
    }

    /// What a row adds; null or 0 where it adds nothing.
    pub(super) fn addend(&self, measure: &Measure) -> Expr {
        let counted = self.all(measure.conditions).map(|condition| condition.cast(DataType::Int64));
        let amount = match measure.amount {
            // Without the cast the engine takes a bare literal for an int32.
            Amount::One => return counted.unwrap_or(lit(1_i64).cast(DataType::Int64)),
            Amount::Of(column) => col(column),
            Amount::WholeSeconds { from, to } => col(seconds_column(from, to)),
        };
        match counted {
            Some(counted) => amount * counted,
            None => amount,
        }
    }
}
