//! The declared columns of a table as a file has them: each found by its name and judged by its type.
//!
//! In: the names and types of a file's columns, as its footer gives them or an engine tells them, and what settings say. Out: one
//! [`ReadColumn`] for each declared column, or all that is wrong with them (specification, section 2, Columns).

use std::path::Path;

use arrow::datatypes::{DataType, Field};
use parquet::arrow::{ProjectionMask, parquet_to_arrow_schema_by_columns};
use parquet::basic::{Repetition, Type as PhysicalType};
use parquet::schema::types::SchemaDescriptor;
use strsim::levenshtein;

use crate::error::{ExitClass, Failure, Finding, Outcome};
use crate::extracts::batch::Texts;
use crate::extracts::delivery::Delivery;
use crate::extracts::forms::{self, Form, InFile, Refused};
use crate::extracts::instants::{MICROS, Shared};
use crate::extracts::schema::Column;
use crate::extracts::tables::Table;
use crate::extracts::written;
use crate::zone::Zone;

const STAGE: &str = "contract";

/// A declared column as a part file has it.
#[derive(Clone, Debug)]
pub(crate) struct ReadColumn {
    /// As it is declared.
    pub(crate) column: &'static Column,
    /// Its place among the columns of the file.
    pub(crate) place: usize,
    /// Its name in the file.
    pub(crate) name: String,
    pub(crate) form: Form,
    /// The type that it is decoded as: that of the file where an engine decodes it.
    pub(crate) decoded_as: DataType,
    /// How an engine reads it.
    pub(crate) read_as: ReadAs,
    /// What stands for no value, as text.
    pub(crate) null_if: Vec<String>,
}

/// How an engine reads a column of days or instants: as what it is, or as the integers that stand for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadAs {
    Itself,
    /// Days since 1970-01-01.
    Days,
    /// Thousandths of a second since 1970-01-01T00:00:00Z.
    Millis,
    /// Millionths of a second since then.
    Micros,
}

impl ReadColumn {
    /// A value of it that stands for none as the integer that the value is, in ticks of a millionth of a second.
    pub(crate) fn null_as_integer(&self, text: &str, zone: &Zone) -> Result<i64, String> {
        let shared = Shared { ticks_per_second: MICROS, zone };
        let known = written::known(self.column.kind, text, shared, &Texts::default())?;
        known.ok_or_else(|| format!("null_if {text:?} of {}", self.column.name))
    }
}

/// The columns of a file.
pub(super) trait FoundColumns {
    /// Their names, in their order.
    fn names(&self) -> Vec<&str>;

    /// What the one at a place is, if it is no nested one that is refused.
    fn found(&self, place: usize) -> Result<InFile, Refused>;

    /// The type that it is decoded as.
    fn decoded_as(&self, form: Form, in_file: &InFile) -> DataType;

    /// How an engine reads the one at a place.
    fn read_as(&self, _place: usize) -> ReadAs {
        ReadAs::Itself
    }
}

/// Those that a footer gives, without the Arrow schema that a writer may have embedded.
impl FoundColumns for SchemaDescriptor {
    fn names(&self) -> Vec<&str> {
        self.root_schema().get_fields().iter().map(|field| field.name()).collect()
    }

    fn found(&self, place: usize) -> Result<InFile, Refused> {
        let field = self.root_schema().get_fields().get(place).ok_or_else(|| refused("no column", ""))?;
        if !field.is_primitive() || field.get_basic_info().repetition() == Repetition::REPEATED {
            return Err(nested());
        }
        let leaf = (0..self.num_columns()).filter(|leaf| self.get_column_root_idx(*leaf) == place);
        let arrow = parquet_to_arrow_schema_by_columns(self, ProjectionMask::leaves(self, leaf), None)
            .map_err(|error| refused(error.to_string(), "deliver the column in the wanted type"))?;
        let arrow = arrow.fields().first().map_or(DataType::Null, |field| field.data_type().clone());
        Ok(InFile { is_int96: field.get_physical_type() == PhysicalType::INT96, arrow })
    }

    fn decoded_as(&self, form: Form, in_file: &InFile) -> DataType {
        forms::decoded_as(form, in_file)
    }
}

/// Those that an engine tells of a file whose footer it does not give.
impl FoundColumns for [Field] {
    fn names(&self) -> Vec<&str> {
        self.iter().map(|field| field.name().as_str()).collect()
    }

    fn found(&self, place: usize) -> Result<InFile, Refused> {
        let field = self.get(place).ok_or_else(|| refused("no column", ""))?;
        if field.data_type().is_nested() {
            return Err(nested());
        }
        Ok(InFile { is_int96: false, arrow: field.data_type().clone() })
    }

    fn decoded_as(&self, _: Form, in_file: &InFile) -> DataType {
        in_file.arrow.clone()
    }
}

/// The declared columns of a table as the file at `path` has them; rejected with all that is wrong with them.
pub(super) fn judge(
    table: Table,
    path: &Path,
    file: &(impl FoundColumns + ?Sized),
    delivery: &Delivery,
) -> Outcome<Vec<ReadColumn>> {
    let (mut columns, mut findings) = (Vec::new(), Vec::new());
    for column in table.spec().columns {
        match judge_column(table, column, file, delivery) {
            Ok(column) => columns.push(column),
            Err(refused) => findings.push(
                Finding::new(STAGE, refused.found, column.kind.wanted())
                    .path(path)
                    .column(column.name)
                    .advice(refused.advice)
                    .of_table(table.name()),
            ),
        }
    }
    Failure::unless_empty(ExitClass::Rejected, findings)?;
    Ok(columns)
}

