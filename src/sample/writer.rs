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

use super::request::STAGE;
use crate::error::{Outcome, disk, fault};
use crate::extracts::schema::{ColumnKind, TableSpec};

/// A part file has at most this many rows.
const MOST_ROWS_PER_FILE: usize = 1_000_000;

/// Writes `batch` into the new folder `folder`, split evenly into at least `part_count` files; gives the bytes of each.
pub(super) fn write(folder: &Path, spec: &TableSpec, batch: &RecordBatch, part_count: usize) -> Outcome<Vec<usize>> {
    fs::create_dir_all(folder).map_err(|error| disk(STAGE, "mkdir", folder, &error))?;
    let rows = batch.num_rows();
    let rows_per_part = rows.div_ceil(part_count).clamp(1, MOST_ROWS_PER_FILE);
    let firsts = (0..rows.max(1)).step_by(rows_per_part);
    let parts = firsts.enumerate().map(|(number, first)| {
        let part = batch.slice(first, rows_per_part.min(rows - first));
        let bytes = encoded(spec, &part).map_err(|error| fault(STAGE, error))?;
        let path = folder.join(format!("part-{number:05}.parquet"));
        fs::write(&path, &bytes).map_err(|error| disk(STAGE, "write", &path, &error))?;
        Ok(bytes.len())
    });
    parts.collect()
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
