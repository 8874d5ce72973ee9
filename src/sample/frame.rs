//! The rows of one table-day while they are made: one array builder a declared column.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Int64Builder, RecordBatch, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};

use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::extracts::schema::{ColumnKind, TableSpec};

/// One value of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cell<'a> {
    Null,
    Integer(i64),
    Text(&'a str),
    Boolean(bool),
    Date(Day),
    /// Microseconds UTC.
    Timestamp(i64),
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Null, Into::into)
    }
}

impl From<i64> for Cell<'_> {
    fn from(value: i64) -> Self {
        Cell::Integer(value)
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(value: &'a str) -> Self {
        Cell::Text(value)
    }
}

impl From<Day> for Cell<'_> {
    fn from(value: Day) -> Self {
        Cell::Date(value)
    }
}

enum Builder {
    Integer(Int64Builder),
    Text(StringBuilder),
    Boolean(BooleanBuilder),
    Date(Date32Builder),
    Timestamp(TimestampMicrosecondBuilder),
}

/// The rows of one table-day, in the declared column order.
pub(super) struct Frame<'a> {
    pub(super) spec: &'static TableSpec,
    builders: Vec<Builder>,
    rows: usize,
    /// Rows 1, 2, 4, 8 …: sound ones, from all over the day, which [`super::dirty`] damages copies of.
    patterns: Vec<Vec<Cell<'a>>>,
    /// Whether a row was pushed that does not fit the declaration.
    is_misfit: bool,
}

impl<'a> Frame<'a> {
    /// An empty frame for the rows of `spec`.
    pub(super) fn new(spec: &'static TableSpec) -> Self {
        let builders = spec.columns.iter().map(|column| Builder::of(column.kind)).collect();
        Self { spec, builders, rows: 0, patterns: Vec::new(), is_misfit: false }
    }

    /// Adds a sound row.
    pub(super) fn push(&mut self, row: &[Cell<'a>]) {
        self.push_damaged(row);
        if self.rows.is_power_of_two() {
            self.patterns.push(row.to_vec());
        }
    }

    /// Adds a row that no damaged row is made after.
    pub(super) fn push_damaged(&mut self, row: &[Cell<'_>]) {
        self.rows += 1;
        self.is_misfit |= row.len() != self.builders.len();
        for (builder, cell) in self.builders.iter_mut().zip(row) {
            self.is_misfit |= !builder.append(*cell);
        }
    }

    /// A sound row from the later half of the frame.
    pub(super) fn pattern(&self) -> Option<Vec<Cell<'a>>> {
        self.patterns.last().cloned()
    }

    /// The rows as a batch. Required columns are declared non-null unless `all_nullable`.
    pub(super) fn finish(mut self, all_nullable: bool) -> Outcome<RecordBatch> {
        if self.is_misfit {
            return Err(fault(
                "sample",
                format!("a row that does not fit the columns of {}", self.spec.name),
            ));
        }
        let fields: Vec<Field> = self
            .spec
            .columns
            .iter()
            .map(|column| Field::new(column.name, data_type(column.kind), column.nullable || all_nullable))
            .collect();
        let arrays = self.builders.iter_mut().map(Builder::finish).collect();
        RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(|error| fault("sample", error))
    }
}

const ZONE: &str = "UTC";

fn data_type(kind: ColumnKind) -> DataType {
    match kind {
        ColumnKind::Integer => DataType::Int64,
        ColumnKind::Text => DataType::Utf8,
        ColumnKind::Boolean => DataType::Boolean,
        ColumnKind::Date => DataType::Date32,
        ColumnKind::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some(ZONE.into())),
    }
}

impl Builder {
    fn of(kind: ColumnKind) -> Self {
        match kind {
            ColumnKind::Integer => Self::Integer(Int64Builder::new()),
            ColumnKind::Text => Self::Text(StringBuilder::new()),
            ColumnKind::Boolean => Self::Boolean(BooleanBuilder::new()),
            ColumnKind::Date => Self::Date(Date32Builder::new()),
            ColumnKind::Timestamp => Self::Timestamp(TimestampMicrosecondBuilder::new().with_timezone(ZONE)),
        }
    }

    /// Whether `cell` is of this column's kind; if so it is appended.
    fn append(&mut self, cell: Cell<'_>) -> bool {
        match (self, cell) {
            (Self::Integer(builder), Cell::Integer(value)) => builder.append_value(value),
            (Self::Text(builder), Cell::Text(value)) => builder.append_value(value),
            (Self::Boolean(builder), Cell::Boolean(value)) => builder.append_value(value),
            (Self::Date(builder), Cell::Date(value)) => builder.append_value(value.epoch_days()),
            (Self::Timestamp(builder), Cell::Timestamp(value)) => builder.append_value(value),
            (Self::Integer(builder), Cell::Null) => builder.append_null(),
            (Self::Text(builder), Cell::Null) => builder.append_null(),
            (Self::Boolean(builder), Cell::Null) => builder.append_null(),
            (Self::Date(builder), Cell::Null) => builder.append_null(),
            (Self::Timestamp(builder), Cell::Null) => builder.append_null(),
            _ => return false,
        }
        true
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Integer(builder) => Arc::new(builder.finish()),
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::Boolean(builder) => Arc::new(builder.finish()),
            Self::Date(builder) => Arc::new(builder.finish()),
            Self::Timestamp(builder) => Arc::new(builder.finish()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::tables::Table;

    #[test]
    fn a_row_that_does_not_fit_its_table_is_a_fault() {
        let mut frame = Frame::new(Table::Disputes.spec());
        frame.push(&[Cell::Integer(1), Cell::Boolean(true)]);
        assert!(frame.finish(false).is_err());
    }
}
