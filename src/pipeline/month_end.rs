//! Month ends: what a night that ends a month closes (specification, sections 8 and 9).
//!
//! In: the night's scores, the days that its shops joined on, and what is published of the cycles that hold the month. Out:
//! partitions to publish besides. The assessments of the later months of these cycles are computed again whenever an earlier
//! month end appears or changes; each keeps the cycles that it was published with, which are those of its own snapshot.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Date32Array, Int64Array, RecordBatch, StringArray};

use crate::assessments::monthly::{self, MonthEnds};
use crate::calendar::{Month, ends_month};
use crate::error::{Outcome, fault};
use crate::policies::{CYCLE_MONTHS, Cycles};
use crate::publish::outputs::{MONTH_END_SCORES, MONTHLY_ASSESSMENTS, OutputTable, SCORES};
use crate::publish::reading::{Current, column};
use crate::publish::{OutputPartition, Period, Publication, Rows, batches, month_ends};
use crate::{domain::Day, rulebook::Rulebook, settings::Settings};

const STAGE: &str = "month end";

/// The first day of each shop's cycle; none where it is exempt.
type CycleStarts = BTreeMap<i64, Option<Day>>;

/// What became of a month end in the night of its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    /// It is published for the first time, and frozen from now on.
    Now,
    /// It is frozen, and stays as it is.
    Before,
}

/// What the assessments of a month end are made with.
#[derive(Clone, Copy)]
pub(super) struct Assessing<'a> {
    pub(super) current: &'a Current,
    pub(super) cycles: Cycles,
    pub(super) rulebook: &'a Rulebook,
}

/// Adds to a night what it closes, where it ends a month; `joined_on` has the days that its shops joined on.
pub(super) fn close(
    night: &mut Publication<'_>,
    joined_on: impl Fn() -> BTreeMap<i64, Day>,
    (current, cycles, rulebook): (&Current, Cycles, &Rulebook),
) -> Outcome<Option<Closed>> {
    let day = night.as_of;
    if !ends_month(day) {
        return Ok(None);
    }
    let mut month_ends = published(current, around(day))?;
    let closed = if month_ends.contains_key(&day) { Closed::Before } else { Closed::Now };
    let names = if closed == Closed::Now {
        let first = scores_in(night)?.then(|scores| month_ends::first(&scores));
        let (mut scores, mut names) = (Vec::new(), Vec::new());
        for slice in first.slices() {
            let slice = slice?;
            scores.extend(month_ends::scores_of(&slice)?);
            names.extend(shop_names(&slice)?);
        }
        month_ends.insert(day, scores);
        night.partitions.push(partition(&MONTH_END_SCORES, day, first));
        names
    } else {
        published_names(current, day)?
    };
    let assessing = Assessing { current, cycles, rulebook };
    night.partitions.extend(assessing.from(day, (&names, &joined_on()), &month_ends)?);
    Ok(Some(closed))
}

/// The last days of the months whose cycles may hold that of `day`, and of those that cycles of theirs may hold.
pub(super) fn around(day: Day) -> impl Iterator<Item = Day> {
    let month = Month::of(day);
    (1 - CYCLE_MONTHS..CYCLE_MONTHS).map(move |months| month.plus(months).last_day())
}

