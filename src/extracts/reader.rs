//! Reads one table-day: its part files, only the declared columns, each file through one descriptor.
//!
//! Grain in: a checked partition. Grain out: its rows, [`Batch`] by batch, each so small that it stays in the processor's cache
//! while it is worked on, none across row groups. Page checksums are checked by the Parquet reader where a producer wrote
//! them.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use arrow::array::RecordBatch;
use bytes::Bytes;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder, RowFilter};
use parquet::file::reader::ChunkReader;

use crate::error::{ExitClass, Failure, Finding, Outcome, caught, caught_panic, disk, fault};
use crate::extracts::arrays::{self, SoFar};
use crate::extracts::batch::Batch;
use crate::extracts::contract::{CheckedFile, CheckedPartition};
use crate::extracts::hadoop_lz4;
use crate::extracts::identity::{check_unchanged, open};
use crate::extracts::instants::Shared;
use crate::extracts::midnights::Midnights;
use crate::extracts::partitions::told_hash;
use crate::extracts::schema::TableSpec;
use crate::extracts::selection::{Selection, Wanted};
use crate::hashing::hash_of_reader;
use crate::zone::Zone;

const STAGE: &str = "reading";

/// The bytes of a partition's part files, by name, each read once through one descriptor; rejected where a file is not what
/// was checked.
pub fn load(partition: &CheckedPartition) -> Outcome<Vec<Bytes>> {
    let load = |file: &CheckedFile| {
        let tail = file.tail()?;
        let size = usize::try_from(file.identity.size_bytes).map_err(|error| fault(STAGE, error))?;
        let mut bytes = Vec::with_capacity(size);
        through_one_descriptor(file, |opened| {
            let read = opened.take(tail.start).read_to_end(&mut bytes);
            read.map_err(|error| disk(STAGE, "read", &file.path, &error))
        })?;
        bytes.extend_from_slice(&tail.bytes);
        Ok(Bytes::from(bytes))
    };
    partition.files.iter().map(load).collect()
}

/// The hashes of files that are read as [`load`] reads them, and not kept; what stands for them where an engine reads them.
pub(crate) fn hashes(partition: &CheckedPartition) -> Outcome<Vec<String>> {
    let hash = |file: &CheckedFile| {
        if partition.is_remote {
            return Ok(told_hash(&file.path, file.identity));
        }
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
    selection: &Selection<'_>,
    consume: &mut dyn FnMut(Batch) -> Outcome<()>,
) -> Outcome<()> {
    let mut columns = Columns::new(partition, selection);
    for (place, file) in partition.files.iter().enumerate() {
        let mut decoded = 0;
        columns.begin();
        let mut consume = |batch: RecordBatch| {
            decoded += batch.num_rows();
            consume(columns.of(&batch, file)?)
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
        if let (Wanted::All, Some(counted)) = (selection.rows, file.rows) {
            check_count(&file.path, decoded, counted)?;
        }
    }
    Ok(())
}

/// As [`decode`], all selected rows in one piece.
pub(crate) fn decode_whole(
    partition: &CheckedPartition,
    source: Source<'_>,
    selection: &Selection<'_>,
) -> Outcome<Batch> {
    let mut batches = Vec::new();
    decode(partition, source, selection, &mut |batch| {
        batches.push(batch);
        Ok(())
    })?;
    Columns::new(partition, selection).shared.of_all(&batches)
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
pub(super) struct Columns<'a> {
    /// What all of them share.
    pub(super) shared: Batch,
    selection: &'a Selection<'a>,
    zone: &'a Zone,
    /// One for each declared column.
    so_far: Vec<SoFar>,
}

impl<'a> Columns<'a> {
    pub(super) fn new(partition: &'a CheckedPartition, selection: &'a Selection<'a>) -> Self {
        let ticks_per_second = partition.ticks_per_second();
        let CheckedPartition { table, day, zone, earliest_day, .. } = partition;
        let shared = Batch::without_rows((*table, *day), ticks_per_second, zone, *earliest_day);
        let so_far = shared.spec().columns.iter().map(|_| SoFar::default()).collect();
        Self { shared, selection, zone, so_far }
    }

    /// Begins a file: midnights are of one kind in each.
    pub(super) fn begin(&mut self) {
        self.so_far.iter_mut().for_each(|so_far| so_far.midnights = Midnights::default());
    }

    /// The rows of a record batch of a file; rejected where a value does not fit.
    pub(super) fn of(&mut self, batch: &RecordBatch, file: &CheckedFile) -> Outcome<Batch> {
        let Self { shared, selection, zone, so_far } = self;
        let of_columns = Shared { ticks_per_second: shared.ticks_per_second, zone };
        let columns = file.columns.iter().zip(so_far).map(|(read, so_far)| {
            if !selection.has_column(read.column.name) {
                return Ok(None);
            }
            let array = batch.column_by_name(&read.name).ok_or_else(|| "no column".to_owned());
            let column = array.and_then(|array| arrays::column(read, array, of_columns, so_far, &mut shared.texts));
            column.map(Some).map_err(|found| {
                let finding = Finding::new(STAGE, found, read.column.kind.wanted()).path(&file.path);
                let finding = finding.column(read.column.name).of_table(shared.table.name());
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
    let footer = file.footer(|column| selection.has_column(column.name))?;
    let opened = || source().map_err(|error| disk(STAGE, "dup", &file.path, &error));
    if hadoop_lz4::is_in(footer.metadata()) {
        let whole = opened()?;
        let length = usize::try_from(whole.len()).map_err(|error| fault(STAGE, error))?;
        let unpacked = decoding(|| {
            let unpacked = whole.get_bytes(0, length).and_then(|bytes| hadoop_lz4::unpacked(&bytes, footer.metadata()));
            unpacked.map_err(|error| error.to_string())
        });
        // Pages of another form are the crate's to read, or to refuse.
        if let Ok((bytes, metadata)) = unpacked {
            let footer = file.as_decoded(metadata)?;
            return each_batch_of(spec, file, || Ok(bytes.clone()), &footer, selection, &mut consume);
        }
    }
    each_batch_of(spec, file, opened, &footer, selection, &mut consume)
}

/// As [`each_batch`], given the footer.
fn each_batch_of<S: ChunkReader + 'static>(
    spec: &'static TableSpec,
    file: &CheckedFile,
    source: impl Fn() -> Outcome<S>,
    footer: &ArrowReaderMetadata,
    selection: &Selection<'_>,
    consume: &mut dyn FnMut(RecordBatch) -> Outcome<()>,
) -> Outcome<()> {
    /// Fewer find the sums of each shop no longer in the cache, more push each other out of it.
    const BATCH_ROWS: usize = 32_768;
    let schema = footer.metadata().file_metadata().schema_descr();
    let undecodable =
        |error| damaged(format!("pages that cannot be decoded ({error})"), "sound Parquet pages", &file.path);
    // A reader for each row group, so that a batch never mixes dictionaries.
    for group in 0..footer.metadata().num_row_groups() {
        let mut reader = ParquetRecordBatchReaderBuilder::new_with_metadata(source()?, footer.clone())
            .with_row_groups(vec![group])
            .with_batch_size(BATCH_ROWS);
        if let Some(predicate) = selection.rows.predicate(spec, file, schema)? {
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
