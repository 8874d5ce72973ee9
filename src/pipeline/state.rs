//! What the state folder keeps, what of it a night would take as it is, and what can go.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Day, Span};
use crate::extracts::{listing, tables::Table};
use crate::state::TABLE_DAY_FOLDERS;
use crate::table_days::plan::{Decision, Lack, Why};
use crate::table_days::{dependencies::Terms, survey};
use crate::{
    calendar::Year, error::Outcome, partials::records::TableDay, pipeline::settlement, policies::Coverage,
    publish::reading::Current, rulebook::Rulebook, settings::Settings, state::rehearsal::Keeping, state::store::Store,
    state::store::Taken, threads::on_pool,
};
use crate::{folders::entries, space::Space};

const STAGE: &str = "state";

#[derive(Default)]
pub(crate) struct Holding {
    /// What the files of each take on disk.
    pub(crate) kept: BTreeMap<TableDay, Taken>,
    /// Those that a night would not take as they are, and why.
    pub(crate) outdated: BTreeMap<TableDay, &'static str>,
    /// Those that hold and alone tell of their day, since extracts are kept only so long.
    pub(crate) expired: BTreeSet<TableDay>,
}

pub(crate) fn holding(settings: &Settings) -> Outcome<Holding> {
    let store = Store::open(&settings.state, false, Keeping::InState)?;
    let mut holding = Holding { kept: store.all()?, ..Holding::default() };
    let days = || holding.kept.keys().map(|of| of.1);
    let (Some(first), Some(last)) = (days().min(), days().max()) else { return Ok(holding) };
    let rulebook = Rulebook::load(&settings.rules)?;
    let (window, history_starts_on) = (Span { first, last }, Some(last.plus(1)));
    let coverage = Coverage { window, history_starts_on, ..settings.coverage(last, last) };
    let mut listed = listing::list_all(&settings.delivery, coverage)?;
    listed.expired.retain(|of| holding.kept.contains_key(of));
    let terms = Terms { settings, rulebook: &rulebook, keeping: Keeping::InState };
    let planned = on_pool(|| survey::of_stored(&listed, terms, &store)).into_iter();
    let decisions: BTreeMap<TableDay, Decision> = planned.map(|planned| (planned.of(), planned.decision)).collect();
    for of in holding.kept.keys().copied() {
        let decision = decisions.get(&of).copied();
        let reason = decision.map_or(Some("its extracts are gone"), outdated);
        holding.outdated.extend(reason.map(|reason| (of, reason)));
        holding.expired.extend((decision == Some(Decision::Expired)).then_some(of));
    }
    Ok(holding)
}

/// Why a night would not take a table-day as it is stored; none where it would.
fn outdated(decision: Decision) -> Option<&'static str> {
    match decision {
        Decision::Reused | Decision::Expired => None,
        Decision::Touched | Decision::Computed(Why::FilesChanged) => Some("its files changed, or were touched"),
        Decision::Computed(Why::RulesChanged) => Some("settings or rules changed"),
        Decision::Computed(Why::NothingStored | Why::Damaged) => Some("its description is damaged"),
        Decision::Missing(Lack::OtherRules) => Some("settings or rules changed, and its extracts are gone"),
        Decision::Empty | Decision::Missing(Lack::NothingSound) => {
            Some("its description is damaged, and its extracts are gone")
        }
    }
}

/// What all of the state folder takes on disk.
pub(crate) struct Taking {
    /// By what lies in it besides table-days.
    pub(crate) others: BTreeMap<String, Option<u64>>,
    pub(crate) size_bytes: Option<u64>,
}

pub(crate) fn taking(settings: &Settings) -> Outcome<Taking> {
    let mut taking = Taking { others: BTreeMap::new(), size_bytes: Space::of(STAGE, &settings.state)?.taken_bytes() };
    for (name, path) in entries(STAGE, &settings.state)? {
        if !TABLE_DAY_FOLDERS.contains(&name.as_str()) {
            taking.others.insert(name, Space::of(STAGE, &path)?.taken_bytes());
        }
    }
    Ok(taking)
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pruned {
    /// The days before it were removed; none where nothing is stored.
    pub(crate) before: Option<Day>,
    pub(crate) table_days: usize,
    pub(crate) size_bytes: u64,
}

/// Removes days before the newest stored one less `keep_days`, but for the window and the snapshot of a night that may still
/// come and for payments of a year that is not settled, or provisionally: its sales are added up from them. The caller
/// holds the lock, but for a rehearsal, which removes nothing.
pub(crate) fn prune(settings: &Settings, keep_days: i32, keeping: Keeping<'_>) -> Outcome<Pruned> {
    let store = Store::open(&settings.state, false, keeping)?;
    let kept = store.all()?;
    let Some(newest) = kept.keys().map(|of| of.1).max() else { return Ok(Pruned::default()) };
    let keep_from = newest.plus(-keep_days.max(settings.window_days));
    let keep_snapshots_from = keep_from.min(newest.plus(-settings.max_snapshot_age_days));
    let settled = settled_years(settings, &kept)?;
    let is_needed = |(table, day): TableDay| match table {
        Table::Payments => !settled.contains(&Year::of(day)),
        Table::Shops => day >= keep_snapshots_from,
        _ => false,
    };
    let mut pruned = Pruned { before: Some(keep_from), ..Pruned::default() };
    for (of, taken) in kept.iter().filter(|(of, _)| of.1 < keep_from && !is_needed(**of)) {
        if !keeping.is_rehearsal() {
            store.remove(*of)?;
        }
        pruned.table_days += 1;
        pruned.size_bytes += taken.size_bytes;
    }
    Ok(pruned)
}

fn settled_years(settings: &Settings, kept: &BTreeMap<TableDay, Taken>) -> Outcome<BTreeSet<Year>> {
    let published = Current::of(&settings.out)?;
    let years: BTreeSet<Year> = kept.keys().map(|of| Year::of(of.1)).collect();
    let settled = |year: Year| Ok(settlement::is_final(&published, year)?.then_some(year));
    years.into_iter().filter_map(|year| settled(year).transpose()).collect()
}
