//! Judges each row of a table-day: sound, or set aside for the first rule that it breaks (specification, section 3).
//!
//! Grain in: the rows of a table-day. Grain out: one verdict a row. The order of the reasons is the order of the rules.

use std::cmp::Ordering;

use crate::extracts::rows::{ColumnData, Rows, Values};
use crate::extracts::tables::RowRule;
use crate::zone::Zone;

/// Why a row is quarantined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A required column is null.
    NullKey,
    /// The natural day of the table's timestamp is not the partition's.
    WrongPartition,
    /// Stars, an amount or an enumeration outside what is listed.
    OutOfRange,
    /// An end before its beginning.
    TimeReversed,
    /// Another sound row of the partition has the same key and is greater.
    DuplicateKey,
}

impl Reason {
    /// All five, in the order in which they are tried.
    pub const ALL: [Self; 5] =
        [Self::NullKey, Self::WrongPartition, Self::OutOfRange, Self::TimeReversed, Self::DuplicateKey];

    /// The reason of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }

    /// The name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NullKey => "null_key",
            Self::WrongPartition => "wrong_partition",
            Self::OutOfRange => "out_of_range",
            Self::TimeReversed => "time_reversed",
            Self::DuplicateKey => "duplicate_key",
        }
    }
}

/// One verdict a row: none for a sound row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdicts(Vec<Option<Reason>>);

impl Verdicts {
    /// The verdicts on rows that were judged before and found sound.
    pub fn all_sound(count: usize) -> Self {
        Self(vec![None; count])
    }

    /// Whether the row broke no rule.
    pub fn is_sound(&self, row: usize) -> bool {
        self.0.get(row).is_some_and(Option::is_none)
    }

    /// The rows that broke a rule, with the first that they broke.
    pub fn broken(&self) -> impl Iterator<Item = (usize, Reason)> + '_ {
        self.0.iter().enumerate().filter_map(|(row, verdict)| verdict.map(|reason| (row, reason)))
    }

    /// One boolean a row: true for a sound one.
    pub fn sound(&self) -> impl Iterator<Item = bool> + '_ {
        self.0.iter().map(Option::is_none)
    }

    /// Marks every row that is sound so far and that `breaks` the rule.
    fn mark(&mut self, reason: Reason, breaks: impl Fn(usize) -> bool) {
        for (row, verdict) in self.0.iter_mut().enumerate() {
            if verdict.is_none() && breaks(row) {
                *verdict = Some(reason);
            }
        }
    }
}

/// Judges every row.
pub fn judge(rows: &Rows, zone: &Zone) -> Verdicts {
    let mut verdicts = Verdicts(vec![None; rows.count]);
    mark_nulls(rows, &mut verdicts);
    mark_other_days(rows, zone, &mut verdicts);
    for rule in rows.spec().rules {
        apply(rule, rows, &mut verdicts);
    }
    mark_duplicates(rows, &mut verdicts);
    verdicts
}

fn mark_nulls(rows: &Rows, verdicts: &mut Verdicts) {
    for (declared, column) in rows.spec().columns.iter().zip(&rows.columns) {
        if !declared.nullable && column.validity.is_some() {
            verdicts.mark(Reason::NullKey, |row| !column.is_valid(row));
        }
    }
}

fn mark_other_days(rows: &Rows, zone: &Zone, verdicts: &mut Verdicts) {
    let Some(column) = rows.spec().day_column.and_then(|name| rows.column(name)) else { return };
    let spans = day_in_ticks(rows, zone);
    // Almost always every row is of the day.
    if let [span] = spans.as_slice()
        && column.ticks().iter().all(|tick| span.contains(tick))
    {
        return;
    }
    verdicts.mark(Reason::WrongPartition, |row| {
        column.ticks().get(row).is_none_or(|tick| !spans.iter().any(|span| span.contains(tick)))
    });
}

/// The ticks that lie on the partition's natural day.
pub fn day_in_ticks(rows: &Rows, zone: &Zone) -> Vec<std::ops::Range<i64>> {
    let ticks = |second: i64| second.saturating_mul(rows.ticks_per_second);
    zone.spans(rows.day).into_iter().map(|span| ticks(span.start)..ticks(span.end)).collect()
}

