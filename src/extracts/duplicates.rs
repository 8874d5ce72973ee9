//! The rule about duplicate keys: of the sound rows with one key the greatest stays, the others are set aside.
//!
//! Rows of one key are in the order of the timestamp of `dt`, then of the columns as declared: null lowest, false below true,
//! text by its bytes (specification, section 3).

use std::cmp::Ordering;

use crate::error::Outcome;
use crate::extracts::rows::{ColumnData, Rows, Values};
use crate::extracts::verdicts::{Reason, Verdicts};

/// Marks the rows that are sound so far and whose key a greater one has.
pub(super) fn mark(rows: &Rows, verdicts: &mut Verdicts) -> Outcome<()> {
    let Some(keys) = rows.keys()? else { return Ok(()) };
    // Producers mostly write keys in order, or at least once: then nothing needs to be looked at again.
    if keys.is_sorted_by(|one, next| one < next) || !repeats(keys) {
        return Ok(());
    }
    let day_column = rows.spec().day_column.map(|name| rows.column(name)).transpose()?;
    let columns: Vec<&ColumnData> = day_column.into_iter().chain(&rows.columns).collect();
    let mut by_key: Vec<usize> = verdicts.sound_rows().collect();
    let key_of = |row: &usize| keys.get(*row).copied();
    by_key.sort_unstable_by_key(key_of);
    for same_key in by_key.chunk_by(|one, next| key_of(one) == key_of(next)) {
        let greatest = same_key.iter().copied().max_by(|one, other| compare(rows, &columns, *one, *other));
        for row in same_key.iter().copied().filter(|row| Some(*row) != greatest) {
            verdicts.mark_row(Reason::DuplicateKey, row)?;
        }
    }
    Ok(())
}

fn repeats(keys: &[i64]) -> bool {
    let mut sorted = keys.to_vec();
    sorted.sort_unstable();
    sorted.windows(2).any(|pair| pair.first() == pair.last())
}

fn compare(rows: &Rows, columns: &[&ColumnData], one: usize, other: usize) -> Ordering {
    let mut orders = columns.iter().map(|column| compare_values(rows, column, one, other));
    orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

fn compare_values(rows: &Rows, column: &ColumnData, one: usize, other: usize) -> Ordering {
    let (has_one, has_other) = (column.is_valid(one), column.is_valid(other));
    if !(has_one && has_other) {
        return has_one.cmp(&has_other);
    }
    match &column.values {
        Values::Integer(values) | Values::Timestamp(values) => values.get(one).cmp(&values.get(other)),
        Values::Date(values) => values.get(one).cmp(&values.get(other)),
        Values::Boolean(values) => values.get(one).cmp(&values.get(other)),
        Values::Text(positions) => {
            let text = |row: usize| positions.get(row).map(|position| rows.texts.all().get(*position as usize));
            text(one).cmp(&text(other))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::extracts::readable::verdicts;
    use crate::extracts::tables::Table::{self, Payments, Pickups, Shops};

    /// Which rows stay; the others are duplicates.
    fn kept(table: Table, text: &str) -> Vec<usize> {
        let verdicts = verdicts(table, text);
        assert!(verdicts.iter().all(|verdict| ["sound", "duplicate_key"].contains(verdict)), "{verdicts:?}");
        (0..verdicts.len()).filter(|row| verdicts[*row] == "sound").collect()
    }

    #[test]
    fn of_rows_with_one_key_the_latest_stays() {
        assert_eq!(kept(Payments, "order_id paid_at amount_fen\n7 10:00 900\n7 11:00 100\n8 10:00 100"), [1, 2]);
    }

    #[test]
    fn of_rows_of_one_instant_the_greatest_stays_by_the_columns_in_order() {
        assert_eq!(kept(Payments, "order_id shop_id category amount_fen\n7 2 a 900\n7 2 b 100\n7 1 c 999"), [1]);
        let text = "order_id picked_up_at no_shipping_required\n7 - true\n7 12:00 false\n8 - false\n8 - true";
        assert_eq!(kept(Pickups, text), [1, 3], "null lowest, false below true");
        assert_eq!(kept(Payments, "order_id shop_id category\n7 1 男装\n7 1 z"), [0], "text by its bytes");
    }

    #[test]
    fn of_rows_that_are_equal_in_all_columns_one_stays() {
        assert_eq!(kept(Payments, "order_id shop_id amount_fen\n7 1 5\n7 1 5\n7 1 5").len(), 1);
    }

    #[test]
    fn a_row_that_broke_another_rule_makes_no_duplicate() {
        let text = "order_id amount_fen paid_at\n7 100 10:00\n7 -1 11:00";
        assert_eq!(verdicts(Payments, text), ["sound", "out_of_range"]);
    }

    #[test]
    fn shops_have_no_day_and_their_greatest_row_stays() {
        let text = "shop_id shop_name terminated_on\n1 a -\n1 a 2022-01-01\n2 b -";
        assert_eq!(kept(Shops, text), [1, 2]);
    }
}
