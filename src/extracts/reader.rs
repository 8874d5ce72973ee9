//! Reads one table-day: its part files, only the declared columns, each file through one descriptor.
//!
//! Grain in: a checked partition. Grain out: its rows, typed ([`Rows`]).

use std::fs::File;
use std::io::Read;
use std::path::Path;

use arrow::array::RecordBatch;
use bytes::Bytes;

use crate::error::{ExitClass, Finding, Outcome, caught, disk, fault};
use crate::extracts::arrays::{self, Meaning};
use crate::extracts::batches::each_batch;
use crate::extracts::contract::{CheckedFile, CheckedPartition};
use crate::extracts::identity::{check_unchanged, open};
use crate::extracts::instants::{MICROS, NANOS};
use crate::extracts::rows::{ColumnData, Rows, Texts};
use crate::extracts::selection::{Selection, Wanted};
use crate::hashing::{hash_of, hash_of_reader};
use crate::zone::Zone;

const STAGE: &str = "reading";

/// For how many rows memory is set aside before they are read; a damaged footer may count any number.
const MOST_ROWS_FORESEEN: usize = 1 << 23;

/// The bytes of a partition's part files, by name, each read once through one descriptor.
///
/// # Errors
/// Rejected where a file is not what was checked; disk.
pub fn load(partition: &CheckedPartition) -> Outcome<Vec<Bytes>> {
    let load = |file: &CheckedFile| {
        let size = usize::try_from(file.identity.size_bytes).map_err(|error| fault(STAGE, error))?;
        let mut bytes = Vec::with_capacity(size);
        through_one_descriptor(file, |opened| {
            let read = opened.take(file.tail.start()).read_to_end(&mut bytes);
            read.map_err(|error| disk(STAGE, "read", &file.path, &error))
        })?;
        bytes.extend_from_slice(file.tail.bytes());
        Ok(Bytes::from(bytes))
    };
    partition.files.iter().map(load).collect()
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
        let mut append = |batch: RecordBatch| append_batch(&mut rows, &batch, selection, zone, &file.path);
        let spec = partition.table.spec();
        caught(STAGE, &file.path, || match source {
            Source::Loaded(files) => {
                let bytes = files.get(place).ok_or_else(|| fault(STAGE, "a file that was not loaded"))?;
                each_batch(spec, file, || Ok(bytes.clone()), selection, append)
            }
            Source::Files => through_one_descriptor(file, |opened| {
                each_batch(spec, file, || opened.try_clone(), selection, &mut append)
            }),
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

/// A table-day before any of its rows is read, with room for those that are foreseen.
fn no_rows(partition: &CheckedPartition, selection: &Selection<'_>) -> Outcome<Rows> {
    let counted = partition.files.iter().map(|file| file.rows).fold(0, usize::saturating_add);
    let foreseen = counted.min(MOST_ROWS_FORESEEN);
    let expected = match selection.rows {
        Wanted::All => foreseen,
        Wanted::WithKeys(_) => 0,
        Wanted::Share(share) => {
            let shares = usize::try_from(share.of).map_err(|error| fault(STAGE, error))?;
            let expected = foreseen.checked_div(shares).ok_or_else(|| fault(STAGE, "one of no shares"))?;
            // Shares are not quite equal; a column that has to grow would be twice as large for a while.
            expected / 8 * 9
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

fn append_batch(
    rows: &mut Rows,
    batch: &RecordBatch,
    selection: &Selection<'_>,
    zone: &Zone,
    path: &Path,
) -> Outcome<()> {
    let declared = rows.spec().columns.iter().zip(&mut rows.columns);
    let mut meaning = Meaning { texts: &mut rows.texts, ticks_per_second: rows.ticks_per_second, zone };
    for (declared, column) in declared.filter(|(declared, _)| selection.has_column(declared.name)) {
        let array = batch.column_by_name(declared.name).ok_or_else(|| "no column".to_owned());
        let appended = array.and_then(|array| arrays::append(column, rows.count, array, &mut meaning));
        appended.map_err(|found| {
            Finding::new(STAGE, found, declared.kind.wanted())
                .path(path)
                .column(declared.name)
                .advice("correct the value")
                .fail(ExitClass::Rejected)
        })?;
    }
    rows.count += batch.num_rows();
    Ok(())
}