fn apply(rule: &RowRule, rows: &Rows, verdicts: &mut Verdicts) {
    match *rule {
        RowRule::Between { column, lowest, highest } => {
            let Some(column) = rows.column(column) else { return };
            let sound = lowest..=highest;
            verdicts.mark(Reason::OutOfRange, |row| {
                column.integers().get(row).is_none_or(|value| !sound.contains(value)) && column.is_valid(row)
            });
        }
        RowRule::OneOf { column, values } => {
            let Some(column) = rows.column(column) else { return };
            let listed: Vec<bool> =
                rows.texts.all().iter().map(|text| values.contains(&text.as_str())).collect();
            verdicts.mark(Reason::OutOfRange, |row| {
                let position = column.texts().get(row).copied().unwrap_or(u32::MAX);
                !listed.get(position as usize).copied().unwrap_or(false)
            });
        }
        RowRule::NotBefore { later, earlier } => {
            let (Some(later), Some(earlier)) = (rows.column(later), rows.column(earlier)) else { return };
            verdicts.mark(Reason::TimeReversed, |row| {
                later.ticks().get(row) < earlier.ticks().get(row) && later.is_valid(row)
            });
        }
        RowRule::NotBeforeDay { day } => {
            let Some(column) = rows.column(day) else { return };
            verdicts.mark(Reason::TimeReversed, |row| {
                column.dates().get(row).is_none_or(|date| rows.day.epoch_days() < *date)
            });
        }
    }
}

/// Of the sound rows with one key the greatest stays; the others are duplicates.
fn mark_duplicates(rows: &Rows, verdicts: &mut Verdicts) {
    let Some(keys) = rows.spec().key.and_then(|name| rows.column(name)).map(ColumnData::integers) else {
        return;
    };
    // Producers mostly write keys in order, or at least once: then nothing needs to be looked at again.
    if keys.is_sorted_by(|one, next| one < next) || !repeats(keys) {
        return;
    }
    let mut by_key: Vec<usize> = (0..rows.count).filter(|row| verdicts.is_sound(*row)).collect();
    let key_of = |row: &usize| keys.get(*row).copied();
    by_key.sort_unstable_by_key(key_of);
    for same_key in by_key.chunk_by(|one, next| key_of(one) == key_of(next)) {
        let greatest = same_key.iter().copied().max_by(|one, other| compare(rows, *one, *other));
        for row in same_key {
            if Some(*row) != greatest
                && let Some(verdict) = verdicts.0.get_mut(*row)
            {
                *verdict = Some(Reason::DuplicateKey);
            }
        }
    }
}

fn repeats(keys: &[i64]) -> bool {
    let mut sorted = keys.to_vec();
    sorted.sort_unstable();
    sorted.windows(2).any(|pair| pair.first() == pair.last())
}

