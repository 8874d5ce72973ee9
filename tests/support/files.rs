//! Part files, sound and spoilt, and the producer's manifests.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, GzipLevel, ZstdLevel};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type, Int96, Int96Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use rustix::fs::{CWD, FileType, Mode, mknodat};
use sha2::{Digest, Sha256};

/// Writes a part file and the folders above it.
pub(crate) fn write(path: &Path, batch: &RecordBatch) {
    write_with(path, batch, WriterProperties::new());
}

/// As [`write`], with the properties given.
pub(crate) fn write_with(path: &Path, batch: &RecordBatch, properties: WriterProperties) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

/// The codecs that producers use.
pub(crate) fn codecs() -> [Compression; 5] {
    use Compression::{GZIP, LZ4_RAW, SNAPPY, UNCOMPRESSED, ZSTD};
    [UNCOMPRESSED, SNAPPY, GZIP(GzipLevel::default()), LZ4_RAW, ZSTD(ZstdLevel::default())]
}

/// The batch without the column.
pub(crate) fn without(batch: &RecordBatch, column: &str) -> RecordBatch {
    let mut batch = batch.clone();
    batch.remove_column(batch.schema().index_of(column).unwrap());
    batch
}

/// The batch with the column under another name.
pub(crate) fn renamed(batch: &RecordBatch, column: &str, name: &str) -> RecordBatch {
    let array = batch.column_by_name(column).unwrap();
    let field = Field::new(name, array.data_type().clone(), true);
    replaced(batch, column, field, Arc::clone(array))
}

/// The batch with the column cast to another type; a value that does not fit is a mistake in the test.
pub(crate) fn retyped(batch: &RecordBatch, column: &str, wanted: &DataType) -> RecordBatch {
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    let array = cast_with_options(batch.column_by_name(column).unwrap(), wanted, &strict).unwrap();
    with_array(batch, column, array)
}

/// The batch with other values, perhaps of another type, in the column.
pub(crate) fn with_array(batch: &RecordBatch, column: &str, array: ArrayRef) -> RecordBatch {
    replaced(batch, column, Field::new(column, array.data_type().clone(), true), array)
}

fn replaced(batch: &RecordBatch, column: &str, field: Field, array: ArrayRef) -> RecordBatch {
    let place = batch.schema().index_of(column).unwrap();
    let mut fields: Vec<_> = batch.schema().fields().iter().cloned().collect();
    let mut columns = batch.columns().to_vec();
    fields[place] = Arc::new(field);
    columns[place] = array;
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
}

/// The batch with the column a second time, at the end.
pub(crate) fn doubled(batch: &RecordBatch, column: &str) -> RecordBatch {
    let place = batch.schema().index_of(column).unwrap();
    batch.project(&(0..batch.num_columns()).chain([place]).collect::<Vec<_>>()).unwrap()
}

/// Writes a file of one payment below Arrow, which has no INT96 and no string that is no UTF-8: `paid_at` of the
/// Parquet type given, `category` of any bytes.
pub(crate) fn write_payment(path: &Path, paid_at_type: &str, category: &[u8]) {
    let schema = format!(
        "message payments {{
            required int64 order_id; required int64 shop_id; required binary category (STRING);
            required int64 amount_fen; required {paid_at_type};
        }}"
    );
    let schema = Arc::new(parse_message_type(&schema).unwrap());
    let mut writer = SerializedFileWriter::new(File::create(path).unwrap(), schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    while let Some(mut column) = group.next_column().unwrap() {
        let written = match column.untyped() {
            ColumnWriter::Int96ColumnWriter(_) => {
                let noon = Int96::from(vec![0, 0, 2_459_654]);
                column.typed::<Int96Type>().write_batch(&[noon], None, None)
            }
            ColumnWriter::ByteArrayColumnWriter(_) => {
                column.typed::<ByteArrayType>().write_batch(&[ByteArray::from(category.to_vec())], None, None)
            }
            _ => column.typed::<Int64Type>().write_batch(&[1], None, None),
        };
        written.unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
}

/// Cuts the file to its first `length` bytes.
pub(crate) fn truncate(path: &Path, length: u64) {
    File::options().write(true).open(path).unwrap().set_len(length).unwrap();
}

/// Sets the time at which a file was last written.
pub(crate) fn set_modified(path: &Path, time: SystemTime) {
    File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
}

/// Writes the manifest of a partition: name, rows and SHA-256 of each file.
pub(crate) fn write_manifest(folder: &Path, files: &[(&str, usize, &str)]) {
    let files: Vec<_> = files
        .iter()
        .map(|(name, rows, sha256)| serde_json::json!({ "name": name, "rows": rows, "sha256": sha256 }))
        .collect();
    fs::write(folder.join("_manifest.json"), serde_json::json!({ "files": files }).to_string()).unwrap();
}

/// The SHA-256 of a file in hexadecimal digits.
pub(crate) fn sha256(path: &Path) -> String {
    let hash = Sha256::digest(fs::read(path).unwrap());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Makes a pipe, whose readers wait for a writer.
pub(crate) fn make_pipe(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
}
