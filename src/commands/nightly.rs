//! `shopscore nightly`: score one day and publish it.

use std::io::Write;

use jiff::Timestamp;

use super::{begin, current, lock, say};
use crate::cli::Nightly;
use crate::domain::Day;
use crate::error::Outcome;
use crate::extracts::tables::Table;
use crate::partials::records::TableDay;
use crate::pipeline::score_night;
use crate::publish::{self, Retention, publish};
use crate::rulebook::Rulebook;
use crate::settings::Settings;
use crate::threads::on_pool;

pub(super) fn run(arguments: &Nightly, now: Timestamp, stdout: &mut impl Write) -> Outcome<()> {
    let as_of = arguments.date;
    let mut settings = begin(&arguments.settings)?;
    settings.rehash |= arguments.rehash;
    let rulebook = Rulebook::load(&settings.rules)?;
    rulebook.check_in_force(as_of)?;
    let _locks = lock(&settings, now, format!("nightly --date {as_of}"))?;
    let changed = publish_night(&settings, &rulebook, as_of, now, stdout)?;
    let stale: Vec<String> = publish::nights(&settings.out)?
        .into_keys()
        .filter(|night| *night != as_of && changed.iter().any(|of| reaches(*of, *night, &settings)))
        .map(|night| night.to_string())
        .collect();
    if !stale.is_empty() {
        say(
            stdout,
            &format!("made stale: {}; `shopscore backfill --stale` publishes them again", stale.join(", ")),
        );
    }
    Ok(())
}

/// Whether a table-day counts in a night.
fn reaches((table, day): TableDay, night: Day, settings: &Settings) -> bool {
    let age_days = night.epoch_days() - day.epoch_days();
    match table {
        Table::Shops => (0..=settings.max_snapshot_age_days).contains(&age_days),
        _ => settings.window(night).contains(day),
    }
}

/// Scores and publishes a night, and says what came of it; returns the table-days that are not what they were.
pub(super) fn publish_night(
    settings: &Settings,
    rulebook: &Rulebook,
    as_of: Day,
    now: Timestamp,
    stdout: &mut impl Write,
) -> Outcome<Vec<TableDay>> {
    let scored = on_pool(|| score_night(settings, rulebook, as_of))?;
    let keep = Retention { generations: settings.keep_generations, days: settings.keep_generations_days };
    let published = publish(&settings.out, &scored.night, now, keep)?;
    say(
        stdout,
        &format!(
            "{as_of}: {} shops present, {} with a score, {} without; {} rows of the window quarantined",
            scored.present_shops,
            scored.present_shops - scored.unscored_shops,
            scored.unscored_shops,
            scored.quarantined_rows
        ),
    );
    let (computed, kept) = (scored.computed_partials.len(), scored.kept_partials);
    say(
        stdout,
        &format!("{computed} daily partials computed, {kept} taken from {}", settings.state.display()),
    );
    for ((table, day), reason) in &scored.computed_partials {
        if scored.changed.contains(&(*table, *day)) {
            say(stdout, &format!("computed again: {} {day}, since {reason}", table.name()));
        }
    }
    let outcome = if published.changed { "published as" } else { "already current in" };
    say(stdout, &format!("{outcome} {}: {}", published.name, current(&settings.out).display()));
    Ok(scored.changed)
}
