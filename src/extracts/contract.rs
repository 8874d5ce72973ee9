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

use arrow::datatypes::{Field, Schema};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;
use rayon::prelude::*;

use crate::domain::Day;
use crate::error::{ExitClass, Failure, Finding, Outcome, caught, disk, fault};
use crate::extracts::delivery::Delivery;
use crate::extracts::footer::{self, Tail};
use crate::extracts::forms;
use crate::extracts::found_columns::{ReadColumn, judge};
use crate::extracts::identity::{FileIdentity, open};
use crate::extracts::instants::{MICROS, NANOS};
use crate::extracts::listing::Listed;
use crate::extracts::manifest;
use crate::extracts::partitions::{PartFile, Partition};
use crate::extracts::remote::ASKED_AT_ONCE;
use crate::extracts::schema::Column;
use crate::extracts::tables::Table;
use crate::extracts::told_columns::ToldColumns;
use crate::extracts::told_footer::Footer;
use crate::extracts::told_footers;
use crate::threads::side_by_side;
use crate::zone::Zone;

const STAGE: &str = "contract";
const NO_BYTES: &str = "a file of zero bytes";

/// A part file whose columns fit the contract.
#[derive(Clone, Debug)]
pub struct CheckedFile {
    pub(crate) path: PathBuf,
    pub(super) identity: FileIdentity,
    /// How many rows its footer gives; not known of one that an engine reads without giving it.
    pub rows: Option<usize>,
    /// Whether a timestamp of the contract is in nanoseconds.
    pub(super) has_nanoseconds: bool,
    /// None of one that an engine reads.
    tail: Option<Tail>,
    /// One for each declared column.
    pub(crate) columns: Vec<ReadColumn>,
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
    /// Whether an engine reads it.
    pub is_remote: bool,
    /// Its part files, by path; there may be none.
    pub files: Vec<CheckedFile>,
    /// The business time zone.
    pub(crate) zone: Zone,
    /// A day or time before it is no real one.
    pub(crate) earliest_day: Day,
}

/// Checks every file of every listed partition, and the manifests.
///
/// # Errors
/// All findings together, those of the listing first: rejected, or missing where days are missing and nothing else. An engine that
/// cannot be asked ends it at once.
pub fn check(listed: Listed, delivery: &Delivery) -> Outcome<Vec<CheckedPartition>> {
    let Listed { partitions, mut rejected, missing, missing_snapshot, .. } = listed;
    let check = |partition: &Partition| check_partition(partition, delivery);
    let checked: Vec<_> = match delivery.remote {
        Some(_) => {
            learn(&partitions, delivery)?;
            side_by_side(&partitions, ASKED_AT_ONCE, check)
        }
        None => partitions.par_iter().map(check).collect(),
    };
    let (partitions, findings): (Vec<_>, Vec<_>) =
        checked.into_iter().collect::<Outcome<Vec<_>>>()?.into_iter().unzip();
    rejected.extend(findings.into_iter().flatten());
    let class = if rejected.is_empty() { ExitClass::Missing } else { ExitClass::Rejected };
    rejected.extend(missing_snapshot.into_iter().chain(missing));
    Failure::unless_empty(class, rejected)?;
    Ok(partitions)
}

/// Has an engine give the footers of partitions that it reads, those of all in as few questions as can be.
pub(crate) fn learn(partitions: &[Partition], delivery: &Delivery) -> Outcome<()> {
    let files = partitions.iter().flat_map(Partition::told);
    if delivery.remote.is_some() { told_footers::learn(files, delivery) } else { Ok(()) }
}

/// How many rows the footers of a partition count; none where one of them cannot be read.
pub(crate) fn rows_of(partition: &Partition, delivery: &Delivery) -> Outcome<Option<usize>> {
    if delivery.remote.is_some() {
        return told_footers::rows_of(&partition.told().collect::<Vec<_>>(), delivery);
    }
    let rows = partition.files.iter().map(|file| {
        let opened = open(&file.path, file.identity).ok()?;
        let footer = Tail::read(&opened, file.identity.size_bytes).ok()?.decode().ok()?;
        usize::try_from(footer.file_metadata().num_rows()).ok()
    });
    Ok(rows.sum())
}

fn check_partition(partition: &Partition, delivery: &Delivery) -> Outcome<(CheckedPartition, Vec<Finding>)> {
    let (mut findings, mut files) = (Vec::new(), Vec::new());
    for file in &partition.files {
        let check = if delivery.remote.is_some() { check_remote } else { check_file };
        match caught(STAGE, &file.path, || check(partition.table, file, delivery)) {
            Ok(checked) => files.push(checked),
            // No file is to blame.
            Err(failure) if delivery.remote.is_some() && failure.class != ExitClass::Rejected => return Err(failure),
            Err(failure) => findings.extend(failure.findings),
        }
    }
    // Without a manifest, none of which an engine lists, no rows are compared.
    if findings.is_empty() && delivery.remote.is_none() {
        let rows = files.iter().filter_map(|file: &CheckedFile| Some((file.path.as_path(), file.rows?)));
        let rows: Vec<_> = rows.collect();
        let listed = partition.manifest.as_ref();
        findings = match listed.map(|listed| open(&listed.path, listed.identity)).transpose() {
            Ok(opened) => manifest::check(&partition.folder, opened, &rows, delivery.require_manifest),
            Err(failure) => failure.findings,
        };
    }
    let Delivery { zone, earliest_day, .. } = delivery.clone();
    let (folder, is_remote) = (partition.folder.clone(), delivery.remote.is_some());
    let Partition { table, day, .. } = *partition;
    Ok((CheckedPartition { table, day, folder, is_remote, files, zone, earliest_day }, findings))
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
    let columns = judge(table, &file.path, footer.file_metadata().schema_descr(), delivery)?;
    let rows = footer.file_metadata().num_rows();
    let rows = usize::try_from(rows).map_err(|error| fault(STAGE, error))?;
    Ok(CheckedFile::of(file, Some(rows), Some(tail), columns))
}

