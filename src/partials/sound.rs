//! Rows of a table-day as a frame of the engine: the columns that the measures read, and their durations.
//!
//! Units: timestamps in ticks, texts as positions, durations in whole seconds, rounded down. Columns are copied once, in the
//! order that is asked for.

use std::collections::BTreeSet;

use polars::prelude::*;

use crate::error::{Outcome, fault};
use crate::extracts::instants::whole_seconds_between;
use crate::extracts::rows::{ColumnData, Rows, Values};
use crate::partials::measures::{Amount, PartialSpec};

/// The rows with the numbers `taken`, in that order, as a frame of the columns that the measures read.
pub(super) fn frame_of(rows: &Rows, taken: &[IdxSize], spec: &PartialSpec) -> Outcome<DataFrame> {
    let of_durations = durations(spec).map(|(from, to)| {
        let seconds = take(&whole_seconds(rows, from, to)?, taken);
        Ok(Int64Chunked::from_vec(seconds_column(from, to).into(), seconds).into_column())
    });
    let read = spec.measured_columns().into_iter();
    let read = read.map(|name| Ok(column_of(name, rows.column(name)?, taken)));
    let columns = of_durations.chain(read).collect::<Outcome<Vec<Column>>>()?;
    DataFrame::new(taken.len(), columns).map_err(|error| fault("partials", error))
}

/// The pairs of timestamps whose durations are summed, each once.
fn durations(spec: &PartialSpec) -> impl Iterator<Item = (&'static str, &'static str)> {
    let pairs: BTreeSet<_> = spec
        .measures
        .iter()
        .filter_map(|measure| match measure.amount {
            Amount::WholeSeconds { from, to } => Some((from, to)),
            Amount::One | Amount::Of(_) => None,
        })
        .collect();
    pairs.into_iter()
}

/// The name that a duration has in the frame of sound rows.
pub(super) fn seconds_column(from: &str, to: &str) -> String {
    format!("{from}..{to}")
}

/// The whole seconds between two timestamps, for each row.
pub(super) fn whole_seconds(rows: &Rows, from: &str, to: &str) -> Outcome<Vec<i64>> {
    let pairs = rows.ticks(from)?.iter().zip(rows.ticks(to)?);
    Ok(pairs.map(|(from, to)| whole_seconds_between(*from, *to, rows.ticks_per_second)).collect())
}

/// The values of the rows `taken`.
pub(super) fn take<T: Copy + Default>(values: &[T], taken: &[IdxSize]) -> Vec<T> {
    taken.iter().map(|row| values.get(*row as usize).copied().unwrap_or_default()).collect()
}

fn column_of(name: &str, column: &ColumnData, taken: &[IdxSize]) -> Column {
    let name = PlSmallStr::from_str(name);
    match (&column.values, &column.validity) {
        (Values::Integer(values) | Values::Timestamp(values), validity) => {
            let validity = validity.as_ref().map(|validity| {
                let validity = BooleanChunked::from_slice(PlSmallStr::EMPTY, &take(validity, taken));
                validity.downcast_as_array().values().clone()
            });
            Int64Chunked::from_vec_validity(name, take(values, taken), validity).into_column()
        }
        (Values::Text(positions), _) => UInt32Chunked::from_vec(name, take(positions, taken)).into_column(),
        (Values::Boolean(values), _) => BooleanChunked::from_slice(name, &take(values, taken)).into_column(),
        (Values::Date(values), _) => Int32Chunked::from_vec(name, take(values, taken)).into_column(),
    }
}
