//! Rows of published tables, with the values by column name, and cells of their columns.

use std::ops::Range;

use arrow::array::{Array, ArrayAccessor, AsArray, RecordBatch};
use arrow::datatypes::{ArrowPrimitiveType, Date32Type, Float64Type, Int64Type};
use arrow::util::display::array_value_to_string;

use crate::domain::Day;
use crate::error::{Outcome, fault};

const STAGE: &str = "published rows";

/// A cell of a column; none where it is null.
pub(crate) fn cell<'a, A>(column: &'a A, row: usize) -> Option<<&'a A as ArrayAccessor>::Item>
where
    &'a A: ArrayAccessor,
{
    (row < column.len() && column.is_valid(row)).then(|| column.value(row))
}

/// A row of a published table.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    table: &'a RecordBatch,
    place: usize,
}

/// The rows of `table`, in order.
pub(crate) fn rows(table: &RecordBatch) -> impl Iterator<Item = Row<'_>> {
    rows_at(table, 0..table.num_rows())
}

/// The rows of `table` in these places, which it has.
pub(super) fn rows_at(table: &RecordBatch, places: Range<usize>) -> impl Iterator<Item = Row<'_>> {
    places.map(move |place| Row { table, place })
}

impl<'a> Row<'a> {
    /// A text as it is, or an integer, day or boolean as it is written; nothing where it is null.
    pub(crate) fn text(self, column: &str) -> Outcome<String> {
        let array = self.array(column)?;
        if let Some(texts) = array.as_string_opt::<i32>() {
            return Ok(cell(texts, self.place).unwrap_or_default().to_owned());
        }
        let text = array_value_to_string(array, self.place);
        text.map_err(|error| fault(STAGE, error))
    }

    /// A text as it is, in place; nothing where it is null.
    pub(crate) fn word(self, column: &str) -> Outcome<&'a str> {
        let texts = self.array(column)?.as_string_opt::<i32>();
        let texts = texts.ok_or_else(|| fault(STAGE, format!("no text in {column}")))?;
        Ok(cell(texts, self.place).unwrap_or_default())
    }

    pub(crate) fn integer(self, column: &str) -> Outcome<i64> {
        self.number::<Int64Type>(column)
    }

    pub(crate) fn figure(self, column: &str) -> Outcome<f64> {
        self.number::<Float64Type>(column)
    }

    /// As [`Row::text`]; none where it is null.
    pub(crate) fn text_if_any(self, column: &str) -> Outcome<Option<String>> {
        if self.is_null(column)? { Ok(None) } else { self.text(column).map(Some) }
    }

    /// As [`Row::integer`]; none where it is null.
    pub(crate) fn integer_if_any(self, column: &str) -> Outcome<Option<i64>> {
        if self.is_null(column)? { Ok(None) } else { self.integer(column).map(Some) }
    }

    /// As [`Row::figure`]; none where it is null.
    pub(crate) fn figure_if_any(self, column: &str) -> Outcome<Option<f64>> {
        if self.is_null(column)? { Ok(None) } else { self.figure(column).map(Some) }
    }

    /// Whether the table has a column: what a release before published may lack one.
    pub(crate) fn has(self, column: &str) -> bool {
        self.table.column_by_name(column).is_some()
    }

    /// As [`Row::day`]; none where it is null.
    pub(crate) fn day_if_any(self, column: &str) -> Outcome<Option<Day>> {
        if self.is_null(column)? { Ok(None) } else { self.day(column).map(Some) }
    }

    pub(crate) fn boolean(self, column: &str) -> Outcome<bool> {
        let boolean = self.array(column)?.as_boolean_opt().and_then(|booleans| cell(booleans, self.place));
        boolean.ok_or_else(|| fault(STAGE, format!("no boolean in {column}")))
    }

    pub(crate) fn day(self, column: &str) -> Outcome<Day> {
        self.number::<Date32Type>(column).map(Day::from_epoch_days)
    }

    pub(crate) fn is_null(self, column: &str) -> Outcome<bool> {
        Ok(self.array(column)?.is_null(self.place))
    }

    /// The elements of a list.
    pub(crate) fn list(self, column: &str) -> Outcome<RecordBatch> {
        let elements = self.array(column)?.as_list_opt::<i32>().map(|lists| lists.value(self.place));
        let elements = elements.as_ref().and_then(AsArray::as_struct_opt);
        let elements = elements.filter(|elements| elements.null_count() == 0).map(RecordBatch::from);
        elements.ok_or_else(|| fault(STAGE, format!("no list in {column}")))
    }

    fn number<T: ArrowPrimitiveType>(self, column: &str) -> Outcome<T::Native> {
        let number = self.array(column)?.as_primitive_opt::<T>().and_then(|numbers| cell(numbers, self.place));
        number.ok_or_else(|| fault(STAGE, format!("no number in {column}")))
    }

    fn array(self, column: &str) -> Outcome<&'a dyn Array> {
        let array = self.table.column_by_name(column).map(AsRef::as_ref);
        array.ok_or_else(|| fault(STAGE, format!("no column {column}")))
    }
}
