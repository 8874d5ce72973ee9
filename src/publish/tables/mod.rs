//! Figures as Arrow batches, in the columns and the order that [`outputs`](crate::publish::outputs) declares. Nothing is
//! computed here.

mod daily;
mod yearly;

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray};

pub use daily::{categories, improvements, indicators, quality, quarantine, scores};
pub use yearly::{monthly_assessments, settlements};

use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::publish::outputs::OutputTable;

const STAGE: &str = "tables";

fn batch(table: &OutputTable, columns: Vec<ArrayRef>) -> Outcome<RecordBatch> {
    RecordBatch::try_new(table.schema(), columns)
        .map_err(|error| fault(STAGE, format!("{}: {error}", table.name)))
}

fn integers(values: impl Iterator<Item = i64>) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(values))
}

fn optional_integers(values: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(values.collect::<Int64Array>())
}

fn floats(values: impl Iterator<Item = Option<f64>>) -> ArrayRef {
    Arc::new(values.collect::<Float64Array>())
}

fn texts<'a>(values: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

fn days(day: Day, count: usize) -> ArrayRef {
    Arc::new(Date32Array::from(vec![day.epoch_days(); count]))
}

fn booleans(values: impl Iterator<Item = bool>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<BooleanArray>())
}
