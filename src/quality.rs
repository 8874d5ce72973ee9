//! What was read and what was set aside, and the limits beyond which a run stops (specification, sections 3 and 11).
//!
//! Grain in: the counts of every table-day. Grain out: one row a table, day and reason; `none` counts all rows, other
//! reasons that count nothing have no row.

use std::cmp::{Ordering, Reverse};
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
    let finding = |counts: &Counts| {
        let wanted = format!("at most {percent} % (max_quarantined_percent) or {most} rows (max_quarantined_rows)");
        let advice = "deliver the day again, or raise the limit if the rows are known to be unsound";
        let finding = Finding::new(STAGE, quarantined(counts, set_aside)?, wanted).advice(advice);
        Ok(finding.of_table(counts.table.name()))
    };
    too_many.map(finding).collect()
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

/// The present shops, and why some of them have no score.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unscored<'a> {
    pub(crate) present: usize,
    pub(crate) without_data: usize,
    /// The categories that no row of the weight table names, with their shops.
    pub(crate) without_weights: BTreeMap<&'a str, usize>,
}

/// Rejects the input where no shop is present, or too many of those that are have no score.
pub(crate) fn check_unscored(shops: &Unscored<'_>, limits: &Limits) -> Outcome<()> {
    let Unscored { present, without_data, without_weights } = shops;
    if *present == 0 {
        let wanted = "shops that joined by the as-of day and have not left by it";
        let advice = "look at joined_on and terminated_on of the snapshot; where a day such as 1970-01-01 stands for none, set \
                      [tables.shops.columns] terminated_on = { null_if = [\"1970-01-01\"] }";
        let finding = Finding::new(STAGE, "no present shop in the snapshot", wanted);
        return Err(finding.advice(advice).fail(ExitClass::Rejected));
    }
    let (percent, of_categories) = (limits.max_unscored_percent, without_weights.values().sum::<usize>());
    let unscored = without_data + of_categories;
    if compared(unscored as i128, percent, *present as i128).is_le() {
        return Ok(());
    }
    let mut most: Vec<_> = without_weights.iter().collect();
    most.sort_by_key(|(_, shops)| Reverse(**shops));
    let named = most.iter().take(5).map(|(category, shops)| format!("{category:?} of {shops}"));
    let named = named.collect::<Vec<_>>().join(", ");
    let reasons = format!("{of_categories} category_without_weights, {without_data} no_data");
    let categories = if most.is_empty() { String::new() } else { format!("; categories without weights: {named}") };
    let found = format!("{unscored} of {present} present shops without a score ({reasons}{categories})");
    let finding = Finding::new(STAGE, found, format!("at most {percent} % (max_unscored_percent)"));
    Err(finding.advice("look for missing rule rows or missing extracts, or raise the limit").fail(ExitClass::Rejected))
}

/// Rejects a shop snapshot of which too much is gone since the one before it, given the rows of both.
pub(crate) fn check_snapshot(rows: i64, before: Option<(Day, usize)>, limits: &Limits) -> Outcome<()> {
    let percent = limits.min_snapshot_percent;
    let Some((day, rows_before)) = before else { return Ok(()) };
    if compared(rows.into(), percent, rows_before as i128).is_ge() {
        return Ok(());
    }
    let found = format!("{rows} rows of the shop snapshot");
    let wanted = format!("at least {percent} % (min_snapshot_percent) of the {rows_before} rows of that of {day}");
    let finding = Finding::new(STAGE, found, wanted);
    Err(finding.advice("deliver the whole snapshot, or lower the limit if shops have left").fail(ExitClass::Rejected))
}

/// Rejects the input where too many sound rows of a table-day are of shops that the snapshot does not have.
pub(crate) fn check_unknown_shops(
    counts: &[Counts],
    unknown: &BTreeMap<TableDay, i64>,
    limits: &Limits,
) -> Outcome<()> {
    let Limits { max_unknown_shop_percent: percent, max_unknown_shop_rows: most, .. } = *limits;
    let findings = counts.iter().filter_map(|counts| {
        let (sound, unknown) = (counts.rows - counts.quarantined(), *unknown.get(&(counts.table, counts.day))?);
        let is_too_much = unknown > most && compared(unknown.into(), percent, sound.into()).is_gt();
        is_too_much.then(|| {
            let (table, day) = (counts.table.name(), counts.day);
            let found =
                format!("{unknown} of {sound} sound rows of {table} dt={day} of shops that the snapshot does not have");
            let wanted =
                format!("at most {percent} % (max_unknown_shop_percent) or {most} rows (max_unknown_shop_rows)");
            Finding::new(STAGE, found, wanted).of_table(table).advice("deliver the whole snapshot, or raise the limit")
        })
    });
    Failure::unless_empty(ExitClass::Rejected, findings.collect())
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
#[path = "quality_tests.rs"]
mod tests;
