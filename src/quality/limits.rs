//! The limits beyond which a run stops, or warns and goes on (specification, section 3).
//!
//! Grain in: the counts of every table-day, the rows of two snapshots, why shops have no score. Grain out: a finding for each
//! that is beyond a limit, as grave as the gravest limit that it is beyond. Percents compare exactly.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

use crate::domain::{Day, Span};
use crate::error::{ExitClass, Failure, Finding, Outcome, merged};
use crate::extracts::quarantine::{Counts, violation};
use crate::extracts::schema::Presence;
use crate::extracts::tables::Table;
use crate::extracts::verdicts::Reason;
use crate::partials::records::TableDay;
use crate::policies::{Bounds, Limits, Severity};
use crate::quality::SetAside;
use crate::rulebook::Decimal4;

const STAGE: &str = "quality";

/// What is beyond a limit.
#[derive(Clone, Debug)]
pub(crate) struct Beyond {
    pub(crate) severity: Severity,
    pub(crate) finding: Finding,
    /// The table that it is of: of shops without a score that of the shops.
    pub(crate) of: Table,
    /// The day that it is of.
    pub(crate) day: Option<Day>,
}

impl Beyond {
    fn of_day(Counts { table, day, .. }: &Counts, severity: Severity, finding: Finding) -> Self {
        Self { severity, finding, of: *table, day: Some(*day) }
    }

    fn of_shops(severity: Severity, finding: Finding) -> Self {
        Self { severity, finding, of: Table::Shops, day: None }
    }
}

/// The errors among findings, and the warnings.
pub(crate) fn by_severity(beyond: impl IntoIterator<Item = Beyond>) -> (Vec<Finding>, Vec<Finding>) {
    let is_error = |beyond: &Beyond| beyond.severity == Severity::Error;
    let (errors, warnings): (Vec<_>, Vec<_>) = beyond.into_iter().partition(is_error);
    let findings = |beyond: Vec<Beyond>| merged(beyond.into_iter().map(|beyond| beyond.finding).collect());
    (findings(errors), findings(warnings))
}

/// Rejects the input where an error is among the findings; else its warnings.
pub(crate) fn refuse(beyond: impl IntoIterator<Item = Beyond>) -> Outcome<Vec<Finding>> {
    let (errors, warnings) = by_severity(beyond);
    Failure::unless_empty(ExitClass::Rejected, errors).map(|()| warnings)
}

/// How `part` compares with `percent` of `whole`.
fn compared(part: i128, percent: Decimal4, whole: i128) -> Ordering {
    const HUNDRED: i128 = 1_000_000;
    (part * HUNDRED).cmp(&(i128::from(percent.ten_thousandths()) * whole))
}

/// The table-days of which too many rows were set aside.
pub(crate) fn quarantined(counts: &[Counts], set_aside: &SetAside, limits: &Limits) -> Outcome<Vec<Beyond>> {
    let is_beyond = |counts: &Counts, bounds: &Bounds| {
        let (quarantined, percent) = (counts.quarantined(), bounds.quarantined_percent);
        quarantined > bounds.quarantined_rows && compared(quarantined.into(), percent, counts.rows.into()).is_gt()
    };
    let beyond = |(counts, bounds): (&Counts, &Bounds)| {
        let (percent, rows) = setting(bounds, ["max_quarantined_percent", "max_quarantined_rows"]);
        let (most_percent, most_rows) = (bounds.quarantined_percent, bounds.quarantined_rows);
        let wanted = format!("at most {most_percent} % ({percent}) or {most_rows} rows ({rows})");
        let advice = "deliver the day again, or raise the limit if the rows are known to be unsound";
        let finding = Finding::new(STAGE, set_aside_of(counts, set_aside)?, wanted).advice(advice);
        let finding = finding.of_table(counts.table.name());
        Ok(Beyond::of_day(counts, bounds.severity, finding))
    };
    let passed = |counts| Some((counts, limits.passed(|bounds| is_beyond(counts, bounds))?));
    counts.iter().filter_map(passed).map(beyond).collect()
}

/// The names of two settings, as those of errors, for the severity of the bounds.
fn setting(bounds: &Bounds, [one, other]: [&str; 2]) -> (String, String) {
    (bounds.severity.setting(one), bounds.severity.setting(other))
}

