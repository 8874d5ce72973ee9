//! `shopscore gc`: remove what retention keeps no longer and what killed runs left, and say what that frees.

use std::io::Write;

use super::running::Running;
use super::{DRY_RUN, check_entry, last_complete_day, lock_alone, say, told_bytes};
use crate::cli::{Gc, Writes};
use crate::error::Outcome;
use crate::pipeline::garbage::{self, Removed};
use crate::{report, runs};

pub(super) fn run(arguments: &Gc, running: &Running, stdout: &mut impl Write) -> Outcome<()> {
    let (now, settings) = (running.now, running.settings(&arguments.settings)?);
    // As another run begins, but that this one counts what killed runs left.
    let _locks = if arguments.dry_run { None } else { Some(lock_alone(&settings, now, arguments.told())?) };
    check_entry(&settings)?;
    if arguments.dry_run {
        say(stdout, DRY_RUN);
    }
    let days = (now, last_complete_day(&settings, now));
    let old_records = runs::folder::outdated(&settings.out, settings.keep_runs_days, now)?;
    let reports = report::leftovers(&report::folder(&settings.out))?;
    let made_of_nights = [("records of runs", old_records), ("unfinished reports", reports)];
    let removed = garbage::collect(&settings, days, made_of_nights, arguments.dry_run)?;
    if removed.is_empty() {
        say(stdout, "nothing to remove");
    }
    for Removed { name, count, size_bytes } in removed {
        say(stdout, &format!("removed {name}: {count}, {}", told_bytes(size_bytes)));
    }
    Ok(())
}
