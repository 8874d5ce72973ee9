//! The sums of every table over the night's window and over what is known of its month end's, and what appeals take out of them.
//!
//! Grain in: resolved table-days. Grain out: one row a shop and table, and the negated figures of the records that leave. The
//! last night's windows are rolled on where that is less work; sums that nothing uses any more are then forgotten.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;
use rayon::prelude::*;

use crate::domain::{Day, Span};
use crate::error::{Outcome, all, fault};
use crate::partials::measures::{self, PartialSpec};
use crate::partials::records::negated;
use crate::partials::retractions::Retractions;
use crate::state::window::{self as rolled, Window};
use crate::state::{day_content::DayContent, store::Version};
use crate::table_days::resolve::{Means, ResolvedDays};
use crate::window_sums::tables::{ShopIds, TableSums};
use crate::{extracts::tables::Table, table_days::STAGE, window_sums::tables::roll};

/// The sums of a span of days.
#[derive(Default)]
pub(crate) struct SpanSums {
    /// Before appeals.
    pub(crate) tables: BTreeMap<Table, TableSums>,
    /// What appeals take out of them, negated.
    pub(crate) taken_out: BTreeMap<Table, Vec<DataFrame>>,
}

/// The sums of each of some spans of days, before appeals; the first is the window.
pub(super) fn windows<const SPANS: usize>(
    spans: [Option<(Window, Span)>; SPANS],
    resolved: &ResolvedDays<'_>,
    shop_ids: &ShopIds,
    means: Means<'_>,
) -> Outcome<[BTreeMap<Table, TableSums>; SPANS]> {
    let windows = spans.iter().zip(0..).flat_map(|(span, place)| span.map(|span| (place, span)));
    let windows: Vec<_> = windows.flat_map(|window| measures::ALL.iter().map(move |spec| (window, spec))).collect();
    let sums = windows
        .par_iter()
        .with_max_len(1)
        .map(|((place, span), spec)| Ok((*place, spec.table, window_of(spec, *span, resolved, shop_ids, means)?)));
    let mut of_spans: [BTreeMap<Table, TableSums>; SPANS] = std::array::from_fn(|_| BTreeMap::new());
    for (place, table, sums) in all(sums.collect::<Vec<_>>())? {
        of_spans.get_mut::<usize>(place).ok_or_else(|| fault(STAGE, "sums of no span"))?.insert(table, sums);
    }
    for (of, resolved) in resolved {
        if let Some(replaced) = resolved.replaced.as_ref().filter(|old| **old != resolved.stored.version) {
            means.store.forget(*of, replaced);
        }
    }
    Ok(of_spans)
}

fn window_of(
    spec: &'static PartialSpec,
    (window, span): (Window, Span),
    resolved: &ResolvedDays<'_>,
    shop_ids: &ShopIds,
    means: Means<'_>,
) -> Outcome<TableSums> {
    let of_table = resolved.iter().filter(|((table, day), _)| *table == spec.table && span.contains(*day));
    let versions = of_table.map(|((_, day), resolved)| (*day, resolved.stored.version.clone())).collect();
    let sums_of = |day: Day, version: &Version| match resolved.get(&(spec.table, day)) {
        // Of one fingerprint are the same sums, however they were written.
        Some(resolved) if resolved.stored.version.fingerprint == version.fingerprint => {
            resolved.content(means)?.sums().map(Some)
        }
        // A day, or a version of one, that leaves the window.
        _ => means.store.content((spec.table, day), version).map(DayContent::sums).transpose(),
    };
    let state = &means.settings.state;
    let previous = rolled::load(state, window, spec.table);
    let rolled = roll(spec, previous.clone(), &versions, shop_ids, sums_of)?;
    if means.store.keeps()
        && previous.is_none_or(|before| before.days != rolled.days || before.table.unknown != rolled.table.unknown)
    {
        rolled::save(state, window, spec.table, &rolled)?;
    }
    Ok(rolled.table)
}

/// What the records of a span of days that appeals take out added, negated, by table.
pub(super) fn taken_out(retractions: &Retractions, span: Span) -> Outcome<BTreeMap<Table, Vec<DataFrame>>> {
    let mut of_tables: BTreeMap<Table, Vec<DataFrame>> = BTreeMap::new();
    for ((table, _), records) in retractions.taken_out.iter().filter(|((_, day), _)| span.contains(*day)) {
        let spec = measures::of(*table).ok_or_else(|| fault(STAGE, format!("records of {}", table.name())))?;
        of_tables.entry(*table).or_default().extend(negated(records, spec)?);
    }
    Ok(of_tables)
}
