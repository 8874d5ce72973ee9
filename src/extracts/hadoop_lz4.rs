//! Pages that Hadoop compressed with LZ4, in several blocks: the Parquet crate (60.1) reads a page of one block, or of blocks
//! that grow, and calls any other damaged.
//!
//! In: the bytes of a file, and its footer. Out: the same pages uncompressed in a file of their own, with a footer that says
//! so. A page is a sequence of frames: how many bytes it holds and how many follow, both big-endian in 32 bits, and one LZ4
//! block. Where a page of the codec is anything else, the file stays as it is for the crate to read or to refuse.

use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::Compression;
use parquet::column::page::{CompressedPage, Page, PageReader, PageWriter};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};

/// No LZ4 block holds more than so many bytes a byte.
const GREATEST_RATIO: usize = 256;

/// Whether a footer speaks of such pages.
pub(super) fn is_in(footer: &ParquetMetaData) -> bool {
    footer.row_groups().iter().flat_map(RowGroupMetaData::columns).any(is_of_codec)
}

fn is_of_codec(chunk: &ColumnChunkMetaData) -> bool {
    chunk.compression() == Compression::LZ4
}

/// The pages of a file uncompressed, and their footer; an error where they cannot be read, or are not all of Hadoop's form.
pub(super) fn unpacked(file: &Bytes, footer: &ParquetMetaData) -> Result<(Bytes, ParquetMetaData)> {
    let (mut sink, reader) = (TrackedWrite::new(Vec::new()), Arc::new(file.clone()));
    let groups = footer.row_groups().iter().map(|group| {
        let rows = usize::try_from(group.num_rows())?;
        let chunks = group.columns().iter().map(|chunk| unpack(&reader, chunk, rows, &mut sink));
        group.clone().into_builder().set_column_metadata(chunks.collect::<Result<_>>()?).build()
    });
    let groups = groups.collect::<Result<Vec<_>>>()?;
    let unpacked = footer.clone().into_builder().set_row_groups(groups).build();
    Ok((sink.into_inner()?.into(), unpacked))
}

/// Copies the pages of a chunk, those of Hadoop uncompressed.
fn unpack(
    file: &Arc<Bytes>,
    chunk: &ColumnChunkMetaData,
    rows: usize,
    sink: &mut TrackedWrite<Vec<u8>>,
) -> Result<ColumnChunkMetaData> {
    // The crate then leaves pages as they are.
    let as_is = chunk.clone().into_builder().set_compression(Compression::UNCOMPRESSED).build()?;
    let is_packed = is_of_codec(chunk);
    let mut pages = SerializedPageReader::new(Arc::clone(file), if is_packed { &as_is } else { chunk }, rows, None)?;
    let start = sink.bytes_written();
    let (mut dictionary, mut data) = (None, None);
    while let Some(page) = pages.get_next_page()? {
        let page = if is_packed { plain(page)? } else { page };
        let size_bytes = page.buffer().len();
        let written = SerializedPageWriter::new(sink).write_page(CompressedPage::new(page.clone(), size_bytes))?;
        let offset = i64::try_from(written.offset)?;
        match page {
            Page::DictionaryPage { .. } => dictionary = Some(offset),
            _ => data = data.or(Some(offset)),
        }
    }
    let size_bytes = i64::try_from(sink.bytes_written() - start)?;
    as_is
        .into_builder()
        .set_dictionary_page_offset(dictionary)
        .set_data_page_offset(data.unwrap_or(i64::try_from(start)?))
        .set_total_compressed_size(size_bytes)
        .set_total_uncompressed_size(size_bytes)
        .build()
}

/// A page without its compression; the levels of the second form are never compressed.
fn plain(page: Page) -> Result<Page> {
    Ok(match page {
        Page::DictionaryPage { buf, num_values, encoding, is_sorted } => {
            Page::DictionaryPage { buf: blocks(&buf)?.into(), num_values, encoding, is_sorted }
        }
        Page::DataPage { buf, num_values, encoding, def_level_encoding, rep_level_encoding, statistics } => {
            Page::DataPage {
                buf: blocks(&buf)?.into(),
                num_values,
                encoding,
                def_level_encoding,
                rep_level_encoding,
                statistics,
            }
        }
        Page::DataPageV2 {
            buf,
            num_values,
            encoding,
            num_nulls,
            num_rows,
            def_levels_byte_len,
            rep_levels_byte_len,
            is_compressed,
            statistics,
        } => {
            let levels = usize::try_from(def_levels_byte_len)? + usize::try_from(rep_levels_byte_len)?;
            let (levels, values) = buf.split_at_checked(levels).ok_or_else(|| odd("levels beyond its end"))?;
            let values = if is_compressed { blocks(values)? } else { values.to_vec() };
            Page::DataPageV2 {
                buf: [levels, &values].concat().into(),
                num_values,
                encoding,
                num_nulls,
                num_rows,
                def_levels_byte_len,
                rep_levels_byte_len,
                is_compressed: false,
                statistics,
            }
        }
    })
}

/// The content of all frames.
fn blocks(mut frames: &[u8]) -> Result<Vec<u8>> {
    let mut content = Vec::new();
    while !frames.is_empty() {
        let (unpacked, rest) = size(frames)?;
        let (packed, rest) = size(rest)?;
        let (block, rest) = rest.split_at_checked(packed).ok_or_else(|| odd("a block beyond its end"))?;
        if unpacked / GREATEST_RATIO > packed {
            return Err(odd("a block that cannot hold so much"));
        }
        let start = content.len();
        content.resize(start + unpacked, 0);
        let into = content.get_mut(start..).unwrap_or_default();
        let written = lz4_flex::block::decompress_into(block, into);
        if written.map_err(|error| ParquetError::External(Box::new(error)))? != unpacked {
            return Err(odd("a block of another size"));
        }
        frames = rest;
    }
    Ok(content)
}

/// A size, and what comes after it.
fn size(frames: &[u8]) -> Result<(usize, &[u8])> {
    let (size, rest) = frames.split_first_chunk::<4>().ok_or_else(|| odd("no whole frame"))?;
    Ok((u32::from_be_bytes(*size) as usize, rest))
}

fn odd(what: &str) -> ParquetError {
    ParquetError::General(format!("a page of Hadoop's LZ4 with {what}"))
}
