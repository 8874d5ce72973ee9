//! Forms in which a producer may deliver the same values, with the settings that say so where files cannot.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Float64Array, RecordBatch, TimestampMillisecondArray};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Date32Type, Int64Type};
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::library::{Column, ColumnKind};
use crate::support::{Table, UTC};

const DAY_MILLISECONDS: i64 = 86_400_000;
/// What the business time zone is ahead of UTC.
const ZONE_MILLISECONDS: i64 = 8 * 3_600_000;

/// How the columns of all tables are delivered.
#[derive(Clone, Debug)]
pub(crate) struct Forms {
    mapping: Mapping,
    /// Whether names are in capitals.
    is_upper: bool,
    integer: Integer,
    flag: DataType,
    date: Dates,
    /// Whether texts are bytes.
    is_bytes: bool,
}

/// What settings say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mapping {
    Nothing,
    /// Columns have other names.
    Renamed,
    /// Whatever is no text is written as text, dates and times as local ones or in UTC.
    Text,
    /// Times count microseconds, dates days.
    Epochs,
}

#[derive(Clone, Copy, Debug)]
enum Integer {
    AsIs,
    Decimal,
    /// But for ids.
    Float,
}

#[derive(Clone, Copy, Debug)]
enum Dates {
    AsIs,
    MidnightInUtc,
    MidnightInZone,
}

pub(crate) fn forms() -> impl Strategy<Value = Forms> {
    let mappings = vec![Mapping::Nothing, Mapping::Nothing, Mapping::Renamed, Mapping::Text, Mapping::Epochs];
    let flags = vec![DataType::Boolean, DataType::Int8, DataType::UInt32, DataType::Int64];
    let integers = vec![Integer::AsIs, Integer::Decimal, Integer::Float];
    let dates = vec![Dates::AsIs, Dates::MidnightInUtc, Dates::MidnightInZone];
    (select(mappings), any::<bool>(), select(integers), select(flags), select(dates), any::<bool>()).prop_map(
        |(mapping, is_upper, integer, flag, date, is_bytes)| Forms { mapping, is_upper, integer, flag, date, is_bytes },
    )
}

fn cast(column: &ArrayRef, to: &DataType) -> ArrayRef {
    cast_with_options(column, to, &CastOptions { safe: false, ..CastOptions::default() }).unwrap()
}

impl Forms {
    /// The settings that read what the files cannot tell.
    pub(crate) fn settings(&self) -> String {
        let of_column = |column: &Column| {
            let name = column.name;
            let value = match (self.mapping, column.kind) {
                (Mapping::Renamed, _) => format!("from = 'x {name}'"),
                (Mapping::Text, ColumnKind::Text) | (Mapping::Nothing, _) => return None,
                (Mapping::Text, _) => "as = 'text'".to_owned(),
                (Mapping::Epochs, ColumnKind::Date) => "as = 'epoch_days'".to_owned(),
                (Mapping::Epochs, ColumnKind::Timestamp) => "as = 'epoch_micros'".to_owned(),
                (Mapping::Epochs, _) => return None,
            };
            Some(format!("{name} = {{ {value} }}\n"))
        };
        let of_table = |table: Table| {
            let columns: String = table.spec().columns.iter().filter_map(of_column).collect();
            format!("[tables.{}.columns]\n{columns}", table.name())
        };
        Table::ALL.map(of_table).concat()
    }

    /// The rows of a table in these forms.
    pub(crate) fn applied(&self, table: Table, rows: &RecordBatch) -> RecordBatch {
        let columns = table.spec().columns.iter().zip(rows.columns()).map(|(column, values)| {
            let name = match self.mapping {
                Mapping::Renamed => format!("x {}", column.name),
                _ => column.name.to_owned(),
            };
            let name = if self.is_upper { name.to_uppercase() } else { name };
            (name, self.formed(column, values), true)
        });
        RecordBatch::try_from_iter_with_nullable(columns).unwrap()
    }

    fn formed(&self, column: &Column, values: &ArrayRef) -> ArrayRef {
        match (self.mapping, column.kind) {
            (_, ColumnKind::Text) if self.is_bytes => cast(values, &DataType::Binary),
            (_, ColumnKind::Text) => Arc::clone(values),
            (Mapping::Text, _) => cast(values, &DataType::Utf8),
            (Mapping::Epochs, ColumnKind::Date) => cast(values, &DataType::Int32),
            (Mapping::Epochs, ColumnKind::Timestamp) => cast(values, &DataType::Int64),
            (_, ColumnKind::Boolean) => cast(values, &self.flag),
            (_, ColumnKind::Date) => self.dates(values),
            (_, ColumnKind::Integer) => self.integers(column, values),
            _ => Arc::clone(values),
        }
    }

    fn dates(&self, values: &ArrayRef) -> ArrayRef {
        let ahead = match self.date {
            Dates::AsIs => return Arc::clone(values),
            Dates::MidnightInUtc => 0,
            Dates::MidnightInZone => ZONE_MILLISECONDS,
        };
        let midnight = |day: i32| i64::from(day) * DAY_MILLISECONDS - ahead;
        let midnights = values.as_primitive::<Date32Type>().iter().map(|day| day.map(midnight));
        Arc::new(midnights.collect::<TimestampMillisecondArray>().with_timezone(UTC))
    }

    fn integers(&self, column: &Column, values: &ArrayRef) -> ArrayRef {
        #[allow(clippy::cast_precision_loss, reason = "what marketplaces hold is far below 2^53")]
        match self.integer {
            Integer::Decimal => cast(values, &DataType::Decimal128(38, 0)),
            Integer::Float if !column.is_id => {
                // NaN is null where nulls may be.
                let missing = column.nullable.then_some(f64::NAN);
                let float = |value: Option<i64>| value.map(|value| value as f64).or(missing);
                Arc::new(values.as_primitive::<Int64Type>().iter().map(float).collect::<Float64Array>())
            }
            Integer::AsIs | Integer::Float => Arc::clone(values),
        }
    }
}
