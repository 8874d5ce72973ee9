//! The columns of files in the words by which an engine is told to read them: names and types just as the files have them, for
//! other types would be converted, or give nulls.

use std::collections::BTreeMap;

use arrow::datatypes::DataType;

use crate::error::{Outcome, fault};
use crate::extracts::found_columns::{ReadAs, ReadColumn};

/// A name, quoted.
pub(crate) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Columns by name, each once: two columns of the contract may be one in the file.
pub(crate) fn ddl(columns: &[ReadColumn]) -> Outcome<BTreeMap<&str, String>> {
    let of = |read: &'_ ReadColumn| {
        let kind = match read.read_as {
            ReadAs::Itself => kind(&read.decoded_as)?,
            ReadAs::Days => "INT".to_owned(),
            ReadAs::Millis | ReadAs::Micros => "BIGINT".to_owned(),
        };
        Ok(format!("{} {kind}", quoted(&read.name)))
    };
    columns.iter().map(|read| Ok((read.name.as_str(), of(read)?))).collect()
}

/// A column that is read so, as what it is in the file.
pub(crate) fn value(read: &ReadColumn) -> String {
    let name = quoted(&read.name);
    match (read.read_as, &read.decoded_as) {
        (ReadAs::Days, _) => format!("date_from_unix_date({name})"),
        (ReadAs::Millis, _) => format!("timestamp_millis({name})"),
        (ReadAs::Micros, _) => format!("timestamp_micros({name})"),
        // Of what is stored more bits than the type has count for nothing.
        (ReadAs::Itself, DataType::UInt8) => format!("pmod(CAST({name} AS INT), 256)"),
        (ReadAs::Itself, DataType::UInt16) => format!("pmod({name}, 65536)"),
        (ReadAs::Itself, _) => name,
    }
}

fn kind(decoded_as: &DataType) -> Outcome<String> {
    Ok(match decoded_as {
        DataType::Dictionary(_, values) => return kind(values),
        DataType::Int8 => "TINYINT".to_owned(),
        DataType::Int16 | DataType::UInt8 => "SMALLINT".to_owned(),
        DataType::Int32 | DataType::UInt16 => "INT".to_owned(),
        DataType::Int64 => "BIGINT".to_owned(),
        DataType::Decimal128(precision, scale) => format!("DECIMAL({precision}, {scale})"),
        DataType::Float32 => "FLOAT".to_owned(),
        DataType::Float64 => "DOUBLE".to_owned(),
        DataType::Utf8 => "STRING".to_owned(),
        DataType::Binary => "BINARY".to_owned(),
        DataType::Boolean => "BOOLEAN".to_owned(),
        DataType::Date32 => "DATE".to_owned(),
        DataType::Timestamp(_, Some(_)) => "TIMESTAMP".to_owned(),
        DataType::Timestamp(_, None) => "TIMESTAMP_NTZ".to_owned(),
        DataType::Null => "VOID".to_owned(),
        other => return Err(fault("engine", format!("a column of type {other} that an engine reads"))),
    })
}
