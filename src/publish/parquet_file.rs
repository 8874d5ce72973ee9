//! One partition's Parquet files: encoded first, named with the generation's id once that is known.
//!
//! In: checked batches in the declared order. Out: `part-0.parquet`, and further parts only where one file would pass
//! the limit. The bytes depend on the rows, the declaration, the program's version and the id alone: row groups are
//! cut by rows, however the batches were cut. Each file is zstd, with statistics, the order of its rows, and its
//! columns' units and descriptions both as Arrow field metadata and as one JSON object.
//!
//! A file may also be encoded for its hash alone, to find out whether a published one holds the same bytes.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::compute::{BatchCoalescer, SortOptions};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, ParquetMetaDataReader, SortingColumn};
use parquet::file::properties::WriterProperties;
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::file_system::{self, STAGE};
use super::layout::part_name;
use super::outputs::{COLUMNS_KEY, GENERATION_KEY, OutputTable};
use crate::error::{Failure, Outcome, disk, fault};

/// Rows of a row group, as DuckDB has it.
const ROW_GROUP_ROWS: usize = 122_880;

/// Parquet readers take what stands before " version " for the writer, and trust the statistics of text only where
/// they can read this.
const CREATED_BY: &str = concat!("shopscore version ", env!("CARGO_PKG_VERSION"));

/// A file whose rows are written, and whose footer is not.
pub(super) struct EncodedFile {
    name: String,
    /// Where it is written; nowhere where only its hash is wanted.
    path: Option<PathBuf>,
    rows: usize,
    writer: ArrowWriter<Sink>,
}

/// Encodes the rows of one partition into `folder`, which exists, or into hashes alone. A further part begins where
/// another row group like the last would pass `limit_bytes`.
///
/// # Errors
/// Disk, or fault where the library refuses checked rows.
pub(super) fn encode(
    folder: Option<&Path>,
    table: &OutputTable,
    batches: &[RecordBatch],
    limit_bytes: usize,
) -> Outcome<Vec<EncodedFile>> {
    let mut parts =
        Parts { folder, table, limit_bytes, full: Vec::new(), last: EncodedFile::create(folder, 0, table)? };
    let mut row_groups = BatchCoalescer::new(table.schema(), ROW_GROUP_ROWS);
    let refused = |error| fault(STAGE, error);
    for batch in batches {
        let declared = RecordBatch::try_new(table.schema(), batch.columns().to_vec()).map_err(refused)?;
        row_groups.push_batch(declared).map_err(refused)?;
        parts.append_completed(&mut row_groups)?;
    }
    row_groups.finish_buffered_batch().map_err(refused)?;
    parts.append_completed(&mut row_groups)?;
    parts.full.push(parts.last);
    parts.full.into_iter().map(EncodedFile::flushed).collect()
}

/// The files of a partition: those that are full, and the one that takes the next row group.
struct Parts<'a> {
    folder: Option<&'a Path>,
    table: &'a OutputTable,
    limit_bytes: usize,
    full: Vec<EncodedFile>,
    last: EncodedFile,
}

impl Parts<'_> {
    fn append_completed(&mut self, row_groups: &mut BatchCoalescer) -> Outcome<()> {
        while let Some(row_group) = row_groups.next_completed_batch() {
            if self.last.would_pass(self.limit_bytes) {
                let next = EncodedFile::create(self.folder, self.full.len() + 1, self.table)?;
                self.full.push(std::mem::replace(&mut self.last, next));
            }
            self.last.append(&row_group)?;
        }
        Ok(())
    }
}

impl EncodedFile {
    fn create(folder: Option<&Path>, part: usize, table: &OutputTable) -> Outcome<Self> {
        let name = part_name(part);
        let path = folder.map(|folder| folder.join(&name));
        let create =
            |path: &PathBuf| File::create_new(path).map_err(|error| disk(STAGE, "create", path, &error));
        let sink = Sink { file: path.as_ref().map(create).transpose()?, hash: Sha256::new() };
        let writer = ArrowWriter::try_new(sink, table.schema(), Some(properties(table)?));
        let shown = path.clone().unwrap_or_default();
        let writer = writer.map_err(|error| failed("write", &shown, &error))?;
        Ok(Self { name, path, rows: 0, writer })
    }

