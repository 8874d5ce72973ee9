//! Daily partials of the shares of one table-day, put together: what a partial of all rows would be.
//!
//! Grain in: partials of shares that have no key, and no consultation that counts once, in common. Grain out: one partial.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::daily::DailyPartial;
use super::measures::{PartialSpec, ROWS};
use super::records::AllRecords;
use crate::error::{ExitClass, Finding, Outcome, fault};

const STAGE: &str = "partials";

/// Puts partials of shares together, one after another.
///
/// # Errors
/// Those of the shares; rejected where a sum could pass 64 bits; a fault where there is no share.
pub fn together(
    spec: &PartialSpec,
    shares: impl Iterator<Item = Outcome<DailyPartial>>,
) -> Outcome<DailyPartial> {
    let mut whole: Option<DailyPartial> = None;
    let mut totals: BTreeMap<&str, i128> = BTreeMap::new();
    for share in shares {
        let share = share?;
        for measure in spec.measures {
            let total = totals.entry(measure.name).or_default();
            *total += total_of(&share.sums, measure.name).map_err(|error| fault(STAGE, error))?;
            check_fits(*total, measure.name, &share)?;
        }
        whole = Some(match whole {
            None => share,
            Some(before) => added(spec, before, share).map_err(|error| fault(STAGE, error))?,
        });
    }
    whole.ok_or_else(|| fault(STAGE, "a table-day without a share"))
}

fn total_of(sums: &DataFrame, name: &str) -> PolarsResult<i128> {
    Ok(sums.column(name)?.i64()?.iter().flatten().map(i128::from).sum())
}

fn check_fits(total: i128, measure: &str, share: &DailyPartial) -> Outcome<()> {
    if i64::try_from(total).is_ok() {
        return Ok(());
    }
    let (table, day) = (share.table.name(), share.day);
    Err(Finding::new(STAGE, format!("a total of {total} in {table} of {day}"), "a sum that fits 64 bits")
        .column(measure)
        .advice("correct the values")
        .fail(ExitClass::Rejected))
}

fn added(spec: &PartialSpec, mut whole: DailyPartial, share: DailyPartial) -> PolarsResult<DailyPartial> {
    whole.counts.rows += share.counts.rows;
    whole.counts.broken.iter_mut().zip(share.counts.broken).for_each(|(whole, share)| *whole += share);
    whole.quarantine.extend(share.quarantine);
    for (key, answer) in share.answers {
        if answer.is_some() {
            whole.answers.insert(key, answer);
        }
    }
    whole.records = whole.records.zip(share.records).map(|(whole, share)| AllRecords::merged(&whole, &share));
    whole.sums = sums_added(spec, [whole.sums, share.sums])?;
    Ok(whole)
}

fn sums_added(spec: &PartialSpec, sums: [DataFrame; 2]) -> PolarsResult<DataFrame> {
    let one_after_another = UnionArgs { parallel: false, rechunk: false, ..UnionArgs::default() };
    let figures = spec.measures.iter().map(|measure| measure.name).chain([ROWS]);
    let sums = concat(sums.map(IntoLazy::lazy), one_after_another)?
        .group_by(spec.grouped_by.iter().map(|name| col(*name)).collect::<Vec<_>>())
        .agg(figures.map(|name| col(name).sum()).collect::<Vec<_>>())
        .collect()?;
    let order = SortMultipleOptions::new()
        .with_order_descending(false)
        .with_nulls_last(false)
        .with_maintain_order(false)
        .with_multithreaded(false);
    sums.sort(spec.grouped_by, order)
}