/// The order among rows of one key: the timestamp of `dt`, then the columns as declared; null lowest, false below
/// true, text by its bytes.
fn compare(rows: &Rows, one: usize, other: usize) -> Ordering {
    let day_column = rows.spec().day_column.and_then(|name| rows.column(name));
    day_column
        .into_iter()
        .chain(&rows.columns)
        .map(|column| compare_values(rows, column, one, other))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

fn compare_values(rows: &Rows, column: &ColumnData, one: usize, other: usize) -> Ordering {
    let order = match (column.is_valid(one), column.is_valid(other)) {
        (true, true) => None,
        (one, other) => Some(one.cmp(&other)),
    };
    order.unwrap_or_else(|| match &column.values {
        Values::Integer(values) | Values::Timestamp(values) => values.get(one).cmp(&values.get(other)),
        Values::Date(values) => values.get(one).cmp(&values.get(other)),
        Values::Boolean(values) => values.get(one).cmp(&values.get(other)),
        Values::Text(values) => {
            let text = |row: usize| values.get(row).map(|position| rows.texts.text(*position));
            text(one).cmp(&text(other))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::readable::{rows, shanghai};
    use crate::extracts::tables::Table;

    /// The verdict of each row of 2022-03-15, `sound` or a reason.
    fn verdicts(table: Table, text: &str) -> Vec<&'static str> {
        let rows = rows(table, "2022-03-15", text);
        let verdicts = judge(&rows, &shanghai());
        verdicts.0.iter().map(|verdict| verdict.map_or("sound", Reason::name)).collect()
    }

    #[test]
    fn a_null_in_a_required_column_is_null_key_and_in_an_optional_one_is_sound() {
        let text = "order_id picked_up_at category
                    1        12:00        男装
                    2        -            男装
                    3        12:00        -
                    -        12:00        男装";
        assert_eq!(verdicts(Table::Pickups, text), ["sound", "sound", "null_key", "null_key"]);
    }

    #[test]
    fn a_row_of_another_natural_day_is_in_the_wrong_partition() {
        let text = "paid_at
                    2022-03-15T00:00:00
                    2022-03-15T23:59:59.999999
                    2022-03-14T23:59:59.999999
                    2022-03-16T00:00:00
                    2022-03-14T16:00:00Z
                    2022-03-15T16:00:00Z";
        assert_eq!(
            verdicts(Table::Payments, text),
            ["sound", "sound", "wrong_partition", "wrong_partition", "sound", "wrong_partition"]
        );
    }

    #[test]
    fn stars_outside_1_to_5_are_out_of_range_and_null_stars_are_sound() {
        let text = "description_stars logistics_stars
                    1                 5
                    -                 -
                    0                 5
                    5                 6";
        assert_eq!(verdicts(Table::Reviews, text), ["sound", "sound", "out_of_range", "out_of_range"]);
    }

    #[test]
    fn a_negative_amount_is_out_of_range_and_nothing_is_not() {
        assert_eq!(verdicts(Table::Payments, "amount_fen\n0\n-1"), ["sound", "out_of_range"]);
    }

    #[test]
    fn an_enumeration_value_that_is_not_listed_is_out_of_range() {
        let text = "refund_type   stage
                    refund_only   in_sale
                    return_refund after_sale
                    Refund_Only   in_sale
                    refund_only   later";
        assert_eq!(verdicts(Table::Refunds, text), ["sound", "sound", "out_of_range", "out_of_range"]);
        let text = "liable_party\nseller\nbuyer\nplatform\nnone\nnobody";
        assert_eq!(verdicts(Table::Disputes, text), ["sound", "sound", "sound", "sound", "out_of_range"]);
    }

    #[test]
    fn an_end_before_its_beginning_is_time_reversed() {
        let text = "refund_type stage   applied_at completed_at
                    refund_only in_sale 12:00      12:00
                    refund_only in_sale 12:01      12:00";
        assert_eq!(verdicts(Table::Refunds, text), ["sound", "time_reversed"]);
        let text = "asked_at human_replied_at
                    12:00    12:00
                    12:00    -
                    12:00    11:59";
        assert_eq!(verdicts(Table::Consultations, text), ["sound", "sound", "time_reversed"]);
    }

    #[test]
    fn an_appeal_decided_before_its_records_day_is_time_reversed() {
        let text = "record_type record_dt
                    review      2022-03-15
                    review      2022-03-01
                    review      2022-03-16";
        assert_eq!(verdicts(Table::Appeals, text), ["sound", "sound", "time_reversed"]);
    }

    #[test]
    fn the_first_rule_that_matches_gives_the_reason() {
        let text = "order_id amount_fen paid_at
                    1        -5         2022-03-14T12:00
                    -        -5         2022-03-14T12:00";
        assert_eq!(verdicts(Table::Payments, text), ["wrong_partition", "null_key"]);
    }

    #[test]
    fn of_rows_with_one_key_the_latest_stays() {
        let text = "order_id paid_at amount_fen
                    7        10:00   900
                    7        11:00   100
                    8        10:00   100";
        assert_eq!(verdicts(Table::Payments, text), ["duplicate_key", "sound", "sound"]);
    }

    #[test]
    fn of_rows_of_one_instant_the_greatest_stays_by_the_columns_in_order() {
        let text = "order_id shop_id category amount_fen
                    7        2       a        900
                    7        2       b        100
                    7        1       c        999";
        assert_eq!(verdicts(Table::Payments, text), ["duplicate_key", "sound", "duplicate_key"]);
        let text = "order_id picked_up_at no_shipping_required
                    7        -            true
                    7        12:00        false
                    8        -            false
                    8        -            true";
        assert_eq!(
            verdicts(Table::Pickups, text),
            ["duplicate_key", "sound", "duplicate_key", "sound"],
            "null lowest, false below true"
        );
    }

    #[test]
    fn text_compares_by_its_bytes() {
        let text = "order_id shop_id category
                    7        1       男装
                    7        1       z";
        assert_eq!(verdicts(Table::Payments, text), ["sound", "duplicate_key"]);
    }

    #[test]
    fn of_rows_that_are_equal_in_all_columns_one_stays() {
        let text = "order_id shop_id amount_fen\n7 1 5\n7 1 5\n7 1 5";
        let kept = verdicts(Table::Payments, text).iter().filter(|verdict| **verdict == "sound").count();
        assert_eq!(kept, 1);
    }

    #[test]
    fn a_row_that_broke_another_rule_makes_no_duplicate() {
        let text = "order_id amount_fen paid_at
                    7        100        10:00
                    7        -1         11:00";
        assert_eq!(verdicts(Table::Payments, text), ["sound", "out_of_range"]);
    }

    #[test]
    fn shops_have_no_day_and_their_greatest_row_stays() {
        let text = "shop_id shop_name joined_on  terminated_on
                    1       a         2020-01-01 -
                    1       a         2020-01-01 2022-01-01
                    2       b         2030-01-01 -";
        assert_eq!(verdicts(Table::Shops, text), ["duplicate_key", "sound", "sound"]);
    }
}
