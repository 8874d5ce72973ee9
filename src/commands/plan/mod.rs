//! `shopscore plan`: what the nights that are due would do, and nothing done: no lock, nothing written.
//!
//! Each night is rehearsed as the run would run it, one after another, so that it ends as the run would end: with its findings
//! and its exit code.

mod answer;
mod shown;

use std::io::Write;

use jiff::Timestamp;

pub(super) use self::answer::Plan;
use self::answer::{HeldNight, PlannedNight};
use super::backfill::range;
use super::{begin, check_entry, last_complete_day, tell};
use crate::cli;
use crate::domain::Day;
use crate::error::Outcome;
use crate::pipeline::catch_up;
use crate::pipeline::held::{self, Came};
use crate::pipeline::staleness;
use crate::publish::Foretold;
use crate::rulebook::Rulebook;
use crate::state::rehearsal::{Keeping, Rehearsal};
use crate::table_days::dependencies::Terms;

/// The nights that would run, each with why it is due, and those that are left out.
struct Nights {
    due: Vec<(Day, &'static str)>,
    left_out: Vec<Day>,
}

pub(super) fn run(arguments: &cli::Plan, now: Timestamp, stdout: &mut impl Write) -> Outcome<()> {
    let settings = begin(&arguments.settings)?;
    let rulebook = Rulebook::load(&settings.rules)?;
    let rehearsal = Rehearsal::default();
    let terms = Terms { settings: &settings, rulebook: &rulebook, keeping: Keeping::InMemory(&rehearsal) };
    check_entry(&settings)?;
    let Nights { due, left_out } = nights(arguments, terms, now)?;
    let mut plan = Plan::leaving_out(&left_out);
    let (mut foretold, mut failed) = (Foretold::default(), Ok(()));
    // The run would end with the first night that fails, after those before it are published.
    for (as_of, why) in due {
        match held::run(terms, as_of, now, &mut foretold) {
            Ok(Came::Scored(night)) => plan.nights.push(PlannedNight::of(&night, why)),
            Ok(Came::Held(hold)) => plan.held.push(HeldNight::of(hold)),
            Err(failure) => {
                failed = Err(failure);
                break;
            }
        }
    }
    if failed.is_err() && plan.nights.is_empty() && plan.held.is_empty() {
        return failed;
    }
    tell(&plan, arguments.form, stdout)?;
    failed
}

fn nights(arguments: &cli::Plan, terms: Terms<'_>, now: Timestamp) -> Outcome<Nights> {
    let range = range(arguments.from, arguments.to)?;
    if let Some(day) = arguments.date {
        return Ok(Nights { due: vec![(day, "asked")], left_out: Vec::new() });
    }
    if range.is_some() || arguments.stale {
        let due = staleness::due(terms, range, arguments.stale)?.into_iter().map(|(day, why)| (day, why.name()));
        return Ok(Nights { due: due.collect(), left_out: Vec::new() });
    }
    let yesterday = last_complete_day(terms.settings, now);
    let due = catch_up::due(terms.settings, yesterday)?;
    let before = [(due.missed, "missed"), (due.held, "held"), (due.released, "released")];
    let before = before.into_iter().flat_map(|(days, why)| days.into_iter().map(move |day| (day, why)));
    let mut nights: Vec<_> = before.chain([(yesterday, "yesterday")]).collect();
    nights.sort_unstable();
    Ok(Nights { due: nights, left_out: due.left_out })
}
