//! The footer of a part file: read once, when the file is checked, and kept until its rows are read, so that no byte is read
//! twice; and whether what it says of its file can be true.
//!
//! A footer has no checksum, and the Parquet reader takes its numbers as they are: it would panic on a chunk of less than no
//! bytes, and read past the pages on one that is too long.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use super::thrift;
use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::metadata::{
    ColumnChunkMetaData, FileMetaData, ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData,
};
use parquet::schema::types::{SchemaDescriptor, Type};

/// The length of the footer and the magic that end every Parquet file.
const END_BYTES: u64 = 8;

/// What Parquet files begin and end with, encrypted ones too.
pub(super) const MARKS: [[u8; 4]; 2] = [*b"PAR1", *b"PARE"];

/// The last bytes of a file, which hold its footer.
#[derive(Clone, Debug)]
pub(super) struct Tail {
    /// Where they start in the file.
    pub(super) start: u64,
    pub(super) bytes: Bytes,
}

impl Tail {
    /// Reads the footer of a file of `size_bytes`, as long as its last bytes say that it is; no more than there is.
    pub(super) fn read(file: &File, size_bytes: u64) -> io::Result<Self> {
        let end_start = size_bytes.saturating_sub(END_BYTES);
        let end = read_range(file, end_start, size_bytes)?;
        let footer_bytes = end.first_chunk::<4>().map_or(0, |length| u64::from(u32::from_le_bytes(*length)));
        let is_parquet = end.ends_with(b"PAR1") && footer_bytes <= end_start;
        let start = if is_parquet { end_start - footer_bytes } else { end_start };
        let footer = read_range(file, start, end_start)?;
        Ok(Self { start, bytes: [footer, end].concat().into() })
    }

    /// How many bytes the footer says that it and what follows it have, where the last ones say so.
    pub(super) fn declared_bytes(&self) -> Option<u64> {
        let length = self.bytes.strip_suffix(b"PAR1")?.last_chunk::<4>()?;
        Some(u64::from(u32::from_le_bytes(*length)) + END_BYTES)
    }

    /// Whether it ends as a file with an encrypted footer does, or names the algorithm that its columns are encrypted with.
    pub(super) fn is_encrypted(&self) -> bool {
        /// In the footer's struct.
        const ENCRYPTION_ALGORITHM: i16 = 8;
        let names_algorithm = || thrift::has_field(&self.bytes, ENCRYPTION_ALGORITHM) == Some(true);
        self.bytes.ends_with(b"PARE") || self.bytes.ends_with(b"PAR1") && names_algorithm()
    }

    /// What the footer says, in which an offset of 0 for no dictionary page is none, as old writers mean it.
    pub(super) fn decode(&self) -> Result<ParquetMetaData, ParquetError> {
        let metadata = ParquetMetaDataReader::new().parse_and_finish(&self.bytes)?;
        let is_odd = |chunk: &ColumnChunkMetaData| chunk.dictionary_page_offset() == Some(0);
        if !metadata.row_groups().iter().flat_map(RowGroupMetaData::columns).any(is_odd) {
            return Ok(metadata);
        }
        let mend = |chunk: &ColumnChunkMetaData| match chunk.dictionary_page_offset() {
            Some(0) => chunk.clone().into_builder().set_dictionary_page_offset(None).build(),
            _ => Ok(chunk.clone()),
        };
        let groups = metadata.row_groups().iter().map(|group| {
            let chunks = group.columns().iter().map(mend).collect::<Result<Vec<_>, _>>()?;
            group.clone().into_builder().set_column_metadata(chunks).build()
        });
        let groups = groups.collect::<Result<Vec<_>, _>>()?;
        Ok(metadata.into_builder().set_row_groups(groups).build())
    }
}

