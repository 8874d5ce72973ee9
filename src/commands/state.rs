//! `shopscore state`: what the state folder keeps, and what of it no longer holds; `shopscore state prune` removes old days.

use std::collections::BTreeMap;
use std::io::Write;

use jiff::Timestamp;

use super::{begin, current, lock, say};
use crate::cli::{State, StateCommand};
use crate::domain::{Day, Window};
use crate::error::Outcome;
use crate::extracts::listing;
use crate::extracts::tables::Table;
use crate::intake::plan::plan;
use crate::partials::records::TableDay;
use crate::policies::Coverage;
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
    let outdated = outdated(settings, store, &kept)?;
    for table in Table::ALL {
        let of_table: Vec<&Kept> = kept.iter().filter(|kept| kept.of.0 == table).collect();
        let (Some(first), Some(last)) = (of_table.first(), of_table.last()) else { continue };
        let bytes: u64 = of_table.iter().map(|kept| kept.bytes).sum();
        let stale = outdated.keys().filter(|(of, _)| *of == table).count();
        say(
            stdout,
            &format!(
                "{:<14} {:>5} days, {} to {}, {bytes} bytes, {stale} no longer hold",
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

/// The stored table-days that a night would not take as they are, and why.
fn outdated(settings: &Settings, store: &Store, kept: &[Kept]) -> Outcome<BTreeMap<TableDay, &'static str>> {
    let rulebook = Rulebook::load(&settings.rules)?;
    let days = || kept.iter().map(|kept| kept.of.1);
    let (Some(first), Some(last)) = (days().min(), days().max()) else { return Ok(BTreeMap::new()) };
    let coverage = Coverage {
        window: Window { first, last },
        appeals_until: last,
        history_starts_on: Some(last.plus(1)),
        max_snapshot_age_days: settings.max_snapshot_age_days,
    };
    let listed = listing::list_all(&settings.extracts, coverage)?;
    let planned = on_pool(|| plan(&listed.partitions, settings, &rulebook, store));
    let mut outdated: BTreeMap<TableDay, &'static str> =
        kept.iter().map(|kept| (kept.of, "its extracts are gone")).collect();
    for planned in planned {
        let reason = match &planned.stored {
            _ if planned.is_kept => None,
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
    Ok(outdated)
}

/// Removes days before the newest stored one less `keep_days`, but for the window of a night that may still come and for
/// payments of a year that is not settled: its sales are added up from them.
fn prune(settings: &Settings, store: &Store, keep_days: i32, stdout: &mut impl Write) -> Outcome<()> {
    let kept = store.all()?;
    let Some(newest) = kept.iter().map(|kept| kept.of.1).max() else {
        say(stdout, "nothing is stored");
        return Ok(());
    };
    let keep_from = newest.plus(-keep_days.max(settings.window_days));
    let is_settled = |day: Day| {
        let year = day.to_string().chars().take(4).collect::<String>();
        current(&settings.out).join(format!("annual_settlements/year={year}")).is_dir()
    };
    let (mut removed, mut bytes) = (0, 0);
    for old in kept.iter().filter(|kept| kept.of.1 < keep_from) {
        if old.of.0 == Table::Payments && !is_settled(old.of.1) {
            continue;
        }
        store.remove(old.of)?;
        (removed, bytes) = (removed + 1, bytes + old.bytes);
    }
    say(stdout, &format!("{removed} table-days before {keep_from} removed, {bytes} bytes"));
    Ok(())
}
