//! The settlement of a year's fees: published scores and the year's payments in, one partition out (specification, section 9).
//!
//! Before the year is over it covers the month ends so far. Every score that should count must be published, but for days
//! before the history starts: an average that lacks a month would be another one. Scores of month ends are the frozen ones,
//! as restated.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{BooleanArray, Date32Array, RecordBatch, StringArray};
use jiff::Timestamp;

use crate::assessments::MonthEndScore;
use crate::assessments::annual::{self, Account, Basis, Settlement};
use crate::assessments::monthly::MonthEnds;
use crate::calendar::{Year, ends_month};
use crate::domain::{Day, Span};
use crate::error::{ExitClass, Failure, Finding, Outcome};
use crate::pipeline::month_end;
use crate::publish::month_ends::{ShopScores, shop_scores};
use crate::publish::outputs::{ANNUAL_SETTLEMENTS, MONTH_END_SCORES, OutputTable, SCORES};
use crate::publish::reading::Current;
use crate::publish::{
    OutputPartition, Period, Publication, PublicationKind, Published, Rows, batches, reading::column,
};
use crate::rulebook::Decimal4;
use crate::table_days::{dependencies::Terms, year};
use crate::{pipeline::limits, pipeline::publish, sales, settings::Settings, shops::Shop, threads::on_pool};

const STAGE: &str = "settlement";

pub(crate) struct SettledYear {
    pub(crate) settlements: Vec<Settlement>,
    pub(crate) published: Published,
}

/// Settles a year as of a day and publishes it at the time `now`; missing where a score that counts was never published.
pub(crate) fn run(terms: Terms<'_>, (year, as_of): (Year, Day), now: Timestamp) -> Outcome<SettledYear> {
    on_pool(|| {
        let current = Current::of(&terms.settings.out)?;
        let month_ends = month_end::published(&current, year.month_ends())?;
        let (settlements, partition) = settle(terms, (year, as_of), &month_ends, &current)?;
        let publication = Publication { as_of, partitions: vec![partition], kind: PublicationKind::Settlement };
        Ok(SettledYear { published: publish(terms, &publication, now)?, settlements })
    })
}

/// Whether a year is settled for good: its published settlement is not provisional.
pub(crate) fn is_final(current: &Current, year: Year) -> Outcome<bool> {
    let Some(settled) = current.read(&ANNUAL_SETTLEMENTS, Period::Year(year))? else { return Ok(false) };
    Ok(column::<BooleanArray>(&settled, "provisional")?.iter().next() == Some(Some(false)))
}

/// The published settlements that cover `month_end` again, each as of its own day, after that one changed: `month_ends`
/// has it and the others of its year.
pub(super) fn again(
    terms: Terms<'_>,
    month_end: Day,
    month_ends: &MonthEnds,
    current: &Current,
) -> Outcome<Vec<OutputPartition<'static>>> {
    let mut again = Vec::new();
    let year = Year::of(month_end);
    let settled = current.read(&ANNUAL_SETTLEMENTS, Period::Year(year))?;
    if let Some(as_of) = settled.map(|settled| as_of(&settled)).transpose()?.flatten()
        && as_of >= month_end
    {
        again.push(settle(terms, (year, as_of), month_ends, current)?.1);
    }
    // Who leaves on 1 January is settled by the last month end of the year before.
    let next = Year::of(month_end.plus(1));
    if next != year
        && let Some(settled) = current.read(&ANNUAL_SETTLEMENTS, Period::Year(next))?
        && has_day_before(&settled)?
        && let Some(as_of) = as_of(&settled)?
    {
        let mut of_next = month_end::published(current, next.month_ends())?;
        of_next.extend(month_ends.get(&month_end).map(|scores| (month_end, scores.clone())));
        again.push(settle(terms, (next, as_of), &of_next, current)?.1);
    }
    Ok(again)
}

/// The day that a published settlement is as of; none where it has no rows.
fn as_of(settled: &RecordBatch) -> Outcome<Option<Day>> {
    let days = column::<Date32Array>(settled, "as_of")?;
    Ok(days.iter().flatten().next().map(Day::from_epoch_days))
}

/// Whether a shop is settled by the day before it left.
fn has_day_before(settled: &RecordBatch) -> Outcome<bool> {
    let day_before = Basis::DayBeforeTermination(Day::from_epoch_days(0)).name();
    Ok(column::<StringArray>(settled, "basis")?.iter().any(|basis| basis == Some(day_before)))
}

