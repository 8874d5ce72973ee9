//! A page checksum, put into a file after it was written: the writer of the `parquet` crate writes none.

use std::fs;
use std::path::Path;

use arrow::array::RecordBatch;
use parquet::basic::Compression;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader, ParquetMetaDataWriter, RowGroupMetaData};
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use super::files::write_with;

/// The Thrift field `compressed_page_size` (3) has the type i32 and comes one after the field before it.
const I32_FIELD_AFTER_ONE: u8 = 0x15;

/// Writes a part file whose last column's only page carries its checksum, or a false one.
pub(crate) fn write_with_checksum(path: &Path, batch: &RecordBatch, is_true: bool) {
    let plain = WriterProperties::builder()
        .set_compression(Compression::UNCOMPRESSED)
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true)
        .build();
    write_with(path, batch, plain);
    let mut bytes = fs::read(path).unwrap();
    let footer = ParquetMetaDataReader::new().parse_and_finish(&fs::File::open(path).unwrap()).unwrap();
    let last = footer.row_group(0).columns().last().unwrap();
    let start = usize::try_from(last.data_page_offset()).unwrap();
    let length = usize::try_from(last.compressed_size()).unwrap();
    bytes.truncate(start + length);
    let page = bytes.split_off(start);
    let page = with_checksum(&page, is_true);
    let added = i64::try_from(page.len() - length).unwrap();
    bytes.extend(page);
    ParquetMetaDataWriter::new(&mut bytes, &grown(footer, added)).finish().unwrap();
    fs::write(path, bytes).unwrap();
}

/// A page of a header and data, with the field `crc` (4) between the fields 3 and 5 of its header.
fn with_checksum(page: &[u8], is_true: bool) -> Vec<u8> {
    // Fields 1 to 3: type, uncompressed and compressed size, each one byte of header and a number of its own length.
    let mut place = 0;
    let mut compressed_size = 0;
    for _ in 0..3 {
        assert_eq!(page[place], I32_FIELD_AFTER_ONE);
        (compressed_size, place) = zigzag(page, place + 1);
    }
    let data = &page[page.len() - usize::try_from(compressed_size).unwrap()..];
    let checksum = i32::from_le_bytes((crc32(data) ^ u32::from(!is_true)).to_le_bytes());
    let (before, after) = page.split_at(place);
    let struct_field_after_two = 0x2c;
    let struct_field_after_one = 0x1c;
    assert_eq!(after[0], struct_field_after_two);
    let mut written = before.to_vec();
    written.push(I32_FIELD_AFTER_ONE);
    written.extend(zigzag_bytes(checksum));
    written.push(struct_field_after_one);
    written.extend(&after[1..]);
    written
}

/// The number that starts at `place`, and the place after it.
fn zigzag(bytes: &[u8], mut place: usize) -> (i64, usize) {
    let (mut value, mut shift) = (0_i64, 0);
    loop {
        let byte = bytes[place];
        place += 1;
        value |= i64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return ((value >> 1) ^ -(value & 1), place);
        }
    }
}

fn zigzag_bytes(value: i32) -> Vec<u8> {
    let mut rest = u32::from_le_bytes(((value << 1) ^ (value >> 31)).to_le_bytes());
    let mut bytes = Vec::new();
    while rest >= 0x80 {
        bytes.push(0x80 | u8::try_from(rest & 0x7f).unwrap());
        rest >>= 7;
    }
    bytes.push(u8::try_from(rest).unwrap());
    bytes
}

/// The checksum of gzip and Parquet.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |value: u32| if value & 1 == 1 { 0xedb8_8320 ^ (value >> 1) } else { value >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

/// The footer with the last column longer by `added` bytes.
fn grown(footer: ParquetMetaData, added: i64) -> ParquetMetaData {
    let group: RowGroupMetaData = footer.row_group(0).clone();
    let mut columns = group.columns().to_vec();
    let last = columns.pop().unwrap();
    let (compressed, uncompressed) = (last.compressed_size() + added, last.uncompressed_size() + added);
    let last = last
        .into_builder()
        .set_total_compressed_size(compressed)
        .set_total_uncompressed_size(uncompressed)
        .build()
        .unwrap();
    columns.push(last);
    let group = group.into_builder().set_column_metadata(columns).build().unwrap();
    footer.into_builder().set_row_groups(vec![group]).build()
}
