//! Judges each row of a table-day: sound, or set aside for the first rule that it breaks (specification, section 3).
//!
//! Grain in: the rows of a table-day. Grain out: one verdict a row. The order of the reasons is the order of the rules.

use std::ops::Range;

use crate::error::Outcome;
use crate::extracts::duplicates;
use crate::extracts::rows::Rows;
use crate::extracts::schema::RowRule;
use crate::extracts::verdicts::{Reason, Verdicts};
use crate::zone::Zone;

/// Judges every row.
///
/// # Errors
/// A fault where a column was not read.
pub fn judge(rows: &Rows, zone: &Zone) -> Outcome<Verdicts> {
    let mut verdicts = Verdicts::all_sound(rows.count);
    mark_nulls(rows, &mut verdicts);
    mark_other_days(rows, zone, &mut verdicts)?;
    for rule in rows.spec().rules {
        apply(rule, rows, &mut verdicts)?;
    }
    duplicates::mark(rows, &mut verdicts)?;
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
pub fn day_in_ticks(rows: &Rows, zone: &Zone) -> Vec<Range<i64>> {
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

#[cfg(test)]
mod tests {
    use crate::extracts::readable::verdicts;
    use crate::extracts::tables::Table;

    #[test]
    fn a_null_in_a_required_column_is_null_key_and_in_an_optional_one_is_sound() {
        let text = "order_id picked_up_at category\n1 12:00 a\n2 - a\n3 12:00 -\n- 12:00 a";
        assert_eq!(verdicts(Table::Pickups, text), ["sound", "sound", "null_key", "null_key"]);
    }

    #[test]
    fn a_row_of_another_natural_day_is_in_the_wrong_partition() {
        let inside = "paid_at\n2022-03-15T00:00:00\n2022-03-15T23:59:59.999999\n2022-03-14T16:00:00Z";
        assert_eq!(verdicts(Table::Payments, inside), ["sound"; 3]);
        let outside = "paid_at\n2022-03-14T23:59:59.999999\n2022-03-16T00:00:00\n2022-03-15T16:00:00Z";
        assert_eq!(verdicts(Table::Payments, outside), ["wrong_partition"; 3]);
    }

    #[test]
    fn what_is_not_listed_is_out_of_range_and_null_stars_are_sound() {
        let stars = "description_stars logistics_stars\n1 5\n- -\n0 5\n5 6";
        assert_eq!(verdicts(Table::Reviews, stars), ["sound", "sound", "out_of_range", "out_of_range"]);
        assert_eq!(verdicts(Table::Payments, "amount_fen\n0\n-1"), ["sound", "out_of_range"]);
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
    fn the_first_rule_that_matches_gives_the_reason() {
        let text = "order_id amount_fen paid_at\n1 -5 2022-03-14T12:00\n- -5 2022-03-14T12:00";
        assert_eq!(verdicts(Table::Payments, text), ["wrong_partition", "null_key"]);
    }
}
