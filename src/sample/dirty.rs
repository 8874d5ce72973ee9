//! A few rows for every quarantine reason, made from the declarations by damaging copies of one sound row.
//!
//! They stay far below the limits that stop a run. Sound figures stay as they are, so that tests can count both: where a
//! key occurs twice with different values, the sound row is the greater one.

use std::iter;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
    new_null_array,
};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Int64Type};

use super::request::STAGE;
use super::rhythm::{DAY, HOUR, SECOND, midnight};
use crate::domain::Day;
use crate::error::{Failure, Outcome, fault};
use crate::extracts::schema::{RowRule, TableSpec};

/// Added to a key, it names an item that no day has.
const BEYOND_ALL_INDICES: i64 = 500_000_000;
/// A shop that no snapshot has.
const UNKNOWN_SHOP_ID: i64 = 999_999_999_999;
/// An enumeration value that no table lists.
const UNLISTED: &str = "unlisted";

/// A damaged row: the columns in which it differs from the sound one, with their values.
type Damage = Vec<(&'static str, ArrayRef)>;

/// The rows of `day`, all sound, with damaged ones after them; none is added to a table-day without rows.
pub(super) fn added(rows: RecordBatch, spec: &'static TableSpec, day: Day) -> Outcome<RecordBatch> {
    // The last of the rows 1, 2, 4, 8 …, so one from the later half of the day.
    let Some(doublings) = rows.num_rows().checked_ilog2() else { return Ok(rows) };
    let sound = Row { spec, batch: rows.slice((1 << doublings) - 1, 1) };
    let mut damages = vec![null_key(&sound, day)?];
    damages.extend(wrong_partition(spec, day));
    for rule in spec.rules {
        damages.extend(broken(&sound, *rule, day)?);
    }
    damages.extend(duplicates(&sound)?);
    damages.extend(strangers(&sound)?);
    damages.extend(untrimmed(&sound)?);
    let damaged = damages.into_iter().map(|damage| sound.with(damage)).collect::<Outcome<Vec<_>>>()?;
    concat_batches(&rows.schema(), iter::once(&rows).chain(&damaged)).map_err(|error| fault(STAGE, error))
}

/// A required column is null: another one each day.
fn null_key(sound: &Row, day: Day) -> Outcome<Damage> {
    let turn = usize::try_from(day.epoch_days()).map_err(|error| fault(STAGE, error))?;
    let mut required = sound.spec.columns.iter().filter(|column| !column.nullable).cycle();
    let column = required.nth(turn).ok_or_else(|| sound.lacks("required column"))?.name;
    Ok(vec![(column, new_null_array(sound.value(column)?.data_type(), 1))])
}

/// The first instant of the day after, or the last second of the day before.
fn wrong_partition(spec: &TableSpec, day: Day) -> Option<Damage> {
    let instant = if day.epoch_days() % 2 == 0 { midnight(day) - SECOND } else { midnight(day) + DAY };
    spec.day_column.map(|column| vec![(column, timestamp(instant))])
}

/// What breaks `rule`, where 64 bits can, and no rule before it.
fn broken(sound: &Row, rule: RowRule, day: Day) -> Outcome<Option<Damage>> {
    let change: (_, ArrayRef) = match rule {
        RowRule::Between { column, lowest, highest } => {
            let above = highest.checked_add(1).filter(|_| day.epoch_days() % 2 == 0);
            let Some(outside) = above.or(lowest.checked_sub(1)) else { return Ok(None) };
            (column, integer(outside))
        }
        RowRule::OneOf { column, .. } => (column, text(UNLISTED)),
        // The timestamp that `dt` is the day of stays where it is.
        RowRule::NotBefore { later, earlier } if sound.spec.day_column == Some(later) => {
            (earlier, timestamp(sound.number(later)? + HOUR))
        }
        RowRule::NotBefore { later, earlier } => (later, timestamp(sound.number(earlier)? - SECOND)),
        // Of shops alone, whose snapshots stay as earlier releases made them.
        RowRule::DayNotBefore { .. } => return Ok(None),
        RowRule::NotBeforeDay { day: column } => (column, Arc::new(Date32Array::from(vec![day.plus(1).epoch_days()]))),
    };
    Ok(Some(vec![change]))
}

/// The sound row again, and a lesser row of the same key; none where a table has no key.
fn duplicates(sound: &Row) -> Outcome<Vec<Damage>> {
    let lesser = match (sound.spec.key, sound.spec.day_column) {
        (None, _) => return Ok(Vec::new()),
        (_, Some(column)) => (column, timestamp(sound.number(column)? - SECOND)),
        (_, None) => ("shop_name", text("-")),
    };
    Ok(vec![Vec::new(), vec![lesser]])
}

/// Sound rows that do not count: of a shop that no snapshot has, or an appeal against a record that does not exist.
fn strangers(sound: &Row) -> Outcome<Vec<Damage>> {
    let mut strangers = Vec::new();
    if sound.spec.key != Some("shop_id") {
        strangers.push(sound.fresh(1, vec![("shop_id", integer(UNKNOWN_SHOP_ID))])?);
    }
    if sound.spec.position("record_id").is_some() {
        strangers.push(sound.fresh(2, vec![("record_id", integer(1))])?);
    }
    Ok(strangers)
}

/// A sound row more, whose texts have white space around them; none where it has no text.
fn untrimmed(sound: &Row) -> Outcome<Option<Damage>> {
    let mut padded = Damage::new();
    for column in sound.spec.columns {
        let texts = sound.value(column.name)?.as_string_opt::<i32>();
        if let Some(found) = texts.and_then(|texts| texts.iter().flatten().next()) {
            padded.push((column.name, text(&format!(" \t{found}\r\n"))));
        }
    }
    if padded.is_empty() { Ok(None) } else { sound.fresh(3, padded).map(Some) }
}

fn integer(value: i64) -> ArrayRef {
    Arc::new(Int64Array::from(vec![value]))
}

fn text(value: &str) -> ArrayRef {
    Arc::new(StringArray::from(vec![value]))
}

fn timestamp(microseconds: i64) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from(vec![microseconds]).with_timezone("UTC"))
}