fn settle(
    terms: Terms<'_>,
    (year, as_of): (Year, Day),
    month_ends: &MonthEnds,
    current: &Current,
) -> Outcome<(Vec<Settlement>, OutputPartition<'static>)> {
    let Terms { settings, rulebook, .. } = terms;
    let until = as_of.min(year.last_day());
    check_month_ends(year, until, month_ends, settings)?;
    let span = Span { first: year.first_day(), last: until };
    let input = year::gather(terms, span, as_of)?;
    limits::check_set_aside(terms, &input.set_aside)?;
    let left_on = left_in(&input.shops, year, as_of);
    let account = Account {
        year,
        as_of,
        month_ends: by_shop(month_ends, year, until),
        days_before: scores_before(&input.shops, (year, as_of), month_ends, current, settings)?,
        sales: sales::of_days(&input.days(), &left_on, |day| input.payments_of(day))?,
        annual_fee_by: settings.annual_fee_by,
    };
    let settlements = annual::settle(&input.shops, &account, &rulebook.thresholds)?;
    let rows = Rows::made(vec![batches::settlements(&settlements, year, as_of)?]);
    Ok((settlements, OutputPartition { table: &ANNUAL_SETTLEMENTS, period: Period::Year(year), rows }))
}

/// Every month end up to `until` must be published, unless the history starts later.
fn check_month_ends(year: Year, until: Day, month_ends: &MonthEnds, settings: &Settings) -> Outcome<()> {
    let is_needed = |day: &Day| *day <= until && settings.history_starts_on.is_none_or(|start| *day >= start);
    let missing = year.month_ends().filter(|day| is_needed(day) && !month_ends.contains_key(day));
    let missing: Vec<Finding> = missing.map(|day| never_scored("month_end_scores", day)).collect();
    Failure::unless_empty(ExitClass::Missing, missing)
}

fn never_scored(table: &str, day: Day) -> Finding {
    Finding::new(STAGE, format!("no {table} of {day}"), "every score that counts, published")
        .advice(format!("publish it with `shopscore nightly --date {day}`"))
}

/// The shops that left in the year, each with its day.
fn left_in(shops: &[Shop], year: Year, as_of: Day) -> BTreeMap<i64, Day> {
    shops.iter().filter_map(|shop| Some((shop.shop_id, Basis::of(shop, year, as_of)?.left_on()?))).collect()
}

/// The scores of the year's month ends up to `until`.
fn by_shop(month_ends: &MonthEnds, year: Year, until: Day) -> BTreeMap<i64, Vec<(Day, &MonthEndScore)>> {
    let mut of_shops: BTreeMap<i64, Vec<_>> = BTreeMap::new();
    for (day, scores) in month_ends.range(..=until).filter(|(day, _)| year.contains(**day)) {
        for score in scores {
            of_shops.entry(score.shop_id).or_default().push((*day, score));
        }
    }
    of_shops
}

/// The scores of the day before they left of the shops for which that day alone counts.
fn scores_before(
    shops: &[Shop],
    (year, as_of): (Year, Day),
    month_ends: &MonthEnds,
    current: &Current,
    settings: &Settings,
) -> Outcome<BTreeMap<i64, Decimal4>> {
    let mut wanted: BTreeMap<Day, BTreeSet<i64>> = BTreeMap::new();
    for shop in shops {
        if let Some(Basis::DayBeforeTermination(left_on)) = Basis::of(shop, year, as_of) {
            wanted.entry(left_on.plus(-1)).or_default().insert(shop.shop_id);
        }
    }
    wanted.retain(|day, _| settings.history_starts_on.is_none_or(|start| *day >= start));
    let mut found = BTreeMap::new();
    let mut missing = Vec::new();
    for (day, shop_ids) in wanted {
        match scores_of(day, month_ends, current)? {
            None => missing.push(never_scored(table_of(day).name, day)),
            Some(scores) => {
                let of_shops = scores.into_iter().filter(|(shop, _)| shop_ids.contains(shop));
                found.extend(of_shops.filter_map(|(shop, score)| Some((shop, score?))));
            }
        }
    }
    Failure::unless_empty(ExitClass::Missing, missing).map(|()| found)
}

/// The shops of a day with their scores; none where they were never published.
fn scores_of(day: Day, month_ends: &MonthEnds, current: &Current) -> Outcome<Option<ShopScores>> {
    if let Some(restated) = month_ends.get(&day) {
        return Ok(Some(restated.iter().map(|row| (row.shop_id, row.score)).collect()));
    }
    let published = current.read(table_of(day), Period::Day(day))?;
    published.map(|scores| shop_scores(&scores)).transpose()
}

/// Where the scores of a day that count are published: a month end may have been restated.
fn table_of(day: Day) -> &'static OutputTable {
    if ends_month(day) { &MONTH_END_SCORES } else { &SCORES }
}
