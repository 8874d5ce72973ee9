//! The rows of some nights of a table as one run of rows, sorted as the table is and then by day.
//!
//! In: files of nights, each sorted as the table is. Out: batches in order; of each file one batch is held at a time, so that memory goes
//! by how many nights there are and not by how many shops.

use std::fs::File;
use std::path::Path;

use arrow::array::{RecordBatch, RecordBatchReader, UInt32Array};
use arrow::compute::{SortOptions, concat_batches, take_record_batch};
use arrow::datatypes::SchemaRef;
use arrow::row::{OwnedRow, RowConverter, Rows, SortField};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use crate::error::{Outcome, disk, fault};
use crate::publish::file_metadata::failed;
use crate::publish::file_system::STAGE;
use crate::publish::outputs::{NIGHT_OF_ROW, OutputTable};

/// How many rows of each night are held.
const ROWS_OF_A_NIGHT: usize = 1_024;

/// The nights of a table, read side by side.
pub(super) struct Merged {
    schema: SchemaRef,
    keys: Keys,
    nights: Vec<Night>,
}

/// The columns that rows are sorted by, and what makes them comparable.
struct Keys {
    places: Vec<usize>,
    converter: RowConverter,
}

/// A file, and what of its batch is not handed out yet.
struct Night {
    batches: ParquetRecordBatchReader,
    rest: Option<(RecordBatch, Rows)>,
}

impl Merged {
    /// Without a night.
    pub(super) fn of(table: &OutputTable) -> Outcome<Self> {
        let schema = table.schema();
        Ok(Self { keys: Keys::of(table, &schema)?, schema, nights: Vec::new() })
    }

    /// Adds the file of a night; false where it does not have the columns that the table has today.
    pub(super) fn add(&mut self, path: &Path) -> Outcome<bool> {
        let batches = batches(path)?;
        let has_them = batches.schema().fields() == self.schema.fields();
        self.nights.push(Night { batches, rest: None });
        Ok(has_them)
    }

    /// The rows in order, each batch made when it is its turn.
    pub(super) fn rows(mut self) -> impl Iterator<Item = Outcome<RecordBatch>> {
        std::iter::from_fn(move || self.next().transpose())
    }

    /// The rows up to the first last one of those that are held: of no night can one before it come later.
    fn next(&mut self) -> Outcome<Option<RecordBatch>> {
        for night in &mut self.nights {
            night.fill(&self.keys)?;
        }
        let Some(bound) = self.nights.iter().filter_map(Night::last).min() else { return Ok(None) };
        let parts: Vec<_> = self.nights.iter_mut().filter_map(|night| night.up_to(&bound)).collect();
        let together = concat_batches(&self.schema, &parts).map_err(|error| fault(STAGE, error))?;
        let keys = self.keys.of_rows(&together)?;
        let count = u32::try_from(keys.num_rows()).map_err(|error| fault(STAGE, error))?;
        let mut order: Vec<u32> = (0..count).collect();
        order.sort_unstable_by_key(|place| keys.row(*place as usize));
        take_record_batch(&together, &UInt32Array::from(order)).map(Some).map_err(|error| fault(STAGE, error))
    }
}

impl Keys {
    fn of(table: &OutputTable, schema: &SchemaRef) -> Outcome<Self> {
        let day = schema.index_of(NIGHT_OF_ROW).map_err(|error| fault(STAGE, error))?;
        let mut order = table.sort_order()?;
        order.push((day, SortOptions::default()));
        let field = |(place, options): &(usize, SortOptions)| {
            SortField::new_with_options(schema.field(*place).data_type().clone(), *options)
        };
        let converter = RowConverter::new(order.iter().map(field).collect()).map_err(|error| fault(STAGE, error))?;
        Ok(Self { places: order.into_iter().map(|(place, _)| place).collect(), converter })
    }

    fn of_rows(&self, rows: &RecordBatch) -> Outcome<Rows> {
        let columns: Vec<_> = self.places.iter().map(|place| rows.column(*place).clone()).collect();
        self.converter.convert_columns(&columns).map_err(|error| fault(STAGE, error))
    }
}

impl Night {
    /// Reads the next batch, where nothing is held and there is one.
    fn fill(&mut self, keys: &Keys) -> Outcome<()> {
        while self.rest.is_none()
            && let Some(batch) = self.batches.next()
        {
            let batch = batch.map_err(|error| fault(STAGE, error))?;
            if batch.num_rows() > 0 {
                let of_rows = keys.of_rows(&batch)?;
                self.rest = Some((batch, of_rows));
            }
        }
        Ok(())
    }

    /// The last row that is held.
    fn last(&self) -> Option<OwnedRow> {
        let (batch, keys) = self.rest.as_ref()?;
        Some(keys.row(keys.num_rows().checked_sub(1).filter(|_| batch.num_rows() > 0)?).owned())
    }

    /// Hands out what is held up to a row.
    fn up_to(&mut self, bound: &OwnedRow) -> Option<RecordBatch> {
        let (batch, keys) = self.rest.take()?;
        let all = keys.num_rows();
        let held_from = all - batch.num_rows();
        let to = (held_from..all).take_while(|place| keys.row(*place) <= bound.row()).count();
        if to < batch.num_rows() {
            self.rest = Some((batch.slice(to, batch.num_rows() - to), keys));
        }
        (to > 0).then(|| batch.slice(0, to))
    }
}

fn batches(path: &Path) -> Outcome<ParquetRecordBatchReader> {
    let file = File::open(path).map_err(|error| disk(STAGE, "open", path, &error))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| failed("read", path, &error))?;
    reader.with_batch_size(ROWS_OF_A_NIGHT).build().map_err(|error| failed("read", path, &error))
}
