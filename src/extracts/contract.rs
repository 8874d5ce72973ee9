//! The contract check: every footer and manifest of the listed files, before any row is read.
//!
//! Grain in: listed partitions. Grain out: the same partitions with what their footers say. Types are taken from the
//! Parquet schema itself, not from the Arrow schema that a writer may have embedded; nothing is cast unless the value
//! cannot change. All findings of all files are reported together (specification, section 2).

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::datatypes::{DataType, TimeUnit};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::basic::Type as PhysicalType;
use parquet::errors::ParquetError;
use parquet::file::reader::ChunkReader;
use rayon::prelude::*;

use crate::domain::Day;
use crate::error::{ExitClass, Failure, Finding, Outcome, caught, disk};
use crate::extracts::chunks;
use crate::extracts::listing::{FileIdentity, Listed, PartFile, Partition};
use crate::extracts::manifest;
use crate::extracts::tables::{Column, ColumnKind, Table, TableSpec};
use crate::extracts::tail::Tail;

const STAGE: &str = "contract";

/// A part file whose footer fits the contract.
#[derive(Clone, Debug)]
pub struct CheckedFile {
    /// Where it lies.
    pub path: PathBuf,
    /// What it was when it was checked.
    pub identity: FileIdentity,
    /// How many rows its footer gives.
    pub rows: usize,
    /// Whether a timestamp of the contract is in nanoseconds.
    pub has_nanoseconds: bool,
    /// Its footer.
    pub tail: Tail,
}

/// A table-day whose files fit the contract.
#[derive(Clone, Debug)]
pub struct CheckedPartition {
    /// Its table.
    pub table: Table,
    /// Its day.
    pub day: Day,
    /// Its folder.
    pub folder: PathBuf,
    /// Its part files, by name; there may be none.
    pub files: Vec<CheckedFile>,
}

/// Checks every file of every listed partition, and the manifests.
///
/// # Errors
/// All findings together, those of the listing first: rejected, or missing where days are missing and nothing else.
pub fn check(listed: Listed, require_manifest: bool) -> Outcome<Vec<CheckedPartition>> {
    let Listed { partitions, mut rejected, missing, missing_snapshot, .. } = listed;
    let checked: Vec<(CheckedPartition, Vec<Finding>)> =
        partitions.par_iter().map(|partition| check_partition(partition, require_manifest)).collect();
    let (partitions, findings): (Vec<_>, Vec<_>) = checked.into_iter().unzip();
    rejected.extend(findings.into_iter().flatten());
    let class = if rejected.is_empty() { ExitClass::Missing } else { ExitClass::Rejected };
    rejected.extend(missing_snapshot.into_iter().chain(missing));
    Failure::unless_empty(class, rejected)?;
    Ok(partitions)
}

fn check_partition(partition: &Partition, require_manifest: bool) -> (CheckedPartition, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut files = Vec::new();
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
    let Partition { table, day, ref folder, .. } = *partition;
    (CheckedPartition { table, day, folder: folder.clone(), files }, findings)
}

fn check_file(spec: &TableSpec, file: &PartFile) -> Outcome<CheckedFile> {
    let opened = open(&file.path, file.identity)?;
    let read = Tail::read(&opened, file.identity.size_bytes);
    let tail = read.map_err(|error| disk(STAGE, "read", &file.path, &error))?;
    let footer = parse_footer(&tail).map_err(|error| no_parquet_file(&file.path, &opened, &error))?;
    if let Some(found) = chunks::impossible(footer.metadata(), tail.start()) {
        let damaged =
            Finding::new(STAGE, format!("a damaged footer, with {found}"), "a complete Parquet file");
        return Err(damaged.path(&file.path).advice("write the file again").fail(ExitClass::Rejected));
    }
    let findings = check_columns(spec, &footer, &file.path);
    Failure::unless_empty(ExitClass::Rejected, findings)?;
    let rows = footer.metadata().file_metadata().num_rows();
    Ok(CheckedFile {
        path: file.path.clone(),
        identity: file.identity,
        rows: usize::try_from(rows).map_err(|_| {
            Finding::new(STAGE, format!("{rows} rows"), "a count of rows")
                .path(&file.path)
                .fail(ExitClass::Rejected)
        })?,
        has_nanoseconds: spec.columns.iter().any(|column| {
            matches!(
                footer.schema().field_with_name(column.name).map(arrow::datatypes::Field::data_type),
                Ok(DataType::Timestamp(TimeUnit::Nanosecond, _))
            )
        }),
        tail,
    })
}

/// Opens a file, making sure that it is still the one that was listed.
///
/// # Errors
/// Rejected where it cannot be opened or has changed.
pub fn open(path: &Path, listed: FileIdentity) -> Outcome<File> {
    let file = File::open(path).map_err(|error| {
        Finding::new(STAGE, format!("a file that cannot be opened ({error})"), "a readable file")
            .path(path)
            .advice("give the job's user permission to read it")
            .fail(ExitClass::Disk)
    })?;
    check_unchanged(path, &file, listed)?;
    Ok(file)
}

