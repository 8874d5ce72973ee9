//! What a published file says about itself beside its rows: zstd pages, statistics, the order of its rows, the id of the
//! generation that wrote it, and its columns' units and descriptions as one JSON object.

use std::fs::File;
use std::io;
use std::path::Path;

use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, ParquetMetaDataReader, SortingColumn};
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;
use serde::Serializer;

use super::file_system::STAGE;
use super::outputs::OutputTable;
use crate::error::{Failure, Outcome, disk, fault};

/// Rows of a row group: few, for readers look at min and max of `shop_id` to leave out the groups that a shop is not in
/// (docs/LAYOUT.md, with the figures).
pub(super) const ROW_GROUP_ROWS: usize = 16_384;

/// Level of zstd: what is written once and read often is worth a few milliseconds more (docs/LAYOUT.md, with the figures).
const ZSTD_LEVEL: i32 = 3;
/// Rows are sorted by it, so that the differences of neighbours are small, and a dictionary would hold almost every value.
const WRITTEN_AS_DIFFERENCES: &str = "shop_id";
/// Sums of which few repeat: a dictionary would be as long as the column.
const WITHOUT_DICTIONARY: &str = "numerator";

/// File metadata that holds the id of the generation that wrote the file.
const GENERATION_KEY: &str = "shopscore.generation";
/// File metadata that holds a JSON object from column name, in the table's order, to its unit and descriptions.
const COLUMNS_KEY: &str = "shopscore.columns";

/// Parquet readers take what stands before " version " for the writer, and trust the statistics of text only where they can
/// read this. It is the version of this form of files, not of the program: the same rows are the same bytes whatever
/// release wrote them.
const CREATED_BY: &str = "shopscore version 0.1.0";

pub(super) fn properties(table: &OutputTable) -> Outcome<WriterProperties> {
    let mut sorting = Vec::new();
    for (place, options) in table.sort_order()? {
        let column_idx = i32::try_from(place).map_err(|error| fault(STAGE, error))?;
        let (descending, nulls_first) = (options.descending, options.nulls_first);
        sorting.push(SortingColumn { column_idx, descending, nulls_first });
    }
    let mut columns = Vec::new();
    let described = table.columns().map(|column| (column.name, column));
    serde_json::Serializer::new(&mut columns).collect_map(described).map_err(|error| fault(STAGE, error))?;
    let columns = String::from_utf8(columns).map_err(|error| fault(STAGE, error))?;
    let level = ZstdLevel::try_new(ZSTD_LEVEL).map_err(|error| fault(STAGE, error))?;
    Ok(WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_column_dictionary_enabled(ColumnPath::from(WRITTEN_AS_DIFFERENCES), false)
        .set_column_encoding(ColumnPath::from(WRITTEN_AS_DIFFERENCES), Encoding::DELTA_BINARY_PACKED)
        .set_column_dictionary_enabled(ColumnPath::from(WITHOUT_DICTIONARY), false)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_created_by(CREATED_BY.to_owned())
        .set_sorting_columns(Some(sorting))
        .set_key_value_metadata(Some(vec![KeyValue::new(COLUMNS_KEY.to_owned(), columns)]))
        .build())
}

pub(super) fn of_generation(id: &str) -> KeyValue {
    KeyValue::new(GENERATION_KEY.to_owned(), id.to_owned())
}

/// The generation's id in a published file; none where it is no such file.
pub(super) fn generation_in(path: &Path) -> Option<String> {
    let footer = ParquetMetaDataReader::new().parse_and_finish(&File::open(path).ok()?).ok()?;
    let pairs = footer.file_metadata().key_value_metadata()?;
    pairs.iter().find(|pair| pair.key == GENERATION_KEY)?.value.clone()
}

pub(super) fn rows_in(path: &Path) -> Outcome<i64> {
    let file = File::open(path).map_err(|error| disk(STAGE, "open", path, &error))?;
    let footer = ParquetMetaDataReader::new().parse_and_finish(&file);
    Ok(footer.map_err(|error| failed("read back", path, &error))?.file_metadata().num_rows())
}

/// A library error: what the disk did, where it was the disk.
pub(super) fn failed(call: &str, path: &Path, error: &ParquetError) -> Failure {
    if let ParquetError::External(cause) = error
        && let Some(cause) = cause.downcast_ref::<io::Error>()
    {
        return disk(STAGE, call, path, cause);
    }
    fault(STAGE, format!("{}: {error}", path.display()))
}
