//! `shopscore backfill`: publish the days of a range that are not published and current, in order, or every published night
//! that would come out of other ingredients now.

use std::io::Write;

use super::nightly::{say_night, say_partials};
use super::running::Running;
use super::{enter, keeping, report, say};
use crate::cli::{Backfill, Writes};
use crate::domain::{Day, Span};
use crate::error::{ExitClass, Finding, Outcome};
use crate::pipeline::held::{self, Came};
use crate::pipeline::staleness::{self, WhyDue};
use crate::publish::Foretold;
use crate::rulebook::Rulebook;
use crate::stages;
use crate::state::rehearsal::Rehearsal;
use crate::table_days::dependencies::Terms;

const STAGE: &str = "backfill";

pub(super) fn run(arguments: &Backfill, running: &Running, stdout: &mut impl Write) -> Outcome<()> {
    let (now, settings) = (running.now, running.settings(&arguments.settings)?);
    let range = range(arguments.from, arguments.to)?;
    let rulebook = Rulebook::load(&settings.rules)?;
    running.goes_by_rules(&rulebook);
    let rehearsal = Rehearsal::default();
    let keeping = keeping(arguments.dry_run, &rehearsal);
    let terms = Terms { settings: &settings, rulebook: &rulebook, keeping };
    let _locks = enter(&settings, now, (arguments.told(), keeping), stdout)?;
    let due = staleness::due(terms, range, arguments.stale)?;
    if due.is_empty() {
        let none = if arguments.stale { "no published night is stale" } else { "every day is published and current" };
        say(stdout, none);
    }
    for why in [WhyDue::NotPublished, WhyDue::Stale] {
        let days = Span::folded(due.iter().filter(|(_, of_day)| *of_day == why).map(|(day, _)| *day));
        if !days.is_empty() {
            say(stdout, &format!("{}: {}", why.name().replace('_', " "), Span::listed(&days)));
        }
    }
    let nights: Vec<Day> = due.into_iter().map(|(day, _)| day).collect();
    running.is_about(&nights);
    let (mut computed, mut reused) = (staleness::prepare(terms, &nights), 0);
    let mut foretold = Foretold::default();
    let _nights = stages::nights(nights.len());
    let mut still_stale = Vec::new();
    for as_of in &nights {
        running.begins_night(*as_of);
        match held::run(terms, *as_of, now, &mut foretold)? {
            Came::Held(hold) => {
                running.held(&hold);
                still_stale.push(*as_of);
                tracing::warn!("{}", hold.told());
            }
            Came::Scored(night) => {
                running.night(&night);
                say_night(&night, stdout);
                computed += night.computed.len();
                reused += night.reused;
            }
        }
    }
    if arguments.stale && range.is_none() {
        // All were looked at, and those that were stale are published again, but for what is held.
        running.stale_nights(still_stale);
    }
    if !nights.is_empty() {
        say_partials(computed, reused, &settings, stdout);
        report::renew(&settings, keeping, stdout);
    }
    Ok(())
}

/// The days of a range, if one was typed; usage where its last day comes first.
pub(super) fn range(from: Option<Day>, to: Option<Day>) -> Outcome<Option<Span>> {
    let range = from.zip(to).map(|(first, last)| Span { first, last });
    match range {
        Some(Span { first, last }) if first > last => {
            Err(Finding::new(STAGE, format!("--from {first} --to {last}"), "a first day, then a last one")
                .fail(ExitClass::Usage))
        }
        range => Ok(range),
    }
}
