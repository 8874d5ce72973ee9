//! `shopscore state`: what the state folder keeps, and what of it no longer holds; `shopscore state prune` removes old days.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use jiff::Timestamp;

use super::{begin, lock, say};
use crate::calendar::Year;
use crate::cli::{State, StateCommand};
use crate::domain::{Day, Window};
use crate::error::Outcome;
use crate::extracts::listing;
use crate::extracts::tables::Table;
use crate::intake::gone::plan_gone;
use crate::intake::plan::{Planned, plan};
use crate::partials::records::TableDay;
use crate::pipeline::settlement;
use crate::policies::Coverage;
use crate::publish::reading::Current;
use crate::rulebook::Rulebook;
use crate::settings::Settings;
use crate::state::partials::{Kept, Store};
use crate::threads::on_pool;

pub(super) fn run(arguments: &State, now: Timestamp, stdout: &mut impl Write) -> Outcome<()> {
    let settings = begin(&arguments.settings)?;
    let store = Store::under(&settings.state);
    match &arguments.command {
        None => list(&settings, &store, stdout),
        Some(StateCommand::Prune { keep_days }) => {
            let _locks = lock(&settings, now, format!("state prune --keep-days {keep_days}"))?;
            prune(&settings, &store, *keep_days, stdout)
        }
    }
}

fn list(settings: &Settings, store: &Store, stdout: &mut impl Write) -> Outcome<()> {
    let kept = store.all()?;
    if kept.is_empty() {
        say(stdout, &format!("nothing is stored under {} yet", settings.state.display()));
        return Ok(());
    }
    let Holding { outdated, gone } = holding(settings, store, &kept)?;
    for table in Table::ALL {
        let of_table: Vec<&Kept> = kept.iter().filter(|kept| kept.of.0 == table).collect();
        let (Some(first), Some(last)) = (of_table.first(), of_table.last()) else { continue };
        let bytes: u64 = of_table.iter().map(|kept| kept.bytes).sum();
        let stale = outdated.keys().filter(|(of, _)| *of == table).count();
        let without = match gone.iter().filter(|(of, _)| *of == table).count() {
            0 => String::new(),
            gone => format!("{gone} without extracts, "),
        };
        say(
            stdout,
            &format!(
                "{:<14} {:>5} days, {} to {}, {bytes} bytes, {without}{stale} no longer hold",
                table.name(),
                of_table.len(),
                first.of.1,
                last.of.1
            ),
        );
    }
    for ((table, day), reason) in outdated {
        say(stdout, &format!("{} {day}: {reason}", table.name()));
    }
    Ok(())
}

/// What is stored, but for what holds and has its extracts.
#[derive(Default)]
struct Holding {
    /// What a night would not take as it is, and why.
    outdated: BTreeMap<TableDay, &'static str>,
    /// What holds and alone tells of its day, since extracts are kept only so long.
    gone: BTreeSet<TableDay>,
}

fn holding(settings: &Settings, store: &Store, kept: &[Kept]) -> Outcome<Holding> {
    let rulebook = Rulebook::load(&settings.rules)?;
    let days = || kept.iter().map(|kept| kept.of.1);
    let (Some(first), Some(last)) = (days().min(), days().max()) else { return Ok(Holding::default()) };
    let coverage = Coverage {
        window: Window { first, last },
        appeals_until: last,
        history_starts_on: Some(last.plus(1)),
        max_snapshot_age_days: Some(settings.max_snapshot_age_days),
        extracts_kept_days: settings.extracts_kept_days,
    };
    let listed = listing::list_all(&settings.extracts, coverage)?;
    let planned = on_pool(|| plan(&listed.partitions, settings, &rulebook, store));
    let is_stored = |of: &&TableDay| kept.iter().any(|kept| kept.of == **of);
    let gone: Vec<TableDay> = listed.expired.iter().filter(is_stored).copied().collect();
    let gone = plan_gone(&gone, settings, &rulebook, store);
    let served = gone.iter().filter(|planned| planned.is_kept).map(Planned::of).collect();
    let mut outdated: BTreeMap<TableDay, &'static str> =
        kept.iter().map(|kept| (kept.of, "its extracts are gone")).collect();
    for planned in planned.into_iter().chain(gone) {
        let reason = match &planned.stored {
            _ if planned.is_kept => None,
            Some(_) if planned.is_gone => Some("settings or rules changed, and its extracts are gone"),
            None if planned.is_gone => Some("its description is damaged, and its extracts are gone"),
            Some(stored) if stored.basis != planned.basis => Some("settings or rules changed"),
            Some(_) => Some("its files changed, or were touched"),
            None => Some("its description is damaged"),
        };
        match reason {
            Some(reason) => {
                outdated.entry(planned.of()).and_modify(|held| *held = reason);
            }
            None => {
                outdated.remove(&planned.of());
            }
        }
    }
    Ok(Holding { outdated, gone: served })
}

/// Removes days before the newest stored one less `keep_days`, but for the window and the snapshot of a night that may still
/// come and for payments of a year that is not settled, or provisionally: its sales are added up from them.
fn prune(settings: &Settings, store: &Store, keep_days: i32, stdout: &mut impl Write) -> Outcome<()> {
    let kept = store.all()?;
    let Some(newest) = kept.iter().map(|kept| kept.of.1).max() else {
        say(stdout, "nothing is stored");
        return Ok(());
    };
    let keep_from = newest.plus(-keep_days.max(settings.window_days));
    let keep_snapshots_from = keep_from.min(newest.plus(-settings.max_snapshot_age_days));
    let published = Current::of(&settings.out)?;
    let years: BTreeSet<Year> = kept.iter().map(|kept| Year::of(kept.of.1)).collect();
    let mut settled = BTreeSet::new();
    for year in years {
        settled.extend(settlement::is_final(&published, year)?.then_some(year));
    }
    let is_settled = |day: Day| settled.contains(&Year::of(day));
    let (mut removed, mut bytes) = (0, 0);
    for old in kept.iter().filter(|kept| kept.of.1 < keep_from) {
        let is_needed = match old.of.0 {
            Table::Payments => !is_settled(old.of.1),
            Table::Shops => old.of.1 >= keep_snapshots_from,
            _ => false,
        };
        if is_needed {
            continue;
        }
        store.remove(old.of)?;
        (removed, bytes) = (removed + 1, bytes + old.bytes);
    }
    say(stdout, &format!("{removed} table-days before {keep_from} removed, {bytes} bytes"));
    Ok(())
}
