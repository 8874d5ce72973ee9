//! `shopscore rollback`: show readers an earlier generation again.

use std::io::Write;

use jiff::Timestamp;

use super::{begin, current, lock_alone, say};
use crate::cli::Rollback;
use crate::error::Outcome;
use crate::publish::{self, Why};

pub(super) fn run(arguments: &Rollback, now: Timestamp, stdout: &mut impl Write) -> Outcome<()> {
    let settings = begin(&arguments.settings)?;
    // A link that was removed is put back by this, so that it must not be there.
    let _locks = lock_alone(&settings, now, format!("rollback --to {}", arguments.to))?;
    let why = Why { because: arguments.because.as_deref(), at: now };
    let published = publish::rollback(&settings.out, &arguments.to, why)?;
    let outcome = if published.changed { "rolled back to" } else { "already at" };
    say(stdout, &format!("{outcome} {}: {}", published.name, current(&settings.out).display()));
    Ok(())
}
