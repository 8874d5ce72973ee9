//! What was read and what was set aside, and the limits beyond which a run stops (specification, sections 3 and 11).
//!
//! Grain in: the counts of every table-day. Grain out: one row a table, day and reason; `none` counts all rows, other
//! reasons that count nothing have no row.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::domain::{Day, Span};
use crate::error::{ExitClass, Failure, Finding, Outcome};
use crate::extracts::quarantine::{Counts, QuarantinedRow, violation};
use crate::extracts::schema::Presence;
use crate::extracts::tables::Table;
use crate::extracts::verdicts::Reason;
use crate::partials::records::TableDay;
use crate::policies::Limits;
use crate::rulebook::Decimal4;

const STAGE: &str = "quality";

/// The reason of the row that counts all rows.
const ALL_ROWS: &str = "none";
/// The reason of sound rows of a shop that the snapshot does not have.
const UNKNOWN_SHOP: &str = "unknown_shop";
/// The reason of sound appeals that speak of no record of their shop.
const UNMATCHED_APPEAL: &str = "unmatched_appeal";

/// How many rows of a table-day a reason holds for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct QualityRow {
    pub table: &'static str,
    pub day: Day,
    pub reason: &'static str,
    pub rows: i64,
}

/// The quarantined rows, by the day of their partition.
pub(crate) type SetAside = BTreeMap<Day, Vec<QuarantinedRow>>;

/// How `part` compares with `percent` of `whole`.
fn compared(part: i128, percent: Decimal4, whole: i128) -> Ordering {
    const HUNDRED: i128 = 1_000_000;
    (part * HUNDRED).cmp(&(i128::from(percent.ten_thousandths()) * whole))
}

/// Rejects the input where too many rows of a table-day were set aside, or a table-day of the window is far too small.
pub(crate) fn check_table_days(counts: &[Counts], set_aside: &SetAside, window: Span, limits: &Limits) -> Outcome<()> {
    let mut findings = too_many_set_aside(counts, set_aside, limits)?;
    let of_days = Table::ALL.into_iter().filter(|table| table.spec().presence != Presence::NewestSnapshot);
    findings.extend(of_days.flat_map(|table| too_few_rows(table, counts, window, limits)));
    Failure::unless_empty(ExitClass::Rejected, findings)
}

/// Rejects the input where too many rows of a table-day were set aside.
pub(crate) fn check_set_aside(counts: &[Counts], set_aside: &SetAside, limits: &Limits) -> Outcome<()> {
    Failure::unless_empty(ExitClass::Rejected, too_many_set_aside(counts, set_aside, limits)?)
}

fn too_many_set_aside(counts: &[Counts], set_aside: &SetAside, limits: &Limits) -> Outcome<Vec<Finding>> {
    let Limits { max_quarantined_percent: percent, max_quarantined_rows: most, .. } = *limits;
    let too_many = counts.iter().filter(|counts| {
        let quarantined = counts.quarantined();
        quarantined > most && compared(quarantined.into(), percent, counts.rows.into()).is_gt()
    });
    let finding = |found: String| {
        let wanted = format!("at most {percent} % (max_quarantined_percent) or {most} rows (max_quarantined_rows)");
        let advice = "deliver the day again, or raise the limit if the rows are known to be unsound";
        Finding::new(STAGE, found, wanted).advice(advice)
    };
    too_many.map(|counts| quarantined(counts, set_aside).map(finding)).collect()
}

/// What was quarantined of a table-day: how much, why, and its first row.
fn quarantined(counts: &Counts, set_aside: &SetAside) -> Outcome<String> {
    let Counts { table, day, rows, .. } = *counts;
    let of_table = set_aside.get(&day).into_iter().flatten().filter(|row| row.table == table.name());
    let first = of_table.min().map(|row| violation(table, row)).transpose()?;
    let first = first.map_or(String::new(), |first| format!(", first {first}"));
    let reasons = Reason::ALL.iter().zip(counts.broken).filter(|(_, rows)| *rows > 0);
    let reasons: Vec<String> = reasons.map(|(reason, rows)| format!("{rows} {}", reason.name())).collect();
    let (quarantined, table, reasons) = (counts.quarantined(), table.name(), reasons.join(", "));
    Ok(format!("{quarantined} of {rows} rows of {table} dt={day} quarantined ({reasons}{first})"))
}

fn too_few_rows(table: Table, counts: &[Counts], window: Span, limits: &Limits) -> Vec<Finding> {
    let of_table = || counts.iter().filter(|counts| counts.table == table && window.contains(counts.day));
    let mut rows: Vec<i64> = of_table().map(|counts| counts.rows).collect();
    rows.sort_unstable();
    // Twice the median, which may lie half-way between two days.
    let middle = [rows.len().saturating_sub(1) / 2, rows.len() / 2];
    let middle = middle.iter().filter_map(|place| rows.get(*place));
    let doubled_median = middle.fold(0, |sum: i64, rows| sum.saturating_add(*rows));
    if doubled_median < limits.min_rows_median.saturating_mul(2) {
        return Vec::new();
    }
    let percent = limits.min_rows_percent;
    let median = Decimal4::from_ten_thousandths(doubled_median.saturating_mul(5_000));
    let finding = |counts: &Counts| {
        let found = format!("{} rows of {} dt={}", counts.rows, table.name(), counts.day);
        let wanted = format!("at least {percent} % (min_rows_percent) of the median day's {median} rows");
        let advice = "deliver the whole day, or lower the limit if the day was like this";
        Finding::new(STAGE, found, wanted).advice(advice)
    };
    let is_small = |counts: &&Counts| compared(i128::from(counts.rows) * 2, percent, doubled_median.into()).is_lt();
    of_table().filter(is_small).map(finding).collect()
}

