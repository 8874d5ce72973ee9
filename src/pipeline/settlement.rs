//! The settlement of a year's fees: published scores and the year's payments in, one partition out (specification, section 9).
//!
//! Before the year is over it covers the month ends so far. Every score that should count must be published, but for days
//! before the history starts: an average that lacks a month would be another one.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{BooleanArray, Date32Array, RecordBatch};
use jiff::Timestamp;

use crate::assessments::annual::{self, Account, Basis, Settlement};
use crate::assessments::monthly::MonthEnds;
use crate::domain::{Day, Span};
use crate::error::{ExitClass, Failure, Finding, Outcome};
use crate::pipeline::month_end;
use crate::publish::month_ends::shop_scores;
use crate::publish::outputs::{ANNUAL_SETTLEMENTS, SCORES};
use crate::publish::reading::Current;
use crate::publish::{
    OutputPartition, Period, Publication, PublicationKind, Published, Rows, batches, reading::column,
};
use crate::rulebook::{Decimal4, Rulebook};
use crate::table_days::{dependencies::Terms, year};
use crate::{calendar::Year, pipeline::publish, quality, sales, settings::Settings, shops::Shop, threads::on_pool};

const STAGE: &str = "settlement";

pub(crate) struct SettledYear {
    pub(crate) settlements: Vec<Settlement>,
    pub(crate) published: Published,
}

/// Settles a year as of a day and publishes it at the time `now`; missing where a score that counts was never published.
pub(crate) fn run(
    settings: &Settings,
    rulebook: &Rulebook,
    (year, as_of): (Year, Day),
    now: Timestamp,
) -> Outcome<SettledYear> {
    on_pool(|| {
        let current = Current::of(&settings.out)?;
        let month_ends = month_end::published(&current, year.month_ends())?;
        let terms = Terms { settings, rulebook };
        let (settlements, partition) = settle(terms, (year, as_of), &month_ends, &current)?;
        let publication = Publication { as_of, partitions: vec![partition], kind: PublicationKind::Settlement };
        Ok(SettledYear { published: publish(settings, &publication, now)?, settlements })
    })
}

/// Whether a year is settled for good: its published settlement is not provisional.
pub(crate) fn is_final(current: &Current, year: Year) -> Outcome<bool> {
    let Some(settled) = current.read(&ANNUAL_SETTLEMENTS, Period::Year(year))? else { return Ok(false) };
    Ok(column::<BooleanArray>(&settled, "provisional")?.iter().next() == Some(Some(false)))
}

/// The published settlement of a year again, as of the same day, after `month_end` changed; none where it does not cover
/// that day, or has no rows.
pub(super) fn again(
    terms: Terms<'_>,
    month_end: Day,
    settled: &RecordBatch,
    month_ends: &MonthEnds,
) -> Outcome<Option<OutputPartition<'static>>> {
    let as_of = column::<Date32Array>(settled, "as_of")?.iter().flatten().next().map(Day::from_epoch_days);
    let Some(as_of) = as_of.filter(|as_of| *as_of >= month_end) else { return Ok(None) };
    let current = Current::of(&terms.settings.out)?;
    let (_, partition) = settle(terms, (Year::of(month_end), as_of), month_ends, &current)?;
    Ok(Some(partition))
}

fn settle(
    terms: Terms<'_>,
    (year, as_of): (Year, Day),
    month_ends: &MonthEnds,
    current: &Current,
) -> Outcome<(Vec<Settlement>, OutputPartition<'static>)> {
    let Terms { settings, rulebook } = terms;
    let until = as_of.min(year.last_day());
    check_month_ends(year, until, month_ends, settings)?;
    let span = Span { first: year.first_day(), last: until };
    let input = year::gather(terms, span, as_of)?;
    quality::check_set_aside(&input.set_aside.counts, &input.set_aside.quarantine, &settings.limits)?;
    let left_on = left_in(&input.shops, year, as_of);
    let account = Account {
        year,
        as_of,
        month_ends: by_shop(month_ends, year, until),
        days_before: scores_before(&input.shops, year, as_of, current, settings)?,
        sales: sales::of_days(&input.days(), &left_on, |day| input.payments_of(day))?,
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

fn by_shop(
    month_ends: &MonthEnds,
    year: Year,
    until: Day,
) -> BTreeMap<i64, Vec<(Day, &crate::assessments::MonthEndScore)>> {
    let mut of_shops: BTreeMap<i64, Vec<_>> = BTreeMap::new();
    for (day, scores) in month_ends.range(year.first_day()..=until) {
        for score in scores {
            of_shops.entry(score.shop_id).or_default().push((*day, score));
        }
    }
    of_shops
}

/// The scores of the day before they left of the shops for which that day alone counts.
fn scores_before(
    shops: &[Shop],
    year: Year,
    as_of: Day,
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
        match current.read(&SCORES, Period::Day(day))? {
            None => missing.push(never_scored("scores", day)),
            Some(scores) => {
                let of_shops = shop_scores(&scores)?.into_iter().filter(|(shop, _)| shop_ids.contains(shop));
                found.extend(of_shops.filter_map(|(shop, score)| Some((shop, score?))));
            }
        }
    }
    Failure::unless_empty(ExitClass::Missing, missing).map(|()| found)
}