/// The frozen month ends, but for the night's own, in whose windows lies a day with `news` for it: a decision that takes
/// effect, or another delivery.
pub(super) fn touched(
    settings: &Settings,
    as_of: Day,
    current: &Current,
    news: impl Iterator<Item = Day>,
) -> Outcome<Vec<Day>> {
    let days: BTreeSet<Day> = news.collect();
    if days.is_empty() {
        return Ok(Vec::new());
    }
    let frozen = current.values(&MONTH_END_SCORES)?;
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

/// The scores of those of these month ends that are published.
pub(super) fn published(current: &Current, days: impl Iterator<Item = Day>) -> Outcome<MonthEnds> {
    let mut month_ends = MonthEnds::new();
    for day in days {
        if let Some(rows) = current.read(&MONTH_END_SCORES, Period::Day(day))? {
            month_ends.insert(day, month_ends::scores_of(&rows)?);
        }
    }
    Ok(month_ends)
}

/// The names of a month end's shops, in the order of its rows.
pub(super) fn shop_names(rows: &RecordBatch) -> Outcome<Vec<String>> {
    let names = column::<StringArray>(rows, "shop_name")?.iter();
    names.map(|name| name.map(str::to_owned).ok_or_else(|| fault(STAGE, "a shop without a name"))).collect()
}

fn published_names(current: &Current, month_end: Day) -> Outcome<Vec<String>> {
    let rows = current.read(&MONTH_END_SCORES, Period::Day(month_end))?;
    shop_names(&rows.ok_or_else(|| fault(STAGE, format!("no scores of {month_end}, which were there")))?)
}

impl Assessing<'_> {
    /// The assessments of a month end, given the names of its shops and the days that they joined on, and of the later months
    /// whose cycles may hold it.
    pub(super) fn from(
        self,
        day: Day,
        (names, joined_on): (&[String], &BTreeMap<i64, Day>),
        month_ends: &MonthEnds,
    ) -> Outcome<Vec<OutputPartition<'static>>> {
        let Self { current, cycles, .. } = self;
        let month = Month::of(day);
        let known = joined_on.iter().map(|(shop, joined_on)| (*shop, cycles.starts_on(*joined_on, month)));
        // A shop of a frozen month end may be gone from the snapshot since.
        let starts = published_cycles(current, day)?.into_iter().chain(known).collect();
        let mut partitions: Vec<_> = self.assessed(day, names, &starts, month_ends)?.into_iter().collect();
        let last = month.plus(CYCLE_MONTHS - 1).last_day();
        for later in month_ends.range(day.plus(1)..=last).map(|(later, _)| *later) {
            let starts = published_cycles(current, later)?;
            partitions.extend(self.assessed(later, &published_names(current, later)?, &starts, month_ends)?);
        }
        Ok(partitions)
    }

    /// The assessments of a month end; none, and a warning, where it is not known of each of its shops when it joined: those that
    /// an earlier release published knew no cycles.
    fn assessed(
        self,
        month_end: Day,
        names: &[String],
        starts: &CycleStarts,
        month_ends: &MonthEnds,
    ) -> Outcome<Option<OutputPartition<'static>>> {
        let scores = month_ends.get(&month_end).ok_or_else(|| fault(STAGE, format!("no scores of {month_end}")))?;
        if let Some(unknown) = scores.iter().find(|month| !starts.contains_key(&month.shop_id)) {
            let shop = unknown.shop_id;
            let advice = format!(
                "`shopscore nightly --date {month_end}` makes them anew, and where the shop is gone `shopscore restate`"
            );
            tracing::warn!(
                "the assessments of {month_end} stay as they are: when shop {shop} joined is not known; {advice}"
            );
            return Ok(None);
        }
        let starts: Vec<_> = scores.iter().map(|month| starts.get(&month.shop_id).copied().flatten()).collect();
        let assessed = monthly::assess(month_end, &starts, month_ends, &self.rulebook.thresholds)?;
        let rows = Rows::made(vec![batches::monthly_assessments(names, scores, &assessed)?]);
        Ok(Some(partition(&MONTHLY_ASSESSMENTS, month_end, rows)))
    }
}

/// The cycles that a month end's assessments were published with; of no shop where they were not, or by a release that knew
/// none.
fn published_cycles(current: &Current, month_end: Day) -> Outcome<CycleStarts> {
    let assessed = current.read(&MONTHLY_ASSESSMENTS, Period::Day(month_end))?;
    let Some(assessed) = assessed.filter(|assessed| assessed.column_by_name("cycle_starts_on").is_some()) else {
        return Ok(CycleStarts::new());
    };
    let starts = column::<Date32Array>(&assessed, "cycle_starts_on")?.iter();
    let starts = starts.map(|start| start.map(Day::from_epoch_days));
    Ok(column::<Int64Array>(&assessed, "shop_id")?.values().iter().copied().zip(starts).collect())
}
