//! Table-days whose extracts are gone: served from the state folder where an earlier night stored them, missing where none
//! did, and where they were stored under other settings or rules.
//!
//! In: the days without a partition that are older than extracts are kept (`extracts_kept_days`). Out: the stored
//! table-days. A day on which nothing happened is known by what nights saw while its extracts would have been there.

use std::collections::BTreeSet;

use crate::domain::Day;
use crate::error::{ExitClass, Failure, Finding, Outcome};
use crate::extracts::listing::Listed;
use crate::extracts::partitions::Partition;
use crate::extracts::schema::Presence;
use crate::extracts::tables::Table;
use crate::intake::STAGE;
use crate::intake::plan::{Planned, plan_one};
use crate::partials::records::TableDay;
use crate::rulebook::Rulebook;
use crate::settings::Settings;
use crate::state::lacking;
use crate::state::partials::Store;

/// What the state folder has of table-days whose extracts are gone.
pub fn plan_gone(days: &[TableDay], settings: &Settings, rulebook: &Rulebook, store: &Store) -> Vec<Planned> {
    let planned = days.iter().map(|(table, day)| {
        let folder = settings.extracts.join(table.name()).join(format!("dt={day}"));
        let partition = Partition { table: *table, day: *day, folder, files: Vec::new(), manifest: None };
        let planned = plan_one(&partition, settings, rulebook, store);
        let is_kept = planned.stored.as_ref().is_some_and(|stored| stored.basis == planned.basis);
        Planned { is_kept, is_gone: true, ..planned }
    });
    planned.collect()
}

/// The days of a listing whose extracts are gone and that the state folder serves; the others are added to what is missing.
pub(super) fn served(
    listed: &mut Listed,
    settings: &Settings,
    rulebook: &Rulebook,
    store: &Store,
) -> Vec<Planned> {
    if listed.expired.is_empty() {
        return Vec::new();
    }
    let lacking = lacking::load(&settings.state);
    let is_unknown = |of: &&TableDay| !lacking.contains(of);
    let unknown: Vec<TableDay> = listed.expired.iter().filter(is_unknown).copied().collect();
    let (snapshots, days): (Vec<_>, Vec<_>) = plan_gone(&unknown, settings, rulebook, store)
        .into_iter()
        .partition(|planned| planned.of().0.spec().presence == Presence::NewestSnapshot);
    // Of the snapshots only the newest counts, and it comes first: an older one that is there is not the newest.
    let is_needed =
        |planned: &Planned| planned.stored.is_some() || !is_before_history(planned.of().1, settings);
    let newest = snapshots.into_iter().find(is_needed);
    if newest.is_some() {
        listed.missing_snapshot = None;
        listed.partitions.retain(|partition| partition.table != Table::Shops);
    }
    let mut served = Vec::new();
    for planned in newest.into_iter().chain(days) {
        if planned.is_kept {
            served.push(planned);
        } else if is_needed(&planned) {
            listed.missing.push(not_served(&planned));
        }
    }
    served
}

fn is_before_history(day: Day, settings: &Settings) -> bool {
    settings.history_starts_on.is_some_and(|start| day < start)
}

fn not_served(planned: &Planned) -> Finding {
    let (table, day) = planned.of();
    let stored = match &planned.stored {
        Some(_) => "what is stored of it was made under other settings or rules",
        None => "nothing sound is stored of it",
    };
    let advice = match (&planned.stored, table.spec().presence) {
        (Some(_), _) => "deliver the day again, or go back to those settings and rules",
        (None, Presence::EveryDay) => "deliver the day again",
        (None, _) => {
            "deliver the day again; if there never was one, run a night once with a greater extracts_kept_days"
        }
    };
    Finding::new(STAGE, format!("no partition dt={day}, and {stored}"), format!("{} of {day}", table.name()))
        .path(&planned.partition.folder)
        .advice(advice)
}

/// The end of a run that needs more of a table-day than the state folder has, where its extracts are gone.
pub(super) fn lost(planned: &Planned, what: &str) -> Failure {
    let (table, day) = planned.of();
    Finding::new(
        STAGE,
        format!("no partition dt={day}, and no sound {what} stored of it"),
        format!("{} of {day}", table.name()),
    )
    .path(&planned.partition.folder)
    .advice("deliver the day again, or put the state folder back as it was backed up")
    .fail(ExitClass::Missing)
}

/// Remembers which days lack a partition, as long as their extracts would be there.
pub(super) fn remember_lacking(listed: &Listed, settings: &Settings) -> Outcome<()> {
    if settings.extracts_kept_days.is_none() {
        return Ok(());
    }
    let before = lacking::load(&settings.state);
    let mut now: BTreeSet<TableDay> = before.iter().chain(&listed.empty_days).copied().collect();
    for partition in &listed.partitions {
        now.remove(&(partition.table, partition.day));
    }
    if now == before { Ok(()) } else { lacking::save(&settings.state, &now) }
}
