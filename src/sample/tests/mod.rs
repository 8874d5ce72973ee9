//! The promises of the generator, read back from the files that it wrote.

mod demo_cases;
mod rows;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use parquet::file::reader::SerializedFileReader;
use parquet::record::Field;

use super::{Category, Request, folder, write};
use crate::domain::{Day, Span};
use crate::extracts::{readable::day, schema::Presence, tables::Table};
use crate::folders;

fn days(from: &str, to: &str) -> impl Iterator<Item = Day> {
    Span { first: day(from), last: day(to) }.days()
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
        row("3C数码配件", None, true),
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

struct Sample(tempfile::TempDir);

fn written(from: &str, to: &str, change: impl Fn(&mut Request)) -> Sample {
    let out = tempfile::tempdir().unwrap();
    let mut request = request(out.path(), from, to);
    change(&mut request);
    write(&request).unwrap();
    Sample(out)
}

impl Sample {
    /// The part files of a table-day, in order.
    fn parts(&self, table: Table, day: Day) -> Vec<PathBuf> {
        let parts = folders::entries("test", &folder(self.0.path(), table, day)).unwrap();
        parts.into_iter().map(|(_, path)| path).collect()
    }

    /// The rows of a table-day, all part files together.
    fn rows(&self, table: Table, day: Day) -> Vec<Row> {
        let parts = self.parts(table, day).into_iter();
        let rows = parts.flat_map(|part| SerializedFileReader::try_from(part.as_path()).unwrap());
        rows.map(|row| Row(row.unwrap().into_columns().into_iter().collect())).collect()
    }

    /// The values of a column of numbers on a day, nulls left out.
    fn numbers<C: FromIterator<i64>>(&self, table: Table, day: Day, column: &str) -> C {
        self.rows(table, day).iter().filter_map(|row| row.number(column)).collect()
    }
}

/// A row read back: its values by column.
struct Row(HashMap<String, Field>);

impl Row {
    /// The value as a whole number: a day since 1970-01-01, a timestamp in microseconds, a boolean as 0 or 1.
    fn number(&self, column: &str) -> Option<i64> {
        match self.0[column] {
            Field::Null => None,
            Field::Bool(value) => Some(value.into()),
            Field::Date(value) => Some(value.into()),
            Field::Long(value) | Field::TimestampMicros(value) => Some(value),
            ref other => panic!("{column} is {other}"),
        }
    }

    fn day(&self, column: &str) -> Option<Day> {
        self.number(column).map(|days| Day::from_epoch_days(days.try_into().unwrap()))
    }

    fn text(&self, column: &str) -> Option<&str> {
        if let Field::Str(text) = &self.0[column] { Some(text) } else { None }
    }
}

#[test]
fn bytes_depend_neither_on_the_range_asked_for_nor_on_the_threads() {
    let files = |(from, to), threads, (first, last)| -> Vec<(PathBuf, Vec<u8>)> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let sample = pool.install(|| written(from, to, |request| (request.dirty, request.demo_cases) = (true, true)));
        let table_days = days(first, last).flat_map(|day| Table::ALL.map(|table| (table, day)));
        let parts = table_days.flat_map(|(table, day)| sample.parts(table, day));
        parts.map(|part| (part.strip_prefix(&sample.0).unwrap().to_owned(), fs::read(&part).unwrap())).collect()
    };
    let (week, monday) = (("2022-02-06", "2022-02-12"), ("2022-02-07", "2022-02-07"));
    assert!(files(week, 1, week) == files(week, 3, week), "threads");
    let alone = files(monday, 1, monday);
    assert!(alone.len() >= Table::ALL.len());
    assert!(alone == files(week, 3, monday), "range");
}

#[test]
fn the_tables_of_a_day_have_about_the_rows_asked_for() {
    let sample = written("2022-01-03", "2022-01-16", |request| request.rows_per_day = 6_000);
    for day in days("2022-01-03", "2022-01-16") {
        let tables = Table::ALL.iter().filter(|table| table.spec().presence != Presence::NewestSnapshot);
        let sum: usize = tables.map(|table| sample.rows(*table, day).len()).sum();
        assert!((5_100..6_900).contains(&sum), "{sum} rows on {day}");
    }
}

#[test]
fn a_partition_that_exists_is_not_mixed_with_another_sample() {
    let sample = written("2022-02-10", "2022-02-10", |_| ());
    let failure = write(&request(sample.0.path(), "2022-02-09", "2022-02-10")).unwrap_err();
    assert!(failure.to_string().contains("dt=2022-02-10"), "{failure}");
    assert!(sample.parts(Table::Payments, day("2022-02-09")).is_empty());
}

#[test]
fn all_that_is_wrong_with_a_request_is_said_at_once() {
    let request = |from, to| request(Path::new(""), from, to);
    assert!(request("2010-01-01", "2100-01-01").check().is_ok());
    let from_to = request("2100-01-02", "2009-12-31");
    let odd = Request { shops: 0, rows_per_day: 0, categories: Vec::new(), ..from_to };
    assert_eq!(odd.check().unwrap_err().findings.len(), 4);
    for (from, to) in [("2009-12-31", "2022-01-01"), ("2022-01-01", "2100-01-02"), ("2022-01-02", "2022-01-01")] {
        assert!(request(from, to).check().is_err(), "{from} to {to}");
    }
}
