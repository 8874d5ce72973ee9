//! Reads one table-day: its part files, only the declared columns, each file through one descriptor.
//!
//! Grain in: a checked partition. Grain out: its rows, typed ([`Rows`]). Text is trimmed of ASCII white space; local
//! timestamps become instants; an integer or a timestamp that cannot be held is refused, never clipped
//! (specification, section 2). Page checksums are checked by the Parquet reader where a producer wrote them.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, DictionaryArray, RecordBatch};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Date32Type, Field, Int32Type, Int64Type, Schema, SchemaRef, TimeUnit};
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowFilter,
};
use parquet::file::reader::ChunkReader;

use crate::content::{hash_of, hash_of_reader};
use crate::domain::trimmed;
use crate::error::{ExitClass, Finding, Outcome, caught, caught_panic, disk};
use crate::extracts::contract::{self, CheckedFile, CheckedPartition};
use crate::extracts::instants::{MICROS, NANOS, to_ticks};
use crate::extracts::rows::{ColumnData, Rows, Texts, Values};
use crate::extracts::selection::{Selection, Wanted};
use crate::extracts::tables::{ColumnKind, TableSpec};
use crate::zone::Zone;

const STAGE: &str = "reading";

/// For how many rows memory is set aside before they are read; a damaged footer may count any number.
const MOST_ROWS_FORESEEN: usize = 1 << 23;

/// The bytes of a partition's part files, by name, each read once through one descriptor.
///
/// # Errors
/// Rejected where a file is not what was checked; disk.
pub fn load(partition: &CheckedPartition) -> Outcome<Vec<Bytes>> {
    let files = partition.files.iter().map(|file| {
        let opened = contract::open(&file.path, file.identity)?;
        let mut bytes = Vec::with_capacity(usize::try_from(file.identity.size_bytes).unwrap_or(0));
        let mut rows = (&opened).take(file.tail.start());
        rows.read_to_end(&mut bytes).map_err(|error| disk(STAGE, "read", &file.path, &error))?;
        bytes.extend_from_slice(file.tail.bytes());
        contract::check_unchanged(&file.path, &opened, file.identity)?;
        Ok(Bytes::from(bytes))
    });
    files.collect()
}

/// Reads all rows of a partition.
///
/// # Errors
/// As [`load`] and [`decode`].
pub fn read(partition: &CheckedPartition, zone: &Zone) -> Outcome<Rows> {
    decode(partition, Source::Loaded(&load(partition)?), zone, &Selection::default())
}

/// The hashes of files that are in memory.
pub fn hashes_of(files: &[Bytes]) -> Vec<String> {
    files.iter().map(|bytes| hash_of(bytes)).collect()
}

/// The hashes of a partition's part files, by name, each read once through one descriptor and not kept.
///
/// # Errors
/// As [`load`].
pub fn hashes(partition: &CheckedPartition) -> Outcome<Vec<String>> {
    let files = partition.files.iter().map(|file| {
        let opened = contract::open(&file.path, file.identity)?;
        let hash = hash_of_reader(&opened).map_err(|error| disk(STAGE, "read", &file.path, &error))?;
        contract::check_unchanged(&file.path, &opened, file.identity)?;
        Ok(hash)
    });
    files.collect()
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
    let spec = partition.table.spec();
    let counted = partition.files.iter().map(|file| file.rows).fold(0, usize::saturating_add);
    let foreseen = counted.min(MOST_ROWS_FORESEEN);
    let expected = match selection.rows {
        Wanted::All => foreseen,
        Wanted::WithKeys(_) => 0,
        // Shares are not quite equal; a column that has to grow would be twice as large for a while.
        Wanted::Share(share) => foreseen / usize::try_from(share.of).unwrap_or(1).max(1) / 8 * 9,
    };
    let has_nanoseconds = partition.files.iter().any(|file| file.has_nanoseconds);
    let mut rows = Rows {
        table: partition.table,
        day: partition.day,
        count: 0,
        ticks_per_second: if has_nanoseconds { NANOS } else { MICROS },
        columns: spec.columns.iter().map(|column| empty_column(column.kind, expected)).collect(),
        texts: Texts::default(),
    };
    for (place, file) in partition.files.iter().enumerate() {
        let before = rows.count;
        let mut append = |batch: RecordBatch| append_batch(&mut rows, &batch, selection, zone, &file.path);
        caught(STAGE, &file.path, || match source {
            Source::Loaded(files) => {
                let bytes = files.get(place).cloned().unwrap_or_default();
                each_batch(spec, file, || Ok(bytes.clone()), selection, append)
            }
            Source::Files => {
                let opened = contract::open(&file.path, file.identity)?;
                each_batch(spec, file, || opened.try_clone(), selection, &mut append)?;
                contract::check_unchanged(&file.path, &opened, file.identity)
            }
        })?;
        if matches!(selection.rows, Wanted::All) {
            check_count(&file.path, rows.count - before, file.rows)?;
        }
    }
    Ok(rows)
}

