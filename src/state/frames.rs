//! Frames of the engine as Parquet bytes and back: int64 and text columns, no nulls, as partials have them.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch, RecordBatchReader, StringArray};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType as ArrowType, Field, Int64Type, Schema};
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::{ArrowWriter, ProjectionMask};
use parquet::basic::{Compression, Encoding, Type as PhysicalType};
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::{ColumnDescriptor, ColumnPath};
use polars::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Outcome, fault};
use crate::state::checksummed::STAGE;

/// A frame as the bytes of a Parquet file. Integers are written as differences: shops ascend and counts are small, which
/// makes a tenth of them and costs less than any compression.
pub(crate) fn to_parquet(frame: &DataFrame) -> Result<Vec<u8>> {
    let mut fields = Vec::new();
    let mut columns: Vec<ArrayRef> = Vec::new();
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::UNCOMPRESSED)
        .set_statistics_enabled(EnabledStatistics::None)
        // Without the program's version: the same content is the same bytes whatever release stored it.
        .set_created_by("shopscore".to_owned());
    for column in frame.columns() {
        let name = column.name().as_str();
        if column.dtype() == &DataType::String {
            let texts = column.str().map_err(outside)?;
            columns.push(Arc::new(texts.iter().collect::<StringArray>()));
            fields.push(Field::new(name, ArrowType::Utf8, false));
        } else {
            let integers = column.i64().map_err(outside)?;
            columns.push(Arc::new(as_array(integers)));
            fields.push(Field::new(name, ArrowType::Int64, false));
            let path = ColumnPath::from(name);
            properties = properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
        }
    }
    let schema = Arc::new(Schema::new(fields));
    let mut writer = ArrowWriter::try_new(Vec::new(), Arc::clone(&schema), Some(properties.build()))?;
    writer.write(&RecordBatch::try_new(schema, columns)?)?;
    writer.into_inner()
}

fn as_array(integers: &Int64Chunked) -> Int64Array {
    // One piece without nulls is copied as it is.
    integers.cont_slice().map_or_else(|_| integers.iter().collect(), |values| values.to_vec().into())
}

/// The frame that [`to_parquet`] wrote.
pub(crate) fn from_parquet(bytes: Bytes) -> Result<DataFrame> {
    read(bytes, |_| true)
}

/// The same frame without its texts, which take the longest.
pub(super) fn integers_of(bytes: Bytes) -> Result<DataFrame> {
    read(bytes, |column| column.physical_type() == PhysicalType::INT64)
}

fn read(bytes: Bytes, is_wanted: impl Fn(&ColumnDescriptor) -> bool) -> Result<DataFrame> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes)?.with_batch_size(1 << 20);
    let schema = reader.parquet_schema();
    let wanted = (0..schema.num_columns()).filter(|leaf| is_wanted(&schema.column(*leaf)));
    let wanted = ProjectionMask::leaves(schema, wanted);
    let reader = reader.with_projection(wanted).build()?;
    let schema = reader.schema();
    let batches = reader.collect::<std::result::Result<Vec<_>, _>>()?;
    let batch = concat_batches(&schema, &batches)?;
    let columns = schema.fields().iter().zip(batch.columns()).map(|(field, array)| {
        let name = PlSmallStr::from_str(field.name());
        if let Some(integers) = array.as_primitive_opt::<Int64Type>() {
            return Ok(Int64Chunked::from_vec(name, integers.values().to_vec()).into_column());
        }
        let texts = array.as_string_opt::<i32>();
        let texts = texts.ok_or_else(|| ParquetError::General(format!("{} holds neither", field.name())))?;
        Ok(StringChunked::from_iter_options(name, texts.iter()).into_column())
    });
    let columns = columns.collect::<Result<Vec<Column>>>()?;
    DataFrame::new(batch.num_rows(), columns).map_err(outside)
}

/// A header on a line of its own, and a frame.
pub(super) fn under(header: &impl Serialize, frame: &DataFrame) -> Outcome<Vec<u8>> {
    let header = serde_json::to_vec(header).map_err(|error| fault(STAGE, error))?;
    let frame = to_parquet(frame).map_err(|error| fault(STAGE, error))?;
    Ok([header.as_slice(), b"\n", &frame].concat())
}

/// The header and the frame that [`under`] brought together; none where bytes hold anything else.
pub(super) fn split<H: DeserializeOwned>(bytes: &[u8]) -> Option<(H, DataFrame)> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let (header, rest) = bytes.split_at(end);
    let frame = from_parquet(rest.get(1..)?.to_vec().into()).ok()?;
    Some((serde_json::from_slice(header).ok()?, frame))
}

fn outside(error: PolarsError) -> ParquetError {
    ParquetError::External(Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_survives_its_bytes_and_a_null_is_refused() {
        let frame = df!(
            "shop_id" => [i64::MIN, 0, i64::MAX],
            "category" => ["男装", "", "a"],
            "payments" => [1_i64, 2, 3],
        )
        .unwrap();
        assert!(from_parquet(to_parquet(&frame).unwrap().into()).unwrap().equals(&frame));
        let integers = frame.select(["shop_id", "payments"]).unwrap();
        assert!(integers_of(to_parquet(&frame).unwrap().into()).unwrap().equals(&integers));
        let empty = frame.head(Some(0));
        assert!(from_parquet(to_parquet(&empty).unwrap().into()).unwrap().equals(&empty));
        let with_a_null = df!("shop_id" => [Some(1_i64), None]).unwrap();
        assert!(to_parquet(&with_a_null).is_err());
    }
}
