//! The rows that were set aside, as their owner may read them, and what is wrong with each in words.
//!
//! Grain: one quarantined row. Buyers are left out, timestamps are in UTC, so that a row reads the same whatever the unit
//! and zone of its file (specification, section 11).

use arrow::array::Array;
use serde::Serializer;
use serde_json::{Map, Value};

use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::extracts::batch::{Batch, value};
use crate::extracts::instants::in_utc;
use crate::extracts::schema::{Column, ColumnKind, RowRule, TableSpec};
use crate::extracts::tables::Table;
use crate::extracts::verdicts::{Reason, Verdicts};

const STAGE: &str = "quarantine";

/// A row that broke a rule, in the order in which the quarantine is sorted within a day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct QuarantinedRow {
    pub(crate) table: &'static str,
    /// None where it is null or the table has no key.
    pub(crate) key: Option<i64>,
    /// The first rule that it breaks.
    pub(crate) reason: &'static str,
    /// Its declared columns as JSON.
    pub(crate) row: String,
}

/// The quarantined rows of a batch, in no order.
pub(crate) fn rows_set_aside(batch: &Batch, verdicts: &Verdicts) -> Outcome<Vec<QuarantinedRow>> {
    let set_aside = verdicts.broken().iter().map(|(row, reason)| {
        let key = batch.keys()?.filter(|keys| keys.is_valid(*row));
        Ok(QuarantinedRow {
            table: batch.table.name(),
            key: key.map(|keys| value(keys.values(), *row)).transpose()?,
            reason: reason.name(),
            row: as_json(batch, *row)?,
        })
    });
    set_aside.collect()
}

/// How many rows a table-day has, and how many of them broke which rule first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    pub(crate) table: Table,
    pub(crate) day: Day,
    /// All rows, the quarantined ones too.
    pub(crate) rows: i64,
    /// The quarantined ones, by place in [`Reason::ALL`].
    pub(crate) broken: [i64; Reason::ALL.len()],
}

impl Counts {
    /// Adds the rows of a batch.
    pub(crate) fn add(&mut self, batch: &Batch, verdicts: &Verdicts) -> Outcome<()> {
        self.rows += i64::try_from(batch.count).map_err(|error| fault(STAGE, error))?;
        for (_, reason) in verdicts.broken() {
            let count = self.broken.get_mut(*reason as usize);
            *count.ok_or_else(|| fault(STAGE, format!("no place for {reason:?}")))? += 1;
        }
        Ok(())
    }

    /// A table-day without rows.
    pub(crate) const fn nothing(table: Table, day: Day) -> Self {
        Self { table, day, rows: 0, broken: [0; Reason::ALL.len()] }
    }

    pub(crate) fn quarantined(&self) -> i64 {
        self.broken.iter().sum()
    }
}

/// A row as a JSON object of its declared columns, in their order, without buyers.
pub(crate) fn as_json(batch: &Batch, row: usize) -> Outcome<String> {
    let columns = batch.spec().columns.iter().filter(|declared| !declared.personal);
    let cells = columns.map(|declared| Ok((declared.name, shown(batch, declared, row)?)));
    let cells = cells.collect::<Outcome<Vec<_>>>()?;
    let mut json = Vec::new();
    serde_json::Serializer::new(&mut json).collect_map(cells).map_err(|error| fault(STAGE, error))?;
    String::from_utf8(json).map_err(|error| fault(STAGE, error))
}

fn shown(batch: &Batch, Column { name, kind, .. }: &Column, row: usize) -> Outcome<Value> {
    if batch.column(name)?.is_null(row) {
        return Ok(Value::Null);
    }
    Ok(match kind {
        ColumnKind::Integer => value(batch.integers(name)?.values(), row)?.into(),
        ColumnKind::Boolean => batch.booleans(name)?.value(row).into(),
        ColumnKind::Text => batch.texts.text(value(batch.text_positions(name)?.values(), row)?)?.into(),
        ColumnKind::Date => Day::from_epoch_days(value(batch.dates(name)?.values(), row)?).to_string().into(),
        ColumnKind::Timestamp => {
            let ticks = value(batch.ticks(name)?.values(), row)?;
            in_utc(ticks, batch.ticks_per_second).map_err(|error| fault(STAGE, error))?.into()
        }
    })
}

/// The column that broke the first rule, with its value and the row's key: `amount_fen -1 (order_id 7)`.
pub(crate) fn violation(table: Table, row: &QuarantinedRow) -> Outcome<String> {
    let spec = table.spec();
    let held: Map<String, Value> = serde_json::from_str(&row.row).map_err(|error| fault(STAGE, error))?;
    let reason = row.reason.parse().map_err(|_| fault(STAGE, format!("the reason {:?}", row.reason)))?;
    let column = broken_column(spec, reason, &held)
        .ok_or_else(|| fault(STAGE, format!("no column of {} with {}: {}", spec.name, row.reason, row.row)))?;
    // A buyer is not shown.
    let value = |column: &str| held.get(column).unwrap_or(&Value::Null);
    Ok(match spec.key.filter(|key| *key != column) {
        Some(key) => format!("{column} {} ({key} {})", value(column), value(key)),
        None => format!("{column} {}", value(column)),
    })
}

