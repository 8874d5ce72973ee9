//! The columns of files in the words by which an engine is told to read them: names and types just as the files have them, for
//! other types would be converted, or give nulls.

use std::collections::BTreeMap;

use arrow::datatypes::DataType;

use crate::error::{Outcome, fault};
use crate::extracts::found_columns::ReadColumn;

/// A name, quoted.
pub(crate) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Columns by name, each once: two columns of the contract may be one in the file.
pub(crate) fn ddl(columns: &[ReadColumn]) -> Outcome<BTreeMap<&str, String>> {
    let of = |read: &'_ ReadColumn| Ok(format!("{} {}", quoted(&read.name), kind(&read.decoded_as)?));
    columns.iter().map(|read| Ok((read.name.as_str(), of(read)?))).collect()
}

fn kind(decoded_as: &DataType) -> Outcome<String> {
    Ok(match decoded_as {
        DataType::Dictionary(_, values) => return kind(values),
        DataType::Int8 => "TINYINT".to_owned(),
        DataType::Int16 => "SMALLINT".to_owned(),
        DataType::Int32 => "INT".to_owned(),
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
