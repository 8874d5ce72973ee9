//! The contract check: every footer and manifest of the listed files, before any row is read.
//!
//! Grain in: listed partitions. Grain out: the same partitions with what their footers say: the [form](forms) of each
//! declared column. Types are taken from the Parquet schema itself, not from the Arrow schema that a writer may have embedded.
//! All findings of all files are reported together, one a table, column and kind of fault (specification, section 2).

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::arrow::{ProjectionMask, parquet_to_arrow_schema_by_columns};
use parquet::basic::Repetition;
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;
use parquet::schema::types::TypePtr;
use rayon::prelude::*;
use strsim::levenshtein;

use crate::domain::Day;
use crate::error::{ExitClass, Failure, Finding, Outcome, caught, disk, fault};
use crate::extracts::delivery::Delivery;
use crate::extracts::footer::{self, Tail};
use crate::extracts::forms::{self, Form, InFile, Refused};
use crate::extracts::identity::{FileIdentity, open};
use crate::extracts::listing::Listed;
use crate::extracts::manifest;
use crate::extracts::partitions::{PartFile, Partition};
use crate::extracts::schema::Column;
use crate::extracts::tables::Table;
use crate::zone::Zone;

const STAGE: &str = "contract";

/// A declared column as a part file has it.
#[derive(Clone, Debug)]
pub(super) struct ReadColumn {
    /// As it is declared.
    pub(super) column: &'static Column,
    /// Its place among the columns of the file.
    place: usize,
    /// Its name in the file.
    pub(super) name: String,
    pub(super) form: Form,
    /// The type that it is decoded as.
    pub(super) decoded_as: DataType,
    /// What stands for no value, as text.
    pub(super) null_if: Vec<String>,
}

/// A part file whose footer fits the contract.
#[derive(Clone, Debug)]
pub struct CheckedFile {
    pub(super) path: PathBuf,
    pub(super) identity: FileIdentity,
    /// How many rows its footer gives.
    pub rows: usize,
    /// Whether a timestamp of the contract is in nanoseconds.
    pub(super) has_nanoseconds: bool,
    pub(super) tail: Tail,
    /// One for each declared column.
    pub(super) columns: Vec<ReadColumn>,
}

/// A table-day whose files fit the contract.
#[derive(Clone, Debug)]
pub struct CheckedPartition {
    /// Its table.
    pub table: Table,
    /// Its day.
    pub day: Day,
    /// Its part files, by path; there may be none.
    pub files: Vec<CheckedFile>,
    /// The business time zone.
    pub(super) zone: Zone,
    /// A day or time before it is no real one.
    pub(super) earliest_day: Day,
}

/// Checks every file of every listed partition, and the manifests.
///
/// # Errors
/// All findings together, those of the listing first: rejected, or missing where days are missing and nothing else.
pub fn check(listed: Listed, delivery: &Delivery) -> Outcome<Vec<CheckedPartition>> {
    let Listed { partitions, mut rejected, missing, missing_snapshot, .. } = listed;
    let (partitions, findings): (Vec<_>, Vec<_>) =
        partitions.par_iter().map(|partition| check_partition(partition, delivery)).unzip();
    rejected.extend(findings.into_iter().flatten());
    let class = if rejected.is_empty() { ExitClass::Missing } else { ExitClass::Rejected };
    rejected.extend(missing_snapshot.into_iter().chain(missing));
    Failure::unless_empty(class, rejected)?;
    Ok(partitions)
}

/// How many rows the footers of a partition count; none where one of them cannot be read.
pub(crate) fn rows_of(partition: &Partition) -> Option<usize> {
    let rows = partition.files.iter().map(|file| {
        let opened = open(&file.path, file.identity).ok()?;
        let footer = Tail::read(&opened, file.identity.size_bytes).ok()?.decode().ok()?;
        usize::try_from(footer.file_metadata().num_rows()).ok()
    });
    rows.sum()
}

