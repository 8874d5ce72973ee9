//! Reads one table-day: its part files, only the declared columns, each file through one descriptor.
//!
//! Grain in: a checked partition. Grain out: its rows, [`Batch`] by batch, each so small that it stays in the processor's cache
//! while it is worked on, none across row groups. Page checksums are checked by the Parquet reader where a producer wrote
//! them.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowFilter,
};
use parquet::file::reader::ChunkReader;

use crate::error::{ExitClass, Failure, Finding, Outcome, caught, caught_panic, disk, fault};
use crate::extracts::arrays::{self, LastDictionary};
use crate::extracts::batch::Batch;
use crate::extracts::contract::{CheckedFile, CheckedPartition};
use crate::extracts::identity::{check_unchanged, open};
use crate::extracts::instants::{MICROS, NANOS};
use crate::extracts::schema::{ColumnKind, TableSpec};
use crate::extracts::selection::{Selection, Wanted};
use crate::hashing::hash_of_reader;
use crate::zone::Zone;

const STAGE: &str = "reading";

/// The bytes of a partition's part files, by name, each read once through one descriptor; rejected where a file is not what
/// was checked.
pub fn load(partition: &CheckedPartition) -> Outcome<Vec<Bytes>> {
    let load = |file: &CheckedFile| {
        let size = usize::try_from(file.identity.size_bytes).map_err(|error| fault(STAGE, error))?;
        let mut bytes = Vec::with_capacity(size);
        through_one_descriptor(file, |opened| {
            let read = opened.take(file.tail.start).read_to_end(&mut bytes);
            read.map_err(|error| disk(STAGE, "read", &file.path, &error))
        })?;
        bytes.extend_from_slice(&file.tail.bytes);
        Ok(Bytes::from(bytes))
    };
    partition.files.iter().map(load).collect()
}

/// The hashes of files that are read as [`load`] reads them, and not kept.
pub(crate) fn hashes(partition: &CheckedPartition) -> Outcome<Vec<String>> {
    let hash = |file: &CheckedFile| {
        through_one_descriptor(file, |opened| {
            hash_of_reader(opened).map_err(|error| disk(STAGE, "read", &file.path, &error))
        })
    };
    partition.files.iter().map(hash).collect()
}

/// What `work` makes of a file that is before and afterwards the one that was checked.
fn through_one_descriptor<T>(file: &CheckedFile, work: impl FnOnce(&File) -> Outcome<T>) -> Outcome<T> {
    let opened = open(&file.path, file.identity)?;
    let made = work(&opened)?;
    check_unchanged(&file.path, &opened, file.identity)?;
    Ok(made)
}

/// Where the bytes of a partition's files come from.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// They are in memory, by file.
    Loaded(&'a [Bytes]),
    /// They are read page by page from the files, which must still be the ones that were checked.
    Files,
}

/// Decodes the rows of a partition, all of them or the selected ones, and gives each batch of them to `consume`.
///
/// # Errors
/// Rejected where a file cannot be decoded or holds a value that does not fit; a fault where our own part panics; those of
/// `consume`.
pub fn decode(
    partition: &CheckedPartition,
    source: Source<'_>,
    zone: &Zone,
    selection: &Selection<'_>,
    consume: &mut dyn FnMut(Batch) -> Outcome<()>,
) -> Outcome<()> {
    let mut columns = Columns::new(partition, zone, selection);
    for (place, file) in partition.files.iter().enumerate() {
        let mut decoded = 0;
        let mut consume = |batch: RecordBatch| {
            decoded += batch.num_rows();
            consume(columns.of(&batch, &file.path)?)
        };
        let spec = partition.table.spec();
        caught(STAGE, &file.path, || match source {
            Source::Loaded(files) => {
                let bytes = files.get(place).ok_or_else(|| fault(STAGE, "a file that was not loaded"))?;
                each_batch(spec, file, || Ok(bytes.clone()), selection, &mut consume)
            }
            Source::Files => through_one_descriptor(file, |opened| {
                each_batch(spec, file, || opened.try_clone(), selection, &mut consume)
            }),
        })?;
        if matches!(selection.rows, Wanted::All) {
            check_count(&file.path, decoded, file.rows)?;
        }
    }
    Ok(())
}

/// As [`decode`], all selected rows in one piece.
pub(crate) fn decode_whole(
    partition: &CheckedPartition,
    source: Source<'_>,
    zone: &Zone,
    selection: &Selection<'_>,
) -> Outcome<Batch> {
    let mut batches = Vec::new();
    decode(partition, source, zone, selection, &mut |batch| {
        batches.push(batch);
        Ok(())
    })?;
    Columns::new(partition, zone, selection).shared.of_all(&batches)
}

/// Footers may count other rows than the pages hold; a manifest was compared with what they count. Rejected where so many
/// rows `decoded` are not what was `counted` at `path`.
pub(crate) fn check_count(path: &Path, decoded: usize, counted: usize) -> Outcome<()> {
    if decoded == counted {
        return Ok(());
    }
    let wanted = format!("the {counted} rows that its footer counts");
    Err(damaged(format!("{decoded} rows"), wanted, path))
}

/// What record batches of a partition's files become its batches by.
struct Columns<'a> {
    /// What all of them share.
    shared: Batch,
    selection: &'a Selection<'a>,
    zone: &'a Zone,
    /// One for each declared column.
    dictionaries: Vec<LastDictionary>,
}

