//! The promises of the generator, read back from the files that it wrote.

mod demo_cases;
mod partitions;
mod rows;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use parquet::file::reader::SerializedFileReader;
use parquet::record::Field;

use super::{Category, Request, folder, write};
use crate::domain::{Day, Window};
use crate::extracts::tables::Table;
use crate::folders;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn days(from: &str, to: &str) -> impl Iterator<Item = Day> {
    Window { first: day(from), last: day(to) }.days()
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

/// A sample as it was written.
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