    /// Its name in the partition's folder.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Writes one row group.
    fn append(&mut self, rows: &RecordBatch) -> Outcome<()> {
        self.rows += rows.num_rows();
        let written = self.writer.write(rows).and_then(|()| self.writer.flush());
        written.map_err(|error| failed("write", self.shown(), &error))
    }

    fn shown(&self) -> &Path {
        self.path.as_deref().unwrap_or(Path::new(&self.name))
    }

    fn would_pass(&self, limit_bytes: usize) -> bool {
        let last = self.writer.flushed_row_groups().last();
        let like_last = last.and_then(|row_group| usize::try_from(row_group.compressed_size()).ok());
        like_last.is_some_and(|bytes| self.writer.bytes_written() + bytes > limit_bytes)
    }

    fn flushed(mut self) -> Outcome<Self> {
        self.writer.sync().map_err(|error| disk(STAGE, "write", self.shown(), &error))?;
        Ok(self)
    }

    /// The hash of what is written so far: its encoded rows, and at the end the footer.
    pub(super) fn digest(&self) -> [u8; 32] {
        self.writer.inner().hash.clone().finalize().into()
    }

    /// Writes the footer with `id`, and returns the hash of the whole file; a file that is kept is read back, and given
    /// its final `mode`.
    pub(super) fn finish(mut self, id: &str, mode: u32) -> Outcome<String> {
        self.writer.append_key_value_metadata(KeyValue::new(GENERATION_KEY.to_owned(), id.to_owned()));
        let shown = self.shown().to_owned();
        // Taking the sink out of the writer would flush it too, and hide what the disk said.
        self.writer.finish().map_err(|error| failed("write", &shown, &error))?;
        if let Some(path) = &self.path {
            let rows = footer_rows(path)?;
            if usize::try_from(rows) != Ok(self.rows) {
                let found = format!("{}: {rows} rows in the footer, {} written", path.display(), self.rows);
                return Err(fault(STAGE, found));
            }
            file_system::set_mode(path, mode)?;
        }
        Ok(hexadecimal(&self.digest()))
    }
}

/// The hash of a file's bytes.
///
/// # Errors
/// Disk.
pub(super) fn file_hash(path: &Path) -> Outcome<String> {
    let failed = |error: io::Error| disk(STAGE, "read", path, &error);
    let mut sink = Sink { file: None, hash: Sha256::new() };
    io::copy(&mut File::open(path).map_err(failed)?, &mut sink).map_err(failed)?;
    Ok(hexadecimal(&sink.hash.finalize()))
}

/// The id in the footer of a published file; none where it is no such file.
pub(super) fn id_in(path: &Path) -> Option<String> {
    let footer = ParquetMetaDataReader::new().parse_and_finish(&File::open(path).ok()?).ok()?;
    let pairs = footer.file_metadata().key_value_metadata()?;
    pairs.iter().find(|pair| pair.key == GENERATION_KEY)?.value.clone()
}

/// Bytes as lower-case hexadecimal digits.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn footer_rows(path: &Path) -> Outcome<i64> {
    let file = File::open(path).map_err(|error| disk(STAGE, "open", path, &error))?;
    let footer = ParquetMetaDataReader::new().parse_and_finish(&file);
    footer.map(|footer| footer.file_metadata().num_rows()).map_err(|error| failed("read back", path, &error))
}

/// A library error: what the disk did, where it was the disk.
fn failed(call: &str, path: &Path, error: &ParquetError) -> Failure {
    if let ParquetError::External(cause) = error
        && let Some(cause) = cause.downcast_ref::<io::Error>()
    {
        return disk(STAGE, call, path, cause);
    }
    fault(STAGE, format!("{}: {error}", path.display()))
}