/// Makes sure that an open file is still what it was when it was listed.
///
/// # Errors
/// Rejected where its device, inode, size or times differ.
pub fn check_unchanged(path: &Path, file: &File, listed: FileIdentity) -> Outcome<()> {
    let now = file.metadata().map_err(|error| disk(STAGE, "stat", path, &error))?;
    let now = FileIdentity::of(&now);
    if now == listed {
        return Ok(());
    }
    Err(Finding::new(
        STAGE,
        format!("a file of {} bytes that changed while it was used", now.size_bytes),
        format!("the {} bytes that were listed", listed.size_bytes),
    )
    .path(path)
    .advice("let the producer write under another name and rename; then run again")
    .fail(ExitClass::Rejected))
}

/// Reads the footer of a file that was checked; the types are those of the Parquet schema alone.
///
/// # Errors
/// Rejected where there is no complete Parquet file.
pub fn read_footer(file: &CheckedFile) -> Outcome<ArrowReaderMetadata> {
    parse_footer(&file.tail).map_err(|error| no_parquet_file(&file.path, &file.tail, &error))
}

fn parse_footer(tail: &Tail) -> Result<ArrowReaderMetadata, ParquetError> {
    ArrowReaderMetadata::load(tail, ArrowReaderOptions::new().with_skip_arrow_metadata(true))
}

fn no_parquet_file(path: &Path, file: &impl ChunkReader, error: &ParquetError) -> Failure {
    Finding::new(STAGE, beginning(file, &error.to_string()), "a complete Parquet file")
        .path(path)
        .advice("write the file again")
        .fail(ExitClass::Rejected)
}

/// What a file that is no Parquet file is instead.
fn beginning(file: &impl ChunkReader, error: &str) -> String {
    let size_bytes = file.len();
    let starts_as_parquet = file.get_bytes(0, 4).is_ok_and(|first| first.as_ref() == b"PAR1");
    match (size_bytes, starts_as_parquet) {
        (0, _) => "a file of zero bytes".to_owned(),
        (_, true) => format!("a truncated or damaged Parquet file of {size_bytes} bytes ({error})"),
        (_, false) => format!("a file of {size_bytes} bytes that does not start as Parquet does"),
    }
}

fn check_columns(spec: &TableSpec, footer: &ArrowReaderMetadata, path: &Path) -> Vec<Finding> {
    spec.columns.iter().filter_map(|column| check_column(column, footer, path)).collect()
}

fn check_column(column: &Column, footer: &ArrowReaderMetadata, path: &Path) -> Option<Finding> {
    let schema = footer.metadata().file_metadata().schema_descr();
    let named: Vec<_> =
        schema.root_schema().get_fields().iter().filter(|field| field.name() == column.name).collect();
    let finding = |found: String, advice: &str| {
        Some(
            Finding::new(STAGE, found, column.kind.wanted())
                .path(path)
                .column(column.name)
                .advice(advice.to_owned()),
        )
    };
    match named.as_slice() {
        [] => finding(missing_column(column.name, footer), "deliver the column under its exact name"),
        [field] if !field.is_primitive() => finding("a nested column".to_owned(), "deliver plain values"),
        [field] if field.get_physical_type() == PhysicalType::INT96 => finding(
            "an INT96 timestamp".to_owned(),
            "in Spark set spark.sql.parquet.outputTimestampType=TIMESTAMP_MICROS",
        ),
        [_] => {
            let found = footer.schema().field_with_name(column.name).ok()?.data_type();
            (!fits(column.kind, found))
                .then(|| finding(found.to_string(), "deliver the column in the wanted type"))?
        }
        [..] => finding(format!("{} columns of that name", named.len()), "deliver the column once"),
    }
}

fn missing_column(name: &str, footer: &ArrowReaderMetadata) -> String {
    let names = footer.schema().fields().iter().map(|field| field.name());
    match names.min_by_key(|near| edits(name, near)) {
        Some(near) => format!("no such column, the nearest name is {near:?}"),
        None => "no column at all".to_owned(),
    }
}

/// How many characters must be put in, left out or replaced to make one name of the other, letter case and the kind of
/// separator aside.
fn edits(one: &str, other: &str) -> usize {
    let plain = |text: &str| -> Vec<char> {
        text.trim().to_lowercase().chars().filter(|letter| !matches!(letter, '_' | '-' | ' ')).collect()
    };
    let (one, other) = (plain(one), plain(other));
    // The edits from what has been seen of `one` to every beginning of `other`.
    let mut fewest: Vec<usize> = (0..=other.len()).collect();
    for (seen, letter) in one.iter().enumerate() {
        let mut next = vec![seen + 1];
        for (wanted, (before, after)) in other.iter().zip(fewest.iter().zip(fewest.iter().skip(1))) {
            let left_out = next.last().map_or(0, |edits| edits + 1);
            next.push(left_out.min(after + 1).min(before + usize::from(letter != wanted)));
        }
        fewest = next;
    }
    fewest.last().copied().unwrap_or(0)
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
