//! `shopscore gc`: remove what retention keeps no longer and what killed runs left, and say what that frees.

use std::io::Write;

use jiff::Timestamp;

use super::{DRY_RUN, begin, check_entry, last_complete_day, lock_alone, say, told_bytes};
use crate::cli::Gc;
use crate::error::Outcome;
use crate::pipeline::garbage::{self, Removed};

pub(super) fn run(arguments: &Gc, now: Timestamp, stdout: &mut impl Write) -> Outcome<()> {
    let settings = begin(&arguments.settings)?;
    // As another run begins, but that this one counts what killed runs left.
    let _locks = if arguments.dry_run { None } else { Some(lock_alone(&settings, now, "gc".to_owned())?) };
    check_entry(&settings)?;
    if arguments.dry_run {
        say(stdout, DRY_RUN);
    }
    let days = (now, last_complete_day(&settings, now));
    let removed = garbage::collect(&settings, days, arguments.dry_run)?;
    if removed.is_empty() {
        say(stdout, "nothing to remove");
    }
    for Removed { name, count, size_bytes } in removed {
        say(stdout, &format!("removed {name}: {count}, {}", told_bytes(size_bytes)));
    }
    Ok(())
}
