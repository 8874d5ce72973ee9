//! Reads one table-day: its part files, only the declared columns, each file through one descriptor.
//!
//! Grain in: a checked partition. Grain out: its rows, typed ([`Rows`]). In between record batches, none across row groups.
//! Page checksums are checked by the Parquet reader where a producer wrote them.

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
use crate::extracts::arrays::{self, Meaning};
use crate::extracts::contract::{CheckedFile, CheckedPartition};
use crate::extracts::identity::{check_unchanged, open};
use crate::extracts::instants::{MICROS, NANOS};
use crate::extracts::rows::{ColumnData, Rows, Texts};
use crate::extracts::schema::TableSpec;
use crate::extracts::selection::{Selection, Wanted};
use crate::hashing::hash_of_reader;
use crate::zone::Zone;

const STAGE: &str = "reading";

/// For how many rows memory is set aside before they are read; a damaged footer may count any number.
const MOST_ROWS_FORESEEN: usize = 1 << 23;

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

/// Decodes the rows of a partition: all of them, or the selected ones.
///
/// # Errors
/// Rejected where a file cannot be decoded or holds a value that does not fit; a fault where our own part panics.
pub fn decode(
    partition: &CheckedPartition,
    source: Source<'_>,
    zone: &Zone,
    selection: &Selection<'_>,
) -> Outcome<Rows> {
    let mut rows = no_rows(partition, selection)?;
    for (place, file) in partition.files.iter().enumerate() {
        let before = rows.count;
        let mut consume = |batch: RecordBatch| append(&mut rows, &batch, selection, zone, &file.path);
        let spec = partition.table.spec();
        caught(STAGE, &file.path, || match source {
            Source::Loaded(files) => {
                let bytes = files.get(place).ok_or_else(|| fault(STAGE, "a file that was not loaded"))?;
                each_batch(spec, file, || Ok(bytes.clone()), selection, consume)
            }
            Source::Files => through_one_descriptor(file, |opened| {
                each_batch(spec, file, || opened.try_clone(), selection, &mut consume)
            }),
        })?;
        if matches!(selection.rows, Wanted::All) {
            check_count(&file.path, rows.count - before, file.rows)?;
        }
    }
    Ok(rows)
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

/// A table-day before any of its rows is read, with room for those that are foreseen.
fn no_rows(partition: &CheckedPartition, selection: &Selection<'_>) -> Outcome<Rows> {
    let counted = partition.files.iter().map(|file| file.rows).fold(0, usize::saturating_add);
    let foreseen = counted.min(MOST_ROWS_FORESEEN);
    let expected = match selection.rows {
        Wanted::All => foreseen,
        Wanted::WithKeys(_) => 0,
        // Shares are not quite equal; a column that has to grow would be twice as large for a while.
        Wanted::Share(share) => {
            let shares = usize::try_from(share.of).map_err(|error| fault(STAGE, error))?;
            foreseen.checked_div(shares).ok_or_else(|| fault(STAGE, "one of no shares"))? / 8 * 9
        }
    };
    let has_nanoseconds = partition.files.iter().any(|file| file.has_nanoseconds);
    let declared = partition.table.spec().columns.iter();
    Ok(Rows {
        table: partition.table,
        day: partition.day,
        count: 0,
        ticks_per_second: if has_nanoseconds { NANOS } else { MICROS },
        columns: declared.map(|column| ColumnData::empty(column.kind, expected)).collect(),
        texts: Texts::default(),
    })
}

fn append(rows: &mut Rows, batch: &RecordBatch, selection: &Selection<'_>, zone: &Zone, path: &Path) -> Outcome<()> {
    let declared = rows.spec().columns.iter().zip(&mut rows.columns);
    let mut meaning = Meaning { texts: &mut rows.texts, ticks_per_second: rows.ticks_per_second, zone };
    for (declared, column) in declared.filter(|(declared, _)| selection.has_column(declared.name)) {
        let array = batch.column_by_name(declared.name).ok_or_else(|| "no column".to_owned());
        let appended = array.and_then(|array| arrays::append(column, rows.count, array, &mut meaning));
        appended.map_err(|found| {
            let finding = Finding::new(STAGE, found, declared.kind.wanted()).path(path).column(declared.name);
            finding.advice("correct the value").fail(ExitClass::Rejected)
        })?;
    }
    rows.count += batch.num_rows();
    Ok(())
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
    const BATCH_ROWS: usize = 65_536;
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
