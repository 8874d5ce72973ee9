//! `shopscore rollback`: show readers an earlier generation again, or release what was held since.

use std::io::Write;

use super::running::Running;
use super::{DRY_RUN, check_entry, keeping, last_complete_day, lock_alone, report, say, say_shown};
use crate::cli::{Rollback, Writes};
use crate::domain::{Day, Span};
use crate::error::{Outcome, fault};
use crate::pipeline::catch_up;
use crate::publish::{self, Hold, Release, Released, RolledBack, Why};
use crate::settings::Settings;
use crate::state::rehearsal::Rehearsal;

pub(super) fn run(arguments: &Rollback, running: &Running, stdout: &mut impl Write) -> Outcome<()> {
    let (now, settings) = (running.now, running.settings(&arguments.settings)?);
    // A link that was removed is put back by this, so that it must not be there.
    let _locks = if arguments.dry_run {
        check_entry(&settings)?;
        say(stdout, DRY_RUN);
        None
    } else {
        Some(lock_alone(&settings, now, arguments.told())?)
    };
    match (&arguments.to, arguments.release) {
        (Some(to), _) => roll_back(arguments, (&settings, to), running, stdout),
        (None, Some(release)) => self::release(arguments, (&settings, release), running, stdout),
        (None, None) => Err(fault("rollback", "neither a generation nor a day")),
    }
}

fn roll_back(
    arguments: &Rollback,
    (settings, to): (&Settings, &str),
    running: &Running,
    stdout: &mut impl Write,
) -> Outcome<()> {
    let why = Why { because: arguments.because.as_deref(), at: running.now };
    let rollback = if arguments.dry_run { publish::foretell_rollback } else { publish::rollback };
    let RolledBack { published, held, released } = rollback(&settings.out, to, why)?;
    running.publication("rollback", to.to_owned(), &published);
    held.iter().for_each(|hold| running.held(hold));
    running.released(&days(&released));
    let outcome = if published.changed { "rolled back to" } else { "already at" };
    say_shown(stdout, (outcome, &published), &settings.out);
    if !released.is_empty() {
        say(stdout, &format!("held no more, since readers see them: {}", listed(&days(&released))));
    }
    if !held.is_empty() {
        let until = "no run publishes the same again of the same extracts, rules and settings";
        let advice = "`shopscore rollback --release DAY` releases one";
        say(stdout, &format!("held: {}; {until}; {advice}", listed(&days(&held))));
    }
    let rehearsal = Rehearsal::default();
    report::renew(settings, keeping(arguments.dry_run, &rehearsal), stdout);
    Ok(())
}

fn release(
    arguments: &Rollback,
    (settings, release): (&Settings, Release),
    running: &Running,
    stdout: &mut impl Write,
) -> Outcome<()> {
    let at = (running.now, catch_up::reach(settings, last_complete_day(settings, running.now)));
    let release_now = if arguments.dry_run { publish::foretell_release } else { publish::release };
    let Released { days, due, shown } = release_now(&settings.out, release, at)?;
    running.released(&days);
    if days.is_empty() {
        say(stdout, "nothing is held");
        return Ok(());
    }
    say(stdout, &format!("released: {}", listed(&days)));
    if let (Some(first), Some(last)) = (due.first(), due.last()) {
        let at_once = format!("`shopscore backfill --from {first} --to {last}` does at once");
        say(stdout, &format!("the next night without a date publishes: {}; {at_once}", listed(&due)));
    }
    if !shown.is_empty() {
        let advice = "`shopscore backfill --stale` publishes those that would come out otherwise now";
        say(stdout, &format!("readers see a night made of something else: {}; {advice}", listed(&shown)));
    }
    let others: Vec<Day> = days.into_iter().filter(|day| !due.contains(day) && !shown.contains(day)).collect();
    if let (Some(first), Some(last)) = (others.first(), others.last()) {
        let advice = format!("`shopscore backfill --from {first} --to {last}` does");
        say(stdout, &format!("no night publishes by itself: {}; {advice}", listed(&others)));
    }
    Ok(())
}

fn listed(days: &[Day]) -> String {
    Span::listed(&Span::folded(days.iter().copied()))
}

fn days(holds: &[Hold]) -> Vec<Day> {
    let mut days: Vec<Day> = holds.iter().map(|hold| hold.day).collect();
    days.dedup();
    days
}
