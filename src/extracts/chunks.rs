//! Whether what a footer says of its file can be true: counts that add up, and column chunks that lie before the footer.
//!
//! A footer has no checksum, and the Parquet reader takes its numbers as they are: it would panic on a chunk of less than no
//! bytes, and read past the pages on one that is too long.

use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};

/// The first thing that cannot be true, in words; `footer_start` is where the footer begins in the file.
pub(super) fn impossible(metadata: &ParquetMetaData, footer_start: u64) -> Option<String> {
    let rows = metadata.file_metadata().num_rows();
    let mut counted = 0_i64;
    for (number, group) in metadata.row_groups().iter().enumerate() {
        if group.num_rows() < 0 {
            return Some(format!("{} rows in row group {number}", group.num_rows()));
        }
        counted = counted.saturating_add(group.num_rows());
        if let Some(chunk) = group.columns().iter().find(|chunk| !lies_before(chunk, footer_start)) {
            let column = chunk.column_path();
            return Some(format!("pages of {column}, row group {number}, that are not inside the file"));
        }
    }
    (counted != rows).then(|| format!("row groups of {counted} rows in all, and {rows} rows"))
}

fn lies_before(chunk: &ColumnChunkMetaData, footer_start: u64) -> bool {
    let start = chunk.dictionary_page_offset().unwrap_or_else(|| chunk.data_page_offset());
    let (start, length) = (u64::try_from(start), u64::try_from(chunk.compressed_size()));
    let end = start.ok().zip(length.ok()).and_then(|(start, length)| start.checked_add(length));
    end.is_some_and(|end| end <= footer_start) && chunk.num_values() >= 0 && chunk.uncompressed_size() >= 0
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array, RecordBatch};
    use parquet::arrow::ArrowWriter;
    use parquet::file::metadata::ColumnChunkMetaDataBuilder;

    use super::*;

    /// The metadata of a file of three rows.
    fn three_rows() -> ParquetMetaData {
        let column = Arc::new(Int64Array::from(vec![1, 2, 3])) as ArrayRef;
        let batch = RecordBatch::try_from_iter([("shop_id", column)]).unwrap();
        let file = tempfile::tempfile().unwrap();
        let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap()
    }

    #[test]
    fn a_chunk_that_does_not_lie_inside_the_file_is_impossible() {
        type Change = fn(ColumnChunkMetaDataBuilder) -> ColumnChunkMetaDataBuilder;
        let with_chunk = |change: Change| {
            let group = three_rows().row_group(0).clone();
            let chunk = change(group.column(0).clone().into_builder()).build().unwrap();
            let group = group.into_builder().set_column_metadata(vec![chunk]).build().unwrap();
            impossible(&three_rows().into_builder().set_row_groups(vec![group]).build(), 1_000)
        };
        assert_eq!(with_chunk(|chunk| chunk), None);
        let outside: [Change; 5] = [
            |chunk| chunk.set_total_compressed_size(-1),
            |chunk| chunk.set_total_compressed_size(1_000),
            |chunk| chunk.set_total_compressed_size(i64::MAX),
            |chunk| chunk.set_dictionary_page_offset(Some(-4)),
            |chunk| chunk.set_num_values(-1),
        ];
        for (case, change) in outside.into_iter().enumerate() {
            let found = with_chunk(change).unwrap_or_default();
            assert_eq!(found, "pages of \"shop_id\", row group 0, that are not inside the file", "case {case}");
        }
    }

    #[test]
    fn row_groups_that_do_not_add_up_to_the_rows_are_impossible() {
        let with_rows = |rows| {
            let group = three_rows().row_group(0).clone().into_builder().set_num_rows(rows).build().unwrap();
            impossible(&three_rows().into_builder().set_row_groups(vec![group]).build(), 1_000)
        };
        assert_eq!(with_rows(3), None);
        assert_eq!(with_rows(2).unwrap(), "row groups of 2 rows in all, and 3 rows");
        assert_eq!(with_rows(-3).unwrap(), "-3 rows in row group 0");
    }
}
