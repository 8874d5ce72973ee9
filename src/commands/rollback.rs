//! `shopscore rollback`: show readers an earlier generation again.

use std::io::Write;

use jiff::Timestamp;

use super::{begin, current, lock, say};
use crate::cli::Rollback;
use crate::error::Outcome;
use crate::publish;

pub(super) fn run(arguments: &Rollback, now: Timestamp, stdout: &mut impl Write) -> Outcome<()> {
    let settings = begin(&arguments.settings)?;
    let _locks = lock(&settings, now, format!("rollback --to {}", arguments.to))?;
    let published = publish::rollback(&settings.out, &arguments.to)?;
    let outcome = if published.changed { "rolled back to" } else { "already at" };
    say(stdout, &format!("{outcome} {}: {}", published.name, current(&settings.out).display()));
    Ok(())
}
