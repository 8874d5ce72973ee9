//! One partition's Parquet files: encoded first, named with the generation's id once that is known.
//!
//! In: checked batches in the declared order. Out: `part-0.parquet`, and further parts only where one file would pass the
//! limit, or their hashes alone, to find out whether a published file holds the same bytes. The bytes depend on the rows,
//! the declaration, the program's version and the id alone: row groups are cut by rows, however the batches were cut.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::compute::BatchCoalescer;
use parquet::arrow::ArrowWriter;

use super::checksums::{HashingFile, hexadecimal};
use super::file_metadata::{ROW_GROUP_ROWS, failed, of_generation, properties, rows_in};
use super::file_system::{self, STAGE};
use super::outputs::OutputTable;
use super::partition::part_name;
use crate::error::{Outcome, disk, fault};

/// A file whose rows are written, and whose footer is not.
pub(super) struct EncodedFile {
    pub(super) name: String,
    path: PathBuf,
    /// Whether it lies at its path; nothing does where only its hash is wanted.
    is_kept: bool,
    pub(super) rows: usize,
    writer: ArrowWriter<HashingFile>,
}

/// Encodes the rows of one partition into `folder`, which exists, or into hashes alone. A further part begins where
/// another row group like the last would pass `limit_bytes`.
pub(super) fn encode(
    folder: Option<&Path>,
    table: &OutputTable,
    rows: impl Iterator<Item = Outcome<RecordBatch>>,
    limit_bytes: usize,
) -> Outcome<Vec<EncodedFile>> {
    let (mut full, mut last) = (Vec::new(), EncodedFile::create(folder, 0, table)?);
    let mut append_completed = |row_groups: &mut BatchCoalescer| -> Outcome<()> {
        while let Some(row_group) = row_groups.next_completed_batch() {
            if last.would_pass(limit_bytes)? {
                let next = EncodedFile::create(folder, full.len() + 1, table)?;
                full.push(std::mem::replace(&mut last, next));
            }
            last.append(&row_group)?;
        }
        Ok(())
    };
    let mut row_groups = BatchCoalescer::new(table.schema(), ROW_GROUP_ROWS);
    let refused = |error| fault(STAGE, error);
    for slice in rows {
        let declared = RecordBatch::try_new(table.schema(), slice?.columns().to_vec()).map_err(refused)?;
        row_groups.push_batch(declared).map_err(refused)?;
        append_completed(&mut row_groups)?;
    }
    row_groups.finish_buffered_batch().map_err(refused)?;
    append_completed(&mut row_groups)?;
    full.push(last);
    full.into_iter().map(EncodedFile::flushed).collect()
}

impl EncodedFile {
    fn create(folder: Option<&Path>, part: usize, table: &OutputTable) -> Outcome<Self> {
        let name = part_name(part);
        let path = folder.unwrap_or(Path::new("")).join(&name);
        let create = |_| File::create_new(&path).map_err(|error| disk(STAGE, "create", &path, &error));
        let file = HashingFile::new(folder.map(create).transpose()?);
        let writer = ArrowWriter::try_new(file, table.schema(), Some(properties(table)?))
            .map_err(|error| failed("write", &path, &error))?;
        Ok(Self { name, path, is_kept: folder.is_some(), rows: 0, writer })
    }

    fn append(&mut self, rows: &RecordBatch) -> Outcome<()> {
        self.rows += rows.num_rows();
        let written = self.writer.write(rows).and_then(|()| self.writer.flush());
        written.map_err(|error| failed("write", &self.path, &error))
    }

    fn would_pass(&self, limit_bytes: usize) -> Outcome<bool> {
        let Some(last) = self.writer.flushed_row_groups().last() else { return Ok(false) };
        let like_last = usize::try_from(last.compressed_size()).map_err(|error| fault(STAGE, error))?;
        Ok(self.writer.bytes_written() + like_last > limit_bytes)
    }

    fn flushed(mut self) -> Outcome<Self> {
        self.writer.sync().map_err(|error| disk(STAGE, "write", &self.path, &error))?;
        Ok(self)
    }

    /// The hash of what is written so far: of its encoded rows, or once it is finished of the whole file.
    pub(super) fn digest(&self) -> [u8; 32] {
        self.writer.inner().digest()
    }

