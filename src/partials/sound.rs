//! Rows of a table-day as a frame of the engine: the columns that the measures read, and their durations.
//!
//! Units: timestamps in ticks, texts as positions, durations in whole seconds, rounded down. Columns are copied once, in the
//! order that is asked for. Whether a column is as declared is found out once, before its rows are looked at.

use polars::prelude::*;

use crate::columns::of_integers;
use crate::error::{Outcome, fault};
use crate::extracts::instants::whole_seconds_between;
use crate::extracts::rows::{ColumnData, Rows, Values};
use crate::partials::measures::PartialSpec;
use crate::partials::{STAGE, engine};

/// The rows with the numbers `taken`, in that order, as a frame of the columns that the measures read.
pub(super) fn frame_of(rows: &Rows, taken: &[IdxSize], spec: &PartialSpec) -> Outcome<DataFrame> {
    let of_durations = spec.durations().into_iter().map(|(from, to)| {
        let seconds = take(&whole_seconds(rows, from, to)?, taken)?;
        Ok(of_integers(&seconds_column(from, to), seconds))
    });
    let read = spec.measured_columns().into_iter().map(|name| taken_from(rows, name, taken));
    let columns = of_durations.chain(read).collect::<Outcome<_>>()?;
    DataFrame::new(taken.len(), columns).map_err(engine)
}

/// The name that a duration has in the frame of sound rows.
pub(super) fn seconds_column(from: &str, to: &str) -> String {
    format!("{from}..{to}")
}

/// The whole seconds between two timestamps, for each row.
pub(super) fn whole_seconds(rows: &Rows, from: &str, to: &str) -> Outcome<Vec<i64>> {
    let (from, to) = (rows.ticks(from)?, rows.ticks(to)?);
    let pairs = from.iter().zip(to);
    Ok(pairs.map(|(from, to)| whole_seconds_between(*from, *to, rows.ticks_per_second)).collect())
}

/// The values of the rows `taken`.
pub(super) fn take<T: Copy + Default>(values: &[T], taken: &[IdxSize]) -> Outcome<Vec<T>> {
    if taken.iter().copied().max().is_some_and(|last| last as usize >= values.len()) {
        return Err(fault(STAGE, format!("a row beyond the {} values of a column", values.len())));
    }
    Ok(taken.iter().map(|row| values.get(*row as usize).copied().unwrap_or_default()).collect())
}

/// The values of the column `name` of the rows `taken`.
fn taken_from(rows: &Rows, name: &str, taken: &[IdxSize]) -> Outcome<Column> {
    let ColumnData { values, validity } = rows.column(name)?;
    let name = PlSmallStr::from_str(name);
    Ok(match values {
        Values::Integer(values) | Values::Timestamp(values) => {
            let validity = validity.as_ref().map(|validity| take(validity, taken)).transpose()?;
            let validity = validity.map(|validity| {
                let validity = BooleanChunked::from_slice(PlSmallStr::EMPTY, &validity);
                validity.downcast_as_array().values().clone()
            });
            Int64Chunked::from_vec_validity(name, take(values, taken)?, validity).into_column()
        }
        Values::Text(positions) => UInt32Chunked::from_vec(name, take(positions, taken)?).into_column(),
        Values::Boolean(values) => BooleanChunked::from_slice(name, &take(values, taken)?).into_column(),
        Values::Date(values) => Int32Chunked::from_vec(name, take(values, taken)?).into_column(),
    })
}