/// As [`check_file`], of a file of which an engine has told the footer, or tells the columns.
fn check_remote(table: Table, file: &PartFile, delivery: &Delivery) -> Outcome<CheckedFile> {
    if file.identity.size_bytes == 0 {
        return Err(incomplete(NO_BYTES.to_owned(), &file.path));
    }
    match delivery.said.footer(&file.path, file.identity) {
        Some(Footer::Sound { schema, rows, is_of_old_calendar }) => {
            let columns = judge(table, &file.path, &ToldColumns { schema: &schema, is_of_old_calendar }, delivery)?;
            let rows = usize::try_from(rows).map_err(|error| fault(STAGE, error))?;
            Ok(CheckedFile::of(file, Some(rows), None, columns))
        }
        Some(Footer::Encrypted) => Err(encrypted("an encrypted Parquet file", file, table)),
        Some(Footer::Unpacked) => Err(unpacked(file)),
        Some(Footer::Faulty(found) | Footer::Unmarked(found)) => Err(incomplete(found, &file.path)),
        None => {
            let told = delivery.columns(&file.path, file.identity)?;
            Ok(CheckedFile::of(file, None, None, judge(table, &file.path, told.as_slice(), delivery)?))
        }
    }
}

impl CheckedPartition {
    /// Ticks of a second in its batches.
    pub(crate) fn ticks_per_second(&self) -> i64 {
        if self.files.iter().any(|file| file.has_nanoseconds) { NANOS } else { MICROS }
    }

    /// How many seconds the business time zone is ahead of UTC when the day begins.
    pub(crate) fn offset_seconds(&self) -> i64 {
        let beginning = self.zone.spans(self.day).first().map_or(0, |span| span.start);
        i64::from(self.day.epoch_days()) * 86_400 - beginning
    }
}

impl CheckedFile {
    /// Whether another file has its columns by the same names and in the same forms and types.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let is_like = |(one, other): (&ReadColumn, &ReadColumn)| {
            one.name == other.name
                && (one.form, one.read_as) == (other.form, other.read_as)
                && one.decoded_as == other.decoded_as
        };
        self.columns.iter().zip(&other.columns).all(is_like)
    }

    fn of(file: &PartFile, rows: Option<usize>, tail: Option<Tail>, columns: Vec<ReadColumn>) -> Self {
        let has_nanoseconds = columns.iter().any(|column| forms::has_nanoseconds(column.form, &column.decoded_as));
        Self { path: file.path.clone(), identity: file.identity, rows, has_nanoseconds, tail, columns }
    }

    /// Its last bytes; a fault where it is an engine's to read.
    pub(super) fn tail(&self) -> Outcome<&Tail> {
        self.tail.as_ref().ok_or_else(|| fault(STAGE, format!("{} read here", self.path.display())))
    }

    /// Its footer with nothing but the declared columns that are `wanted`; rejected where Arrow cannot read them.
    pub(super) fn footer(&self, is_wanted: impl Fn(&Column) -> bool) -> Outcome<ArrowReaderMetadata> {
        let wanted = self.columns.iter().filter(|read| is_wanted(read.column));
        // Two columns of the contract may be one in the file.
        let wanted: BTreeMap<usize, &ReadColumn> = wanted.map(|read| (read.place, read)).collect();
        let places: Vec<usize> = wanted.keys().copied().collect();
        let footer = self.tail()?.decode().and_then(|footer| footer::projected(&footer, &places));
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
        (0, _) => NO_BYTES.to_owned(),
        (_, true) => format!("a truncated or damaged Parquet file of {size_bytes} bytes ({error})"),
        (_, false) => format!("a file of {size_bytes} bytes that does not start as Parquet does"),
    };
    incomplete(found, &file.path)
}

fn unpacked(file: &PartFile) -> Failure {
    let found = format!("a file of {} bytes that the engine would unpack for its name", file.identity.size_bytes);
    let finding = Finding::new(STAGE, found, "a name that ends in .parquet").path(&file.path);
    finding.advice("rename it, or move it out of the extracts if it is none").fail(ExitClass::Rejected)
}

fn incomplete(found: String, path: &Path) -> Failure {
    let finding = Finding::new(STAGE, found, "a complete Parquet file").path(path);
    finding.advice("write the file again").fail(ExitClass::Rejected)
}
