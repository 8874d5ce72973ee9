//! The forms in which a column may be delivered, declared once: for each kind what is accepted, and for each form how its
//! values become those of the contract.
//!
//! In: a declared column, the type that a file gives it, what settings say. Out: its form, or why it is refused and which
//! setting would read it. Accepted without a setting is what loses nothing (specification, section 2, Columns).

use arrow::datatypes::{DataType, TimeUnit};

use crate::extracts::delivery::{ColumnDelivery, Delivery, Int96Is, TimestampsAre, WrittenAs};
use crate::extracts::schema::{Column, ColumnKind};
use crate::extracts::tables::Table;

/// How the values of a column in a file become those of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Integers of any width, or decimals without decimals.
    Integers,
    /// Floats that are whole, below 2^53; NaN is null where nulls are.
    WholeFloats,
    Texts,
    Booleans,
    /// 0 and 1.
    Flags,
    Dates,
    /// Timestamps that are midnight in UTC, or all of them in the business time zone.
    Midnights,
    /// Timestamps; local ones are of the business time zone.
    Timestamps {
        are_local: bool,
    },
    /// A column without any value.
    Nulls,
    /// What text says in the form of its kind.
    Written,
    /// Days since 1970-01-01.
    EpochDays,
    /// So many units a second since 1970-01-01T00:00:00Z.
    Epoch {
        units_per_second: i64,
    },
}

/// Why a column's type is refused.
pub(super) struct Refused {
    pub(super) found: String,
    pub(super) advice: String,
}

/// A column as a file has it.
pub(super) struct InFile {
    /// Whether it is a timestamp of the old type INT96.
    pub(super) is_int96: bool,
    pub(super) arrow: DataType,
}

/// The form of a column of a table, given how a file has it.
pub(super) fn form_of(
    (table, column): (Table, &Column),
    in_file: &InFile,
    delivery: &Delivery,
) -> Result<Form, Refused> {
    let written_as = delivery.column(table, column).and_then(|of_column: &ColumnDelivery| of_column.written_as);
    let InFile { is_int96, arrow } = in_file;
    let form = match written_as {
        Some(written_as) => of_written(written_as, column.kind, arrow),
        None if *arrow == DataType::Null => column.nullable.then_some(Form::Nulls),
        None if *is_int96 => of_int96(column.kind, delivery.int96),
        None => of_type(column, arrow, delivery.timestamps),
    };
    form.ok_or_else(|| Refused { found: found(in_file), advice: advice(table, column, in_file) })
}

fn of_type(column: &Column, arrow: &DataType, timestamps: TimestampsAre) -> Option<Form> {
    let is_integer = arrow.is_integer() || is_whole_decimal(arrow);
    match column.kind {
        ColumnKind::Integer if is_integer => Some(Form::Integers),
        // Ids beyond 2^53 would have lost their last digits on the way, and nobody could tell.
        ColumnKind::Integer if !column.is_id && is_float(arrow) => Some(Form::WholeFloats),
        ColumnKind::Text if is_text(arrow) => Some(Form::Texts),
        ColumnKind::Boolean if *arrow == DataType::Boolean => Some(Form::Booleans),
        ColumnKind::Boolean if is_integer => Some(Form::Flags),
        ColumnKind::Date if *arrow == DataType::Date32 => Some(Form::Dates),
        ColumnKind::Date => matches!(arrow, DataType::Timestamp(..)).then_some(Form::Midnights),
        ColumnKind::Timestamp => match (arrow, timestamps) {
            (DataType::Timestamp(_, zone), TimestampsAre::AsTyped) => {
                Some(Form::Timestamps { are_local: zone.is_none() })
            }
            (DataType::Timestamp(..), TimestampsAre::Local) => Some(Form::Timestamps { are_local: true }),
            (DataType::Timestamp(..), TimestampsAre::Utc) => Some(Form::Timestamps { are_local: false }),
            _ => None,
        },
        ColumnKind::Integer | ColumnKind::Text | ColumnKind::Boolean => None,
    }
}

fn of_int96(kind: ColumnKind, int96: Int96Is) -> Option<Form> {
    match (kind, int96) {
        (ColumnKind::Timestamp, Int96Is::Local) => Some(Form::Timestamps { are_local: true }),
        (ColumnKind::Timestamp, Int96Is::Utc) => Some(Form::Timestamps { are_local: false }),
        (ColumnKind::Date, Int96Is::Local | Int96Is::Utc) => Some(Form::Midnights),
        _ => None,
    }
}