/// What was quarantined of a table-day: how much, why, and its first row.
fn set_aside_of(counts: &Counts, set_aside: &SetAside) -> Outcome<String> {
    let Counts { table, day, rows, .. } = *counts;
    let of_table = set_aside.get(&day).into_iter().flatten().filter(|row| row.table == table.name());
    let first = of_table.min().map(|row| violation(table, row)).transpose()?;
    let first = first.map_or(String::new(), |first| format!(", first {first}"));
    let reasons = Reason::ALL.iter().zip(counts.broken).filter(|(_, rows)| *rows > 0);
    let reasons: Vec<String> = reasons.map(|(reason, rows)| format!("{rows} {}", reason.name())).collect();
    let (quarantined, table, reasons) = (counts.quarantined(), table.name(), reasons.join(", "));
    Ok(format!("{quarantined} of {rows} rows of {table} dt={day} quarantined ({reasons}{first})"))
}

/// The table-days of a window that are far smaller than the median day of their table; snapshots have none.
pub(crate) fn thin_days(counts: &[Counts], window: Span, limits: &Limits) -> Vec<Beyond> {
    let of_days = Table::ALL.into_iter().filter(|table| table.spec().presence != Presence::NewestSnapshot);
    let of_table = |table: Table| {
        let of_table = || counts.iter().filter(move |counts| counts.table == table && window.contains(counts.day));
        let doubled_median = doubled_median(of_table().map(|counts| counts.rows));
        of_table().filter_map(move |counts| thin_day(counts, doubled_median, limits))
    };
    of_days.flat_map(of_table).collect()
}

/// Twice the median, which may lie half-way between two days; 0 where there is none.
pub(crate) fn doubled_median(rows: impl Iterator<Item = i64>) -> i64 {
    let mut rows: Vec<i64> = rows.collect();
    rows.sort_unstable();
    let middle = [rows.len().saturating_sub(1) / 2, rows.len() / 2];
    middle.iter().filter_map(|place| rows.get(*place)).fold(0, |sum: i64, rows| sum.saturating_add(*rows))
}

/// The half of a doubled median, exactly.
pub(crate) fn median(doubled: i64) -> Decimal4 {
    Decimal4::from_ten_thousandths(doubled.saturating_mul(5_000))
}

fn thin_day(counts: &Counts, doubled_median: i64, limits: &Limits) -> Option<Beyond> {
    let bounds = limits.passed(|bounds| {
        doubled_median >= bounds.rows_median.saturating_mul(2)
            && compared(i128::from(counts.rows) * 2, bounds.rows_percent, doubled_median.into()).is_lt()
    })?;
    let (percent, setting) = (bounds.rows_percent, bounds.severity.setting("min_rows_percent"));
    let found = format!("{} rows of {} dt={}", counts.rows, counts.table.name(), counts.day);
    let wanted = format!("at least {percent} % ({setting}) of the median day's {} rows", median(doubled_median));
    let advice = "deliver the whole day, or lower the limit if the day was like this";
    let finding = Finding::new(STAGE, found, wanted).advice(advice);
    Some(Beyond::of_day(counts, bounds.severity, finding))
}

/// The table-days of a window without a row, of tables whose median day has some, but for those that are `beyond` a limit.
pub(crate) fn empty_days(counts: &[Counts], window: Span, beyond: &[Beyond]) -> Vec<Beyond> {
    let is_usual = |table: Table| {
        let of_table = counts.iter().filter(|counts| counts.table == table && window.contains(counts.day));
        doubled_median(of_table.map(|counts| counts.rows)) == 0
    };
    let is_told = |counts: &Counts| beyond.iter().any(|of| (of.of, of.day) == (counts.table, Some(counts.day)));
    let empty = counts.iter().filter(|of| of.rows == 0 && window.contains(of.day));
    let empty = empty.filter(|of| of.table.spec().presence != Presence::NewestSnapshot);
    let finding = |counts: &Counts| {
        let (table, day) = (counts.table.name(), counts.day);
        let finding = Finding::new(STAGE, format!("0 rows of {table} dt={day}"), "some, as on other days");
        let advice = "deliver the day again, unless nothing happened";
        Beyond::of_day(counts, Severity::Warning, finding.advice(advice))
    };
    empty.filter(|of| !is_told(of) && !is_usual(of.table)).map(finding).collect()
}

/// The present shops, and why some of them have no score.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unscored<'a> {
    pub(crate) present: usize,
    pub(crate) without_data: usize,
    /// The categories that no row of the weight table names, with their shops.
    pub(crate) without_weights: BTreeMap<&'a str, usize>,
}