/// Rejects the input where too many present shops have no score.
pub(crate) fn check_unscored(present: usize, unscored: usize, limits: &Limits) -> Outcome<()> {
    let percent = limits.max_unscored_percent;
    if compared(unscored as i128, percent, present as i128).is_le() {
        return Ok(());
    }
    let found = format!("{unscored} of {present} present shops without a score");
    let finding = Finding::new(STAGE, found, format!("at most {percent} % (max_unscored_percent)"));
    Err(finding.advice("look for missing rule rows or missing extracts, or raise the limit").fail(ExitClass::Rejected))
}

/// The quality table: every table and day that `counts` speaks of, sorted; `unknown` counts the sound rows of shops that
/// the snapshot does not have, `unmatched` the appeals of each day that speak of no record of their shop.
pub(crate) fn rows(
    counts: &[Counts],
    unknown: &BTreeMap<TableDay, i64>,
    unmatched: &BTreeMap<Day, i64>,
) -> Vec<QualityRow> {
    let row = |table: Table, day, reason, rows| QualityRow { table: table.name(), day, reason, rows };
    let of_counts = counts.iter().flat_map(|counts| {
        let broken = Reason::ALL.iter().map(|reason| reason.name()).zip(counts.broken);
        let reasons = [(ALL_ROWS, counts.rows)].into_iter().chain(broken);
        reasons.map(move |(reason, rows)| row(counts.table, counts.day, reason, rows))
    });
    let unknown = unknown.iter().map(|((table, day), rows)| row(*table, *day, UNKNOWN_SHOP, *rows));
    let unmatched = unmatched.iter().map(|(day, rows)| row(Table::Appeals, *day, UNMATCHED_APPEAL, *rows));
    let mut rows: Vec<QualityRow> = of_counts.chain(unknown).chain(unmatched).collect();
    rows.retain(|row| row.rows != 0 || row.reason == ALL_ROWS);
    rows.sort_unstable();
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::readable::day;

    fn limits() -> Limits {
        let figure = |text: &str| text.parse().unwrap();
        Limits {
            max_quarantined_percent: figure("1"),
            max_quarantined_rows: 20,
            max_unscored_percent: figure("5"),
            min_rows_percent: figure("20"),
            min_rows_median: 1_000,
        }
    }

    fn march() -> Span {
        Span { first: day("2022-03-01"), last: day("2022-03-31") }
    }

    /// Of 2022-03-15.
    fn counts(table: Table, rows: i64, null_keys: i64) -> Counts {
        Counts { rows, broken: [null_keys, 0, 0, 0, 0], ..Counts::nothing(table, day("2022-03-15")) }
    }

    #[test]
    fn the_finding_names_table_day_and_reasons() {
        let reason = "null_key";
        let row = |table, row: &str| QuarantinedRow { table, key: None, reason, row: row.to_owned() };
        let of_day = vec![row("payments", "{}"), row("reviews", r#"{"review_id":7,"order_id":null}"#)];
        let set_aside = SetAside::from([(day("2022-03-15"), of_day)]);
        let counts = [counts(Table::Reviews, 100, 30)];
        let failure = check_table_days(&counts, &set_aside, march(), &limits()).unwrap_err();
        assert_eq!(failure.class, ExitClass::Rejected);
        let said =
            "30 of 100 rows of reviews dt=2022-03-15 quarantined (30 null_key, first order_id null (review_id 7))";
        assert!(failure.to_string().contains(said), "{failure}");
    }

    #[test]
    fn a_day_with_less_than_a_fifth_of_the_median_days_rows_stops_the_run() {
        for (case, rows, is_stopped) in [
            ("less than a fifth", &[1_000, 1_000, 199][..], true),
            ("a fifth is enough", &[1_000, 1_000, 200], false),
            ("the median is below 1,000", &[999, 999, 0], false),
            ("the median of four days lies between the middle two", &[2_000, 2_000, 1, 0], true),
            ("here it is 999.5", &[1_998, 1, 0, 2_000], false),
        ] {
            let days = march().days().zip(rows);
            let counts: Vec<Counts> =
                days.map(|(day, rows)| Counts { rows: *rows, ..Counts::nothing(Table::Payments, day) }).collect();
            let outcome = check_table_days(&counts, &SetAside::new(), march(), &limits());
            assert_eq!(outcome.is_err(), is_stopped, "{case}");
        }
    }

    #[test]
    fn more_than_5_percent_of_the_present_shops_without_a_score_stop_the_run() {
        assert!(check_unscored(100, 5, &limits()).is_ok());
        assert!(check_unscored(99, 5, &limits()).is_err());
        assert!(check_unscored(0, 0, &limits()).is_ok());
    }

    #[test]
    fn every_table_day_has_a_row_for_all_rows_and_one_for_each_reason_that_counts_something() {
        let counts = [counts(Table::Reviews, 100, 3), counts(Table::Appeals, 0, 0)];
        let unmatched = BTreeMap::from([(day("2022-03-15"), 2)]);
        let unknown = [((Table::Reviews, day("2022-03-15")), 4), ((Table::Refunds, day("2022-03-15")), 0)];
        let shown = |row: &QualityRow| format!("{} {} {} {}", row.table, row.day, row.reason, row.rows);
        let shown: Vec<String> = rows(&counts, &unknown.into(), &unmatched).iter().map(shown).collect();
        let expected = [
            "appeals 2022-03-15 none 0",
            "appeals 2022-03-15 unmatched_appeal 2",
            "reviews 2022-03-15 none 100",
            "reviews 2022-03-15 null_key 3",
            "reviews 2022-03-15 unknown_shop 4",
        ];
        assert_eq!(shown, expected);
    }
}