fn properties(table: &OutputTable) -> Outcome<WriterProperties> {
    let mut sorting = Vec::new();
    for (place, options) in sort_order(table) {
        let column_idx = i32::try_from(place).map_err(|error| fault(STAGE, error))?;
        let (descending, nulls_first) = (options.descending, options.nulls_first);
        sorting.push(SortingColumn { column_idx, descending, nulls_first });
    }
    let columns = serde_json::to_string(&Descriptions(table)).map_err(|error| fault(STAGE, error))?;
    Ok(WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_created_by(CREATED_BY.to_owned())
        .set_sorting_columns(Some(sorting))
        .set_key_value_metadata(Some(vec![KeyValue::new(COLUMNS_KEY.to_owned(), columns)]))
        .build())
}

/// The columns that `table` is sorted by, as places among its columns, each with its direction. A null comes lowest.
pub(super) fn sort_order(table: &OutputTable) -> Vec<(usize, SortOptions)> {
    let place = |name: &&str| table.columns.iter().position(|column| column.name == *name);
    let options = |name: &&str| {
        let descending = table.descending.contains(name);
        SortOptions { descending, nulls_first: !descending }
    };
    table.sorted_by.iter().filter_map(|name| Some((place(name)?, options(name)))).collect()
}

/// A table's columns as one JSON object, in their order.
struct Descriptions<'a>(&'a OutputTable);

impl Serialize for Descriptions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.columns.iter().map(|column| {
            let description = Description {
                unit: column.unit,
                description: column.english,
                description_zh: column.chinese,
            };
            (column.name, description)
        }))
    }
}

#[derive(Serialize)]
struct Description {
    unit: &'static str,
    description: &'static str,
    description_zh: &'static str,
}