/// Whether no shop is present, or too many of those that are have no score.
pub(crate) fn unscored(shops: &Unscored<'_>, limits: &Limits) -> Option<Beyond> {
    let Unscored { present, without_data, without_weights } = shops;
    if *present == 0 {
        let wanted = "shops that joined by the as-of day and have not left by it";
        let advice = "look at joined_on and terminated_on of the snapshot; where a day such as 1970-01-01 stands for none, set \
                      [tables.shops.columns] terminated_on = { null_if = [\"1970-01-01\"] }";
        let finding = Finding::new(STAGE, "no present shop in the snapshot", wanted).advice(advice);
        return Some(Beyond::of_shops(Severity::Error, finding));
    }
    let of_categories = without_weights.values().sum::<usize>();
    let unscored = without_data + of_categories;
    let is_beyond = |bounds: &Bounds| compared(unscored as i128, bounds.unscored_percent, *present as i128).is_gt();
    let bounds = limits.passed(is_beyond)?;
    let mut most: Vec<_> = without_weights.iter().collect();
    most.sort_by_key(|(_, shops)| Reverse(**shops));
    let named = most.iter().take(5).map(|(category, shops)| format!("{category:?} of {shops}"));
    let named = named.collect::<Vec<_>>().join(", ");
    let reasons = format!("{of_categories} category_without_weights, {without_data} no_data");
    let categories = if most.is_empty() { String::new() } else { format!("; categories without weights: {named}") };
    let found = format!("{unscored} of {present} present shops without a score ({reasons}{categories})");
    let (percent, setting) = (bounds.unscored_percent, bounds.severity.setting("max_unscored_percent"));
    let finding = Finding::new(STAGE, found, format!("at most {percent} % ({setting})"));
    let finding = finding.advice("look for missing rule rows or missing extracts, or raise the limit");
    Some(Beyond::of_shops(bounds.severity, finding))
}

/// Whether too much of a shop snapshot is gone since the one before it, given the rows of both.
pub(crate) fn lost_shops(rows: i64, before: Option<(Day, usize)>, limits: &Limits) -> Option<Beyond> {
    let (day, rows_before) = before?;
    let is_beyond = |bounds: &Bounds| compared(rows.into(), bounds.snapshot_percent, rows_before as i128).is_lt();
    let bounds = limits.passed(is_beyond)?;
    let (percent, setting) = (bounds.snapshot_percent, bounds.severity.setting("min_snapshot_percent"));
    let found = format!("{rows} rows of the shop snapshot");
    let wanted = format!("at least {percent} % ({setting}) of the {rows_before} rows of that of {day}");
    let advice = "deliver the whole snapshot, or lower the limit if shops have left";
    Some(Beyond::of_shops(bounds.severity, Finding::new(STAGE, found, wanted).advice(advice)))
}

/// Whether a shop snapshot is so old that it is warned of; one that is too old was missing.
pub(crate) fn old_snapshot(snapshot: Day, as_of: Day, limits: &Limits) -> Option<Beyond> {
    let most_days = limits.warn_snapshot_age_days;
    let is_old = as_of.epoch_days() - snapshot.epoch_days() > most_days;
    is_old.then(|| {
        let found = format!("the newest shop snapshot is of {snapshot}");
        let wanted = format!("one at most {most_days} days older than {as_of} (warn_snapshot_age_days)");
        let finding = Finding::new(STAGE, found, wanted).advice("deliver a newer snapshot, or raise the limit");
        Beyond::of_shops(Severity::Warning, finding)
    })
}

/// The table-days of which too many sound rows are of shops that the snapshot does not have.
pub(crate) fn unknown_shops(counts: &[Counts], unknown: &BTreeMap<TableDay, i64>, limits: &Limits) -> Vec<Beyond> {
    let beyond = |counts: &Counts| {
        let (sound, unknown) = (counts.rows - counts.quarantined(), *unknown.get(&(counts.table, counts.day))?);
        let bounds = limits.passed(|bounds| {
            unknown > bounds.unknown_shop_rows
                && compared(unknown.into(), bounds.unknown_shop_percent, sound.into()).is_gt()
        })?;
        let (name, day) = (counts.table.name(), counts.day);
        let found =
            format!("{unknown} of {sound} sound rows of {name} dt={day} of shops that the snapshot does not have");
        let (percent, rows) = setting(bounds, ["max_unknown_shop_percent", "max_unknown_shop_rows"]);
        let (most_percent, most_rows) = (bounds.unknown_shop_percent, bounds.unknown_shop_rows);
        let wanted = format!("at most {most_percent} % ({percent}) or {most_rows} rows ({rows})");
        let finding = Finding::new(STAGE, found, wanted).advice("deliver the whole snapshot, or raise the limit");
        let finding = finding.of_table(name);
        Some(Beyond::of_day(counts, bounds.severity, finding))
    };
    counts.iter().filter_map(beyond).collect()
}

#[cfg(test)]
#[path = "limits_tests.rs"]
mod tests;
