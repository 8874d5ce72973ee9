//! The promises of the generator, read back from the files that it wrote.

mod demo_cases;
mod dirt;
mod orders;
mod partitions;
mod requests;
mod shops;

use std::fs;
use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, Int64Type, TimestampMicrosecondType};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{Category, Request, write};
use crate::domain::{Day, Window};
use crate::extracts::tables::Table;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// Forty rows of a weights table, the split categories among them.
fn categories() -> Vec<Category> {
    let row = |primary: &str, subcategory: Option<&str>, ships| Category {
        primary: primary.to_owned(),
        subcategory: subcategory.map(str::to_owned),
        ships,
    };
    let mut rows = vec![
        row("女装/女士精品", None, true),
        row("运动/瑜伽/健身/球迷用品", None, true),
        row("运动/瑜伽/健身/球迷用品", Some("跑步机/大型健身器械"), true),
        row("住宅家具", None, true),
        row("全屋定制", None, false),
    ];
    rows.extend((rows.len()..40).map(|number| row(&format!("类目{number}"), None, number % 5 != 0)));
    rows
}

fn request(out: &Path, from: &str, to: &str) -> Request {
    Request {
        out: out.to_owned(),
        from: day(from),
        to: day(to),
        shops: 120,
        rows_per_day: 2_000,
        seed: 1,
        dirty: false,
        demo_cases: false,
        categories: categories(),
        custom_made: vec!["个性定制/设计服务/DIY".to_owned()],
    }
}

fn days(from: &str, to: &str) -> impl Iterator<Item = Day> {
    Window { first: day(from), last: day(to) }.days()
}

fn written(from: &str, to: &str, change: impl Fn(&mut Request)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut request = request(folder.path(), from, to);
    change(&mut request);
    write(&request).unwrap();
    folder
}

/// The part files of a table-day, in order.
fn parts(out: &Path, table: Table, day: Day) -> Vec<PathBuf> {
    let Ok(parts) = fs::read_dir(super::folder(&request(out, "2022-01-01", "2022-01-01"), table, day)) else {
        return Vec::new();
    };
    let mut parts: Vec<_> = parts.map(|entry| entry.unwrap().path()).collect();
    parts.sort();
    parts
}

/// A row read back.
struct Row {
    batch: RecordBatch,
    place: usize,
}

impl Row {
    /// The value as a whole number: a day since 1970-01-01, a timestamp in microseconds, a boolean as 0 or 1.
    fn number(&self, column: &str) -> Option<i64> {
        let (values, place) = (self.batch.column_by_name(column).unwrap(), self.place);
        if values.is_null(place) {
            return None;
        }
        match values.data_type() {
            DataType::Boolean => Some(values.as_boolean().value(place).into()),
            DataType::Date32 => Some(values.as_primitive::<Date32Type>().value(place).into()),
            DataType::Int64 => Some(values.as_primitive::<Int64Type>().value(place)),
            _ => Some(values.as_primitive::<TimestampMicrosecondType>().value(place)),
        }
    }

    fn day(&self, column: &str) -> Option<Day> {
        self.number(column).map(|days| Day::from_epoch_days(days.try_into().unwrap()))
    }

    fn text(&self, column: &str) -> Option<&str> {
        let texts = self.batch.column_by_name(column).unwrap().as_string::<i32>();
        texts.is_valid(self.place).then(|| texts.value(self.place))
    }
}

/// The rows of a table-day, all part files together.
fn rows(out: &Path, table: Table, day: Day) -> Vec<Row> {
    let mut rows = Vec::new();
    for part in parts(out, table, day) {
        let reader = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(part).unwrap()).unwrap();
        for batch in reader.build().unwrap().map(Result::unwrap) {
            rows.extend((0..batch.num_rows()).map(|place| Row { batch: batch.clone(), place }));
        }
    }
    rows
}

/// The values of a column of numbers, nulls left out.
fn numbers<C: FromIterator<i64>>(rows: &[Row], column: &str) -> C {
    rows.iter().filter_map(|row| row.number(column)).collect()
}
