//! Rows as a test writes them, and the Arrow batch that a table's declaration makes of them.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use jiff::civil::DateTime;
use jiff::tz::{TimeZone, offset};
use shopscore::domain::Day;
use shopscore::extracts::schema::ColumnKind;
use shopscore::extracts::tables::Table;

/// The zone of instants, as Arrow takes it without a database of zones.
pub(crate) const UTC: &str = "+00:00";

/// A value of a row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Null,
    Integer(i64),
    Text(String),
    Boolean(bool),
    Date(Day),
    /// Microseconds since 1970-01-01T00:00:00Z.
    Instant(i64),
}

/// The values of a row, in the declared order of its table's columns.
pub(crate) type Row = Vec<Cell>;

/// A row of plain values.
macro_rules! row {
    ($($cell:expr),* $(,)?) => { vec![$($crate::support::rows::Cell::from($cell)),*] };
}
pub(crate) use row;

impl From<i64> for Cell {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<bool> for Cell {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<Day> for Cell {
    fn from(day: Day) -> Self {
        Self::Date(day)
    }
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// The instant at which a clock in the business time zone shows `time` (`HH:MM` or `HH:MM:SS`) on `day`.
pub(crate) fn at(day: Day, time: &str) -> Cell {
    let civil: DateTime = format!("{day}T{time}").parse().unwrap();
    let zoned = civil.to_zoned(TimeZone::fixed(offset(8))).unwrap();
    Cell::Instant(zoned.timestamp().as_microsecond())
}

/// The rows of a table in the types that the specification names: int64, string, boolean, date32, microseconds in UTC.
pub(crate) fn batch(table: Table, rows: &[Row]) -> RecordBatch {
    let columns = table.spec().columns.iter().enumerate().map(|(place, column)| {
        let cells: Vec<&Cell> = rows.iter().map(|row| &row[place]).collect();
        (column.name, array(column.kind, &cells), true)
    });
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

fn array(kind: ColumnKind, cells: &[&Cell]) -> ArrayRef {
    match kind {
        ColumnKind::Integer => Arc::new(Int64Array::from_iter(values(cells, |cell| match cell {
            Cell::Integer(value) => Some(*value),
            _ => None,
        }))),
        ColumnKind::Text => Arc::new(StringArray::from_iter(values(cells, |cell| match cell {
            Cell::Text(text) => Some(text.as_str()),
            _ => None,
        }))),
        ColumnKind::Boolean => Arc::new(BooleanArray::from_iter(values(cells, |cell| match cell {
            Cell::Boolean(value) => Some(*value),
            _ => None,
        }))),
        ColumnKind::Date => Arc::new(Date32Array::from_iter(values(cells, |cell| match cell {
            Cell::Date(day) => Some(day.epoch_days()),
            _ => None,
        }))),
        ColumnKind::Timestamp => {
            let instants = TimestampMicrosecondArray::from_iter(values(cells, |cell| match cell {
                Cell::Instant(microseconds) => Some(*microseconds),
                _ => None,
            }));
            Arc::new(instants.with_timezone(UTC))
        }
    }
}

/// The cells as `read` takes them; a cell of another kind is a mistake in the test.
fn values<'a, T>(
    cells: &'a [&'a Cell],
    read: impl Fn(&'a Cell) -> Option<T>,
) -> impl Iterator<Item = Option<T>> {
    cells.iter().map(move |cell| {
        let value = read(cell);
        assert!(value.is_some() || **cell == Cell::Null, "{cell:?} in a column of another kind");
        value
    })
}
