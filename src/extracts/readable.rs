//! Rows for tests, written as a table: a header of column names, then a line a row; `-` is a null.
//!
//! Columns that are left out hold something sound: integers count up from 1, texts are `男装`, booleans false, dates the
//! partition's day, timestamps its noon. A time alone is of the partition's day; times are of Asia/Shanghai, unless they
//! end with `Z`.

use jiff::tz::TimeZone;

use crate::domain::{Day, Span};
use crate::extracts::instants::MICROS;
use crate::extracts::row_rules::judge;
use crate::extracts::rows::{ColumnData, Rows, Texts, Values};
use crate::extracts::schema::ColumnKind;
use crate::extracts::tables::Table;
use crate::extracts::verdicts::Reason;
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
pub(crate) fn rows(table: Table, day: &str, text: &str) -> Rows {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let header: Vec<&str> = lines.next().unwrap_or_default().split_whitespace().collect();
    let cells: Vec<Vec<&str>> = lines.map(|line| line.split_whitespace().collect()).collect();
    assert!(cells.iter().all(|row| row.len() == header.len()), "{text}");
    let unknown = header.iter().find(|name| table.spec().position(name).is_none());
    assert_eq!(unknown, None, "no such column");
    let mut texts = Texts::default();
    let columns = table.spec().columns.iter().map(|column| {
        let place = header.iter().position(|name| *name == column.name);
        let cells: Vec<Option<&str>> = cells.iter().map(|row| place.map(|place| row[place])).collect();
        column_of(column.kind, day, &cells, &mut texts)
    });
    let columns = columns.collect();
    Rows { table, day: self::day(day), count: cells.len(), ticks_per_second: MICROS, columns, texts }
}

/// The verdict on each row of 2022-03-15, `sound` or a reason.
pub(crate) fn verdicts(table: Table, text: &str) -> Vec<&'static str> {
    let rows = rows(table, "2022-03-15", text);
    let verdicts = judge(&rows, &shanghai()).unwrap();
    verdicts.0.into_iter().map(|verdict| verdict.map_or("sound", Reason::name)).collect()
}

fn column_of(kind: ColumnKind, day: &str, cells: &[Option<&str>], texts: &mut Texts) -> ColumnData {
    let validity: Vec<bool> = cells.iter().map(|cell| *cell != Some("-")).collect();
    let given = || cells.iter().map(|cell| cell.filter(|text| *text != "-"));
    let values = match kind {
        ColumnKind::Integer => Values::Integer(
            given().zip(1..).map(|(cell, place)| cell.map_or(place, |text| text.parse().unwrap())).collect(),
        ),
        ColumnKind::Text => Values::Text(given().map(|cell| texts.intern(cell.unwrap_or("男装")).unwrap()).collect()),
        ColumnKind::Boolean => Values::Boolean(given().map(|cell| cell.unwrap_or("false").parse().unwrap()).collect()),
        ColumnKind::Date => Values::Date(given().map(|cell| self::day(cell.unwrap_or(day)).epoch_days()).collect()),
        ColumnKind::Timestamp => Values::Timestamp(given().map(|cell| ticks(day, cell.unwrap_or("12:00"))).collect()),
    };
    ColumnData { values, validity: validity.contains(&false).then_some(validity) }
}

fn ticks(day: &str, text: &str) -> i64 {
    let (text, zone) = match text.strip_suffix('Z') {
        Some(text) => (text, TimeZone::UTC),
        None => (text, TimeZone::get("Asia/Shanghai").unwrap()),
    };
    let text = if text.contains('T') { text.to_owned() } else { format!("{day}T{text}") };
    zone.to_timestamp(text.parse().unwrap()).unwrap().as_microsecond()
}