/// The column out of range by a rule; else the day or time that is farthest from those of a marketplace.
fn rule_or_time(spec: &TableSpec, held: &Map<String, Value>, by_rule: Option<&'static str>) -> Option<&'static str> {
    let year = |name: &str| held.get(name)?.as_str()?.split('-').next()?.parse::<i32>().ok();
    let is_time = |column: &&Column| matches!(column.kind, ColumnKind::Date | ColumnKind::Timestamp);
    let times = spec.columns.iter().filter(is_time).filter_map(|column| Some((year(column.name)?, column.name)));
    by_rule.or_else(|| times.max_by_key(|(year, _)| (year - 2_020).abs()).map(|(_, name)| name))
}

fn broken_column(spec: &TableSpec, reason: Reason, held: &Map<String, Value>) -> Option<&'static str> {
    let rule = |breaks: &dyn Fn(&RowRule) -> Option<&'static str>| spec.rules.iter().find_map(breaks);
    match reason {
        Reason::NullKey => {
            let required = || spec.columns.iter().filter(|column| !column.nullable);
            let shown = required().find(|column| held.get(column.name).is_some_and(Value::is_null));
            shown.or_else(|| required().find(|column| column.personal)).map(|column| column.name)
        }
        Reason::WrongPartition => spec.day_column,
        Reason::OutOfRange => rule_or_time(
            spec,
            held,
            rule(&|rule| match *rule {
                RowRule::Between { column, lowest, highest } => {
                    let value = held.get(column).and_then(Value::as_i64)?;
                    (!(lowest..=highest).contains(&value)).then_some(column)
                }
                RowRule::OneOf { column, values } => {
                    let value = held.get(column).and_then(Value::as_str)?;
                    (!values.contains(&value)).then_some(column)
                }
                RowRule::NotBefore { .. } | RowRule::DayNotBefore { .. } | RowRule::NotBeforeDay { .. } => None,
            }),
        ),
        // No table has two such rules.
        Reason::TimeReversed => rule(&|rule| match *rule {
            RowRule::NotBefore { later, .. } | RowRule::DayNotBefore { later, .. } => Some(later),
            RowRule::NotBeforeDay { day } => Some(day),
            RowRule::Between { .. } | RowRule::OneOf { .. } => None,
        }),
        Reason::DuplicateKey => spec.key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::readable::rows;
    use crate::extracts::row_rules::judge_all;

    fn set_aside(table: Table, text: &str) -> (Vec<QuarantinedRow>, Counts) {
        let rows = rows(table, "2022-03-15", text);
        let verdicts = judge_all(&rows).unwrap();
        let mut counts = Counts::nothing(table, rows.day);
        counts.add(&rows, &verdicts).unwrap();
        let mut set_aside = rows_set_aside(&rows, &verdicts).unwrap();
        set_aside.sort_unstable();
        (set_aside, counts)
    }

    #[test]
    fn a_quarantined_row_shows_the_contracts_columns_in_utc_without_buyers() {
        let text = "shop_id sub_account_id buyer_id asked_at human_replied_at
                    1       2              3        12:00    11:59:59.5
                    1       -              3        12:00    -";
        let (set_aside, counts) = set_aside(Table::Consultations, text);
        let shown = set_aside.iter().map(|row| format!("{} {:?} {} {}", row.table, row.key, row.reason, row.row));
        let nulls = r#"{"shop_id":1,"sub_account_id":null,"asked_at":"2022-03-15T04:00:00Z","bot_received":false,"human_replied_at":null}"#;
        let reversed = r#"{"shop_id":1,"sub_account_id":2,"asked_at":"2022-03-15T04:00:00Z","bot_received":false,"human_replied_at":"2022-03-15T03:59:59.5Z"}"#;
        assert_eq!(
            shown.collect::<Vec<_>>(),
            [format!("consultations None null_key {nulls}"), format!("consultations None time_reversed {reversed}")]
        );
        assert_eq!(counts.broken, [1, 0, 0, 1, 0]);
    }

    #[test]
    fn every_rule_names_the_column_that_broke_it_and_a_missing_buyer_has_no_value() {
        let violations = |table, text| {
            let (set_aside, _) = set_aside(table, text);
            set_aside.iter().map(|row| violation(table, row).unwrap()).collect::<Vec<_>>()
        };
        let refunds = "refund_id order_id shop_id refund_type stage   applied_at completed_at self_completed
                       1         1        -       refund_only in_sale 10:00      11:00        true
                       2         1        1       gift        in_sale 10:00      11:00        true
                       3         1        1       refund_only in_sale 12:00      11:00        true
                       4         1        1       refund_only in_sale 10:00      11:00        true
                       4         1        1       refund_only in_sale 10:00      10:30        true";
        assert_eq!(
            violations(Table::Refunds, refunds),
            [
                "shop_id null (refund_id 1)",
                "refund_type \"gift\" (refund_id 2)",
                "completed_at \"2022-03-15T03:00:00Z\" (refund_id 3)",
                "refund_id 4"
            ]
        );
        let asked = "shop_id sub_account_id buyer_id asked_at bot_received human_replied_at
                     1       2              -        12:00    true         -";
        assert_eq!(violations(Table::Consultations, asked), ["buyer_id null"]);
    }
}