/// One row of a table, as a batch.
struct Row {
    spec: &'static TableSpec,
    batch: RecordBatch,
}

impl Row {
    fn lacks(&self, column: &str) -> Failure {
        fault(STAGE, format!("no {column} in a row of {}", self.spec.name))
    }

    fn value(&self, column: &str) -> Outcome<&ArrayRef> {
        self.batch.column_by_name(column).ok_or_else(|| self.lacks(column))
    }

    /// An integer, or the microseconds of a timestamp.
    fn number(&self, column: &str) -> Outcome<i64> {
        let numbers = cast(self.value(column)?, &DataType::Int64).map_err(|error| fault(STAGE, error))?;
        let number = numbers.as_primitive_opt::<Int64Type>().and_then(|numbers| numbers.iter().flatten().next());
        number.ok_or_else(|| self.lacks(column))
    }

    /// `damage` to a row with a key that no row has, where the table has a key.
    fn fresh(&self, number: i64, mut damage: Damage) -> Outcome<Damage> {
        if let Some(column) = self.spec.key {
            damage.push((column, integer(self.number(column)? + BEYOND_ALL_INDICES + number)));
        }
        Ok(damage)
    }

    fn with(&self, damage: Damage) -> Outcome<RecordBatch> {
        let mut columns = self.batch.columns().to_vec();
        for (column, value) in damage {
            let place = self.spec.position(column).and_then(|position| columns.get_mut(position));
            *place.ok_or_else(|| self.lacks(column))? = value;
        }
        RecordBatch::try_new(self.batch.schema(), columns).map_err(|error| fault(STAGE, error))
    }
}
