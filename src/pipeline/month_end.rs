//! Month ends: what a night that ends a month closes (specification, sections 8 and 9).
//!
//! In: the night's scores, and what is published of the year. Out: partitions to publish besides. The assessments of the
//! later months of the year are computed again whenever an earlier month end appears or changes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::assessments::{MonthEndScore, monthly};
use crate::calendar::{Year, ends_month};
use crate::error::{Outcome, fault};
use crate::publish::outputs::{MONTH_END_SCORES, MONTHLY_ASSESSMENTS, OutputTable, SCORES};
use crate::publish::{OutputPartition, Period, Publication, Rows, batches, month_ends, reading::Current};
use crate::{domain::Day, rulebook::Rulebook, settings::Settings};

const STAGE: &str = "month end";

pub(super) type MonthEnds = BTreeMap<Day, Vec<MonthEndScore>>;

/// What became of a month end in the night of its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    /// It is published for the first time, and frozen from now on.
    Now,
    /// It is frozen, and stays as it is.
    Before,
}

/// Adds to a night what it closes, where it ends a month.
pub(super) fn close(night: &mut Publication<'_>, out: &Path, rulebook: &Rulebook) -> Outcome<Option<Closed>> {
    let day = night.as_of;
    if !ends_month(day) {
        return Ok(None);
    }
    let current = Current::of(out)?;
    let mut month_ends = published(&current, Year::of(day))?;
    let closed = if month_ends.contains_key(&day) { Closed::Before } else { Closed::Now };
    if closed == Closed::Now {
        let first = scores_in(night)?.then(|scores| month_ends::first(&scores));
        let scores = first.slices().map(|slice| month_ends::scores_of(&slice?)).collect::<Outcome<Vec<_>>>()?;
        month_ends.insert(day, scores.concat());
        night.partitions.push(partition(&MONTH_END_SCORES, day, first));
    }
    night.partitions.extend(assessments_from(day, &month_ends, rulebook)?);
    Ok(Some(closed))
}

/// The frozen month ends, but for the night's own, in whose windows lies a day with `news` for it: a decision that takes
/// effect, or another delivery.
pub(super) fn touched(settings: &Settings, as_of: Day, news: impl Iterator<Item = Day>) -> Outcome<Vec<Day>> {
    let days: BTreeSet<Day> = news.collect();
    if days.is_empty() {
        return Ok(Vec::new());
    }
    let frozen = Current::of(&settings.out)?.values(&MONTH_END_SCORES)?;
    let frozen = frozen.iter().filter_map(|value| value.parse::<Day>().ok()).filter(|day| *day != as_of);
    let is_touched = |month_end: &Day| days.iter().any(|day| settings.window(*month_end).contains(*day));
    Ok(frozen.filter(is_touched).collect())
}

fn scores_in<'a>(night: &Publication<'a>) -> Outcome<Rows<'a>> {
    let scores = night.partitions.iter().find(|partition| partition.table.name == SCORES.name);
    scores.map(|scores| scores.rows.clone()).ok_or_else(|| fault(STAGE, "a night without scores"))
}

pub(super) fn partition<'a>(table: &'static OutputTable, month_end: Day, rows: Rows<'a>) -> OutputPartition<'a> {
    OutputPartition { table, period: Period::Day(month_end), rows }
}

pub(super) fn published(current: &Current, year: Year) -> Outcome<MonthEnds> {
    let mut month_ends = MonthEnds::new();
    for day in year.month_ends() {
        if let Some(rows) = current.read(&MONTH_END_SCORES, Period::Day(day))? {
            month_ends.insert(day, month_ends::scores_of(&rows)?);
        }
    }
    Ok(month_ends)
}

pub(super) fn assessments_from<'a>(
    day: Day,
    month_ends: &MonthEnds,
    rulebook: &Rulebook,
) -> Outcome<Vec<OutputPartition<'a>>> {
    let assessed = monthly::assess_year(month_ends, &rulebook.thresholds)?;
    let from = assessed.range(day..);
    from.map(|(month_end, rows)| {
        let rows = Rows::made(vec![batches::monthly_assessments(rows)?]);
        Ok(partition(&MONTHLY_ASSESSMENTS, *month_end, rows))
    })
    .collect()
}
