//! The protocol's data types (`spark/connect/types.proto`), and what Arrow calls them.

use arrow::datatypes::{DataType, Field, Fields, TimeUnit};
use prost::{Message, Oneof};

use super::failed::Failed;

/// How the protocol names the plain order of text; any other collation compares differently than we do.
const BINARY_ORDER: &str = "UTF8_BINARY";

#[derive(Clone, PartialEq, Message)]
pub(super) struct SparkType {
    #[prost(oneof = "Variety", tags = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 19, 20, 21, 22, 28")]
    pub(super) variety: Option<Variety>,
}

/// The protocol's `kind`, as far as something follows from it: others arrive as none.
#[derive(Clone, PartialEq, Oneof)]
pub(super) enum Variety {
    #[prost(message, tag = "1")]
    Null(Nothing),
    #[prost(message, tag = "2")]
    Binary(Nothing),
    #[prost(message, tag = "3")]
    Boolean(Nothing),
    #[prost(message, tag = "4")]
    Byte(Nothing),
    #[prost(message, tag = "5")]
    Short(Nothing),
    #[prost(message, tag = "6")]
    Integer(Nothing),
    #[prost(message, tag = "7")]
    Long(Nothing),
    #[prost(message, tag = "8")]
    Float(Nothing),
    #[prost(message, tag = "9")]
    Double(Nothing),
    #[prost(message, tag = "10")]
    Decimal(Decimal),
    #[prost(message, tag = "11")]
    Text(Text),
    #[prost(message, tag = "12")]
    Char(Nothing),
    #[prost(message, tag = "13")]
    Varchar(Nothing),
    #[prost(message, tag = "14")]
    Date(Nothing),
    #[prost(message, tag = "15")]
    Timestamp(Nothing),
    #[prost(message, tag = "16")]
    TimestampNtz(Nothing),
    #[prost(message, tag = "19")]
    DayTimeInterval(Nothing),
    #[prost(message, tag = "20")]
    Array(Nothing),
    #[prost(message, tag = "21")]
    Struct(Struct),
    #[prost(message, tag = "22")]
    Map(Nothing),
    #[prost(message, tag = "28")]
    Time(Nothing),
}

/// A type of which only the name matters here.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Nothing {}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Decimal {
    #[prost(int32, optional, tag = "1")]
    scale: Option<i32>,
    #[prost(int32, optional, tag = "2")]
    precision: Option<i32>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Text {
    #[prost(string, tag = "2")]
    collation: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Struct {
    #[prost(message, repeated, tag = "1")]
    fields: Vec<StructField>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct StructField {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, optional, tag = "2")]
    data_type: Option<SparkType>,
    #[prost(bool, tag = "3")]
    nullable: bool,
}

/// The columns of a schema, which the protocol sends as a struct.
pub(super) fn columns(schema: Option<SparkType>) -> Result<Vec<Field>, Failed> {
    let Some(Variety::Struct(columns)) = schema.and_then(|schema| schema.variety) else {
        return Err(Failed::protocol("the server described a relation by something other than its columns"));
    };
    columns.fields.into_iter().map(column).collect()
}

fn column(field: StructField) -> Result<Field, Failed> {
    let data_type = arrow_type(field.data_type.and_then(|data_type| data_type.variety))?;
    Ok(Field::new(field.name, data_type, field.nullable))
}

/// Arrow's name of a type. What is nested is a struct without fields, what we know no name for is `LargeBinary`: no
/// column may be either.
fn arrow_type(variety: Option<Variety>) -> Result<DataType, Failed> {
    let Some(variety) = variety else { return Ok(DataType::LargeBinary) };
    Ok(match variety {
        Variety::Null(_) => DataType::Null,
        Variety::Binary(_) => DataType::Binary,
        Variety::Boolean(_) => DataType::Boolean,
        Variety::Byte(_) => DataType::Int8,
        Variety::Short(_) => DataType::Int16,
        Variety::Integer(_) => DataType::Int32,
        Variety::Long(_) => DataType::Int64,
        Variety::Float(_) => DataType::Float32,
        Variety::Double(_) => DataType::Float64,
        Variety::Decimal(decimal) => decimal.arrow_type()?,
        Variety::Text(text) if !["", BINARY_ORDER].contains(&text.collation.as_str()) => DataType::LargeBinary,
        Variety::Text(_) | Variety::Char(_) | Variety::Varchar(_) => DataType::Utf8,
        Variety::Date(_) => DataType::Date32,
        Variety::Timestamp(_) => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Variety::TimestampNtz(_) => DataType::Timestamp(TimeUnit::Microsecond, None),
        Variety::DayTimeInterval(_) => DataType::Duration(TimeUnit::Microsecond),
        Variety::Array(_) | Variety::Struct(_) | Variety::Map(_) => DataType::Struct(Fields::empty()),
        Variety::Time(_) => DataType::Time64(TimeUnit::Microsecond),
    })
}

impl Decimal {
    fn arrow_type(&self) -> Result<DataType, Failed> {
        let (precision, scale) = (self.precision.unwrap_or(10), self.scale.unwrap_or(0));
        match (u8::try_from(precision), i8::try_from(scale)) {
            (Ok(precision), Ok(scale)) => Ok(DataType::Decimal128(precision, scale)),
            _ => Err(Failed::protocol(format!("the server named a type DECIMAL({precision},{scale})"))),
        }
    }
}
