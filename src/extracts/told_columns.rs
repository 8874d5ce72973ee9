//! The columns of a footer as an engine decodes them, which has fewer types than Parquet.
//!
//! In: the columns of a file, found by its footer. Out: the same with the types that Spark reads them as, each of which holds all of
//! their values: integers that are wide enough, decimals of as many digits as there are, microseconds, bytes of any length. Days and
//! instants that it would move to another calendar are read as the integers that they are. What it has no type for, or one that does
//! not say what it is, is refused.

use arrow::datatypes::{DataType, TimeUnit};
use parquet::schema::types::SchemaDescriptor;

use crate::extracts::forms::{Form, InFile, Refused};
use crate::extracts::found_columns::{FoundColumns, ReadAs};

/// The most digits of a decimal there.
const MOST_DIGITS: u8 = 38;

/// The columns of a footer that an engine decodes.
pub(super) struct ToldColumns<'a> {
    pub(super) schema: &'a SchemaDescriptor,
    /// Whether an engine moves days and instants of long ago from one calendar to another, unless it reads them as integers.
    pub(super) is_of_old_calendar: bool,
}

impl FoundColumns for ToldColumns<'_> {
    fn names(&self) -> Vec<&str> {
        self.schema.names()
    }

    fn found(&self, place: usize) -> Result<InFile, Refused> {
        let InFile { is_int96, arrow } = self.schema.found(place)?;
        Ok(InFile { is_int96, arrow: if is_int96 { arrow } else { decoded(arrow)? } })
    }

    fn decoded_as(&self, _: Form, in_file: &InFile) -> DataType {
        in_file.arrow.clone()
    }

    fn read_as(&self, place: usize) -> ReadAs {
        match self.schema.found(place).map(|in_file| in_file.arrow) {
            Ok(DataType::Date32) if self.is_of_old_calendar => ReadAs::Days,
            Ok(DataType::Timestamp(TimeUnit::Millisecond, Some(_))) if self.is_of_old_calendar => ReadAs::Millis,
            Ok(DataType::Timestamp(TimeUnit::Microsecond, Some(_))) if self.is_of_old_calendar => ReadAs::Micros,
            _ => ReadAs::Itself,
        }
    }
}

fn decoded(arrow: DataType) -> Result<DataType, Refused> {
    let refused = |found: &DataType, advice: &str| Err(Refused { found: found.to_string(), advice: advice.to_owned() });
    Ok(match arrow {
        DataType::UInt32 => DataType::Int64,
        DataType::UInt64 => DataType::Decimal128(20, 0),
        // By fewer digits than values have they would be cut off.
        DataType::Decimal128(_, 0) => DataType::Decimal128(MOST_DIGITS, 0),
        DataType::FixedSizeBinary(_) => DataType::Binary,
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            return refused(&arrow, "deliver timestamps in microseconds: the engine reads none in nanoseconds");
        }
        DataType::Timestamp(_, zone) => DataType::Timestamp(TimeUnit::Microsecond, zone),
        DataType::Decimal256(..) => {
            return refused(&arrow, &format!("deliver at most {MOST_DIGITS} digits: the engine reads no more"));
        }
        arrow => arrow,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parquet::schema::parser::parse_message_type;

    use super::*;

    fn schema(column: &str) -> SchemaDescriptor {
        let end = if column.ends_with('}') { "" } else { ";" };
        SchemaDescriptor::new(Arc::new(parse_message_type(&format!("message m {{ {column}{end} }}")).unwrap()))
    }

    fn found(column: &str) -> Result<DataType, String> {
        match (ToldColumns { schema: &schema(column), is_of_old_calendar: false }).found(0) {
            Ok(found) => Ok(found.arrow),
            Err(refused) => Err(format!("{}: {}", refused.found, refused.advice)),
        }
    }

    #[test]
    fn every_type_is_decoded_as_one_that_holds_all_of_its_values() {
        for (column, expected) in [
            ("OPTIONAL INT32 a", DataType::Int32),
            ("OPTIONAL INT32 a (INTEGER(8,true))", DataType::Int8),
            ("OPTIONAL INT32 a (INTEGER(8,false))", DataType::UInt8),
            ("OPTIONAL INT32 a (INTEGER(16,false))", DataType::UInt16),
            ("OPTIONAL INT32 a (INTEGER(32,false))", DataType::Int64),
            ("OPTIONAL INT64 a (INTEGER(64,false))", DataType::Decimal128(20, 0)),
            ("OPTIONAL INT64 a (DECIMAL(12,2))", DataType::Decimal128(12, 2)),
            ("OPTIONAL INT32 a (DECIMAL(9,0))", DataType::Decimal128(38, 0)),
            ("OPTIONAL FIXED_LEN_BYTE_ARRAY (3) a", DataType::Binary),
            ("OPTIONAL BYTE_ARRAY a (STRING)", DataType::Utf8),
            ("OPTIONAL INT64 a (TIMESTAMP(MILLIS,false))", DataType::Timestamp(TimeUnit::Microsecond, None)),
            (
                "OPTIONAL INT64 a (TIMESTAMP(MICROS,true))",
                DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            ),
            ("OPTIONAL INT32 a (DATE)", DataType::Date32),
        ] {
            assert_eq!(found(column).as_ref(), Ok(&expected), "{column}");
        }
    }

    #[test]
    fn what_an_engine_would_move_to_another_calendar_is_read_as_the_integers_that_it_is() {
        for (column, expected) in [
            ("OPTIONAL INT32 a (DATE)", ReadAs::Days),
            ("OPTIONAL INT64 a (TIMESTAMP(MILLIS,true))", ReadAs::Millis),
            ("OPTIONAL INT64 a (TIMESTAMP(MICROS,true))", ReadAs::Micros),
            ("OPTIONAL INT64 a (TIMESTAMP(MICROS,false))", ReadAs::Itself),
            ("OPTIONAL INT64 a", ReadAs::Itself),
        ] {
            for (is_of_old_calendar, expected) in [(true, expected), (false, ReadAs::Itself)] {
                let told = ToldColumns { schema: &schema(column), is_of_old_calendar };
                assert_eq!(told.read_as(0), expected, "{column}");
            }
        }
    }

    #[test]
    fn what_an_engine_has_no_type_for_is_refused() {
        for (column, said) in [
            ("OPTIONAL INT64 a (TIMESTAMP(NANOS,true))", "the engine reads none in nanoseconds"),
            ("OPTIONAL FIXED_LEN_BYTE_ARRAY (20) a (DECIMAL(40,0))", "at most 38 digits"),
            ("OPTIONAL group a { OPTIONAL INT32 b; }", "a nested column"),
        ] {
            let refused = found(column).unwrap_err();
            assert!(refused.contains(said), "{column}: {refused}");
        }
    }
}
