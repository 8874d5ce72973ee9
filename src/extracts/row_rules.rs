//! Judges each row of a table-day: sound, or set aside for the first rule that it breaks (specification, section 3).
//!
//! Grain in: the rows of a table-day. Grain out: one verdict a row. The order of the reasons is the order of the rules.

use std::cmp::Ordering;
use std::ops::Range;

use crate::error::Outcome;
use crate::extracts::rows::{ColumnData, Rows, Values};
use crate::extracts::schema::RowRule;
use crate::extracts::verdicts::{Reason, Verdicts};
use crate::zone::Zone;

/// Judges every row; a fault where a column was not read.
pub(crate) fn judge(rows: &Rows, zone: &Zone) -> Outcome<Verdicts> {
    let mut verdicts = Verdicts::all_sound(rows.count);
    mark_nulls(rows, &mut verdicts);
    mark_other_days(rows, zone, &mut verdicts)?;
    for rule in rows.spec().rules {
        apply(rule, rows, &mut verdicts)?;
    }
    mark_duplicates(rows, &mut verdicts)?;
    Ok(verdicts)
}

fn mark_nulls(rows: &Rows, verdicts: &mut Verdicts) {
    for (declared, column) in rows.spec().columns.iter().zip(&rows.columns) {
        if !declared.nullable && column.validity.is_some() {
            verdicts.mark(Reason::NullKey, |row| !column.is_valid(row));
        }
    }
}

fn mark_other_days(rows: &Rows, zone: &Zone, verdicts: &mut Verdicts) -> Outcome<()> {
    let Some(name) = rows.spec().day_column else { return Ok(()) };
    let ticks = rows.ticks(name)?;
    let spans = day_in_ticks(rows, zone);
    // Almost always every row is of the day.
    if let [span] = spans.as_slice()
        && ticks.iter().all(|tick| span.contains(tick))
    {
        return Ok(());
    }
    verdicts.mark(Reason::WrongPartition, |row| {
        ticks.get(row).is_none_or(|tick| !spans.iter().any(|span| span.contains(tick)))
    });
    Ok(())
}

/// The ticks that lie on the partition's natural day.
pub(crate) fn day_in_ticks(rows: &Rows, zone: &Zone) -> Vec<Range<i64>> {
    let ticks = |second: i64| second.saturating_mul(rows.ticks_per_second);
    zone.spans(rows.day).into_iter().map(|span| ticks(span.start)..ticks(span.end)).collect()
}

fn apply(rule: &RowRule, rows: &Rows, verdicts: &mut Verdicts) -> Outcome<()> {
    match *rule {
        RowRule::Between { column, lowest, highest } => {
            let (values, column) = (rows.integers(column)?, rows.column(column)?);
            verdicts.mark(Reason::OutOfRange, |row| {
                values.get(row).is_none_or(|value| !(lowest..=highest).contains(value)) && column.is_valid(row)
            });
        }
        RowRule::OneOf { column, values } => {
            let positions = rows.text_positions(column)?;
            let listed: Vec<bool> = rows.texts.all().iter().map(|text| values.contains(&text.as_str())).collect();
            verdicts.mark(Reason::OutOfRange, |row| {
                positions.get(row).and_then(|position| listed.get(*position as usize)) != Some(&true)
            });
        }
        RowRule::NotBefore { later, earlier } => {
            let (ends, starts, later) = (rows.ticks(later)?, rows.ticks(earlier)?, rows.column(later)?);
            verdicts.mark(Reason::TimeReversed, |row| ends.get(row) < starts.get(row) && later.is_valid(row));
        }
        RowRule::NotBeforeDay { day } => {
            let dates = rows.dates(day)?;
            verdicts.mark(Reason::TimeReversed, |row| dates.get(row).is_none_or(|date| rows.day.epoch_days() < *date));
        }
    }
    Ok(())
}

