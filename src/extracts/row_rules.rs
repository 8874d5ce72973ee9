//! Judges each row: sound, or set aside for the first rule that it breaks (specification, section 3).
//!
//! Grain in: some rows of a table-day, for the rule about duplicates all that have the same keys. Grain out: one verdict a
//! row. The order of the reasons is the order of the rules. Mostly no row breaks a rule, and then none is looked at twice.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, DynComparator, PrimitiveArray, make_comparator};
use arrow::buffer::BooleanBuffer;
use arrow::compute::SortOptions;
use arrow::datatypes::UInt32Type;

use crate::error::{Outcome, fault};
use crate::extracts::batch::Batch;
use crate::extracts::schema::{Column, ColumnKind, RowRule};
use crate::extracts::verdicts::{Reason, Verdicts};

/// Judges every row by all rules but the one about duplicates; a fault where a column was not read.
pub(crate) fn judge(batch: &Batch) -> Outcome<Verdicts> {
    let mut verdicts = Verdicts::all_sound(batch.count);
    for declared in batch.spec().columns.iter().filter(|declared| !declared.nullable) {
        if let Some(nulls) = batch.column(declared.name)?.nulls().filter(|nulls| nulls.null_count() > 0) {
            verdicts.mark(Reason::NullKey, &!nulls.inner());
        }
    }
    if let Some(name) = batch.spec().day_column {
        let is_other = |tick: i64| !batch.natural_day.iter().any(|span| span.contains(&tick));
        verdicts.mark(Reason::WrongPartition, &values_that(batch.ticks(name)?, is_other));
    }
    // A time of the partition's day is a real one where the day is.
    let is_real = |span: &Range<i64>| batch.real_times.contains(&span.start) && span.end <= batch.real_times.end;
    let is_day_real = batch.natural_day.iter().all(is_real);
    for declared in batch.spec().columns {
        if is_day_real && batch.spec().day_column == Some(declared.name) {
            continue;
        }
        verdicts.mark(Reason::OutOfRange, &unreal(declared, batch)?);
    }
    for rule in batch.spec().rules {
        let (reason, broke) = broken_by(rule, batch)?;
        verdicts.mark(reason, &broke);
    }
    Ok(verdicts)
}

/// As [`judge`], and marks duplicates, too: of all rows with one key the greatest stays.
pub(crate) fn judge_all(batch: &Batch) -> Outcome<Verdicts> {
    let mut verdicts = judge(batch)?;
    let lesser = lesser_of_one_key(batch, &verdicts)?;
    verdicts.mark(Reason::DuplicateKey, &lesser);
    Ok(verdicts)
}

/// The rows whose day or time in a column is no real one: before the first day that is, or of a time after the last.
fn unreal(declared: &Column, batch: &Batch) -> Outcome<BooleanBuffer> {
    match declared.kind {
        ColumnKind::Date => {
            let earliest = batch.earliest_day.epoch_days();
            Ok(values_that(batch.dates(declared.name)?, |day| day < earliest))
        }
        ColumnKind::Timestamp => Ok(values_that(batch.ticks(declared.name)?, |tick| !batch.real_times.contains(&tick))),
        ColumnKind::Integer | ColumnKind::Text | ColumnKind::Boolean => Ok(BooleanBuffer::new_unset(batch.count)),
    }
}

/// The rows that break a rule, and what for.
fn broken_by(rule: &RowRule, batch: &Batch) -> Outcome<(Reason, BooleanBuffer)> {
    Ok(match *rule {
        RowRule::Between { column, lowest, highest } => {
            (Reason::OutOfRange, values_that(batch.integers(column)?, |value| !(lowest..=highest).contains(&value)))
        }
        RowRule::OneOf { column, values } => {
            let listed = batch.texts.are_among(values.iter().copied());
            let is_other = |position: u32| listed.get(position as usize) != Some(&true);
            (Reason::OutOfRange, values_that(batch.text_positions(column)?, is_other))
        }
        RowRule::NotBefore { later, earlier } => {
            let (later, earlier) = (batch.ticks(later)?, batch.ticks(earlier)?);
            (Reason::TimeReversed, pairs_that(later, earlier, |later, earlier| later < earlier))
        }
        RowRule::DayNotBefore { later, earlier } => {
            let (later, earlier) = (batch.dates(later)?, batch.dates(earlier)?);
            (Reason::TimeReversed, pairs_that(later, earlier, |later, earlier| later < earlier))
        }
        RowRule::NotBeforeDay { day } => {
            let day_number = batch.day.epoch_days();
            (Reason::TimeReversed, values_that(batch.dates(day)?, |date| day_number < date))
        }
    })
}