fn of_written(written_as: WrittenAs, kind: ColumnKind, arrow: &DataType) -> Option<Form> {
    let is_integer = arrow.is_integer() || is_whole_decimal(arrow);
    match written_as {
        WrittenAs::Text if is_text(arrow) => Some(if kind == ColumnKind::Text { Form::Texts } else { Form::Written }),
        WrittenAs::EpochDays if is_integer => Some(Form::EpochDays),
        WrittenAs::EpochSeconds if is_integer => Some(Form::Epoch { units_per_second: 1 }),
        WrittenAs::EpochMillis if is_integer => Some(Form::Epoch { units_per_second: 1_000 }),
        WrittenAs::EpochMicros if is_integer => Some(Form::Epoch { units_per_second: 1_000_000 }),
        _ => None,
    }
}

/// The type that a column is decoded as: texts stay in their dictionaries, so that a text is trimmed once and not once a row,
/// and INT96, whose days reach beyond what 64 bits of nanoseconds hold, is read to the microsecond.
pub(super) fn decoded_as(form: Form, InFile { is_int96, arrow }: &InFile) -> DataType {
    match arrow {
        DataType::Utf8 | DataType::Binary if form == Form::Texts => {
            DataType::Dictionary(Box::new(DataType::Int32), Box::new(arrow.clone()))
        }
        _ if *is_int96 => DataType::Timestamp(TimeUnit::Microsecond, None),
        _ => arrow.clone(),
    }
}

/// Whether a column that is decoded as this holds times in nanoseconds.
pub(super) fn has_nanoseconds(form: Form, decoded_as: &DataType) -> bool {
    matches!((form, decoded_as), (Form::Timestamps { .. }, DataType::Timestamp(TimeUnit::Nanosecond, _)))
}

fn is_whole_decimal(arrow: &DataType) -> bool {
    matches!(
        arrow,
        DataType::Decimal32(_, 0) | DataType::Decimal64(_, 0) | DataType::Decimal128(_, 0) | DataType::Decimal256(_, 0)
    )
}

fn is_float(arrow: &DataType) -> bool {
    matches!(arrow, DataType::Float32 | DataType::Float64)
}

fn is_text(arrow: &DataType) -> bool {
    matches!(arrow, DataType::Utf8 | DataType::Binary | DataType::FixedSizeBinary(_))
}

fn found(InFile { is_int96, arrow }: &InFile) -> String {
    if *is_int96 { "an INT96 timestamp, which does not say whether it is local".to_owned() } else { arrow.to_string() }
}

/// What would help: a setting, spelled out, where one does.
fn advice(table: Table, column: &Column, InFile { is_int96, arrow }: &InFile) -> String {
    let is_integer = arrow.is_integer() || is_whole_decimal(arrow);
    let ways: &[WrittenAs] = match column.kind {
        _ if matches!(arrow, DataType::Utf8) => &[WrittenAs::Text],
        ColumnKind::Date if is_integer => &[WrittenAs::EpochDays],
        ColumnKind::Timestamp if is_integer => {
            &[WrittenAs::EpochSeconds, WrittenAs::EpochMillis, WrittenAs::EpochMicros]
        }
        _ => &[],
    };
    if *is_int96 && matches!(column.kind, ColumnKind::Timestamp | ColumnKind::Date) {
        return "set int96 = \"utc\" where the producer writes instants (Spark, Flink, Hive 3), int96 = \"local\" where it writes \
                wall-clock times (Impala, older Hive), or deliver timestamps in microseconds"
            .to_owned();
    }
    match ways
        .iter()
        .map(|way| setting(table, column.name, "as", <&str>::from(way)))
        .reduce(|one, other| format!("{one} or {other}"))
    {
        Some(setting) => format!("deliver the column in the wanted type, or set {setting}"),
        None => "deliver the column in the wanted type".to_owned(),
    }
}

/// A setting of a column, spelled out to be pasted.
pub(super) fn setting(table: Table, column: &str, key: &str, value: &str) -> String {
    format!("[tables.{}.columns] {column} = {{ {key} = {value:?} }}", table.name())
}
