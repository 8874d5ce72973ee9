//! The new table-days of a range of nights, computed before the first of them, so that each file of the range is read once.
//!
//! Night by night, an appeal that comes in late asks again for records of a day that was read before; here the appeals of
//! the whole range are known when a day is read. Only days of which nothing is stored are computed, a window's length at
//! a time, so that memory does not grow with the range.

use std::collections::BTreeMap;

use super::plan::{self, Planned};
use super::{known, whole};
use crate::domain::Window;
use crate::error::Outcome;
use crate::extracts::contract::CheckedPartition;
use crate::extracts::listing;
use crate::extracts::tables::Table;
use crate::partials::records::TableDay;
use crate::partials::retractions::{self, Appeal};
use crate::policies::Coverage;
use crate::rulebook::Rulebook;
use crate::settings::Settings;
use crate::state::partials::Store;

/// Computes and stores the new table-days that the nights of a range need, and returns how many they are. A table-day that
/// does not fit the contract is left to the night that needs it, which says so.
///
/// # Errors
/// Those of the reader, and of the state folder's disk.
pub fn prepare(settings: &Settings, rulebook: &Rulebook, nights: Window) -> Outcome<usize> {
    let store = Store::under(&settings.state);
    let span = Window { first: settings.window(nights.first).first, last: nights.last };
    // Days without a partition are for the nights to report.
    let history_starts_on = Some(nights.last.plus(1));
    let coverage =
        Coverage { window: span, history_starts_on, ..settings.coverage(nights.last, nights.last) };
    let listed = listing::list_tables(&settings.extracts, WITHOUT_SHOPS.map(|table| (table, coverage)))?;
    let planned = plan::plan(&listed.partitions, settings, rulebook, &store);
    let of_appeals: Vec<&Planned> =
        planned.iter().filter(|planned| planned.of().0 == Table::Appeals).collect();
    let checked = checked(of_appeals.iter().copied().filter(|planned| !planned.is_kept), settings);
    let of_appeals: Vec<&Planned> = of_appeals
        .into_iter()
        .filter(|planned| planned.is_kept || checked.contains_key(&planned.of()))
        .collect();
    let (appeals, _) = whole::rows_of::<Appeal>(&of_appeals, &checked, settings, &store)?;
    let appeals = retractions::by_record(appeals, span);

    let new: Vec<Planned> =
        planned.into_iter().filter(|planned| planned.spec.is_some() && planned.stored.is_none()).collect();
    let mut by_window: BTreeMap<i32, Vec<Planned>> = BTreeMap::new();
    for planned in new {
        let days: i32 = planned.of().1.epoch_days() - span.first.epoch_days();
        by_window.entry(days / settings.window_days).or_default().push(planned);
    }
    let mut computed = 0;
    for of_window in by_window.into_values() {
        computed += compute(of_window, &appeals, settings, span, &store)?;
    }
    Ok(computed)
}

const WITHOUT_SHOPS: [Table; 7] = [
    Table::Payments,
    Table::Pickups,
    Table::Reviews,
    Table::Refunds,
    Table::Disputes,
    Table::Consultations,
    Table::Appeals,
];

fn compute(
    mut planned: Vec<Planned>,
    appeals: &BTreeMap<TableDay, Vec<Appeal>>,
    settings: &Settings,
    span: Window,
    store: &Store,
) -> Outcome<usize> {
    let checked = checked(planned.iter(), settings);
    planned.retain(|planned| checked.contains_key(&planned.of()));
    known::partials(&planned, &checked, appeals, settings, span, store).map(|known| known.len())
}

/// Those table-days that fit the contract.
fn checked<'a>(
    planned: impl Iterator<Item = &'a Planned>,
    settings: &Settings,
) -> BTreeMap<TableDay, CheckedPartition> {
    planned.filter_map(|planned| Some((planned.of(), planned.checked(settings).ok()?))).collect()
}
