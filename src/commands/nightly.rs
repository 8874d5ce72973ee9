//! `shopscore nightly`: score one day and publish it; without a date yesterday, after the days missed since the last success.

use std::io::Write;

use super::facts::outcome;
use super::running::Running;
use super::{enter, keeping, last_complete_day, report, say, say_published, terms};
use crate::answers::first_ten;
use crate::cli::{Nightly, Writes};
use crate::domain::{Day, Span};
use crate::error::Outcome;
use crate::pipeline::catch_up::{self, Due};
use crate::pipeline::held::{self, Came};
use crate::pipeline::month_end::Closed;
use crate::pipeline::night::Night;
use crate::publish::Foretold;
use crate::rulebook::Rulebook;
use crate::settings::Settings;
use crate::state::rehearsal::Rehearsal;
use crate::table_days::dependencies::Terms;
use crate::table_days::set_aside::Delivered;

pub(super) fn run(arguments: &Nightly, running: &Running, stdout: &mut impl Write) -> Outcome<()> {
    let (now, mut settings) = (running.now, running.settings(&arguments.settings)?);
    settings.rehash |= arguments.rehash;
    let rulebook = Rulebook::load(&settings.rules)?;
    running.goes_by_rules(&rulebook);
    let rehearsal = Rehearsal::default();
    let keeping = keeping(arguments.dry_run, &rehearsal);
    let terms = Terms { settings: &settings, rulebook: &rulebook, keeping };
    if let Some(as_of) = arguments.date {
        rulebook.check_in_force(as_of)?;
    }
    let last = arguments.date.unwrap_or_else(|| last_complete_day(&settings, now));
    running.is_about(&[last]);
    let _locks = enter(&settings, now, (arguments.told(), keeping), stdout)?;
    let nights = if arguments.date.is_some() { vec![last] } else { due(&settings, last, stdout)? };
    running.is_about(&nights);
    let mut foretold = Foretold::default();
    for as_of in nights {
        running.begins_night(as_of);
        let night = match held::run(terms, as_of, now, &mut foretold)? {
            Came::Scored(night) => night,
            Came::Held(hold) => {
                running.held(&hold);
                tracing::warn!("{}", hold.told());
                continue;
            }
        };
        say_delivered(&night, stdout);
        say_night(&night, stdout);
        say_partials(night.computed.len(), night.reused, &settings, stdout);
        let outcome = outcome(&night.published);
        running.night(&night);
        say_published(stdout, (outcome, &night.published), keeping, &settings.out);
        if !night.made_stale.is_empty() {
            let stale = listed(&night.made_stale);
            tracing::warn!("made stale: {stale}; `shopscore backfill --stale` publishes them again");
        }
    }
    report::renew(&settings, keeping, stdout);
    Ok(())
}

/// The nights that a run without a date publishes, said before it starts.
fn due(settings: &Settings, yesterday: Day, stdout: &mut impl Write) -> Outcome<Vec<Day>> {
    let Due { left_out, missed, held, released } = catch_up::due(settings, yesterday)?;
    if let (Some(first), Some(last)) = (left_out.first(), left_out.last()) {
        let advice = format!("`shopscore backfill --from {first} --to {last}` publishes them");
        let why = format!("since catch_up_days is {}", settings.catch_up_days);
        tracing::warn!("not caught up, {why}: {first} to {last}; {advice}");
    }
    if !missed.is_empty() {
        say(stdout, &format!("missed since the last success, published first: {}", listed(&missed)));
    }
    if !released.is_empty() {
        say(stdout, &format!("released since it was rolled back, published first: {}", listed(&released)));
    }
    let mut nights: Vec<Day> = missed.into_iter().chain(held).chain(released).chain([yesterday]).collect();
    nights.sort_unstable();
    Ok(nights)
}

fn listed(days: &[Day]) -> String {
    Span::listed(&Span::folded(days.iter().copied()))
}

/// Says what each table's extracts hold that the night is made of, so that a table that is short is seen at a glance.
fn say_delivered(night: &Night, stdout: &mut impl Write) {
    for (table, Delivered { days, files, rows, size_bytes }) in &night.set_aside.delivered() {
        let name = table.name();
        say(stdout, &format!("{name:<13} {days:>3} days {files:>5} files {rows:>12} rows {size_bytes:>14} bytes"));
    }
    if night.left_aside > 0 {
        say(stdout, &format!("{} files among the extracts are no Parquet and were left aside", night.left_aside));
    }
}

/// Says how many partials were computed, and how many were there.
pub(super) fn say_partials(computed: usize, reused: usize, settings: &Settings, stdout: &mut impl Write) {
    say(stdout, &format!("{computed} daily partials computed, {reused} taken from {}", settings.state.display()));
}

/// Says what came of a night.
pub(super) fn say_night(night: &Night, stdout: &mut impl Write) {
    let Night { as_of, present_shops: present, unscored_shops: unscored, set_aside, .. } = night;
    let quarantined_rows = set_aside.quarantined_rows();
    let shops = format!("{present} shops present, {} with a score, {unscored} without", present - unscored);
    say(stdout, &format!("{as_of}: {shops}; {quarantined_rows} rows of the window quarantined"));
    if !night.unknown_shops.is_empty() {
        let rows: i64 = night.unknown_shops.values().sum();
        let shops = first_ten(night.unknown_shops.keys());
        say(stdout, &format!("{rows} rows of shops that the snapshot does not have, not scored: {shops}"));
    }
    let without_rows = set_aside.without_rows();
    if !without_rows.is_empty() {
        let empty = without_rows.iter().map(|(table, day)| format!("{} {day}", table.name()));
        say(stdout, &format!("0 rows: {}", first_ten(empty)));
    }
    if let Some(changed) = &night.terms_changed {
        terms::told(changed).iter().for_each(|line| say(stdout, line));
    }
    for ((table, day), why) in &night.computed {
        if night.changed.contains(&(*table, *day)) {
            say(stdout, &format!("computed again: {} {day}, since {why}", table.name()));
        }
    }
    for (month_end, rows) in &night.to_restate {
        let advice = format!("`shopscore restate --month-end {month_end} --because TEXT` replaces them");
        tracing::warn!("news change {rows} rows of the frozen month end {month_end}; {advice}");
    }
    match night.month_end {
        Some(Closed::Now) => say(stdout, &format!("month end {as_of} closed: its scores are frozen from now on")),
        Some(Closed::Before) => {
            let advice = format!("`shopscore restate --month-end {as_of} --because TEXT` replaces its scores");
            say(stdout, &format!("month end {as_of} is frozen and stays as it was published; {advice}"));
        }
        None => {}
    }
}
