//! The new table-days of a range of nights, computed before the first of them, so that the nights find all of them stored.
//!
//! Only days of which nothing is stored are computed, a window's length at a time, so that memory does not grow with the
//! range.

use std::collections::BTreeMap;

use crate::error::{ExitClass, Failure, Outcome};
use crate::extracts::contract::{self, CheckedPartition};
use crate::extracts::{listing, listing::Listed, tables::Table};
use crate::partials::{measures, records::TableDay};
use crate::table_days::resolve::{Means, resolve_all};
use crate::table_days::{dependencies::Terms, plan::Planned, survey::Survey};
use crate::{domain::Span, policies::Coverage, settings::Settings};

/// Computes and stores the new table-days that the nights of a range need, and returns how many they are. A table-day that
/// does not fit the contract is left to the night that needs it, which says so.
pub(crate) fn prepare(terms: Terms<'_>, nights: Span) -> Outcome<usize> {
    let (settings, store) = (terms.settings, terms.store()?);
    let span = Span { first: settings.window(nights.first).first, last: nights.last };
    // Days without a partition are for the nights to report.
    let history_starts_on = Some(nights.last.plus(1));
    let coverage = Coverage { window: span, history_starts_on, ..settings.coverage(nights.last, nights.last) };
    let tables = Table::ALL.into_iter().filter(|table| *table != Table::Shops);
    let listed = listing::list_tables(&settings.delivery, tables.map(|table| (table, coverage)))?;
    let survey = Survey::of(listed, terms, &store)?;
    let there = survey.days.iter().filter(|planned| planned.has_partition());
    let is_new = |planned: &&Planned| measures::of(planned.of().0).is_some() && planned.stored.is_none();
    let mut by_window: BTreeMap<i32, Vec<&Planned>> = BTreeMap::new();
    for planned in there.filter(is_new) {
        let days = planned.of().1.epoch_days() - span.first.epoch_days();
        by_window.entry(days / settings.window_days).or_default().push(planned);
    }
    let mut computed = 0;
    for of_window in by_window.into_values() {
        let (of_window, checked) = sound(of_window.into_iter(), settings)?;
        computed += resolve_all(&of_window, Means { settings, store: &store, checked: &checked })?.len();
    }
    store.sync()?;
    Ok(computed)
}

/// Those table-days that are stored or fit the contract; an engine that cannot be asked is no fault of theirs.
fn sound<'a>(
    planned: impl Iterator<Item = &'a Planned> + Clone,
    settings: &Settings,
) -> Outcome<(Vec<&'a Planned>, BTreeMap<TableDay, CheckedPartition>)> {
    let read = planned.clone().filter(|planned| planned.is_read());
    let partitions = read.clone().map(|planned| planned.partition.clone()).collect();
    // Together, since an engine tells the columns of many files in one answer; by themselves where one would hide the others.
    let checked = match contract::check(Listed { partitions, ..Listed::default() }, &settings.delivery) {
        Err(failure) if is_of_days(&failure) => {
            let checked = read.map(|planned| match planned.checked(settings) {
                Err(failure) if is_of_days(&failure) => Ok(None),
                checked => checked.map(Some),
            });
            checked.collect::<Outcome<Vec<_>>>()?.into_iter().flatten().collect()
        }
        checked => checked?,
    };
    let checked: BTreeMap<_, _> = checked.into_iter().map(|checked| ((checked.table, checked.day), checked)).collect();
    Ok((planned.filter(|planned| !planned.is_read() || checked.contains_key(&planned.of())).collect(), checked))
}

fn is_of_days(failure: &Failure) -> bool {
    [ExitClass::Rejected, ExitClass::Missing].contains(&failure.class)
}
