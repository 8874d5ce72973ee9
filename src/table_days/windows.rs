//! The window's sums of every table, and what appeals take out of them.
//!
//! Grain in: resolved table-days. Grain out: one row a shop and table, and the negated figures of the records that leave. The
//! last night's window is rolled on where that is less work; sums that nothing uses any more are then forgotten.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;
use rayon::prelude::*;

use crate::error::{Outcome, all, fault};
use crate::partials::measures::{self, PartialSpec};
use crate::partials::records::negated;
use crate::partials::retractions::Retractions;
use crate::state::window as rolled;
use crate::state::{day_content::DayContent, store::Version};
use crate::table_days::resolve::{Means, ResolvedDays};
use crate::window_sums::tables::{ShopIds, TableSums};
use crate::{domain::Day, extracts::tables::Table, table_days::STAGE, window_sums::tables::roll};

pub(super) fn windows(
    resolved: &ResolvedDays<'_>,
    shop_ids: &ShopIds,
    means: Means<'_>,
) -> Outcome<BTreeMap<Table, TableSums>> {
    let windows = measures::ALL.par_iter().with_max_len(1);
    let windows = windows.map(|spec| Ok((spec.table, window_of(spec, resolved, shop_ids, means)?)));
    let windows = all(windows.collect::<Vec<_>>())?.into_iter().collect();
    for (of, resolved) in resolved {
        if let Some(replaced) = resolved.replaced.as_ref().filter(|old| **old != resolved.stored.version) {
            means.store.forget(*of, replaced);
        }
    }
    Ok(windows)
}

fn window_of(
    spec: &'static PartialSpec,
    resolved: &ResolvedDays<'_>,
    shop_ids: &ShopIds,
    means: Means<'_>,
) -> Outcome<TableSums> {
    let of_table = resolved.iter().filter(|((table, _), _)| *table == spec.table);
    let versions = of_table.map(|((_, day), resolved)| (*day, resolved.stored.version.clone())).collect();
    let sums_of = |day: Day, version: &Version| match resolved.get(&(spec.table, day)) {
        // Of one fingerprint are the same sums, however they were written.
        Some(resolved) if resolved.stored.version.fingerprint == version.fingerprint => {
            resolved.content(means)?.sums().map(Some)
        }
        // A day, or a version of one, that leaves the window.
        _ => means.store.content((spec.table, day), version).map(DayContent::sums).transpose(),
    };
    let previous = rolled::load(&means.settings.state, spec.table);
    let rolled = roll(spec, previous.clone(), &versions, shop_ids, sums_of)?;
    if previous.is_none_or(|before| before.days != rolled.days || before.table.unknown != rolled.table.unknown) {
        rolled::save(&means.settings.state, spec.table, &rolled)?;
    }
    Ok(rolled.table)
}

/// What the records that appeals take out added, negated, by table.
pub(super) fn taken_out(retractions: &Retractions) -> Outcome<BTreeMap<Table, Vec<DataFrame>>> {
    let of_tables = retractions.taken_out.iter().map(|(table, records)| {
        let spec = measures::of(*table).ok_or_else(|| fault(STAGE, format!("records of {}", table.name())))?;
        Ok((*table, negated(records, spec)?.into_iter().collect()))
    });
    of_tables.collect()
}