fn check_partition(partition: &Partition, delivery: &Delivery) -> (CheckedPartition, Vec<Finding>) {
    let (mut findings, mut files) = (Vec::new(), Vec::new());
    for file in &partition.files {
        match caught(STAGE, &file.path, || check_file(partition.table, file, delivery)) {
            Ok(checked) => files.push(checked),
            Err(failure) => findings.extend(failure.findings),
        }
    }
    if findings.is_empty() {
        let rows: Vec<_> = files.iter().map(|file| (file.path.as_path(), file.rows)).collect();
        let listed = partition.manifest.as_ref();
        findings = match listed.map(|listed| open(&listed.path, listed.identity)).transpose() {
            Ok(opened) => manifest::check(&partition.folder, opened, &rows, delivery.require_manifest),
            Err(failure) => failure.findings,
        };
    }
    let Delivery { zone, earliest_day, .. } = delivery.clone();
    (CheckedPartition { table: partition.table, day: partition.day, files, zone, earliest_day }, findings)
}

fn check_file(table: Table, file: &PartFile, delivery: &Delivery) -> Outcome<CheckedFile> {
    let opened = open(&file.path, file.identity)?;
    let read = Tail::read(&opened, file.identity.size_bytes);
    let tail = read.map_err(|error| disk(STAGE, "read", &file.path, &error))?;
    if tail.is_encrypted() {
        return Err(encrypted("an encrypted Parquet file", file, table));
    }
    let footer = tail.decode().map_err(|error| no_parquet_file(file, &opened, &error))?;
    if let Some(found) = footer::impossible(&footer, tail.start) {
        return Err(incomplete(format!("a damaged footer, with {found}"), &file.path));
    }
    let (mut columns, mut findings) = (Vec::new(), Vec::new());
    for column in table.spec().columns {
        match check_column(table, column, &footer, delivery) {
            Ok(column) => columns.push(column),
            Err(refused) => findings.push(
                Finding::new(STAGE, refused.found, column.kind.wanted())
                    .path(&file.path)
                    .column(column.name)
                    .advice(refused.advice)
                    .of_table(table.name()),
            ),
        }
    }
    Failure::unless_empty(ExitClass::Rejected, findings)?;
    let rows = footer.file_metadata().num_rows();
    let has_nanoseconds = columns.iter().any(|column| forms::has_nanoseconds(column.form, &column.decoded_as));
    Ok(CheckedFile {
        path: file.path.clone(),
        identity: file.identity,
        rows: usize::try_from(rows).map_err(|error| fault(STAGE, error))?,
        has_nanoseconds,
        tail,
        columns,
    })
}

impl CheckedPartition {
    /// How many seconds the business time zone is ahead of UTC when the day begins.
    pub(crate) fn offset_seconds(&self) -> i64 {
        let beginning = self.zone.spans(self.day).first().map_or(0, |span| span.start);
        i64::from(self.day.epoch_days()) * 86_400 - beginning
    }
}

impl CheckedFile {
    /// Its footer with nothing but the declared columns that are `wanted`; rejected where Arrow cannot read them.
    pub(super) fn footer(&self, is_wanted: impl Fn(&Column) -> bool) -> Outcome<ArrowReaderMetadata> {
        let wanted = self.columns.iter().filter(|read| is_wanted(read.column));
        // Two columns of the contract may be one in the file.
        let wanted: BTreeMap<usize, &ReadColumn> = wanted.map(|read| (read.place, read)).collect();
        let places: Vec<usize> = wanted.keys().copied().collect();
        let footer = self.tail.decode().and_then(|footer| footer::projected(&footer, &places));
        self.as_decoded(footer.map_err(|error| fault(STAGE, error))?)
    }

    /// A footer of declared columns with the types that these are decoded as.
    pub(super) fn as_decoded(&self, footer: ParquetMetaData) -> Outcome<ArrowReaderMetadata> {
        let fields = footer.file_metadata().schema_descr().root_schema().get_fields().iter().map(|field| {
            let read = self.columns.iter().find(|read| read.name == field.name());
            let read = read.ok_or_else(|| fault(STAGE, format!("a column {} that nobody reads", field.name())))?;
            Ok(Field::new(&read.name, read.decoded_as.clone(), field.is_optional()))
        });
        let schema = Arc::new(Schema::new(fields.collect::<Outcome<Vec<_>>>()?));
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true).with_schema(schema);
        ArrowReaderMetadata::try_new(Arc::new(footer), options).map_err(|error| {
            let finding = Finding::new(STAGE, error.to_string(), "a schema that can be read").path(&self.path);
            finding.advice("deliver the file in other types").fail(ExitClass::Rejected)
        })
    }
}

