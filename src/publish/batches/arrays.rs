//! Values as Arrow arrays of the types that published columns have.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray};

use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::publish::outputs::OutputTable;

pub(super) const STAGE: &str = "batches";

pub(super) fn batch(table: &OutputTable, columns: Vec<ArrayRef>) -> Outcome<RecordBatch> {
    RecordBatch::try_new(table.schema(), columns).map_err(|error| fault(STAGE, format!("{}: {error}", table.name)))
}

pub(super) fn integers(values: impl Iterator<Item = i64>) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(values))
}

pub(super) fn optional_integers(values: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(values.collect::<Int64Array>())
}

/// Counts of things in memory.
pub(super) fn counts(values: impl Iterator<Item = usize>) -> Outcome<ArrayRef> {
    let counts = values.map(|count| i64::try_from(count).map_err(|error| fault(STAGE, error)));
    Ok(Arc::new(Int64Array::from(counts.collect::<Outcome<Vec<i64>>>()?)))
}

pub(super) fn floats(values: impl Iterator<Item = Option<f64>>) -> ArrayRef {
    Arc::new(values.collect::<Float64Array>())
}

/// One array a place of the rows.
pub(super) fn floats_by_place<const PLACES: usize>(
    rows: impl Iterator<Item = [Option<f64>; PLACES]>,
) -> impl Iterator<Item = ArrayRef> {
    let mut columns = [const { Vec::new() }; PLACES];
    for row in rows {
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(value);
        }
    }
    columns.into_iter().map(|column| floats(column.into_iter()))
}

pub(super) fn texts<'a>(values: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

pub(super) fn days(values: impl Iterator<Item = Day>) -> ArrayRef {
    Arc::new(Date32Array::from_iter_values(values.map(Day::epoch_days)))
}

/// The same day in `count` rows.
pub(super) fn day(day: Day, count: usize) -> ArrayRef {
    days(std::iter::repeat_n(day, count))
}

pub(super) fn booleans(values: impl Iterator<Item = bool>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<BooleanArray>())
}
