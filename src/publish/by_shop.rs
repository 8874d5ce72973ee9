//! Rows of a published table that is sorted by shop, handed out shop by shop: no more than a batch of it is held.
//!
//! In: the files of a partition as they are. Out: the rows of one shop after another; those that nobody asks for are passed over.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::{AsArray, Int64Array, RecordBatch};
use arrow::datatypes::Int64Type;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::file_system::names;
use crate::error::{Outcome, disk, fault};

const STAGE: &str = "published files";

/// A table's rows, some columns of them, by shop.
pub(crate) struct ByShop {
    batches: Box<dyn Iterator<Item = Outcome<RecordBatch>>>,
    /// The batch that is being handed out with its shops, and how many of its rows were.
    batch: Option<(RecordBatch, Int64Array)>,
    place: usize,
}

impl ByShop {
    /// Some columns of the partition in `folder`, `shop_id` among them.
    pub(super) fn open(folder: &Path, columns: &[&str]) -> Outcome<Self> {
        let columns: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
        let paths: Vec<PathBuf> = names(folder)?.iter().map(|name| folder.join(name)).collect();
        let batches = paths.into_iter().flat_map(move |path| match batches(&path, &columns) {
            Ok(batches) => batches,
            Err(failure) => Box::new(std::iter::once(Err(failure))),
        });
        Ok(Self { batches: Box::new(batches), batch: None, place: 0 })
    }

    /// The shop of the next row; none at the end.
    pub(crate) fn next_shop(&mut self) -> Outcome<Option<i64>> {
        loop {
            if let Some((_, shops)) = self.batch.as_ref().filter(|(_, shops)| self.place < shops.len()) {
                return Ok(Some(shops.value(self.place)));
            }
            let Some(batch) = self.batches.next() else { return Ok(None) };
            (self.batch, self.place) = (Some(with_shops(batch?)?), 0);
        }
    }

    /// The rows of a shop, which comes after those that were asked for before, in one part or more.
    pub(crate) fn rows_of(&mut self, shop_id: i64) -> Outcome<Vec<RecordBatch>> {
        let mut parts = Vec::new();
        while let Some(next) = self.next_shop()?.filter(|next| *next <= shop_id) {
            let Some((batch, shops)) = &self.batch else { break };
            let of_next = shops.values().iter().skip(self.place).take_while(|shop| **shop == next).count();
            if next == shop_id {
                parts.push(batch.slice(self.place, of_next));
            }
            self.place += of_next;
        }
        Ok(parts)
    }
}

/// A batch, with its column of shops.
fn with_shops(batch: RecordBatch) -> Outcome<(RecordBatch, Int64Array)> {
    let shops = batch.column_by_name("shop_id").and_then(|column| column.as_primitive_opt::<Int64Type>()).cloned();
    shops.map(|shops| (batch, shops)).ok_or_else(|| fault(STAGE, "a table by shop without a column of shops"))
}

/// The batches of a file.
fn batches(path: &Path, columns: &[String]) -> Outcome<Box<dyn Iterator<Item = Outcome<RecordBatch>>>> {
    let path = path.to_owned();
    let unreadable = move |path: &Path, error: String| fault(STAGE, format!("{}: {error}", path.display()));
    let file = File::open(&path).map_err(|error| disk(STAGE, "open", &path, &error))?;
    let failed = |error: parquet::errors::ParquetError| unreadable(&path, error.to_string());
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(failed)?;
    let only = ProjectionMask::columns(reader.parquet_schema(), columns.iter().map(String::as_str));
    let reader = reader.with_projection(only).build().map_err(failed)?;
    Ok(Box::new(reader.map(move |batch| batch.map_err(|error| unreadable(&path, error.to_string())))))
}
