//! Month ends: what a night that ends a month closes, and what a restatement changes of it (specification, sections 8 and 9).
//!
//! In: the night's scores, and what is published of the year. Out: partitions to publish besides. The assessments of the
//! later months of the year are computed again whenever an earlier month end appears or changes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use arrow::array::RecordBatch;

use super::{settlement, with_figures};
use crate::assessments::{MonthEndScore, marketing, monthly};
use crate::calendar::{Year, ends_month};
use crate::domain::Day;
use crate::error::{ExitClass, Finding, Outcome, fault};
use crate::intake::{AsKnown, Intake};
use crate::publish::month_ends::{self, Restatement};
use crate::publish::outputs::{
    ANNUAL_SETTLEMENTS, MONTH_END_REVISIONS, MONTH_END_SCORES, MONTHLY_ASSESSMENTS, OutputTable, SCORES,
};
use crate::publish::reading::Current;
use crate::publish::restatement;
use crate::publish::{OutputPartition, Period, Publication, PublicationKind, batches};
use crate::rulebook::Rulebook;
use crate::settings::Settings;

const STAGE: &str = "month end";

/// The scores of month ends.
pub(super) type MonthEnds = BTreeMap<Day, Vec<MonthEndScore>>;

/// What became of a month end in the night of its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// It is published for the first time, and frozen from now on.
    Now,
    /// It is frozen, and stays as it is.
    Before,
}

/// Adds to a night what it closes, where it ends a month.
pub(super) fn close(night: &mut Publication, out: &Path, rulebook: &Rulebook) -> Outcome<Option<Closed>> {
    let day = night.as_of;
    if !ends_month(day) {
        return Ok(None);
    }
    let current = Current::of(out)?;
    let mut month_ends = published(&current, Year::of(day))?;
    let closed = if month_ends.contains_key(&day) { Closed::Before } else { Closed::Now };
    if closed == Closed::Now {
        let first = month_ends::first(scores_in(night)?)?;
        month_ends.insert(day, month_ends::scores_of(&first)?);
        night.partitions.push(partition(&MONTH_END_SCORES, day, first));
    }
    night.partitions.extend(assessments_from(day, &month_ends, rulebook)?);
    Ok(Some(closed))
}

/// The frozen month ends, but for the night's own, in whose windows something is new to it: a decision that takes effect, or a day that
/// was delivered again.
pub(super) fn touched(settings: &Settings, as_of: Day, intake: &Intake) -> Outcome<Vec<Day>> {
    let days: BTreeSet<Day> =
        intake.changed.iter().map(|(_, day)| *day).chain(intake.newly_decided.iter().copied()).collect();
    if days.is_empty() {
        return Ok(Vec::new());
    }
    let frozen = Current::of(&settings.out)?.values(&MONTH_END_SCORES)?;
    let frozen = frozen.iter().filter_map(|value| value.parse::<Day>().ok()).filter(|day| *day != as_of);
    let is_touched = |month_end: &Day| days.iter().any(|day| settings.window(*month_end).contains(*day));
    Ok(frozen.filter(is_touched).collect())
}

fn scores_in(night: &Publication) -> Outcome<&RecordBatch> {
    let scores = night.partitions.iter().find(|partition| partition.table.name == SCORES.name);
    scores.and_then(|scores| scores.batches.first()).ok_or_else(|| fault(STAGE, "a night without scores"))
}

fn partition(table: &'static OutputTable, month_end: Day, rows: RecordBatch) -> OutputPartition {
    OutputPartition { table, period: Period::Day(month_end), batches: vec![rows] }
}

/// The month ends of a year that are published.
pub(super) fn published(current: &Current, year: Year) -> Outcome<MonthEnds> {
    let mut month_ends = MonthEnds::new();
    for day in year.month_ends() {
        if let Some(rows) = current.read(&MONTH_END_SCORES, Period::Day(day))? {
            month_ends.insert(day, month_ends::scores_of(&rows)?);
        }
    }
    Ok(month_ends)
}

/// The assessments of `day` and of the later month ends of its year.
fn assessments_from(day: Day, month_ends: &MonthEnds, rulebook: &Rulebook) -> Outcome<Vec<OutputPartition>> {
    let assessed = monthly::assess_year(month_ends, &rulebook.thresholds)?;
    let from = assessed.range(day..);
    from.map(|(month_end, rows)| {
        Ok(partition(&MONTHLY_ASSESSMENTS, *month_end, batches::monthly_assessments(rows)?))
    })
    .collect()
}

/// A restated month end, and what follows from it.
#[derive(Debug)]
pub struct RestatedMonthEnd {
    /// How many rows are new, or other than before, or gone.
    pub changed: usize,
    /// What is published; nothing where no row changed.
    pub publication: Option<Publication>,
}

/// Computes a published month end again with the extracts as they are now and appeals as of the knowledge day, and the
/// assessments and the settlement of its year, where they are published, after it.
///
/// # Errors
/// Missing where the month end was never published; those of the stages.
pub fn restate(
    settings: &Settings,
    rulebook: &Rulebook,
    month_end: Day,
    restatement: Restatement<'_>,
) -> Outcome<RestatedMonthEnd> {
    let current = Current::of(&settings.out)?;
    let period = Period::Day(month_end);
    let published_rows =
        current.read(&MONTH_END_SCORES, period)?.ok_or_else(|| never_published(month_end))?;
    let revisions = current.read(&MONTH_END_REVISIONS, period)?;
    let known = AsKnown { as_of: month_end, on: restatement.knowledge_day };
    let scores = with_figures(settings, rulebook, known, |figures, _| {
        let (assessed, scored) = (figures.assessed, figures.scored);
        let admissions = marketing::admissions(assessed, scored, &rulebook.thresholds, month_end)?;
        batches::scores(assessed, scored, &admissions, month_end)
    })?;
    let restated = restatement::restate(&published_rows, revisions.as_ref(), &scores, restatement)?;
    if restated.changed == 0 {
        return Ok(RestatedMonthEnd { changed: 0, publication: None });
    }
    let year = Year::of(month_end);
    let mut month_ends = published(&current, year)?;
    month_ends.insert(month_end, month_ends::scores_of(&restated.rows)?);
    let mut partitions = vec![partition(&MONTH_END_SCORES, month_end, restated.rows)];
    if restated.revisions.num_rows() > 0 {
        partitions.push(partition(&MONTH_END_REVISIONS, month_end, restated.revisions));
    }
    partitions.extend(assessments_from(month_end, &month_ends, rulebook)?);
    if let Some(settled) = current.read(&ANNUAL_SETTLEMENTS, Period::Year(year))? {
        partitions.extend(settlement::again(settings, rulebook, month_end, &settled, &month_ends)?);
    }
    let publication = Publication { as_of: month_end, partitions, kind: PublicationKind::Restatement };
    Ok(RestatedMonthEnd { changed: restated.changed, publication: Some(publication) })
}

fn never_published(month_end: Day) -> crate::error::Failure {
    Finding::new(STAGE, format!("no month-end scores of {month_end}"), "a published month end")
        .advice(format!("publish it with `shopscore nightly --date {month_end}`"))
        .fail(ExitClass::Missing)
}