/// Marks the rows that are sound so far and whose key a greater one has. Rows of one key are in the order of the timestamp of
/// `dt`, then of the columns as declared: null lowest, false below true, text by its bytes.
fn mark_duplicates(rows: &Rows, verdicts: &mut Verdicts) -> Outcome<()> {
    let Some(key) = rows.spec().key else { return Ok(()) };
    let keys = rows.integers(key)?;
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
        let greatest = same_key.iter().copied().max_by(|one, other| {
            let mut orders = columns.iter().map(|column| compare(rows, column, *one, *other));
            orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        });
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

fn compare(rows: &Rows, column: &ColumnData, one: usize, other: usize) -> Ordering {
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
    fn a_null_in_a_required_column_is_null_key_and_in_an_optional_one_is_sound() {
        let text = "order_id picked_up_at category\n1 12:00 a\n2 - a\n3 12:00 -\n- 12:00 a";
        assert_eq!(verdicts(Pickups, text), ["sound", "sound", "null_key", "null_key"]);
    }

    #[test]
    fn a_row_of_another_natural_day_is_in_the_wrong_partition() {
        let inside = "paid_at\n2022-03-15T00:00:00\n2022-03-15T23:59:59.999999\n2022-03-14T16:00:00Z";
        assert_eq!(verdicts(Payments, inside), ["sound"; 3]);
        let outside = "paid_at\n2022-03-14T23:59:59.999999\n2022-03-16T00:00:00\n2022-03-15T16:00:00Z";
        assert_eq!(verdicts(Payments, outside), ["wrong_partition"; 3]);
    }

    #[test]
    fn what_is_not_listed_is_out_of_range_and_null_stars_are_sound() {
        let stars = "description_stars logistics_stars\n1 5\n- -\n0 5\n5 6";
        assert_eq!(verdicts(Table::Reviews, stars), ["sound", "sound", "out_of_range", "out_of_range"]);
        assert_eq!(verdicts(Payments, "amount_fen\n0\n-1"), ["sound", "out_of_range"]);
        let text =
            "refund_type stage\nrefund_only in_sale\nreturn_refund after_sale\nRefund_Only in_sale\nrefund_only later";
        assert_eq!(verdicts(Table::Refunds, text), ["sound", "sound", "out_of_range", "out_of_range"]);
        let text = "liable_party\nseller\nbuyer\nplatform\nnone\nnobody";
        assert_eq!(verdicts(Table::Disputes, text), ["sound", "sound", "sound", "sound", "out_of_range"]);
    }

    #[test]
    fn an_end_before_its_beginning_is_time_reversed() {
        let text = "refund_type stage applied_at completed_at
                    refund_only in_sale 12:00 12:00
                    refund_only in_sale 12:01 12:00";
        assert_eq!(verdicts(Table::Refunds, text), ["sound", "time_reversed"]);
        let text = "asked_at human_replied_at\n12:00 12:00\n12:00 -\n12:00 11:59";
        assert_eq!(verdicts(Table::Consultations, text), ["sound", "sound", "time_reversed"]);
        let text = "record_type record_dt\nreview 2022-03-15\nreview 2022-03-01\nreview 2022-03-16";
        assert_eq!(verdicts(Table::Appeals, text), ["sound", "sound", "time_reversed"], "before its record's day");
    }

    #[test]
    fn the_first_rule_that_a_row_breaks_gives_the_reason_and_it_makes_no_duplicate() {
        let text = "order_id amount_fen paid_at\n1 -5 2022-03-14T12:00\n- -5 2022-03-14T12:00";
        assert_eq!(verdicts(Payments, text), ["wrong_partition", "null_key"]);
        let text = "order_id amount_fen paid_at\n7 100 10:00\n7 -1 11:00";
        assert_eq!(verdicts(Payments, text), ["sound", "out_of_range"], "it makes no duplicate");
    }

    #[test]
    fn of_rows_with_one_key_the_latest_stays_and_of_those_of_one_instant_the_greatest_by_the_columns_in_order() {
        let latest = "order_id paid_at amount_fen\n7 10:00 900\n7 11:00 100\n8 10:00 100";
        let order = "order_id shop_id category amount_fen\n7 2 a 900\n7 2 b 100\n7 1 c 999";
        let pickups = "order_id picked_up_at no_shipping_required\n7 - true\n7 12:00 false\n8 - false\n8 - true";
        for (case, table, text, stays) in [
            ("the latest", Payments, latest, [1, 2].as_slice()),
            ("by the columns in order", Payments, order, &[1]),
            ("null lowest, false below true", Pickups, pickups, &[1, 3]),
            ("text by its bytes", Payments, "order_id shop_id category\n7 1 男装\n7 1 z", &[0]),
            ("shops have no day", Shops, "shop_id shop_name terminated_on\n1 a -\n1 a 2022-01-01\n2 b -", &[1, 2]),
        ] {
            assert_eq!(kept(table, text), stays, "{case}");
        }
        assert_eq!(kept(Payments, "order_id shop_id amount_fen\n7 1 5\n7 1 5\n7 1 5").len(), 1, "of equal rows one");
    }
}