/// The rows whose value is there and fulfils a condition.
pub(crate) fn values_that<T: ArrowPrimitiveType>(
    column: &PrimitiveArray<T>,
    is_so: impl Fn(T::Native) -> bool,
) -> BooleanBuffer {
    // Most conditions that are asked for hold for no row, which is found out faster than for which row each does.
    if !column.values().iter().fold(false, |any, value| any | is_so(*value)) {
        return BooleanBuffer::new_unset(column.len());
    }
    let values = column.values();
    let fulfilled = BooleanBuffer::collect_bool(values.len(), |row| values.get(row).is_some_and(|value| is_so(*value)));
    where_there(&fulfilled, column)
}

/// The rows whose two values are there and fulfil a condition.
pub(crate) fn pairs_that<T: ArrowPrimitiveType>(
    one: &PrimitiveArray<T>,
    other: &PrimitiveArray<T>,
    is_so: impl Fn(T::Native, T::Native) -> bool,
) -> BooleanBuffer {
    let (ones, others) = (one.values(), other.values());
    let pair = |row: usize| ones.get(row).zip(others.get(row));
    let fulfilled =
        BooleanBuffer::collect_bool(one.len(), |row| pair(row).is_some_and(|(one, other)| is_so(*one, *other)));
    where_there(&where_there(&fulfilled, one), other)
}

/// The marked rows whose value is there.
pub(crate) fn where_there(rows: &BooleanBuffer, column: &dyn Array) -> BooleanBuffer {
    column.nulls().map_or_else(|| rows.clone(), |nulls| rows & nulls.inner())
}

/// The sound rows whose key a greater one has. Rows of one key are in the order of the timestamp of `dt`, then of the columns
/// as declared: null lowest, false below true, text by its bytes.
fn lesser_of_one_key(batch: &Batch, verdicts: &Verdicts) -> Outcome<BooleanBuffer> {
    let mut lesser = vec![false; batch.count];
    let Some(keys) = batch.keys()? else { return Ok(lesser.into()) };
    let key_of = |row: &usize| keys.values().get(*row).copied();
    let mut by_key: Vec<usize> = verdicts.sound_rows().collect();
    by_key.sort_unstable_by_key(key_of);
    let repeated = by_key.chunk_by(|one, next| key_of(one) == key_of(next)).filter(|of_key| of_key.len() > 1);
    let repeated: Vec<&[usize]> = repeated.collect();
    if repeated.is_empty() {
        return Ok(lesser.into());
    }
    let columns = batch.spec().day_column.into_iter().chain(batch.spec().columns.iter().map(|column| column.name));
    let orders = columns.map(|name| order_of(batch, name)).collect::<Outcome<Vec<_>>>()?;
    for of_key in repeated {
        let greatest = of_key.iter().copied().max_by(|one, other| {
            let mut orders = orders.iter().map(|order| order(*one, *other));
            orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        });
        for row in of_key.iter().copied().filter(|row| Some(*row) != greatest) {
            lesser.get_mut(row).into_iter().for_each(|is_lesser| *is_lesser = true);
        }
    }
    Ok(lesser.into())
}

/// How two rows are in order by one of their columns.
fn order_of(batch: &Batch, name: &str) -> Outcome<DynComparator> {
    let column: ArrayRef = match batch.kind(name) {
        Some(ColumnKind::Text) => {
            let ranks = batch.texts.ranks();
            // What lies under a null is no position.
            let rank = |position: u32| ranks.get(position as usize).copied().unwrap_or_default();
            Arc::new(batch.text_positions(name)?.unary::<_, UInt32Type>(rank))
        }
        _ => Arc::clone(batch.column(name)?),
    };
    let order = SortOptions { descending: false, nulls_first: true };
    make_comparator(&column, &column, order).map_err(|error| fault("row rules", error))
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
            ("shops have no day", Shops, "shop_id shop_name terminated_on\n1 a -\n1 a 2022-04-01\n2 b -", &[1, 2]),
        ] {
            assert_eq!(kept(table, text), stays, "{case}");
        }
        assert_eq!(kept(Payments, "order_id shop_id amount_fen\n7 1 5\n7 1 5\n7 1 5").len(), 1, "of equal rows one");
    }
}
