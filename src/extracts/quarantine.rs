//! The rows that were set aside, as their owner may read them.
//!
//! Grain: one quarantined row. Buyers are left out, timestamps are in UTC, so that a row reads the same whatever the unit
//! and zone of its file (specification, section 11).

use serde::ser::{Error, Serialize, SerializeMap, Serializer};

use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::extracts::instants::in_utc;
use crate::extracts::rows::{Rows, Values, value};
use crate::extracts::tables::Table;
use crate::extracts::verdicts::{Reason, Verdicts};

const STAGE: &str = "quarantine";

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
///
/// # Errors
/// A fault where a column was not read or holds what cannot be written.
pub fn rows_set_aside(rows: &Rows, verdicts: &Verdicts) -> Outcome<Vec<QuarantinedRow>> {
    let key = rows.spec().key.map(|name| Ok((rows.integers(name)?, rows.column(name)?))).transpose()?;
    let set_aside = verdicts.broken().map(|(row, reason)| {
        let key = key.filter(|(_, column)| column.is_valid(row));
        Ok(QuarantinedRow {
            table: rows.table.name(),
            key: key.map(|(keys, _)| value(keys, row)).transpose()?,
            reason: reason.name(),
            row: serde_json::to_string(&Shown { rows, row }).map_err(|error| fault(STAGE, error))?,
        })
    });
    let mut set_aside = set_aside.collect::<Outcome<Vec<_>>>()?;
    set_aside.sort_unstable();
    Ok(set_aside)
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
    ///
    /// # Errors
    /// A fault where there are more rows than can be counted.
    pub fn of(rows: &Rows, verdicts: &Verdicts) -> Outcome<Self> {
        let mut counts = Self::nothing(rows.table, rows.day);
        counts.rows = i64::try_from(rows.count).map_err(|error| fault(STAGE, error))?;
        for (_, reason) in verdicts.broken() {
            let count = counts.broken.get_mut(reason as usize);
            *count.ok_or_else(|| fault(STAGE, format!("no place for {reason:?}")))? += 1;
        }
        Ok(counts)
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

/// A row as a JSON object of its declared columns, in their order, without buyers.
struct Shown<'a> {
    rows: &'a Rows,
    row: usize,
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { rows, row } = *self;
        let mut object = serializer.serialize_map(None)?;
        let columns = rows.spec().columns.iter().zip(&rows.columns);
        for (declared, column) in columns.filter(|(declared, _)| !declared.personal) {
            object.serialize_key(declared.name)?;
            if !column.is_valid(row) {
                object.serialize_value(&None::<i64>)?;
                continue;
            }
            match &column.values {
                Values::Integer(values) => object.serialize_value(&at(values, row)?)?,
                Values::Boolean(values) => object.serialize_value(&at(values, row)?)?,
                Values::Text(values) => {
                    let text = rows.texts.text(at(values, row)?).map_err(S::Error::custom)?;
                    object.serialize_value(text)?;
                }
                Values::Date(values) => object.serialize_value(&Day::from_epoch_days(at(values, row)?))?,
                Values::Timestamp(values) => {
                    let instant = in_utc(at(values, row)?, rows.ticks_per_second);
                    object.serialize_value(&instant.map_err(S::Error::custom)?)?;
                }
            }
        }
        object.end()
    }
}

fn at<T: Copy, E: Error>(values: &[T], row: usize) -> Result<T, E> {
    value(values, row).map_err(E::custom)
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
        let verdicts = judge(&rows, &shanghai()).unwrap();
        let shown: Vec<String> = rows_set_aside(&rows, &verdicts)
            .unwrap()
            .into_iter()
            .map(|row| format!("{} {:?} {} {}", row.table, row.key, row.reason, row.row))
            .collect();
        let nulls = r#"{"shop_id":1,"sub_account_id":null,"asked_at":"2022-03-15T04:00:00Z","bot_received":false,"human_replied_at":null}"#;
        let reversed = r#"{"shop_id":1,"sub_account_id":2,"asked_at":"2022-03-15T04:00:00Z","bot_received":false,"human_replied_at":"2022-03-15T03:59:59.5Z"}"#;
        assert_eq!(
            shown,
            [format!("consultations None null_key {nulls}"), format!("consultations None time_reversed {reversed}")]
        );
        assert_eq!(Counts::of(&rows, &verdicts).unwrap().broken, [1, 0, 0, 1, 0]);
    }
}
