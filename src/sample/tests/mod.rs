//! The promises of the generator, read back from the files that it wrote.

mod dirt;
mod occasions;
mod orders;
mod partitions;
mod shops;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::{Date32Type, Int64Type, TimestampMicrosecondType};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{Category, Request, write};
use crate::domain::Day;
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
        occasions: false,
        categories: categories(),
        custom_made: vec!["个性定制/设计服务/DIY".to_owned()],
    }
}

fn written(from: &str, to: &str, change: impl Fn(&mut Request)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut request = request(folder.path(), from, to);
    change(&mut request);
    write(&request).unwrap();
    folder
}

/// The bytes of every file under `folder`, by its path below it.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for table in Table::ALL {
        let partitions = fs::read_dir(folder.join(table.name())).unwrap();
        for partition in partitions.map(|entry| entry.unwrap().path()) {
            for part in fs::read_dir(partition).unwrap().map(|entry| entry.unwrap().path()) {
                let name = part.strip_prefix(folder).unwrap().display().to_string();
                files.insert(name, fs::read(part).unwrap());
            }
        }
    }
    files
}

/// The rows of a table-day, all part files together.
fn rows(folder: &Path, table: Table, day: Day) -> RecordBatch {
    let folder = folder.join(table.name()).join(format!("dt={day}"));
    let mut parts: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    parts.sort();
    let builder =
        |part: &Path| ParquetRecordBatchReaderBuilder::try_new(fs::File::open(part).unwrap()).unwrap();
    let schema = builder(&parts[0]).schema().clone();
    let batches: Vec<_> =
        parts.iter().flat_map(|part| builder(part).build().unwrap().map(Result::unwrap)).collect();
    concat_batches(&schema, &batches).unwrap()
}

fn integers(batch: &RecordBatch, column: &str) -> Vec<Option<i64>> {
    batch.column_by_name(column).unwrap().as_primitive::<Int64Type>().iter().collect()
}

fn instants(batch: &RecordBatch, column: &str) -> Vec<Option<i64>> {
    batch.column_by_name(column).unwrap().as_primitive::<TimestampMicrosecondType>().iter().collect()
}

fn days(batch: &RecordBatch, column: &str) -> Vec<Option<Day>> {
    let days = batch.column_by_name(column).unwrap().as_primitive::<Date32Type>();
    days.iter().map(|day| day.map(Day::from_epoch_days)).collect()
}

fn texts(batch: &RecordBatch, column: &str) -> Vec<Option<String>> {
    let texts = batch.column_by_name(column).unwrap().as_string::<i32>();
    texts.iter().map(|text| text.map(str::to_owned)).collect()
}
