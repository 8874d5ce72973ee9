//! Small tables and nights for the tests of this stage.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Float64Array, Int64Array, RecordBatch, StringArray};
use jiff::Timestamp;

use super::generations::Published;
use super::layout::Name;
use super::outputs::{OutputColumn, OutputKind, OutputTable};
use super::publication::{Partition, Period, Publication, publish};
use super::quarantine::Quarantine;
use super::retention::Retention;
use super::rollback::Why;
use crate::domain::{Day, Window};

const fn column(name: &'static str, kind: OutputKind, nullable: bool) -> OutputColumn {
    OutputColumn { name, kind, nullable, unit: "points", english: "a column", chinese: "列" }
}

/// A table with a key, one column descending.
pub(super) const TINY: OutputTable = OutputTable {
    name: "tiny",
    partition_key: "dt",
    grain: "one row for each shop",
    sorted_by: &["shop_id", "score"],
    descending: &["score"],
    columns: &[
        column("shop_id", OutputKind::Integer, false),
        column("name", OutputKind::Text, false),
        column("score", OutputKind::Float, true),
    ],
};

/// A table sorted by all its columns.
pub(super) const UNKEYED: OutputTable = OutputTable {
    name: "unkeyed",
    partition_key: "dt",
    grain: "one quarantined row",
    sorted_by: &["row"],
    descending: &[],
    columns: &[column("row", OutputKind::Text, false)],
};

/// Rows of [`TINY`]: shop and score.
pub(super) type RowsOf<'a> = &'a [(i64, Option<f64>)];

pub(super) fn tiny(rows: RowsOf<'_>) -> RecordBatch {
    let shops = rows.iter().map(|row| row.0).collect::<Int64Array>();
    let names = rows.iter().map(|row| Some(format!("店铺 {}", row.0))).collect::<StringArray>();
    let scores = rows.iter().map(|row| row.1).collect::<Float64Array>();
    RecordBatch::try_new(TINY.schema(), vec![Arc::new(shops), Arc::new(names), Arc::new(scores)]).unwrap()
}

pub(super) fn unkeyed(rows: &[&str]) -> RecordBatch {
    let rows = StringArray::from(rows.to_vec());
    RecordBatch::try_new(UNKEYED.schema(), vec![Arc::new(rows)]).unwrap()
}

pub(super) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub(super) fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// 02:00 on the day after `day`.
pub(super) fn time_after(day: Day) -> Timestamp {
    Timestamp::from_second(day.plus(1).epoch_seconds() + 7_200).unwrap()
}

/// No reason to give up a frozen month end.
pub(super) fn why() -> Why<'static> {
    Why { because: None, at: time_after(day("2022-03-15")) }
}

/// Keeps all generations of a test.
pub(super) const KEEP_ALL: Retention = Retention { generations: 10_000, days: 100_000 };

/// A night with one row a table: `score` for shop 1, and `quarantined` rows by day, out of a window of 30 days.
pub(super) fn night(as_of: &str, score: f64, quarantined: &[(&str, &str)]) -> Publication {
    let as_of = day(as_of);
    let days = quarantined.iter().map(|(at, row)| (day(at), quarantine_rows("orders", row))).collect();
    Publication {
        as_of,
        ingredients: Some(String::new()),
        partitions: vec![Partition {
            table: &TINY,
            period: Period::Day(as_of),
            batches: vec![tiny(&[(1, Some(score))])],
        }],
        quarantine: Some(Quarantine {
            days,
            window: Window::ending(as_of, 30),
            snapshot: as_of,
            kept_from: as_of.plus(-90),
        }),
    }
}

/// One quarantined row of `table`.
pub(super) fn quarantine_rows(table: &str, row: &str) -> RecordBatch {
    let text = |value: &str| Arc::new(StringArray::from(vec![value.to_owned()]));
    let keys = Arc::new(Int64Array::from(vec![None]));
    let columns: Vec<arrow::array::ArrayRef> = vec![text(table), keys, text("null_key"), text(row)];
    RecordBatch::try_new(super::outputs::QUARANTINE.schema(), columns).unwrap()
}

/// Publishes a night two hours after it ended, keeping every generation.
pub(super) fn published(out: &Path, night: &Publication) -> Published {
    publish(out, night, time_after(night.as_of), KEEP_ALL).unwrap()
}

/// Every file below `folder`, links followed: path to bytes.
pub(super) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    collect(folder, "", &mut found);
    found
}

fn collect(folder: &Path, prefix: &str, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), found);
        } else {
            found.insert(name, fs::read(entry.path()).unwrap());
        }
    }
}

pub(super) fn inode(path: &Path) -> u64 {
    fs::metadata(path).unwrap().ino()
}

pub(super) fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}
