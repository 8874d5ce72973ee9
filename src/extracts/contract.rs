//! The contract check: every footer and manifest of the listed files, before any row is read.
//!
//! Grain in: listed partitions. Grain out: the same partitions with what their footers say. Types are taken from the Parquet
//! schema itself, not from the Arrow schema that a writer may have embedded; nothing is cast unless the value cannot change.
//! All findings of all files are reported together (specification, section 2).

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use arrow::datatypes::{DataType, TimeUnit};
use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use parquet::basic::Type as PhysicalType;
use parquet::errors::ParquetError;
use rayon::prelude::*;

use crate::domain::Day;
use crate::error::{ExitClass, Failure, Finding, Outcome, caught, disk, fault};
use crate::extracts::footer::{self, Tail};
use crate::extracts::identity::{FileIdentity, open};
use crate::extracts::listing::Listed;
use crate::extracts::manifest;
use crate::extracts::partitions::{PartFile, Partition};
use crate::extracts::schema::{Column, ColumnKind, TableSpec};
use crate::extracts::tables::Table;

const STAGE: &str = "contract";

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
}

/// A table-day whose files fit the contract.
#[derive(Clone, Debug)]
pub struct CheckedPartition {
    /// Its table.
    pub table: Table,
    /// Its day.
    pub day: Day,
    /// Its part files, by name; there may be none.
    pub files: Vec<CheckedFile>,
}

/// Checks every file of every listed partition, and the manifests.
///
/// # Errors
/// All findings together, those of the listing first: rejected, or missing where days are missing and nothing else.
pub fn check(listed: Listed, require_manifest: bool) -> Outcome<Vec<CheckedPartition>> {
    let Listed { partitions, mut rejected, missing, missing_snapshot, .. } = listed;
    let (partitions, findings): (Vec<_>, Vec<_>) =
        partitions.par_iter().map(|partition| check_partition(partition, require_manifest)).unzip();
    rejected.extend(findings.into_iter().flatten());
    let class = if rejected.is_empty() { ExitClass::Missing } else { ExitClass::Rejected };
    rejected.extend(missing_snapshot.into_iter().chain(missing));
    Failure::unless_empty(class, rejected)?;
    Ok(partitions)
}

fn check_partition(partition: &Partition, require_manifest: bool) -> (CheckedPartition, Vec<Finding>) {
    let (mut findings, mut files) = (Vec::new(), Vec::new());
    for file in &partition.files {
        match caught(STAGE, &file.path, || check_file(partition.table.spec(), file)) {
            Ok(checked) => files.push(checked),
            Err(failure) => findings.extend(failure.findings),
        }
    }
    if findings.is_empty() {
        let rows: Vec<_> = files.iter().map(|file| (file.path.as_path(), file.rows)).collect();
        let listed = partition.manifest.as_ref();
        findings = match listed.map(|listed| open(&listed.path, listed.identity)).transpose() {
            Ok(opened) => manifest::check(&partition.folder, opened, &rows, require_manifest),
            Err(failure) => failure.findings,
        };
    }
    (CheckedPartition { table: partition.table, day: partition.day, files }, findings)
}

fn check_file(spec: &TableSpec, file: &PartFile) -> Outcome<CheckedFile> {
    let opened = open(&file.path, file.identity)?;
    let read = Tail::read(&opened, file.identity.size_bytes);
    let tail = read.map_err(|error| disk(STAGE, "read", &file.path, &error))?;
    let footer = tail.decode().map_err(|error| no_parquet_file(file, &opened, &error))?;
    if let Some(found) = footer::impossible(footer.metadata(), tail.start) {
        return Err(incomplete(format!("a damaged footer, with {found}"), &file.path));
    }
    let found = spec.columns.iter().filter_map(|column| check_column(column, &footer, &file.path).transpose());
    Failure::unless_empty(ExitClass::Rejected, found.collect::<Outcome<_>>()?)?;
    let rows = footer.metadata().file_metadata().num_rows();
    Ok(CheckedFile {
        path: file.path.clone(),
        identity: file.identity,
        rows: usize::try_from(rows).map_err(|error| fault(STAGE, error))?,
        has_nanoseconds: footer.schema().fields().iter().any(|field| {
            spec.position(field.name()).is_some()
                && matches!(field.data_type(), DataType::Timestamp(TimeUnit::Nanosecond, _))
        }),
        tail,
    })
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

fn check_column(column: &Column, footer: &ArrowReaderMetadata, path: &Path) -> Outcome<Option<Finding>> {
    let schema = footer.metadata().file_metadata().schema_descr();
    let named: Vec<_> = schema.root_schema().get_fields().iter().filter(|field| field.name() == column.name).collect();
    let (found, advice) = match named.as_slice() {
        [] => (missing_column(column.name, footer), "deliver the column under its exact name"),
        [field] if !field.is_primitive() => ("a nested column".to_owned(), "deliver plain values"),
        [field] if field.get_physical_type() == PhysicalType::INT96 => {
            ("an INT96 timestamp".to_owned(), "in Spark set spark.sql.parquet.outputTimestampType=TIMESTAMP_MICROS")
        }
        [_] => {
            let field = footer.schema().field_with_name(column.name).map_err(|error| fault(STAGE, error))?;
            if fits(column.kind, field.data_type()) {
                return Ok(None);
            }
            (field.data_type().to_string(), "deliver the column in the wanted type")
        }
        [..] => (format!("{} columns of that name", named.len()), "deliver the column once"),
    };
    let finding = Finding::new(STAGE, found, column.kind.wanted());
    Ok(Some(finding.path(path).column(column.name).advice(advice)))
}

fn missing_column(name: &str, footer: &ArrowReaderMetadata) -> String {
    let names = footer.schema().fields().iter().map(|field| field.name());
    match names.min_by_key(|near| strsim::levenshtein(&plain(name), &plain(near))) {
        Some(near) => format!("no such column, the nearest name is {near:?}"),
        None => "no column at all".to_owned(),
    }
}

/// A name without its letter case and the kind of its separators.
fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace(['_', '-', ' '], "")
}

/// Whether every value of a file's type has one meaning as `kind`.
fn fits(kind: ColumnKind, found: &DataType) -> bool {
    match kind {
        ColumnKind::Integer => found.is_integer(),
        ColumnKind::Text => matches!(found, DataType::Utf8),
        ColumnKind::Boolean => matches!(found, DataType::Boolean),
        ColumnKind::Date => matches!(found, DataType::Date32),
        ColumnKind::Timestamp => matches!(found, DataType::Timestamp(_, _)),
    }
}
