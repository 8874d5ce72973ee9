//! `shopscore nightly`: score one day and publish it; without a date yesterday, after the days missed since the last success.

use std::io::Write;

use jiff::Timestamp;

use super::{begin, current, last_complete_day, lock, retention, say};
use crate::cli::Nightly;
use crate::domain::Day;
use crate::error::Outcome;
use crate::extracts::tables::Table;
use crate::partials::records::TableDay;
use crate::pipeline::month_end::Closed;
use crate::pipeline::{ScoredNight, score_night};
use crate::publish::{self, Published, publish};
use crate::rulebook::Rulebook;
use crate::settings::Settings;
use crate::threads::on_pool;

pub(super) fn run(arguments: &Nightly, now: Timestamp, stdout: &mut impl Write) -> Outcome<()> {
    let mut settings = begin(&arguments.settings)?;
    settings.rehash |= arguments.rehash;
    let rulebook = Rulebook::load(&settings.rules)?;
    let command = arguments.date.map_or("nightly".to_owned(), |as_of| format!("nightly --date {as_of}"));
    if let Some(as_of) = arguments.date {
        rulebook.check_in_force(as_of)?;
    }
    let _locks = lock(&settings, now, command)?;
    let nights = match arguments.date {
        Some(as_of) => vec![as_of],
        None => due(&settings, last_complete_day(&settings, now), stdout)?,
    };
    for as_of in nights {
        let done = publish_night(&settings, &rulebook, as_of, now, stdout)?;
        say_partials(done.scored.computed_partials.len(), done.scored.kept_partials, &settings, stdout);
        let outcome = if done.published.changed { "published as" } else { "already current in" };
        say(stdout, &format!("{outcome} {}: {}", done.published.name, current(&settings.out).display()));
        say_stale(&settings, as_of, &done.scored.changed, stdout)?;
    }
    Ok(())
}

/// The nights that a run without a date publishes, and says before it starts: `yesterday`, after the days missed since the
/// last success. What was rolled back was a success: it is not published again by itself.
fn due(settings: &Settings, yesterday: Day, stdout: &mut impl Write) -> Outcome<Vec<Day>> {
    let shown = publish::nights(&settings.out)?;
    let ever: Vec<Day> = publish::list(&settings.out)?
        .into_iter()
        .flat_map(|listed| listed.generation.nights.into_keys())
        .collect();
    if ever.contains(&yesterday) && !shown.contains_key(&yesterday) {
        let advice = format!("`shopscore nightly --date {yesterday}` publishes it again");
        say(stdout, &format!("{yesterday} was rolled back; {advice}"));
        return Ok(Vec::new());
    }
    let last = ever.iter().filter(|night| **night < yesterday).max();
    let missed = last.map_or(0, |last| yesterday.epoch_days() - last.epoch_days() - 1);
    let caught_up = missed.min(settings.catch_up_days);
    let days =
        |from: i32, to: i32| -> Vec<Day> { (to..from).rev().map(|ago| yesterday.plus(-ago - 1)).collect() };
    let (left, due) = (days(missed, caught_up), days(caught_up, 0));
    if let (Some(first), Some(last)) = (left.first(), left.last()) {
        let advice = format!("`shopscore backfill --from {first} --to {last}` publishes them");
        say(
            stdout,
            &format!("not caught up, since catch_up_days is {caught_up}: {first} to {last}; {advice}"),
        );
    }
    if !due.is_empty() {
        let listed: Vec<String> = due.iter().map(Day::to_string).collect();
        say(stdout, &format!("missed since the last success, published first: {}", listed.join(", ")));
    }
    Ok(due.into_iter().chain([yesterday]).collect())
}

/// Names the other published nights in which a changed table-day counts.
fn say_stale(settings: &Settings, as_of: Day, changed: &[TableDay], stdout: &mut impl Write) -> Outcome<()> {
    let stale: Vec<String> = publish::nights(&settings.out)?
        .into_keys()
        .filter(|night| *night != as_of && changed.iter().any(|of| reaches(*of, *night, settings)))
        .map(|night| night.to_string())
        .collect();
    if !stale.is_empty() {
        let stale = stale.join(", ");
        say(stdout, &format!("made stale: {stale}; `shopscore backfill --stale` publishes them again"));
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

/// A night that was published.
pub(super) struct Done {
    pub(super) scored: ScoredNight,
    pub(super) published: Published,
}

/// Scores and publishes a night, and says what came of it.
pub(super) fn publish_night(
    settings: &Settings,
    rulebook: &Rulebook,
    as_of: Day,
    now: Timestamp,
    stdout: &mut impl Write,
) -> Outcome<Done> {
    let scored = on_pool(|| score_night(settings, rulebook, as_of))?;
    let published = on_pool(|| publish(&settings.out, &scored.night, now, retention(settings)))?;
    say_scored(&scored, stdout);
    Ok(Done { scored, published })
}

/// Says how many partials were computed, and how many were there.
pub(super) fn say_partials(computed: usize, kept: usize, settings: &Settings, stdout: &mut impl Write) {
    say(
        stdout,
        &format!("{computed} daily partials computed, {kept} taken from {}", settings.state.display()),
    );
}

fn say_scored(scored: &ScoredNight, stdout: &mut impl Write) {
    let as_of = scored.night.as_of;
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
    if !scored.unknown_shops.is_empty() {
        let rows: i64 = scored.unknown_shops.values().sum();
        let shops = first_ten(scored.unknown_shops.keys());
        say(stdout, &format!("{rows} rows of shops that the snapshot does not have, not scored: {shops}"));
    }
    if !scored.without_rows.is_empty() {
        let empty = scored.without_rows.iter().map(|(table, day)| format!("{} {day}", table.name()));
        say(stdout, &format!("0 rows: {}", first_ten(empty)));
    }
    for ((table, day), reason) in &scored.computed_partials {
        if scored.changed.contains(&(*table, *day)) {
            say(stdout, &format!("computed again: {} {day}, since {reason}", table.name()));
        }
    }
    if !scored.touched_month_ends.is_empty() {
        let month_ends: Vec<String> = scored.touched_month_ends.iter().map(Day::to_string).collect();
        let advice = "`shopscore restate --month-end D --because TEXT` replaces their scores";
        say(stdout, &format!("news touch frozen month ends: {}; {advice}", month_ends.join(", ")));
    }
    match scored.month_end {
        Some(Closed::Now) => {
            say(stdout, &format!("month end {as_of} closed: its scores are frozen from now on"));
        }
        Some(Closed::Before) => {
            let advice =
                format!("`shopscore restate --month-end {as_of} --because TEXT` replaces its scores");
            say(stdout, &format!("month end {as_of} is frozen and stays as it was published; {advice}"));
        }
        None => {}
    }
}

/// The first ten of a list, and how many more there are.
fn first_ten<T: ToString>(all: impl ExactSizeIterator<Item = T>) -> String {
    const SHOWN: usize = 10;
    let more = all.len().saturating_sub(SHOWN);
    let shown: Vec<String> = all.take(SHOWN).map(|one| one.to_string()).collect();
    let shown = shown.join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}