/// Hashes what is written to it, and writes it to a file if it has one.
struct Sink {
    file: Option<File>,
    hash: Sha256,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut self.file {
            Some(file) => file.write(bytes)?,
            None => bytes.len(),
        };
        self.hash.update(bytes.get(..written).unwrap_or(bytes));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), File::flush)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use parquet::file::metadata::RowGroupMetaData;

    use super::*;
    use crate::error::ExitClass;
    use crate::publish::testing::{TINY, tiny};

    const NO_LIMIT: usize = usize::MAX;

    fn written(batches: &[RecordBatch], limit_bytes: usize) -> Vec<Vec<u8>> {
        let folder = tempfile::tempdir().unwrap();
        let id = "2022-03-15-0123456789ab";
        let files = encode(Some(folder.path()), &TINY, batches, limit_bytes).unwrap();
        let paths: Vec<_> = files.iter().map(|file| folder.path().join(file.name())).collect();
        let hashes: Vec<_> = files.into_iter().map(|file| file.finish(id, 0o444).unwrap()).collect();
        let alone = encode(None, &TINY, batches, limit_bytes).unwrap();
        let alone: Vec<_> = alone.into_iter().map(|file| file.finish(id, 0o444).unwrap()).collect();
        assert_eq!(hashes, alone, "what is encoded for its hash alone has the hash of the file");
        assert_eq!(hashes, paths.iter().map(|path| file_hash(path).unwrap()).collect::<Vec<_>>());
        assert_eq!(id_in(&paths[0]).as_deref(), Some(id));
        paths.iter().map(|path| fs::read(path).unwrap()).collect()
    }

    fn many(rows: i64) -> RecordBatch {
        tiny(
            &(0..rows)
                .map(|shop| (shop, Some(f64::from(u8::try_from(shop % 50).unwrap()) / 10.0)))
                .collect::<Vec<_>>(),
        )
    }

    fn read(
        bytes: Vec<u8>,
    ) -> (ParquetRecordBatchReaderBuilder<impl parquet::file::reader::ChunkReader>, usize) {
        let size = bytes.len();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, bytes).unwrap();
        (ParquetRecordBatchReaderBuilder::try_new(File::open(&path).unwrap()).unwrap(), size)
    }

    #[test]
    fn a_file_reads_back_with_its_rows_types_and_descriptions() {
        let rows = tiny(&[(1, Some(4.5)), (1, None), (7, Some(0.0))]);
        let (reader, _) = read(written(std::slice::from_ref(&rows), NO_LIMIT).remove(0));
        // Field metadata is part of a field's equality.
        assert_eq!(reader.schema().fields(), TINY.schema().fields());
        let footer = reader.metadata().file_metadata();
        assert!(footer.created_by().unwrap().starts_with("shopscore version "));
        let text = |key: &str| {
            let pairs = footer.key_value_metadata().unwrap();
            pairs.iter().find(|pair| pair.key == key).unwrap().value.clone().unwrap()
        };
        assert_eq!(text(GENERATION_KEY), "2022-03-15-0123456789ab");
        assert!(text(COLUMNS_KEY).starts_with(
            r#"{"shop_id":{"unit":"points","description":"a column","description_zh":"列"},"name":{"#
        ));
        let group = reader.metadata().row_group(0);
        let order: Vec<_> = group
            .sorting_columns()
            .unwrap()
            .iter()
            .map(|column| (column.column_idx, column.descending))
            .collect();
        assert_eq!(order, [(0, false), (2, true)]);
        assert!(group.columns().iter().all(|column| column.statistics().is_some()));
        let batches: Vec<_> = reader.build().unwrap().map(Result::unwrap).collect();
        assert_eq!(batches.len(), 1);
        assert_eq!(batches[0].columns(), rows.columns());
    }

    #[test]
    fn the_same_rows_give_the_same_bytes_however_the_batches_were_cut() {
        let all = many(300_000);
        let cut = [all.slice(0, 1), all.slice(1, 200_000), all.slice(200_001, 99_999)];
        assert_eq!(written(&[all], NO_LIMIT), written(&cut, NO_LIMIT));
    }

    #[test]
    fn row_groups_have_122880_rows() {
        let (reader, _) = read(written(&[many(300_000)], NO_LIMIT).remove(0));
        let rows: Vec<_> = reader.metadata().row_groups().iter().map(RowGroupMetaData::num_rows).collect();
        assert_eq!(rows, [122_880, 122_880, 54_240]);
    }

    #[test]
    fn a_partition_splits_where_another_row_group_would_pass_the_limit() {
        let whole = written(&[many(300_000)], NO_LIMIT);
        assert_eq!(whole.len(), 1);
        let limit_bytes = whole[0].len() - 1;
        let parts = written(&[many(300_000)], limit_bytes);
        let rows: Vec<_> = parts
            .into_iter()
            .map(read)
            .inspect(|(_, bytes)| assert!(*bytes <= limit_bytes))
            .map(|(reader, _)| reader.metadata().file_metadata().num_rows())
            .collect();
        assert_eq!(rows, [245_760, 54_240]);
    }

    #[test]
    fn a_partition_without_rows_is_one_file_without_rows() {
        let files = written(&[], NO_LIMIT);
        assert_eq!(files.len(), 1);
        let (reader, _) = read(files[0].clone());
        assert_eq!(reader.metadata().file_metadata().num_rows(), 0);
    }

    #[test]
    fn the_digest_is_of_the_rows() {
        let digest =
            |score: f64| encode(None, &TINY, &[tiny(&[(1, Some(score))])], NO_LIMIT).unwrap()[0].digest();
        assert_eq!(digest(4.5), digest(4.5));
        assert_ne!(digest(4.5), digest(4.4));
    }

    #[test]
    fn a_full_disk_is_a_disk_failure() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        assert_eq!(failed("write", Path::new("x"), &full.into()).class, ExitClass::Disk);
        let other = ParquetError::General("no".to_owned());
        assert_eq!(failed("write", Path::new("x"), &other).class, ExitClass::Fault);
    }
}
