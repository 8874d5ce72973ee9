//! The window of every table, and what appeals take out of it.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::DataFrame;
use rayon::prelude::*;

use crate::domain::Day;
use crate::error::{Outcome, all, fault};
use crate::extracts::tables::Table;
use crate::intake::STAGE;
use crate::intake::gone;
use crate::intake::known::{Known, computed};
use crate::intake::plan::Planned;
use crate::partials::measures;
use crate::partials::records::{TableDay, negated};
use crate::partials::retractions::Retractions;
use crate::settings::Settings;
use crate::state::partials::{Store, Version};
use crate::state::window as rolled;
use crate::window_sums::rolling::{RolledTable, roll};
use crate::window_sums::tables::{ShopIds, TableSums};

/// The window of every table, rolled on from the last one where that is less work.
pub(super) fn windows(
    planned: &[Planned],
    known: &BTreeMap<TableDay, Known>,
    shop_ids: &ShopIds,
    settings: &Settings,
    store: &Store,
) -> Outcome<BTreeMap<Table, TableSums>> {
    let windows = measures::ALL.par_iter().with_max_len(1).map(|spec| {
        let of_table = known.iter().filter(|((table, _), _)| *table == spec.table);
        let days: BTreeMap<Day, Version> =
            of_table.map(|((_, day), known)| (*day, known.stored.version.clone())).collect();
        let previous = rolled::load(&settings.state, spec.table);
        let unchanged = |rolled: &RolledTable| {
            previous.as_ref().is_some_and(|before| {
                before.days == rolled.days && before.table.unknown == rolled.table.unknown
            })
        };
        let sums_of = |day: Day, version: &Version| {
            let of_now = known.get(&(spec.table, day)).filter(|known| known.stored.version == *version);
            let computed = of_now.and_then(|known| known.sums.clone());
            match computed.or_else(|| store.sums(spec.table, day, version)) {
                None if of_now.is_some() => rebuilt(planned, (spec.table, day), settings, store).map(Some),
                sums => Ok(sums),
            }
        };
        let rolled = roll(spec, previous.clone(), &days, shop_ids, sums_of)?;
        if !unchanged(&rolled) {
            rolled::save(&settings.state, spec.table, &rolled)?;
        }
        Ok((spec.table, rolled.table))
    });
    let windows = all(windows.collect::<Vec<_>>())?.into_iter().collect();
    for ((table, day), known) in known {
        if let Some(replaced) = known.replaced.as_ref().filter(|replaced| **replaced != known.stored.version)
        {
            store.forget(*table, *day, replaced);
        }
    }
    Ok(windows)
}

/// The sums of a partial whose stored ones are gone or damaged, computed and stored again.
pub(super) fn rebuilt(
    planned: &[Planned],
    of: TableDay,
    settings: &Settings,
    store: &Store,
) -> Outcome<DataFrame> {
    let lost = planned.iter().find(|planned| planned.of() == of);
    let (lost, spec) = lost
        .and_then(|lost| Some((Planned { stored: None, ..lost.clone() }, lost.spec?)))
        .ok_or_else(|| fault(STAGE, format!("no partition of {} {}", of.0.name(), of.1)))?;
    if lost.is_gone {
        return Err(gone::lost(&lost, "sums"));
    }
    let checked = lost.checked(settings)?;
    let known = computed(&lost, spec, &checked, &BTreeSet::new(), false, (settings, store))?;
    known.sums.ok_or_else(|| fault(STAGE, "a partial computed without sums"))
}

/// What the records that appeals take out added, negated, by table.
pub(super) fn taken_out(
    retractions: &Retractions,
    known: &BTreeMap<TableDay, Known>,
) -> Outcome<BTreeMap<Table, Vec<DataFrame>>> {
    let mut frames: BTreeMap<Table, Vec<DataFrame>> = BTreeMap::new();
    for (of, keys) in &retractions.taken_out {
        let (Some(known), Some(spec)) = (known.get(of), measures::of(of.0)) else { continue };
        let records: Vec<_> = keys.iter().filter_map(|key| known.answers.get(key)?.as_ref()).collect();
        let frame = negated(&records, spec)?;
        frames.entry(of.0).or_default().extend(frame);
    }
    Ok(frames)
}
