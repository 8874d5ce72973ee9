//! What is wrong with a quarantined row, in words: the column, what it holds, and the row's key.
//!
//! In: a row that broke a rule. Out: `amount_fen -1 (order_id 7)`. Buyers are not in the row, and so not in the words.

use serde_json::{Map, Value};

use crate::extracts::quarantine::QuarantinedRow;
use crate::extracts::row_rules::Reason;
use crate::extracts::tables::{RowRule, Table, TableSpec};

/// The column that broke the first rule, with its value and the row's key.
pub fn offence(table: Table, row: &QuarantinedRow) -> String {
    let spec = table.spec();
    let held: Map<String, Value> = serde_json::from_str(&row.row).unwrap_or_default();
    let reason = Reason::from_name(row.reason);
    let column = reason.and_then(|reason| offending_column(spec, reason, &held)).unwrap_or(row.reason);
    let value = held.get(column).unwrap_or(&Value::Null);
    match spec.key.filter(|key| *key != column) {
        Some(key) => format!("{column} {value} ({key} {})", held.get(key).unwrap_or(&Value::Null)),
        None => format!("{column} {value}"),
    }
}

fn offending_column(spec: &TableSpec, reason: Reason, held: &Map<String, Value>) -> Option<&'static str> {
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

    fn offences(table: Table, text: &str) -> Vec<String> {
        let rows = rows(table, "2022-03-15", text);
        let set_aside = rows_set_aside(&rows, &judge(&rows, &shanghai()));
        set_aside.iter().map(|row| offence(table, row)).collect()
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
            offences(Table::Refunds, refunds),
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
        assert_eq!(offences(Table::Consultations, asked), ["buyer_id null"]);
    }
}
