//! Table-days into part files: `TABLE/dt=DAY/part-00000.parquet`.

use std::fs;
use std::path::Path;

use arrow::array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use crate::error::{Outcome, disk, fault};
use crate::extracts::schema::{ColumnKind, TableSpec};

/// The files and bytes that a table-day took.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Written {
    pub(super) rows: u64,
    pub(super) files: u64,
    pub(super) bytes: u64,
}

/// A part file has at most this many rows.
const MOST_ROWS_PER_FILE: usize = 1_000_000;

/// Writes `batch` into the new folder `folder`, split evenly into at least `part_count` files.
pub(super) fn write(
    folder: &Path,
    spec: &TableSpec,
    batch: &RecordBatch,
    part_count: usize,
) -> Outcome<Written> {
    fs::create_dir_all(folder).map_err(|error| disk("sample", "mkdir", folder, &error))?;
    let rows = batch.num_rows();
    let rows_per_part = rows.div_ceil(part_count).clamp(1, MOST_ROWS_PER_FILE);
    let mut written = Written::default();
    for first in (0..rows.max(1)).step_by(rows_per_part) {
        let part = batch.slice(first, rows_per_part.min(rows - first));
        let bytes = encoded(spec, &part).map_err(|error| fault("sample", error))?;
        let path = folder.join(format!("part-{:05}.parquet", written.files));
        fs::write(&path, &bytes).map_err(|error| disk("sample", "write", &path, &error))?;
        written.files += 1;
        written.rows += u64::try_from(part.num_rows()).unwrap_or(u64::MAX);
        written.bytes += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    }
    Ok(written)
}

fn encoded(spec: &TableSpec, batch: &RecordBatch) -> Result<Vec<u8>, ParquetError> {
    let options = ArrowWriterOptions::new().with_properties(properties(spec)?).with_skip_arrow_metadata(true);
    let mut writer = ArrowWriter::try_new_with_options(Vec::new(), batch.schema(), options)?;
    writer.write(batch)?;
    writer.into_inner()
}

/// Small files: no page index, and no dictionaries where hardly a value comes twice.
fn properties(spec: &TableSpec) -> Result<WriterProperties, ParquetError> {
    let mut properties = WriterProperties::builder()
        .set_created_by("shopscore sample".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true);
    for column in spec.columns {
        let is_id = column.name.ends_with("_id") && column.name != "shop_id";
        if is_id || column.kind == ColumnKind::Timestamp {
            properties = properties.set_column_dictionary_enabled(ColumnPath::from(column.name), false);
        }
    }
    Ok(properties.build())
}
