//! A few rows for every quarantine reason, made from the declarations by damaging copies of one sound row.
//!
//! They stay far below the limits that stop a run. Sound figures stay as they are, so that tests can count both: where a
//! key occurs twice with different values, the sound row is the greater one.

use super::frame::{Cell, Frame};
use super::rhythm::{DAY, HOUR, SECOND, midnight};
use crate::domain::Day;
use crate::extracts::schema::{ColumnKind, RowRule, TableSpec};

/// Added to a key, it names an item that no day has.
const BEYOND_ALL_INDICES: i64 = 500_000_000;
/// A shop that no snapshot has.
const UNKNOWN_SHOP_ID: i64 = 999_999_999_999;
/// An enumeration value that no table lists.
const UNLISTED: &str = "unlisted";

/// Adds the damaged rows to the sound rows of `day`; none to a table-day without rows.
pub(super) fn add(frame: &mut Frame<'_>, day: Day) {
    let Some(sound) = frame.pattern() else { return };
    let spec = frame.spec;
    let mut damaged = vec![null_key(spec, &sound, day)];
    damaged.extend(wrong_partition(spec, &sound, day));
    damaged.extend(spec.rules.iter().filter_map(|rule| broken(spec, *rule, &sound, day)));
    damaged.extend(duplicates(spec, &sound));
    damaged.extend(strangers(spec, &sound));
    for row in damaged {
        frame.push_damaged(&row);
    }
    push_untrimmed(frame, &sound);
}

/// A required column is null: another one each day.
fn null_key<'a>(spec: &TableSpec, sound: &[Cell<'a>], day: Day) -> Vec<Cell<'a>> {
    let required: Vec<&str> =
        spec.columns.iter().filter(|column| !column.nullable).map(|column| column.name).collect();
    let turn = usize::try_from(day.epoch_days()).unwrap_or_default() % required.len().max(1);
    let column = required.get(turn).copied().unwrap_or_default();
    with(spec, sound, column, |_| Cell::Null)
}

/// The first instant of the day after, or the last second of the day before.
fn wrong_partition<'a>(spec: &TableSpec, sound: &[Cell<'a>], day: Day) -> Option<Vec<Cell<'a>>> {
    let instant = if day.epoch_days() % 2 == 0 { midnight(day) - SECOND } else { midnight(day) + DAY };
    spec.day_column.map(|column| with(spec, sound, column, |_| Cell::Timestamp(instant)))
}

/// A row that breaks `rule`, where 64 bits can, and no rule before it.
fn broken<'a>(spec: &TableSpec, rule: RowRule, sound: &[Cell<'a>], day: Day) -> Option<Vec<Cell<'a>>> {
    match rule {
        RowRule::Between { column, lowest, highest } => {
            let outside = if day.epoch_days() % 2 == 0 { highest.checked_add(1) } else { None };
            let outside = outside.or(lowest.checked_sub(1))?;
            Some(with(spec, sound, column, |_| Cell::Integer(outside)))
        }
        RowRule::OneOf { column, .. } => Some(with(spec, sound, column, |_| Cell::Text(UNLISTED))),
        // The timestamp that `dt` is the day of stays where it is.
        RowRule::NotBefore { later, earlier } if spec.day_column == Some(later) => {
            let reversed = instant_of(spec, sound, later)? + HOUR;
            Some(with(spec, sound, earlier, |_| Cell::Timestamp(reversed)))
        }
        RowRule::NotBefore { later, earlier } => {
            let reversed = instant_of(spec, sound, earlier)? - SECOND;
            Some(with(spec, sound, later, |_| Cell::Timestamp(reversed)))
        }
        RowRule::NotBeforeDay { day: column, .. } => {
            Some(with(spec, sound, column, |_| Cell::Date(day.plus(1))))
        }
    }
}

/// The sound row again, and a lesser row of the same key.
fn duplicates<'a>(spec: &TableSpec, sound: &[Cell<'a>]) -> Vec<Vec<Cell<'a>>> {
    if spec.key.is_none() {
        return Vec::new();
    }
    let lesser = match spec.day_column {
        Some(column) => with(spec, sound, column, |cell| match cell {
            Cell::Timestamp(instant) => Cell::Timestamp(instant - SECOND),
            other => other,
        }),
        None => with(spec, sound, "shop_name", |_| Cell::Text("-")),
    };
    vec![sound.to_vec(), lesser]
}

/// Sound rows that do not count: of a shop that no snapshot has, or an appeal against a record that does not exist.
fn strangers<'a>(spec: &TableSpec, sound: &[Cell<'a>]) -> Vec<Vec<Cell<'a>>> {
    let mut strangers = Vec::new();
    if spec.key != Some("shop_id") {
        let fresh = fresh_key(spec, sound, 1);
        strangers.push(with(spec, &fresh, "shop_id", |_| Cell::Integer(UNKNOWN_SHOP_ID)));
    }
    if spec.position("record_id").is_some() {
        strangers.push(with(spec, &fresh_key(spec, sound, 2), "record_id", |_| Cell::Integer(1)));
    }
    strangers
}

/// A sound row more, whose texts have white space around them; none where a table has no text.
fn push_untrimmed(frame: &mut Frame<'_>, sound: &[Cell<'_>]) {
    if !frame.spec.columns.iter().any(|column| column.kind == ColumnKind::Text) {
        return;
    }
    let fresh = fresh_key(frame.spec, sound, 3);
    let padded: Vec<Option<String>> = fresh
        .iter()
        .map(|cell| match cell {
            Cell::Text(text) => Some(format!(" \t{text}\r\n")),
            _ => None,
        })
        .collect();
    let row: Vec<Cell<'_>> =
        fresh.iter().zip(&padded).map(|(cell, padded)| padded.as_deref().map_or(*cell, Cell::Text)).collect();
    frame.push_damaged(&row);
}

fn fresh_key<'a>(spec: &TableSpec, sound: &[Cell<'a>], number: i64) -> Vec<Cell<'a>> {
    with(spec, sound, spec.key.unwrap_or_default(), |cell| match cell {
        Cell::Integer(key) => Cell::Integer(key + BEYOND_ALL_INDICES + number),
        other => other,
    })
}

fn instant_of(spec: &TableSpec, row: &[Cell<'_>], column: &str) -> Option<i64> {
    match row.get(spec.position(column)?)? {
        Cell::Timestamp(instant) => Some(*instant),
        _ => None,
    }
}

/// A copy of `row` with the cell of `column` changed.
fn with<'a>(
    spec: &TableSpec,
    row: &[Cell<'a>],
    column: &str,
    change: impl Fn(Cell<'a>) -> Cell<'a>,
) -> Vec<Cell<'a>> {
    let position = spec.position(column);
    row.iter()
        .enumerate()
        .map(|(place, cell)| if Some(place) == position { change(*cell) } else { *cell })
        .collect()
}
