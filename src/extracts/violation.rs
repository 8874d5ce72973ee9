//! What is wrong with a quarantined row, in words: the column, what it holds, and the row's key.
//!
//! In: a row that broke a rule. Out: `amount_fen -1 (order_id 7)`. Buyers are not in the row, and so not in the words.

use serde_json::{Map, Value};

use crate::error::{Outcome, fault};
use crate::extracts::quarantine::QuarantinedRow;
use crate::extracts::schema::{RowRule, TableSpec};
use crate::extracts::tables::Table;
use crate::extracts::verdicts::Reason;

const STAGE: &str = "quarantine";

/// The column that broke the first rule, with its value and the row's key.
///
/// # Errors
/// A fault where the row is not one that was set aside.
pub fn violation(table: Table, row: &QuarantinedRow) -> Outcome<String> {
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

fn broken_column(spec: &TableSpec, reason: Reason, held: &Map<String, Value>) -> Option<&'static str> {
    let rule = |breaks: &dyn Fn(&RowRule) -> Option<&'static str>| spec.rules.iter().find_map(breaks);
    match reason {
        Reason::NullKey => {
            let required = || spec.columns.iter().filter(|column| !column.nullable);
            let shown = required().find(|column| held.get(column.name).is_some_and(Value::is_null));
            shown.or_else(|| required().find(|column| column.personal)).map(|column| column.name)
        }
        Reason::WrongPartition => spec.day_column,
        Reason::OutOfRange => rule(&|rule| match *rule {
            RowRule::Between { column, lowest, highest } => {
                let value = held.get(column).and_then(Value::as_i64)?;
                (!(lowest..=highest).contains(&value)).then_some(column)
            }
            RowRule::OneOf { column, values } => {
                let value = held.get(column).and_then(Value::as_str)?;
                (!values.contains(&value)).then_some(column)
            }
            RowRule::NotBefore { .. } | RowRule::NotBeforeDay { .. } => None,
        }),
        // No table has two such rules.
        Reason::TimeReversed => rule(&|rule| match *rule {
            RowRule::NotBefore { later, .. } => Some(later),
            RowRule::NotBeforeDay { day } => Some(day),
            RowRule::Between { .. } | RowRule::OneOf { .. } => None,
        }),
        Reason::DuplicateKey => spec.key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::quarantine::rows_set_aside;
    use crate::extracts::readable::{rows, shanghai};
    use crate::extracts::row_rules::judge;

    fn violations(table: Table, text: &str) -> Vec<String> {
        let rows = rows(table, "2022-03-15", text);
        let set_aside = rows_set_aside(&rows, &judge(&rows, &shanghai()).unwrap()).unwrap();
        set_aside.iter().map(|row| violation(table, row).unwrap()).collect()
    }

    #[test]
    fn every_rule_names_the_column_that_broke_it() {
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
    }

    #[test]
    fn a_missing_buyer_is_named_without_a_value() {
        let asked = "shop_id sub_account_id buyer_id asked_at bot_received human_replied_at
                     1       2              -        12:00    true         -";
        assert_eq!(violations(Table::Consultations, asked), ["buyer_id null"]);
    }
}
