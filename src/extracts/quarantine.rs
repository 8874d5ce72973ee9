//! The rows that were set aside, as their owner may read them.
//!
//! Grain: one quarantined row. Buyers are left out, timestamps are in UTC, so that a row reads the same whatever the unit
//! and zone of its file (specification, section 11).

use serde::Serializer;
use serde::ser::SerializeMap;

use crate::domain::Day;
use crate::extracts::instants::in_utc;
use crate::extracts::row_rules::{Reason, Verdicts};
use crate::extracts::rows::{Rows, Values};
use crate::extracts::tables::Table;

/// A row that broke a rule, in the order in which the quarantine is sorted within a day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct QuarantinedRow {
    /// Its table.
    pub table: &'static str,
    /// Its key; none where it is null or the table has no key.
    pub key: Option<i64>,
    /// The first rule that it breaks.
    pub reason: &'static str,
    /// Its declared columns as JSON.
    pub row: String,
}

/// The quarantined rows of a table-day, sorted.
pub fn rows_set_aside(rows: &Rows, verdicts: &Verdicts) -> Vec<QuarantinedRow> {
    let key = rows.spec().key.and_then(|name| rows.column(name));
    let mut set_aside: Vec<QuarantinedRow> = verdicts
        .broken()
        .map(|(row, reason)| QuarantinedRow {
            table: rows.table.name(),
            key: key.filter(|key| key.is_valid(row)).and_then(|key| key.integers().get(row).copied()),
            reason: reason.name(),
            row: as_json(rows, row),
        })
        .collect();
    set_aside.sort_unstable();
    set_aside
}

/// How many rows a table-day has, and how many of them broke which rule first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// The table.
    pub table: Table,
    /// The partition's day.
    pub day: Day,
    /// All rows.
    pub rows: i64,
    /// The quarantined ones, by place in [`Reason::ALL`].
    pub broken: [i64; Reason::ALL.len()],
}

impl Counts {
    /// Counts the verdicts of a table-day.
    pub fn of(rows: &Rows, verdicts: &Verdicts) -> Self {
        let mut counts = Self::nothing(rows.table, rows.day);
        counts.rows = i64::try_from(rows.count).unwrap_or(i64::MAX);
        for (_, reason) in verdicts.broken() {
            if let Some(count) = counts.broken.get_mut(reason as usize) {
                *count += 1;
            }
        }
        counts
    }

    /// A table-day without rows.
    pub const fn nothing(table: Table, day: Day) -> Self {
        Self { table, day, rows: 0, broken: [0; Reason::ALL.len()] }
    }

    /// All quarantined rows.
    pub fn quarantined(&self) -> i64 {
        self.broken.iter().sum()
    }
}

/// The declared columns of a row, without buyers, as a JSON object in the declared order.
fn as_json(rows: &Rows, row: usize) -> String {
    let mut json = Vec::new();
    let written = write_json(rows, row, &mut serde_json::Serializer::new(&mut json));
    match written {
        Ok(()) => String::from_utf8_lossy(&json).into_owned(),
        Err(error) => format!("{{\"unwritable\":{:?}}}", error.to_string()),
    }
}

fn write_json<S: Serializer>(rows: &Rows, row: usize, serializer: S) -> Result<(), S::Error>
where
    S::Ok: Sized,
{
    let mut object = serializer.serialize_map(None)?;
    for (declared, column) in rows.spec().columns.iter().zip(&rows.columns) {
        if declared.personal {
            continue;
        }
        object.serialize_key(declared.name)?;
        if !column.is_valid(row) {
            object.serialize_value(&None::<i64>)?;
            continue;
        }
        match &column.values {
            Values::Integer(values) => object.serialize_value(&values.get(row))?,
            Values::Boolean(values) => object.serialize_value(&values.get(row))?,
            Values::Text(values) => {
                object.serialize_value(&values.get(row).map(|position| rows.texts.text(*position)))?;
            }
            Values::Date(values) => {
                let date = values.get(row).map(|date| Day::from_epoch_days(*date).to_string());
                object.serialize_value(&date)?;
            }
            Values::Timestamp(values) => {
                let instant = values.get(row).map(|tick| in_utc(*tick, rows.ticks_per_second));
                object.serialize_value(&instant)?;
            }
        }
    }
    object.end().map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::readable::{rows, shanghai};
    use crate::extracts::row_rules::judge;

    #[test]
    fn a_quarantined_row_shows_the_contracts_columns_in_utc_without_buyers() {
        let text = "shop_id sub_account_id buyer_id asked_at human_replied_at
                    1       2              3        12:00    11:59:59.5
                    1       -              3        12:00    -";
        let rows = rows(Table::Consultations, "2022-03-15", text);
        let verdicts = judge(&rows, &shanghai());
        let shown: Vec<String> = rows_set_aside(&rows, &verdicts)
            .into_iter()
            .map(|row| format!("{} {:?} {} {}", row.table, row.key, row.reason, row.row))
            .collect();
        let nulls = r#"{"shop_id":1,"sub_account_id":null,"asked_at":"2022-03-15T04:00:00Z","bot_received":false,"human_replied_at":null}"#;
        let reversed = r#"{"shop_id":1,"sub_account_id":2,"asked_at":"2022-03-15T04:00:00Z","bot_received":false,"human_replied_at":"2022-03-15T03:59:59.5Z"}"#;
        assert_eq!(
            shown,
            [
                format!("consultations None null_key {nulls}"),
                format!("consultations None time_reversed {reversed}")
            ]
        );
        assert_eq!(Counts::of(&rows, &verdicts).broken, [1, 0, 0, 1, 0]);
    }
}
