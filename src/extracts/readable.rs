//! Rows for tests, written as a table: a header of column names, then a line a row; `-` is a null.
//!
//! Columns that are left out hold something sound: integers count up from 1, texts are `男装`, booleans false, dates the
//! partition's day, timestamps its noon. A time alone is of the partition's day; times are of Asia/Shanghai, unless they
//! end with `Z`.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Date32Array, Int64Array, RecordBatch, UInt32Array};
use jiff::tz::TimeZone;
use parquet::arrow::ArrowWriter;

use crate::domain::{Day, Span};
use crate::extracts::batch::{Batch, Texts, intern};
use crate::extracts::footer::Tail;
use crate::extracts::instants::MICROS;
use crate::extracts::row_rules::judge_all;
use crate::extracts::schema::ColumnKind;
use crate::extracts::tables::Table;
use crate::policies::Coverage;
use crate::zone::Zone;

/// The time zone of all readable rows.
pub(crate) fn shanghai() -> Zone {
    Zone::named("Asia/Shanghai").unwrap()
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// What a run of the days from `first` to `last` needs.
pub(crate) fn coverage(first: &str, last: &str) -> Coverage {
    Coverage {
        window: Span { first: day(first), last: day(last) },
        appeals_until: day(last),
        history_starts_on: None,
        max_snapshot_age_days: Some(7),
        extracts_kept_days: None,
    }
}

/// The rows of a table-day that `text` shows.
pub(crate) fn rows(table: Table, day: &str, text: &str) -> Batch {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let header: Vec<&str> = lines.next().unwrap_or_default().split_whitespace().collect();
    let cells: Vec<Vec<&str>> = lines.map(|line| line.split_whitespace().collect()).collect();
    assert!(cells.iter().all(|row| row.len() == header.len()), "{text}");
    let unknown = header.iter().find(|name| table.spec().position(name).is_none());
    assert_eq!(unknown, None, "no such column");
    let mut batch = Batch::without_rows((table, self::day(day)), MICROS, &shanghai(), self::day("2000-01-01"));
    let columns = table.spec().columns.iter().map(|column| {
        let place = header.iter().position(|name| *name == column.name);
        let cells: Vec<Option<&str>> = cells.iter().map(|row| place.map(|place| row[place])).collect();
        Some(column_of(column.kind, day, &cells, &mut batch.texts))
    });
    batch.columns = columns.collect();
    batch.count = cells.len();
    batch
}

/// The verdict on each row of 2022-03-15, `sound` or a reason.
pub(crate) fn verdicts(table: Table, text: &str) -> Vec<&'static str> {
    let rows = rows(table, "2022-03-15", text);
    let mut names = vec!["sound"; rows.count];
    judge_all(&rows).unwrap().broken().iter().for_each(|(row, reason)| names[*row] = reason.name());
    names
}

fn column_of(kind: ColumnKind, day: &str, cells: &[Option<&str>], texts: &mut Arc<Texts>) -> ArrayRef {
    // What is not given has a value, and what is a null has none.
    let given = || cells.iter().map(|cell| (*cell != Some("-")).then_some(cell.as_ref()));
    let numbered = || given().zip(1..);
    match kind {
        ColumnKind::Integer => Arc::new(Int64Array::from_iter(
            numbered().map(|(cell, place)| Some(cell?.map_or(place, |text| text.parse().unwrap()))),
        )),
        ColumnKind::Text => {
            let mut position = |cell: Option<&&str>| intern(texts, cell.unwrap_or(&"男装")).unwrap();
            Arc::new(UInt32Array::from_iter(given().map(|cell| cell.map(&mut position))))
        }
        ColumnKind::Boolean => {
            Arc::new(BooleanArray::from_iter(given().map(|cell| Some(cell?.is_some_and(|text| text.parse().unwrap())))))
        }
        ColumnKind::Date => {
            Arc::new(Date32Array::from_iter(given().map(|cell| Some(self::day(cell?.unwrap_or(&day)).epoch_days()))))
        }
        ColumnKind::Timestamp => {
            Arc::new(Int64Array::from_iter(given().map(|cell| Some(ticks(day, cell?.unwrap_or(&"12:00"))))))
        }
    }
}

fn ticks(day: &str, text: &str) -> i64 {
    let (text, zone) = match text.strip_suffix('Z') {
        Some(text) => (text, TimeZone::UTC),
        None => (text, TimeZone::get("Asia/Shanghai").unwrap()),
    };
    let text = if text.contains('T') { text.to_owned() } else { format!("{day}T{text}") };
    zone.to_timestamp(text.parse().unwrap()).unwrap().as_microsecond()
}

/// A Parquet file of so many rows with one column of integers.
pub(crate) fn parquet(column: &str, rows: i64) -> Vec<u8> {
    let values: ArrayRef = Arc::new((0..rows).collect::<Int64Array>());
    let batch = RecordBatch::try_from_iter([(column, values)]).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

/// Its bytes from where its footer begins.
pub(crate) fn end_of(file: &[u8]) -> Vec<u8> {
    let tail = Tail { start: 0, bytes: file.to_vec().into() };
    let bytes = tail.declared_bytes().map_or(8, |bytes| usize::try_from(bytes).unwrap());
    file[file.len().saturating_sub(bytes)..].to_vec()
}