/// Footers may count other rows than the pages hold; a manifest was compared with what they count.
///
/// # Errors
/// Rejected where so many rows `decoded` are not what was `counted` at `path`.
pub fn check_count(path: &Path, decoded: usize, counted: usize) -> Outcome<()> {
    if decoded == counted {
        return Ok(());
    }
    Err(Finding::new(STAGE, format!("{decoded} rows"), format!("the {counted} rows that its footer counts"))
        .path(path)
        .advice("deliver the file again")
        .fail(ExitClass::Rejected))
}

/// Decodes the declared columns of a file, batch by batch, and gives each batch to `consume`; where rows are selected, only
/// the key of every row is decoded. `source` gives the file's bytes, as often as it is asked.
///
/// # Errors
/// As [`decode`], and those of `consume`.
pub fn each_batch<S: ChunkReader + 'static>(
    spec: &'static TableSpec,
    file: &CheckedFile,
    source: impl Fn() -> io::Result<S>,
    selection: &Selection<'_>,
    mut consume: impl FnMut(RecordBatch) -> Outcome<()>,
) -> Outcome<()> {
    const BATCH_ROWS: usize = 65_536;
    let footer = with_dictionaries(spec, &contract::read_footer(file)?, &file.path)?;
    let schema = footer.metadata().file_metadata().schema_descr();
    let leaves = |is_wanted: &dyn Fn(&str) -> bool| {
        let wanted = (0..schema.num_columns()).filter(|leaf| is_wanted(schema.get_column_root(*leaf).name()));
        ProjectionMask::leaves(schema, wanted)
    };
    let undecodable = |error: String| {
        Finding::new(STAGE, format!("pages that cannot be decoded ({error})"), "sound Parquet pages")
            .path(&file.path)
            .advice("deliver the file again")
            .fail(ExitClass::Rejected)
    };
    // A reader for each row group, so that a batch never mixes dictionaries.
    for group in 0..footer.metadata().num_row_groups() {
        let bytes = source().map_err(|error| disk(STAGE, "dup", &file.path, &error))?;
        let mut reader = ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, footer.clone())
            .with_projection(leaves(&|name| spec.position(name).is_some() && selection.has_column(name)))
            .with_row_groups(vec![group])
            .with_batch_size(BATCH_ROWS);
        let predicate = selection.rows.predicate(spec, &|column| leaves(&|name| name == column));
        if let Some(predicate) = predicate {
            reader = reader.with_row_filter(RowFilter::new(vec![predicate]));
        }
        let mut batches =
            decoding(|| reader.build().map_err(|error| error.to_string())).map_err(undecodable)?;
        let mut next = || decoding(|| batches.next().transpose().map_err(|error| error.to_string()));
        while let Some(batch) = next().map_err(undecodable)? {
            consume(batch)?;
        }
    }
    Ok(())
}

/// What the Parquet reader makes of bytes that were not checked. It panics on some damaged pages: the fault is the file's, and
/// it is refused as other damage is.
fn decoding<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    caught_panic(read).unwrap_or_else(|said| Err(format!("the Parquet reader panicked: {said}")))
}

/// The footer with text columns left in their dictionaries, so that a text is trimmed once and not once a row.
fn with_dictionaries(
    spec: &TableSpec,
    footer: &ArrowReaderMetadata,
    path: &Path,
) -> Outcome<ArrowReaderMetadata> {
    let fields: Vec<Arc<Field>> = footer
        .schema()
        .fields()
        .iter()
        .map(|field| {
            let is_text = field.data_type() == &DataType::Utf8 && spec.position(field.name()).is_some();
            if is_text {
                let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
                Arc::new(field.as_ref().clone().with_data_type(dictionary))
            } else {
                Arc::clone(field)
            }
        })
        .collect();
    let schema: SchemaRef = Arc::new(Schema::new(fields));
    let options = ArrowReaderOptions::new().with_schema(schema);
    ArrowReaderMetadata::try_new(Arc::clone(footer.metadata()), options).map_err(|error| {
        Finding::new(STAGE, error.to_string(), "a schema that can be read")
            .path(path)
            .fail(ExitClass::Rejected)
    })
}