    /// Writes the footer with `id`, and returns the hash of the whole file; a file that is kept is read back, and given
    /// its final `mode`.
    pub(super) fn finish(mut self, id: &str, mode: u32) -> Outcome<String> {
        self.writer.append_key_value_metadata(of_generation(id));
        // Not `into_inner`, which turns what the disk said into text.
        self.writer.finish().map_err(|error| failed("write", &self.path, &error))?;
        if self.is_kept {
            let (rows, path) = (rows_in(&self.path)?, self.path.display());
            if usize::try_from(rows) != Ok(self.rows) {
                return Err(fault(STAGE, format!("{path}: {rows} rows in the footer, {} written", self.rows)));
            }
            file_system::set_mode(&self.path, mode)?;
        }
        Ok(hexadecimal(&self.digest()))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use parquet::basic::Encoding;
    use parquet::errors::ParquetError;
    use parquet::file::metadata::RowGroupMetaData;

    use super::*;
    use crate::error::ExitClass;
    use crate::publish::testing::{TINY, tiny};
    use crate::publish::{checksums::file_hash, file_metadata::generation_in};

    const NO_LIMIT: usize = usize::MAX;
    const ID: &str = "2022-03-15-0123456789ab";

    fn written(batches: &[RecordBatch], limit_bytes: usize) -> Vec<Vec<u8>> {
        let folder = tempfile::tempdir().unwrap();
        let encoded = |folder| -> Vec<String> {
            let files = encode(folder, &TINY, batches.iter().cloned().map(Ok), limit_bytes).unwrap().into_iter();
            files.map(|file| file.finish(ID, 0o444).unwrap()).collect()
        };
        let hashes = encoded(Some(folder.path()));
        assert_eq!(hashes, encoded(None), "what is encoded for its hash alone has the hash of the file");
        let paths: Vec<_> = (0..hashes.len()).map(|part| folder.path().join(part_name(part))).collect();
        assert_eq!(hashes, paths.iter().map(|path| file_hash(path).unwrap()).collect::<Vec<_>>());
        assert_eq!(generation_in(&paths[0]).as_deref(), Some(ID));
        paths.iter().map(|path| fs::read(path).unwrap()).collect()
    }

    #[test]
    fn a_disk_that_is_full_at_the_footer_is_a_failure_of_the_disk_and_any_other_error_a_fault() {
        let full = HashingFile::new(Some(fs::OpenOptions::new().write(true).open("/dev/full").unwrap()));
        let writer = ArrowWriter::try_new(full, TINY.schema(), None).unwrap();
        let file = EncodedFile { name: part_name(0), path: PathBuf::new(), is_kept: false, rows: 0, writer };
        assert_eq!(file.finish(ID, 0o444).unwrap_err().class, ExitClass::Disk);
        let other = ParquetError::General("no".to_owned());
        assert_eq!(failed("write", Path::new("x"), &other).class, ExitClass::Fault);
    }

    fn many(rows: i64) -> RecordBatch {
        let score = |shop: i64| Some(f64::from(u8::try_from(shop % 50).unwrap()) / 10.0);
        tiny(&(0..rows).map(|shop| (shop, score(shop))).collect::<Vec<_>>())
    }

    fn read(bytes: Vec<u8>) -> ParquetRecordBatchReaderBuilder<bytes::Bytes> {
        ParquetRecordBatchReaderBuilder::try_new(bytes.into()).unwrap()
    }

    #[test]
    fn a_file_reads_back_with_its_rows_types_and_descriptions() {
        let rows = tiny(&[(1, Some(4.5)), (1, None), (7, Some(0.0))]);
        let reader = read(written(std::slice::from_ref(&rows), NO_LIMIT).remove(0));
        // Field metadata is part of a field's equality.
        assert_eq!(reader.schema().fields(), TINY.schema().fields());
        let footer = reader.metadata().file_metadata();
        assert!(footer.created_by().unwrap().starts_with("shopscore version "));
        let text = |key: &str| {
            let pairs = footer.key_value_metadata().unwrap();
            pairs.iter().find(|pair| pair.key == key).unwrap().value.clone().unwrap()
        };
        assert_eq!(text("shopscore.generation"), ID);
        let columns = r#"{"shop_id":{"unit":"points","description":"a column","description_zh":"列"},"name":{"#;
        assert!(text("shopscore.columns").starts_with(columns));
        let group = reader.metadata().row_group(0);
        let sorted_by = group.sorting_columns().unwrap().iter();
        let order: Vec<_> = sorted_by.map(|column| (column.column_idx, column.descending)).collect();
        assert_eq!(order, [(0, false), (2, true)]);
        assert!(group.columns().iter().all(|column| column.statistics().is_some()));
        let encodings = |place: usize| group.column(place).encodings().collect::<Vec<_>>();
        assert!(encodings(0).contains(&Encoding::DELTA_BINARY_PACKED), "shop_id: {:?}", encodings(0));
        assert!(!encodings(0).contains(&Encoding::RLE_DICTIONARY), "shop_id: {:?}", encodings(0));
        let batches: Vec<_> = reader.build().unwrap().map(Result::unwrap).collect();
        assert_eq!(batches.len(), 1);
        assert_eq!(batches[0].columns(), rows.columns());
    }

    #[test]
    fn the_same_rows_give_the_same_bytes_however_the_batches_were_cut_and_other_rows_another_digest() {
        let all = many(300_000);
        let cut = [all.slice(0, 1), all.slice(1, 200_000), all.slice(200_001, 99_999)];
        let of = |batches: &[RecordBatch]| encode(None, &TINY, batches.iter().cloned().map(Ok), NO_LIMIT).unwrap();
        let digest = |batches: &[RecordBatch]| of(batches)[0].digest();
        assert_eq!(digest(std::slice::from_ref(&all)), digest(&cut));
        assert_ne!(digest(&cut), digest(&cut[1..]));
        assert_eq!(written(&[all], NO_LIMIT), written(&cut, NO_LIMIT));
    }

    #[test]
    fn row_groups_have_16384_rows_and_a_part_ends_where_another_would_pass_the_limit() {
        let whole = written(&[many(300_000)], NO_LIMIT);
        let limit_bytes = whole[0].len() - 1;
        let parts = written(&[many(300_000)], limit_bytes);
        assert!(parts.iter().all(|part| part.len() <= limit_bytes));
        let row_groups = |files: Vec<Vec<u8>>| -> Vec<Vec<i64>> {
            let of_file = |file| read(file).metadata().row_groups().iter().map(RowGroupMetaData::num_rows).collect();
            files.into_iter().map(of_file).collect()
        };
        let full = vec![16_384; 18];
        assert_eq!(row_groups(whole), [[full.clone(), vec![5_088]].concat()]);
        assert_eq!(row_groups(parts), [full, vec![5_088]]);
        let without_rows = row_groups(written(&[], NO_LIMIT));
        assert_eq!(without_rows, [Vec::<i64>::new()], "a partition without rows is one file without rows");
    }
}
