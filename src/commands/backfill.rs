//! `shopscore backfill`: publish the days of a range that are not published and current, in order, or every published night
//! that would come out of other ingredients now.

use std::io::Write;

use jiff::Timestamp;

use super::nightly::{say_night, say_partials};
use super::{begin, keeping, lock, say};
use crate::cli::Backfill;
use crate::domain::{Day, Span};
use crate::error::{ExitClass, Finding, Outcome};
use crate::pipeline::night;
use crate::pipeline::staleness::{self, WhyDue};
use crate::rulebook::Rulebook;
use crate::state::rehearsal::Rehearsal;
use crate::table_days::dependencies::Terms;

const STAGE: &str = "backfill";

pub(super) fn run(arguments: &Backfill, now: Timestamp, stdout: &mut impl Write) -> Outcome<()> {
    let settings = begin(&arguments.settings)?;
    let range = arguments.from.zip(arguments.to).map(|(first, last)| Span { first, last });
    if let Some(Span { first, last }) = range.filter(|range| range.first > range.last) {
        return Err(Finding::new(STAGE, format!("--from {first} --to {last}"), "a first day, then a last one")
            .fail(ExitClass::Usage));
    }
    let rulebook = Rulebook::load(&settings.rules)?;
    let rehearsal = Rehearsal::default();
    let keeping = keeping(arguments.dry_run, &rehearsal);
    let terms = Terms { settings: &settings, rulebook: &rulebook, keeping };
    let _locks = (!arguments.dry_run).then(|| lock(&settings, now, told(arguments))).transpose()?;
    let due = staleness::due(terms, range, arguments.stale)?;
    if due.is_empty() {
        let none = if arguments.stale { "no published night is stale" } else { "every day is published and current" };
        say(stdout, none);
    }
    if arguments.dry_run {
        for (day, why) in &due {
            let why = match why {
                WhyDue::NotPublished => "not published",
                WhyDue::Stale => "stale",
            };
            say(stdout, &format!("{day} is {why}"));
        }
    }
    let nights: Vec<Day> = due.into_iter().map(|(day, _)| day).collect();
    let (mut computed, mut reused) = (staleness::prepare(terms, &nights), 0);
    for as_of in &nights {
        let night = night::run(terms, *as_of, now)?;
        say_night(&night, stdout);
        computed += night.computed.len();
        reused += night.reused;
    }
    if !nights.is_empty() {
        say_partials(computed, reused, &settings, stdout);
    }
    Ok(())
}

/// What was typed, for those who wait for the lock.
fn told(arguments: &Backfill) -> String {
    let range = arguments.from.zip(arguments.to).map(|(from, to)| format!(" --from {from} --to {to}"));
    let stale = if arguments.stale { " --stale" } else { "" };
    format!("backfill{}{stale}", range.unwrap_or_default())
}