fn empty_column(kind: ColumnKind, count: usize) -> ColumnData {
    let values = match kind {
        ColumnKind::Integer => Values::Integer(Vec::with_capacity(count)),
        ColumnKind::Text => Values::Text(Vec::with_capacity(count)),
        ColumnKind::Boolean => Values::Boolean(Vec::with_capacity(count)),
        ColumnKind::Date => Values::Date(Vec::with_capacity(count)),
        ColumnKind::Timestamp => Values::Timestamp(Vec::with_capacity(count)),
    };
    ColumnData { values, validity: None }
}

fn append_batch(
    rows: &mut Rows,
    batch: &RecordBatch,
    selection: &Selection<'_>,
    zone: &Zone,
    path: &Path,
) -> Outcome<()> {
    let declared = rows.spec().columns.iter().zip(&mut rows.columns);
    for (declared, column) in declared.filter(|(declared, _)| selection.has_column(declared.name)) {
        let does_not_fit = |found: String| {
            Finding::new(STAGE, found, declared.kind.wanted())
                .path(path)
                .column(declared.name)
                .advice("correct the value")
                .fail(ExitClass::Rejected)
        };
        let array =
            batch.column_by_name(declared.name).ok_or_else(|| does_not_fit("no column".to_owned()))?;
        append_validity(column, rows.count, array.as_ref());
        match &mut column.values {
            Values::Integer(values) => append_integers(values, array).map_err(does_not_fit)?,
            Values::Text(values) => append_texts(values, array, &mut rows.texts).map_err(does_not_fit)?,
            Values::Boolean(values) => {
                let booleans =
                    array.as_boolean_opt().ok_or_else(|| does_not_fit(array.data_type().to_string()))?;
                values.extend(booleans.values());
            }
            Values::Date(values) => {
                let dates = array
                    .as_primitive_opt::<Date32Type>()
                    .ok_or_else(|| does_not_fit(array.data_type().to_string()))?;
                values.extend_from_slice(dates.values());
            }
            Values::Timestamp(values) => {
                append_ticks(values, array, rows.ticks_per_second, zone).map_err(does_not_fit)?;
            }
        }
    }
    rows.count += batch.num_rows();
    Ok(())
}

fn append_validity(column: &mut ColumnData, rows_before: usize, array: &dyn Array) {
    match (&mut column.validity, array.logical_nulls().filter(|nulls| nulls.null_count() > 0)) {
        (None, None) => {}
        (Some(validity), None) => validity.resize(rows_before + array.len(), true),
        (validity, Some(nulls)) => {
            validity.get_or_insert_with(|| vec![true; rows_before]).extend(nulls.iter());
        }
    }
}

pub(super) fn append_integers(values: &mut Vec<i64>, array: &ArrayRef) -> Result<(), String> {
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    let array = cast_with_options(array, &DataType::Int64, &strict).map_err(|error| error.to_string())?;
    let integers = array.as_primitive_opt::<Int64Type>().ok_or("no integers")?;
    values.extend_from_slice(integers.values());
    Ok(())
}

fn append_texts(values: &mut Vec<u32>, array: &ArrayRef, texts: &mut Texts) -> Result<(), String> {
    let array: &DictionaryArray<Int32Type> = array.as_dictionary_opt().ok_or("no dictionary of strings")?;
    let held = array.values().as_string_opt::<i32>().ok_or("no strings")?;
    let positions: Vec<u32> =
        held.iter().map(|text| texts.intern(trimmed(text.unwrap_or_default()))).collect();
    // The key of a null means nothing, and a column of nulls has no texts at all.
    values.extend(
        array
            .keys()
            .values()
            .iter()
            .map(|key| usize::try_from(*key).ok().and_then(|key| positions.get(key)).copied().unwrap_or(0)),
    );
    Ok(())
}

fn append_ticks(
    values: &mut Vec<i64>,
    array: &ArrayRef,
    ticks_per_second: i64,
    zone: &Zone,
) -> Result<(), String> {
    let DataType::Timestamp(unit, written_zone) = array.data_type() else {
        return Err(array.data_type().to_string());
    };
    let units_per_second = match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => MICROS,
        TimeUnit::Nanosecond => NANOS,
    };
    let raw = arrow::compute::cast(array, &DataType::Int64).map_err(|error| error.to_string())?;
    let raw = raw.as_primitive_opt::<Int64Type>().ok_or("no timestamps")?;
    let local_in = written_zone.is_none().then_some(zone);
    to_ticks(values, raw, units_per_second, ticks_per_second, local_in)
}
