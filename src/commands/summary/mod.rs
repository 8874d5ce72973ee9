//! `shopscore summary`: what a published day or year says, read from the published files as any reader would.

pub(super) mod day;
mod gains;
mod risk;
mod settled;
pub(super) mod year;

use std::io::Write;

use super::{begin, tell};
use crate::cli::Summary;
use crate::error::Outcome;
use crate::publish::reading::Current;

/// How messages name this command.
const STAGE: &str = "summary";

/// What is shown, and how much of it.
struct Shown<'a> {
    arguments: &'a Summary,
    /// What readers see: all tables are of one generation.
    seen: Current,
}

pub(super) fn run(arguments: &Summary, stdout: &mut impl Write) -> Outcome<()> {
    let settings = begin(&arguments.settings)?;
    let shown = Shown { arguments, seen: Current::of(&settings.out)? };
    if let Some(day) = arguments.date {
        tell(&day::summary(&shown, day)?, arguments.form, stdout)?;
    }
    if let Some(year) = arguments.year {
        tell(&year::summary(&shown, year)?, arguments.form, stdout)?;
    }
    Ok(())
}
