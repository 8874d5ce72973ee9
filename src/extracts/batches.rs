//! Decodes a part file batch by batch: the declared columns of the wanted rows, as Arrow arrays.
//!
//! In: a checked file and its bytes. Out: record batches, none across row groups. Page checksums are checked by the Parquet
//! reader where a producer wrote them.

use std::io;
use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowFilter,
};
use parquet::file::reader::ChunkReader;

use crate::error::{ExitClass, Finding, Outcome, caught_panic, disk};
use crate::extracts::contract::{CheckedFile, footer_of};
use crate::extracts::schema::TableSpec;
use crate::extracts::selection::Selection;

const STAGE: &str = "reading";

/// Decodes the declared columns of a file, batch by batch, and gives each batch to `consume`; where rows are selected, only
/// the key of every row is decoded. `source` gives the file's bytes, as often as it is asked.
///
/// # Errors
/// Rejected where a file cannot be decoded; disk; those of `consume`.
pub fn each_batch<S: ChunkReader + 'static>(
    spec: &'static TableSpec,
    file: &CheckedFile,
    source: impl Fn() -> io::Result<S>,
    selection: &Selection<'_>,
    mut consume: impl FnMut(RecordBatch) -> Outcome<()>,
) -> Outcome<()> {
    const BATCH_ROWS: usize = 65_536;
    let footer = with_dictionaries(spec, &footer_of(file)?, &file.path)?;
    let schema = footer.metadata().file_metadata().schema_descr();
    let leaves = |is_wanted: &dyn Fn(&str) -> bool| {
        let wanted = (0..schema.num_columns()).filter(|leaf| is_wanted(schema.get_column_root(*leaf).name()));
        ProjectionMask::leaves(schema, wanted)
    };
    let undecodable = |error: String| {
        Finding::new(STAGE, format!("pages that cannot be decoded ({error})"), "sound Parquet pages")
            .path(&file.path)
            .advice("deliver the file again")
            .fail(ExitClass::Rejected)
    };
    // A reader for each row group, so that a batch never mixes dictionaries.
    for group in 0..footer.metadata().num_row_groups() {
        let bytes = source().map_err(|error| disk(STAGE, "dup", &file.path, &error))?;
        let mut reader = ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, footer.clone())
            .with_projection(leaves(&|name| spec.position(name).is_some() && selection.has_column(name)))
            .with_row_groups(vec![group])
            .with_batch_size(BATCH_ROWS);
        let predicate = selection.rows.predicate(spec, &|column| leaves(&|name| name == column))?;
        if let Some(predicate) = predicate {
            reader = reader.with_row_filter(RowFilter::new(vec![predicate]));
        }
        let mut batches = decoding(|| reader.build().map_err(|error| error.to_string())).map_err(undecodable)?;
        let mut next = || decoding(|| batches.next().transpose().map_err(|error| error.to_string()));
        while let Some(batch) = next().map_err(undecodable)? {
            consume(batch)?;
        }
    }
    Ok(())
}

/// What the Parquet reader makes of bytes that were not checked. It panics on some damaged pages: the fault is the file's, and
/// it is refused as other damage is.
fn decoding<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    caught_panic(read).unwrap_or_else(|said| Err(format!("the Parquet reader panicked: {said}")))
}

/// The footer with text columns left in their dictionaries, so that a text is trimmed once and not once a row.
fn with_dictionaries(spec: &TableSpec, footer: &ArrowReaderMetadata, path: &Path) -> Outcome<ArrowReaderMetadata> {
    let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let fields = footer.schema().fields().iter().map(|field| {
        let is_text = field.data_type() == &DataType::Utf8 && spec.position(field.name()).is_some();
        if is_text { Arc::new(field.as_ref().clone().with_data_type(dictionary.clone())) } else { Arc::clone(field) }
    });
    let schema: SchemaRef = Arc::new(Schema::new(fields.collect::<Vec<Arc<Field>>>()));
    let options = ArrowReaderOptions::new().with_schema(schema);
    ArrowReaderMetadata::try_new(Arc::clone(footer.metadata()), options).map_err(|error| {
        Finding::new(STAGE, error.to_string(), "a schema that can be read").path(path).fail(ExitClass::Rejected)
    })
}