impl<'a> Columns<'a> {
    fn new(partition: &CheckedPartition, zone: &'a Zone, selection: &'a Selection<'a>) -> Self {
        let has_nanoseconds = partition.files.iter().any(|file| file.has_nanoseconds);
        let ticks_per_second = if has_nanoseconds { NANOS } else { MICROS };
        let shared = Batch::without_rows(partition.table, partition.day, ticks_per_second, zone);
        let dictionaries = shared.spec().columns.iter().map(|_| LastDictionary::default()).collect();
        Self { shared, selection, zone, dictionaries }
    }

    /// The rows of a record batch of the file at `path`; rejected where a value does not fit.
    fn of(&mut self, batch: &RecordBatch, path: &Path) -> Outcome<Batch> {
        let Self { shared, selection, zone, dictionaries } = self;
        let declared = shared.spec().columns.iter().zip(dictionaries);
        let columns = declared.map(|(declared, dictionary)| {
            if !selection.has_column(declared.name) {
                return Ok(None);
            }
            let column = match batch.column_by_name(declared.name) {
                None => Err("no column".to_owned()),
                Some(array) if declared.kind == ColumnKind::Text => dictionary.positions(array, &mut shared.texts),
                Some(array) => arrays::column(declared.kind, array, shared.ticks_per_second, zone),
            };
            column.map(Some).map_err(|found| {
                let finding = Finding::new(STAGE, found, declared.kind.wanted()).path(path).column(declared.name);
                finding.advice("correct the value").fail(ExitClass::Rejected)
            })
        });
        Ok(Batch { columns: columns.collect::<Outcome<_>>()?, count: batch.num_rows(), ..shared.clone() })
    }
}

/// Decodes the declared columns of a file, batch by batch, and gives each batch to `consume`; where rows are selected, only
/// the key of every row is decoded. `source` gives the file's bytes, as often as it is asked.
///
/// # Errors
/// Rejected where a file cannot be decoded; disk; those of `consume`.
pub fn each_batch<S: ChunkReader + 'static>(
    spec: &'static TableSpec,
    file: &CheckedFile,
    source: impl Fn() -> io::Result<S>,
    selection: &Selection<'_>,
    mut consume: impl FnMut(RecordBatch) -> Outcome<()>,
) -> Outcome<()> {
    /// Fewer find the sums of each shop no longer in the cache, more push each other out of it.
    const BATCH_ROWS: usize = 32_768;
    let footer = with_dictionaries(spec, file)?;
    let schema = footer.metadata().file_metadata().schema_descr();
    let leaves = |is_wanted: &dyn Fn(&str) -> bool| {
        let wanted = (0..schema.num_columns()).filter(|leaf| is_wanted(schema.get_column_root(*leaf).name()));
        ProjectionMask::leaves(schema, wanted)
    };
    let undecodable =
        |error| damaged(format!("pages that cannot be decoded ({error})"), "sound Parquet pages", &file.path);
    // A reader for each row group, so that a batch never mixes dictionaries.
    for group in 0..footer.metadata().num_row_groups() {
        let bytes = source().map_err(|error| disk(STAGE, "dup", &file.path, &error))?;
        let mut reader = ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, footer.clone())
            .with_projection(leaves(&|name| spec.position(name).is_some() && selection.has_column(name)))
            .with_row_groups(vec![group])
            .with_batch_size(BATCH_ROWS);
        if let Some(predicate) = selection.rows.predicate(spec, &|column| leaves(&|name| name == column))? {
            reader = reader.with_row_filter(RowFilter::new(vec![predicate]));
        }
        let mut batches = decoding(|| reader.build().map_err(|error| error.to_string())).map_err(undecodable)?;
        let mut next = || decoding(|| batches.next().transpose().map_err(|error| error.to_string()));
        while let Some(batch) = next().map_err(undecodable)? {
            consume(batch)?;
        }
    }
    Ok(())
}

fn damaged(found: String, wanted: impl Into<String>, path: &Path) -> Failure {
    Finding::new(STAGE, found, wanted).path(path).advice("deliver the file again").fail(ExitClass::Rejected)
}

/// What the Parquet reader makes of bytes that were not checked. It panics on some damaged pages: the fault is the file's, and
/// it is refused as other damage is.
fn decoding<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    caught_panic(read).unwrap_or_else(|said| Err(format!("the Parquet reader panicked: {said}")))
}

/// A file's footer with text columns left in their dictionaries, so that a text is trimmed once and not once a row.
fn with_dictionaries(spec: &TableSpec, file: &CheckedFile) -> Outcome<ArrowReaderMetadata> {
    let footer = file.tail.decode().map_err(|error| fault(STAGE, error))?;
    let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let fields = footer.schema().fields().iter().map(|field| {
        let is_text = field.data_type() == &DataType::Utf8 && spec.position(field.name()).is_some();
        if is_text { Arc::new(field.as_ref().clone().with_data_type(dictionary.clone())) } else { Arc::clone(field) }
    });
    let schema: SchemaRef = Arc::new(Schema::new(fields.collect::<Vec<Arc<Field>>>()));
    let options = ArrowReaderOptions::new().with_schema(schema);
    ArrowReaderMetadata::try_new(Arc::clone(footer.metadata()), options).map_err(|error| {
        Finding::new(STAGE, error.to_string(), "a schema that can be read").path(&file.path).fail(ExitClass::Rejected)
    })
}