fn encrypted(found: &str, file: &PartFile, table: Table) -> Failure {
    let finding = Finding::new(STAGE, found, "a Parquet file that can be read without a key").path(&file.path);
    finding.of_table(table.name()).advice("deliver the file without encryption").fail(ExitClass::Rejected)
}

/// What a file that is no Parquet file is instead.
fn no_parquet_file(file: &PartFile, opened: &File, error: &ParquetError) -> Failure {
    let size_bytes = file.identity.size_bytes;
    let mut magic = [0; 4];
    let starts_as_parquet = opened.read_exact_at(&mut magic, 0).is_ok() && &magic == b"PAR1";
    let found = match (size_bytes, starts_as_parquet) {
        (0, _) => "a file of zero bytes".to_owned(),
        (_, true) => format!("a truncated or damaged Parquet file of {size_bytes} bytes ({error})"),
        (_, false) => format!("a file of {size_bytes} bytes that does not start as Parquet does"),
    };
    incomplete(found, &file.path)
}

fn incomplete(found: String, path: &Path) -> Failure {
    let finding = Finding::new(STAGE, found, "a complete Parquet file").path(path);
    finding.advice("write the file again").fail(ExitClass::Rejected)
}

/// A declared column as a file has it, or why it is refused.
fn check_column(
    table: Table,
    column: &'static Column,
    footer: &ParquetMetaData,
    delivery: &Delivery,
) -> Result<ReadColumn, Refused> {
    let of_column = delivery.column(table, column);
    let name = of_column.and_then(|of_column| of_column.from.as_deref()).unwrap_or(column.name);
    let schema = footer.file_metadata().schema_descr();
    let fields = schema.root_schema().get_fields();
    let places = |is_so: &dyn Fn(&str) -> bool| -> Vec<usize> {
        fields.iter().enumerate().filter(|(_, field)| is_so(field.name())).map(|(place, _)| place).collect()
    };
    // Exactly, else whatever the letter case.
    let exact = places(&|other| other == name);
    let alike = if exact.is_empty() { places(&|other| other.to_lowercase() == name.to_lowercase()) } else { exact };
    let refused = |found: String, advice: &str| Refused { found, advice: advice.to_owned() };
    let (place, field) = match alike.as_slice() {
        [] => return Err(missing_column(table, column, name, fields)),
        [place] => {
            fields.get(*place).map(|field| (*place, field)).ok_or_else(|| refused("no column".to_owned(), ""))?
        }
        [..] => return Err(refused(format!("{} columns of that name", alike.len()), "deliver the column once")),
    };
    if !field.is_primitive() || field.get_basic_info().repetition() == Repetition::REPEATED {
        return Err(refused("a nested column".to_owned(), "deliver plain values"));
    }
    let leaf = (0..schema.num_columns()).filter(|leaf| schema.get_column_root_idx(*leaf) == place);
    let arrow = parquet_to_arrow_schema_by_columns(schema, ProjectionMask::leaves(schema, leaf), None)
        .map_err(|error| refused(error.to_string(), "deliver the column in the wanted type"))?;
    let arrow = arrow.fields().first().map_or(&DataType::Null, |field| field.data_type());
    let in_file = InFile { physical: field.get_physical_type(), arrow };
    let form = forms::form_of((table, column), in_file, delivery)?;
    Ok(ReadColumn {
        column,
        place,
        name: field.name().to_owned(),
        form,
        decoded_as: forms::decoded_as(form, field.get_physical_type(), arrow),
        null_if: of_column.map(|of_column| of_column.null_if.clone()).unwrap_or_default(),
    })
}

fn missing_column(table: Table, column: &Column, name: &str, fields: &[TypePtr]) -> Refused {
    let nearest = fields.iter().map(|field| field.name()).min_by_key(|near| levenshtein(&plain(name), &plain(near)));
    let Some(near) = nearest else {
        return Refused {
            found: "no column at all".to_owned(),
            advice: "deliver the columns of the contract".to_owned(),
        };
    };
    let setting = forms::setting(table, column.name, "from", near);
    let advice = format!("deliver the column under its name, or set {setting}, if that is what it is");
    Refused { found: format!("no column {name:?}, the nearest name is {near:?}"), advice }
}

/// A name without its letter case and the kind of its separators.
fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace(['_', '-', ' '], "")
}