/// A footer of nothing but the columns at these places of its schema, none of them nested: the others may be of types that
/// Arrow does not know.
pub(super) fn projected(metadata: &ParquetMetaData, places: &[usize]) -> Result<ParquetMetaData, ParquetError> {
    let file = metadata.file_metadata();
    let schema = file.schema_descr();
    let lacking = || ParquetError::General("a column that the footer does not have".to_owned());
    let fields = places.iter().map(|place| schema.root_schema().get_fields().get(*place).cloned().ok_or_else(lacking));
    let fields = fields.collect::<Result<Vec<_>, _>>()?;
    let group = Type::group_type_builder(schema.root_schema().name()).with_fields(fields).build()?;
    let projection = Arc::new(SchemaDescriptor::new(Arc::new(group)));
    let leaf = |place: &usize| (0..schema.num_columns()).find(|leaf| schema.get_column_root_idx(*leaf) == *place);
    let leaves = places.iter().map(|place| leaf(place).ok_or_else(lacking)).collect::<Result<Vec<usize>, _>>()?;
    let groups = metadata.row_groups().iter().map(|group| {
        let chunk = |leaf: &usize| group.columns().get(*leaf).cloned().ok_or_else(lacking);
        RowGroupMetaData::builder(Arc::clone(&projection))
            .set_num_rows(group.num_rows())
            .set_total_byte_size(group.total_byte_size())
            .set_column_metadata(leaves.iter().map(chunk).collect::<Result<Vec<_>, _>>()?)
            .build()
    });
    let groups = groups.collect::<Result<Vec<_>, _>>()?;
    let created_by = file.created_by().map(str::to_owned);
    Ok(ParquetMetaData::new(
        FileMetaData::new(file.version(), file.num_rows(), created_by, None, projection, None),
        groups,
    ))
}

fn read_range(file: &File, start: u64, end: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(end - start).map_err(io::Error::other)?];
    file.read_exact_at(&mut bytes, start)?;
    Ok(bytes)
}

/// The first thing that cannot be true, in words: counts that do not add up, or a column chunk that does not lie before the
/// footer, which begins at `footer_start`.
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
    use std::io::Write;

    use arrow::array::{ArrayRef, Int64Array, RecordBatch};
    use parquet::arrow::ArrowWriter;
    use parquet::file::metadata::ColumnChunkMetaDataBuilder;

    use super::*;

    #[test]
    fn a_tail_is_the_footer_and_what_ends_the_file_or_where_it_ends_otherwise_its_last_bytes() {
        for (content, start, bytes) in [
            (b"PAR1 rows foot\x04\0\0\0PAR1".as_slice(), 10, b"foot\x04\0\0\0PAR1".as_slice()),
            (b"", 0, b""),
            (b"short", 0, b"short"),
            (b"no Parquet file", 7, b"uet file"),
            // A footer longer than the file.
            (b"PAR1\xff\xff\xff\x7fPAR1", 4, b"\xff\xff\xff\x7fPAR1"),
        ] {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(content).unwrap();
            let tail = Tail::read(&file, content.len() as u64).unwrap();
            assert_eq!((tail.start, tail.bytes.as_ref()), (start, bytes));
        }
    }

    /// What is impossible of a file of three rows, in one row group, where that is changed.
    fn found(change: impl FnOnce(RowGroupMetaData) -> RowGroupMetaData) -> Option<String> {
        let column = Arc::new(Int64Array::from(vec![1, 2, 3])) as ArrayRef;
        let batch = RecordBatch::try_from_iter([("shop_id", column)]).unwrap();
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        let metadata = writer.close().unwrap();
        let group = change(metadata.row_group(0).clone());
        impossible(&metadata.into_builder().set_row_groups(vec![group]).build(), 1_000)
    }

    #[test]
    fn a_chunk_that_does_not_lie_inside_the_file_is_impossible() {
        type Change = fn(ColumnChunkMetaDataBuilder) -> ColumnChunkMetaDataBuilder;
        let with_chunk = |change: Change| {
            found(|group| {
                let chunk = change(group.column(0).clone().into_builder()).build().unwrap();
                group.into_builder().set_column_metadata(vec![chunk]).build().unwrap()
            })
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
        let with_rows = |rows| found(|group| group.into_builder().set_num_rows(rows).build().unwrap());
        assert_eq!(with_rows(3), None);
        assert_eq!(with_rows(2).unwrap(), "row groups of 2 rows in all, and 3 rows");
        assert_eq!(with_rows(-3).unwrap(), "-3 rows in row group 0");
    }
}