/// A declared column as a file has it, or why it is refused.
fn judge_column(
    table: Table,
    column: &'static Column,
    file: &(impl FoundColumns + ?Sized),
    delivery: &Delivery,
) -> Result<ReadColumn, Refused> {
    let of_column = delivery.column(table, column);
    let name = of_column.and_then(|of_column| of_column.from.as_deref()).unwrap_or(column.name);
    let names = file.names();
    let place = place_of(name, &names)?.ok_or_else(|| missing_column(table, column, name, &names))?;
    let in_file = file.found(place)?;
    let form = forms::form_of((table, column), &in_file, delivery)?;
    Ok(ReadColumn {
        column,
        place,
        name: names.get(place).map_or(String::new(), |name| (*name).to_owned()),
        form,
        decoded_as: file.decoded_as(form, &in_file),
        read_as: file.read_as(place),
        null_if: of_column.map(|of_column| of_column.null_if.clone()).unwrap_or_default(),
    })
}

/// The place of the column of a name: exactly, else whatever the letter case.
fn place_of(name: &str, names: &[&str]) -> Result<Option<usize>, Refused> {
    let places = |is_so: &dyn Fn(&str) -> bool| -> Vec<usize> {
        names.iter().enumerate().filter(|(_, other)| is_so(other)).map(|(place, _)| place).collect()
    };
    let exact = places(&|other| other == name);
    let alike = if exact.is_empty() { places(&|other| other.to_lowercase() == name.to_lowercase()) } else { exact };
    match alike.as_slice() {
        [] => Ok(None),
        [place] => Ok(Some(*place)),
        [..] => Err(refused(format!("{} columns of that name", alike.len()), "deliver the column once")),
    }
}

fn refused(found: impl Into<String>, advice: &str) -> Refused {
    Refused { found: found.into(), advice: advice.to_owned() }
}

fn nested() -> Refused {
    refused("a nested column", "deliver plain values")
}

fn missing_column(table: Table, column: &Column, name: &str, names: &[&str]) -> Refused {
    let nearest = names.iter().min_by_key(|near| levenshtein(&plain(name), &plain(near)));
    let Some(near) = nearest else {
        return refused("no column at all", "deliver the columns of the contract");
    };
    let setting = forms::setting(table, column.name, "from", near);
    let advice = format!("deliver the column under its name, or set {setting}, if that is what it is");
    Refused { found: format!("no column {name:?}, the nearest name is {near:?}"), advice }
}

/// A name without its letter case and the kind of its separators.
fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace(['_', '-', ' '], "")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::datatypes::{Fields, TimeUnit};

    use super::*;
    use crate::extracts::readable::{day, shanghai};

    const PAYMENTS: [(&str, DataType); 5] = [
        ("order_id", DataType::Int64),
        ("SHOP_ID", DataType::Decimal128(20, 0)),
        ("category", DataType::Utf8),
        ("amount_fen", DataType::Int32),
        ("paid_at", DataType::Timestamp(TimeUnit::Microsecond, None)),
    ];

    /// What is judged of payments whose column at a place is another one, as an engine tells them.
    fn judged(place: usize, name: &str, data_type: DataType) -> Outcome<Vec<ReadColumn>> {
        let mut columns = PAYMENTS.map(|(name, data_type)| Field::new(name, data_type, true));
        columns[place] = Field::new(name, data_type, true);
        let delivery = Delivery::plain(Path::new("s3a://bucket/extracts"), shanghai(), day("2000-01-01"));
        judge(Table::Payments, Path::new("s3a://bucket/a.parquet"), &columns[..], &delivery)
    }

    #[test]
    fn columns_that_an_engine_tells_are_found_whatever_their_letter_case_and_have_the_types_of_the_file() {
        let read = judged(2, "Category", DataType::Utf8).unwrap();
        let shown: Vec<_> = read.iter().map(|read| (read.name.as_str(), read.form)).collect();
        assert_eq!(
            shown,
            [
                ("order_id", Form::Integers),
                ("SHOP_ID", Form::Integers),
                ("Category", Form::Texts),
                ("amount_fen", Form::Integers),
                ("paid_at", Form::Timestamps { are_local: true }),
            ]
        );
        assert_eq!(read[2].decoded_as, DataType::Utf8);
    }

    #[test]
    fn what_is_wrong_with_them_is_said_as_of_a_footer() {
        let inner = Fields::from(vec![Field::new("x", DataType::Int64, true)]);
        for (name, data_type, said) in [
            ("kind", DataType::Utf8, "found no column \"category\", the nearest name is "),
            ("category", DataType::Struct(inner), "found a nested column"),
            ("category", DataType::List(Arc::new(Field::new("x", DataType::Utf8, true))), "found a nested column"),
            ("category", DataType::Int64, "found Int64, wanted a string"),
            ("ORDER_id", DataType::Utf8, "found no column \"category\""),
        ] {
            let refused = judged(2, name, data_type).unwrap_err();
            assert_eq!(refused.class, ExitClass::Rejected);
            assert!(refused.to_string().contains("contract: s3a://bucket/a.parquet: column category: "), "{refused}");
            assert!(refused.to_string().contains(said), "{refused}");
        }
        let twice = judged(2, "ORDER_ID", DataType::Utf8).unwrap_err();
        assert!(!twice.to_string().contains("columns of that name"), "an exact name is the one: {twice}");
    }
}
