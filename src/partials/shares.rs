//! Daily partials of the shares of one table-day, put together: what a partial of all rows would be.
//!
//! Grain in: partials of shares that have no key, and no consultation that counts once, in common. Grain out: one partial.

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::columns::{by_group, check_fits, total};
use crate::error::{Outcome, fault};
use crate::partials::{STAGE, all_records::AllRecords, daily::DailyPartial, engine, measures::PartialSpec};

/// Puts partials of shares together, one after another; rejects a sum that could pass 64 bits.
pub fn together(spec: &PartialSpec, shares: impl Iterator<Item = Outcome<DailyPartial>>) -> Outcome<DailyPartial> {
    let mut whole: Option<DailyPartial> = None;
    let mut totals: BTreeMap<&str, i128> = BTreeMap::new();
    for share in shares {
        let share = share?;
        let (table, day) = (share.counts.table.name(), share.counts.day);
        for measure in spec.measures {
            let so_far = totals.entry(measure.name).or_default();
            *so_far += total(STAGE, &share.sums, measure.name)?;
            check_fits(STAGE, measure.name, *so_far, format_args!("in {table} of {day}"))?;
        }
        whole = Some(match whole {
            None => share,
            Some(before) => added(spec, before, share)?,
        });
    }
    whole.ok_or_else(|| fault(STAGE, "a table-day without a share"))
}

fn added(spec: &PartialSpec, mut whole: DailyPartial, share: DailyPartial) -> Outcome<DailyPartial> {
    whole.counts.rows += share.counts.rows;
    whole.counts.broken.iter_mut().zip(share.counts.broken).for_each(|(whole, share)| *whole += share);
    whole.quarantine.extend(share.quarantine);
    whole.records = match (whole.records, share.records) {
        (Some(whole), Some(share)) => Some(AllRecords::merged(&whole, &share)?),
        (None, None) => None,
        _ => return Err(fault(STAGE, "a share with all its records, and another without")),
    };
    let order = SortMultipleOptions::new()
        .with_order_descending(false)
        .with_nulls_last(false)
        .with_maintain_order(false)
        .with_multithreaded(false);
    let sums = by_group([whole.sums, share.sums].map(IntoLazy::lazy), spec.grouped_by, &spec.figures());
    whole.sums = sums.and_then(LazyFrame::collect).map_err(engine)?;
    whole.sums.sort_in_place(spec.grouped_by, order).map_err(engine)?;
    Ok(whole)
}
