//! `shopscore backfill`: publish the days of a range that are not published and current, in order, or every published night
//! that would come out of other ingredients now.

use std::collections::BTreeMap;
use std::io::Write;

use jiff::Timestamp;

use super::nightly::{publish_night, say_partials};
use super::{begin, lock, say};
use crate::cli::Backfill;
use crate::domain::{Day, Window};
use crate::error::{ExitClass, Finding, Outcome};
use crate::intake::plan::ingredients_now;
use crate::publish;
use crate::rulebook::Rulebook;
use crate::settings::Settings;
use crate::threads::on_pool;

const STAGE: &str = "backfill";

pub(super) fn run(arguments: &Backfill, now: Timestamp, stdout: &mut impl Write) -> Outcome<()> {
    let settings = begin(&arguments.settings)?;
    let range = arguments.from.zip(arguments.to).map(|(first, last)| Window { first, last });
    if let Some(Window { first, last }) = range.filter(|range| range.first > range.last) {
        return Err(Finding::new(
            STAGE,
            format!("--from {first} --to {last}"),
            "a first day, then a last one",
        )
        .fail(ExitClass::Usage));
    }
    let rulebook = Rulebook::load(&settings.rules)?;
    let _locks = lock(&settings, now, told(arguments))?;
    let published = publish::nights(&settings.out)?;
    let candidates: Vec<Day> = match range.filter(|_| !arguments.stale) {
        Some(range) => range.days().collect(),
        None => {
            published.keys().copied().filter(|day| range.is_none_or(|range| range.contains(*day))).collect()
        }
    };
    let mut due = Vec::new();
    for day in candidates {
        due.extend(why_due(day, &published, &settings, &rulebook)?.map(|why| (day, why)));
    }
    if due.is_empty() {
        let none = if arguments.stale {
            "no published night is stale"
        } else {
            "every day is published and current"
        };
        say(stdout, none);
    }
    if arguments.dry_run {
        due.iter().for_each(|(day, why)| say(stdout, &format!("{day} is {why}")));
        return Ok(());
    }
    let nights: Vec<Day> = due.into_iter().map(|(day, _)| day).collect();
    publish_all(&settings, &rulebook, &nights, now, stdout)
}

fn publish_all(
    settings: &Settings,
    rulebook: &Rulebook,
    nights: &[Day],
    now: Timestamp,
    stdout: &mut impl Write,
) -> Outcome<()> {
    let (mut computed, mut kept) = (0, 0);
    for night in nights {
        let done = publish_night(settings, rulebook, *night, now, stdout)?;
        computed += done.scored.computed_partials.len();
        kept += done.scored.kept_partials;
    }
    if !nights.is_empty() {
        say_partials(computed, kept, settings, stdout);
    }
    Ok(())
}

/// What was typed, for those who wait for the lock.
fn told(arguments: &Backfill) -> String {
    let range = arguments.from.zip(arguments.to).map(|(from, to)| format!(" --from {from} --to {to}"));
    let stale = if arguments.stale { " --stale" } else { "" };
    format!("backfill{}{stale}", range.unwrap_or_default())
}

/// Why a day is published again, or for the first time; none where what is published of it is current.
fn why_due(
    day: Day,
    published: &BTreeMap<Day, String>,
    settings: &Settings,
    rulebook: &Rulebook,
) -> Outcome<Option<&'static str>> {
    let Some(ingredients) = published.get(&day) else { return Ok(Some("not published")) };
    rulebook.check_in_force(day)?;
    let is_current = on_pool(|| ingredients_now(settings, rulebook, day))? == *ingredients;
    Ok((!is_current).then_some("stale"))
}
