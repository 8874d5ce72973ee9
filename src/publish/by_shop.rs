//! Rows of a published table that is sorted by shop, handed out in parts of so many shops: no more than a part and a batch is held.
//!
//! In: the files of a partition as they are. Out: the rows of some shops in a row as one batch, and in it those of one shop after
//! another; rows of shops that nobody asks for are passed over.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::Int64Type;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::cells::{Row, rows_at};
use super::file_system::names;
use crate::error::{Outcome, disk, fault};

const STAGE: &str = "published files";

/// A table's rows, some columns of them, by shop.
pub(crate) struct ByShop {
    batches: Box<dyn Iterator<Item = Outcome<RecordBatch>> + Send>,
    /// What of the batch that was read last is not handed out yet.
    rest: Option<RecordBatch>,
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
        Ok(Self { batches: Box::new(batches), rest: None })
    }

    /// The next rows, so many at most; none at the end.
    pub(crate) fn next_rows(&mut self, most: usize) -> Outcome<Option<RecordBatch>> {
        let mut wanted = most;
        self.taken(|shops| {
            let taken = wanted.min(shops.len());
            wanted -= taken;
            taken
        })
    }

    /// The next rows up to those of a shop; none where there are none.
    pub(crate) fn up_to(&mut self, shop_id: i64) -> Outcome<Option<RecordBatch>> {
        self.taken(|shops| shops.partition_point(|shop| *shop <= shop_id))
    }

    /// The rows that come next, as far as `wanted` tells of each batch that it takes some.
    fn taken(&mut self, mut wanted: impl FnMut(&[i64]) -> usize) -> Outcome<Option<RecordBatch>> {
        let mut parts = Vec::new();
        while let Some(batch) = self.rest.take().map(Ok).or_else(|| self.batches.next()).transpose()? {
            let (rows, taken) = (batch.num_rows(), wanted(shops(&batch)?));
            if taken > 0 {
                parts.push(batch.slice(0, taken));
            }
            if taken < rows {
                self.rest = Some(batch.slice(taken, rows - taken));
                break;
            }
        }
        let Some(first) = parts.first() else { return Ok(None) };
        concat_batches(&first.schema(), &parts).map(Some).map_err(|error| fault(STAGE, error))
    }
}

/// The rows of one shop after another in a part.
pub(crate) struct OfShops<'a> {
    part: Option<&'a RecordBatch>,
    shops: &'a [i64],
    place: usize,
}

impl<'a> OfShops<'a> {
    /// Those of a part; none where there is none.
    pub(crate) fn of(part: Option<&'a RecordBatch>) -> Outcome<Self> {
        Ok(Self { part, shops: part.map(shops).transpose()?.unwrap_or_default(), place: 0 })
    }

    /// The rows of a shop, which comes after those that were asked for before.
    pub(crate) fn rows_of(&mut self, shop_id: i64) -> impl Iterator<Item = Row<'a>> + use<'a> {
        let rest = self.shops.get(self.place..).unwrap_or_default();
        let from = self.place + rest.iter().take_while(|shop| **shop < shop_id).count();
        let of_shop = self.shops.get(from..).unwrap_or_default().iter().take_while(|shop| **shop == shop_id).count();
        self.place = from + of_shop;
        self.part.into_iter().flat_map(move |part| rows_at(part, from..from + of_shop))
    }
}

fn shops(batch: &RecordBatch) -> Outcome<&[i64]> {
    let shops = batch.column_by_name("shop_id").and_then(|column| column.as_primitive_opt::<Int64Type>());
    let shops = shops.ok_or_else(|| fault(STAGE, "a table by shop without a column of shops"))?;
    Ok(shops.values())
}

/// The batches of a file.
fn batches(path: &Path, columns: &[String]) -> Outcome<Box<dyn Iterator<Item = Outcome<RecordBatch>> + Send>> {
    let path = path.to_owned();
    let unreadable = move |path: &Path, error: String| fault(STAGE, format!("{}: {error}", path.display()));
    let file = File::open(&path).map_err(|error| disk(STAGE, "open", &path, &error))?;
    let failed = |error: parquet::errors::ParquetError| unreadable(&path, error.to_string());
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(failed)?;
    let only = ProjectionMask::columns(reader.parquet_schema(), columns.iter().map(String::as_str));
    let reader = reader.with_projection(only).build().map_err(failed)?;
    Ok(Box::new(reader.map(move |batch| batch.map_err(|error| unreadable(&path, error.to_string())))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::testing::tiny;

    /// A table in batches of these shops.
    fn table(batches: &[&[i64]]) -> ByShop {
        let rows = |shops: &[i64]| tiny(&shops.iter().map(|shop| (*shop, None)).collect::<Vec<_>>());
        let batches: Vec<_> = batches.iter().map(|shops| Ok(rows(shops))).collect();
        ByShop { batches: Box::new(batches.into_iter()), rest: None }
    }

    fn ids(part: Option<RecordBatch>) -> Vec<i64> {
        part.map_or(Vec::new(), |part| shops(&part).unwrap().to_vec())
    }

    #[test]
    fn parts_are_of_so_many_rows_or_up_to_a_shop_however_the_batches_are_cut() {
        let mut rows = table(&[&[1, 2], &[3], &[4, 5, 6]]);
        assert_eq!(ids(rows.next_rows(2).unwrap()), [1, 2]);
        assert_eq!(ids(rows.next_rows(3).unwrap()), [3, 4, 5]);
        assert_eq!(ids(rows.next_rows(3).unwrap()), [6]);
        assert!(rows.next_rows(3).unwrap().is_none());

        let mut rows = table(&[&[1, 1, 2], &[2, 4], &[4, 7]]);
        assert_eq!(ids(rows.up_to(2).unwrap()), [1, 1, 2, 2]);
        assert!(rows.up_to(3).unwrap().is_none());
        assert_eq!(ids(rows.up_to(5).unwrap()), [4, 4]);
        assert_eq!(ids(rows.up_to(9).unwrap()), [7]);
    }

    #[test]
    fn of_a_part_each_shop_gets_its_rows_and_those_of_others_are_passed_over() {
        let part = tiny(&[(1, Some(1.0)), (2, None), (4, Some(4.0)), (4, Some(3.0))]);
        let mut of_shops = OfShops::of(Some(&part)).unwrap();
        let scores = |rows: &mut dyn Iterator<Item = Row<'_>>| {
            rows.map(|row| row.figure_if_any("score").unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(scores(&mut of_shops.rows_of(1)), [Some(1.0)]);
        assert_eq!(scores(&mut of_shops.rows_of(3)), []);
        assert_eq!(scores(&mut of_shops.rows_of(4)), [Some(4.0), Some(3.0)]);
        assert_eq!(scores(&mut OfShops::of(None).unwrap().rows_of(1)), []);
    }
}
