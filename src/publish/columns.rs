//! The columns of a batch of a published table, by name and type.

use arrow::array::{Array, RecordBatch};

use crate::error::{Outcome, fault};

/// A column as the array of its declared type.
///
/// # Errors
/// A fault that names the column where there is none of that type.
pub(crate) fn column<'a, A: Array + 'static>(batch: &'a RecordBatch, name: &str) -> Outcome<&'a A> {
    let column = batch.column_by_name(name).and_then(|column| column.as_any().downcast_ref());
    column.ok_or_else(|| fault("published columns", format!("no column {name} of the declared type")))
}
