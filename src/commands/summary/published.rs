//! What a reader of the published files sees: their tables, row by row, with the values by column name.

use std::path::PathBuf;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{ArrowPrimitiveType, Date32Type, Float64Type, Int64Type};
use arrow::util::display::array_value_to_string;

use crate::cli::Summary;
use crate::domain::Day;
use crate::error::{Outcome, escaped, fault};
use crate::publish::outputs::OutputTable;
use crate::publish::reading::read_partition;

/// How messages name this command.
pub(super) const STAGE: &str = "summary";

/// What is shown, and how much of it.
pub(super) struct Shown<'a> {
    pub(super) arguments: &'a Summary,
    /// The path that readers open.
    pub(super) link: PathBuf,
    /// Where it led, resolved once: all tables are of one generation.
    pub(super) resolved: PathBuf,
}

impl Shown<'_> {
    /// The rows of a partition, given the value of its key; none where it is not there.
    pub(super) fn read(&self, table: &OutputTable, value: &str) -> Outcome<Option<RecordBatch>> {
        let folder = self.resolved.join(table.name).join(format!("{}={value}", table.partition_key));
        folder.is_dir().then(|| read_partition(&folder, table)).transpose()
    }
}

/// A row of a published table.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    table: &'a RecordBatch,
    place: usize,
}

/// The rows of `table`, in order.
pub(super) fn rows(table: &RecordBatch) -> impl Iterator<Item = Row<'_>> {
    (0..table.num_rows()).map(move |place| Row { table, place })
}

impl<'a> Row<'a> {
    /// A text, integer, day or boolean as it is shown; nothing where it is null.
    pub(super) fn text(self, column: &str) -> Outcome<String> {
        let text = array_value_to_string(self.array(column)?, self.place);
        Ok(escaped(&text.map_err(|error| fault(STAGE, error))?))
    }

    pub(super) fn integer(self, column: &str) -> Outcome<i64> {
        self.number::<Int64Type>(column)
    }

    pub(super) fn figure(self, column: &str) -> Outcome<f64> {
        self.number::<Float64Type>(column)
    }

    /// As [`Row::text`]; none where it is null.
    pub(super) fn text_if_any(self, column: &str) -> Outcome<Option<String>> {
        if self.is_null(column)? { Ok(None) } else { self.text(column).map(Some) }
    }

    /// As [`Row::integer`]; none where it is null.
    pub(super) fn integer_if_any(self, column: &str) -> Outcome<Option<i64>> {
        if self.is_null(column)? { Ok(None) } else { self.integer(column).map(Some) }
    }

    /// As [`Row::figure`]; none where it is null.
    pub(super) fn figure_if_any(self, column: &str) -> Outcome<Option<f64>> {
        if self.is_null(column)? { Ok(None) } else { self.figure(column).map(Some) }
    }

    pub(super) fn day(self, column: &str) -> Outcome<Day> {
        self.number::<Date32Type>(column).map(Day::from_epoch_days)
    }

    pub(super) fn is_null(self, column: &str) -> Outcome<bool> {
        Ok(self.array(column)?.is_null(self.place))
    }

    /// The elements of a list.
    pub(super) fn list(self, column: &str) -> Outcome<RecordBatch> {
        let elements = self.array(column)?.as_list_opt::<i32>().map(|lists| lists.value(self.place));
        let elements = elements.as_ref().and_then(AsArray::as_struct_opt);
        let elements = elements.filter(|elements| elements.null_count() == 0).map(RecordBatch::from);
        elements.ok_or_else(|| fault(STAGE, format!("no list in {column}")))
    }

    fn number<T: ArrowPrimitiveType>(self, column: &str) -> Outcome<T::Native> {
        let numbers = self.array(column)?.as_primitive_opt::<T>().filter(|array| array.is_valid(self.place));
        numbers.map(|array| array.value(self.place)).ok_or_else(|| fault(STAGE, format!("no number in {column}")))
    }

    fn array(self, column: &str) -> Outcome<&'a dyn Array> {
        let array = self.table.column_by_name(column).map(AsRef::as_ref);
        array.ok_or_else(|| fault(STAGE, format!("no column {column}")))
    }
}
