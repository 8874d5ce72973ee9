//! One table-day: its rows while they are made, one array builder a declared column, and its part files,
//! `TABLE/dt=DAY/part-00000.parquet`.

use std::fs;
use std::path::Path;

use arrow::array::{
    ArrayBuilder, BooleanBuilder, Date32Builder, Int64Builder, RecordBatch, StringBuilder, TimestampMicrosecondBuilder,
};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use super::request::STAGE;
use crate::domain::Day;
use crate::error::{Outcome, disk, fault};
use crate::extracts::schema::{ColumnKind, TableSpec};

/// One value of a row; none where it is null.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cell<'a> {
    Integer(Option<i64>),
    Text(Option<&'a str>),
    Boolean(Option<bool>),
    Date(Option<Day>),
    /// Microseconds UTC.
    Timestamp(Option<i64>),
}

/// The rows of one table-day, in the declared column order.
pub(super) struct TableDay {
    spec: &'static TableSpec,
    columns: Vec<Box<dyn ArrayBuilder>>,
    /// Whether a row was pushed that does not fit the declaration.
    is_misfit: bool,
}

impl TableDay {
    pub(super) fn new(spec: &'static TableSpec) -> Self {
        let columns = spec.columns.iter().map(|column| builder(column.kind)).collect();
        Self { spec, columns, is_misfit: false }
    }

    pub(super) fn push(&mut self, row: &[Cell<'_>]) {
        self.is_misfit |= row.len() != self.columns.len();
        for (column, cell) in self.columns.iter_mut().zip(row) {
            self.is_misfit |= append(column.as_mut(), *cell).is_none();
        }
    }

    /// The rows as a batch. Required columns are declared non-null unless `all_nullable`.
    pub(super) fn finish(mut self, all_nullable: bool) -> Outcome<RecordBatch> {
        if self.is_misfit {
            return Err(fault(STAGE, format!("a row that does not fit the columns of {}", self.spec.name)));
        }
        let columns = self.spec.columns.iter().zip(&mut self.columns);
        let arrays = columns.map(|(column, rows)| (column.name, rows.finish(), column.nullable || all_nullable));
        RecordBatch::try_from_iter_with_nullable(arrays).map_err(|error| fault(STAGE, error))
    }
}

fn builder(kind: ColumnKind) -> Box<dyn ArrayBuilder> {
    match kind {
        ColumnKind::Integer => Box::new(Int64Builder::new()),
        ColumnKind::Text => Box::new(StringBuilder::new()),
        ColumnKind::Boolean => Box::new(BooleanBuilder::new()),
        ColumnKind::Date => Box::new(Date32Builder::new()),
        ColumnKind::Timestamp => Box::new(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
    }
}

/// Appends `cell`; none where it is not of the column's kind.
fn append(column: &mut dyn ArrayBuilder, cell: Cell<'_>) -> Option<()> {
    let column = column.as_any_mut();
    match cell {
        Cell::Integer(value) => column.downcast_mut::<Int64Builder>()?.append_option(value),
        Cell::Text(value) => column.downcast_mut::<StringBuilder>()?.append_option(value),
        Cell::Boolean(value) => column.downcast_mut::<BooleanBuilder>()?.append_option(value),
        Cell::Date(value) => column.downcast_mut::<Date32Builder>()?.append_option(value.map(Day::epoch_days)),
        Cell::Timestamp(value) => column.downcast_mut::<TimestampMicrosecondBuilder>()?.append_option(value),
    }
    Some(())
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::tables::Table;

    #[test]
    fn a_row_that_does_not_fit_its_table_is_a_fault() {
        let [id, order, shop] = [1, 2, 3].map(|id| Cell::Integer(Some(id)));
        let (liable, upheld) = (Cell::Text(Some("none")), Cell::Boolean(Some(true)));
        let dispute = [id, order, shop, liable, upheld, Cell::Timestamp(Some(0))];
        let mut of_another_kind = dispute;
        of_another_kind[0] = upheld;
        for (row, fits) in [(&dispute[..], true), (&dispute[..5], false), (&of_another_kind[..], false)] {
            let mut rows = TableDay::new(Table::Disputes.spec());
            rows.push(row);
            assert_eq!(rows.finish(false).is_ok(), fits, "{row:?}");
        }
    }
}
