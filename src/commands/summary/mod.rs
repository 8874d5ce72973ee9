//! `shopscore summary`: what a published day or year says, read from the published files as any reader would.

pub(super) mod day;
mod gains;
mod published;
mod risk;
mod settled;
pub(super) mod year;

use std::io::Write;

use self::published::Shown;
use super::{begin, tell};
use crate::cli::Summary;
use crate::error::Outcome;
use crate::publish::seen::Seen;

pub(super) fn run(arguments: &Summary, stdout: &mut impl Write) -> Outcome<()> {
    let settings = begin(&arguments.settings)?;
    let shown = Shown { arguments, seen: Seen::of(&settings.out)? };
    if let Some(day) = arguments.date {
        tell(&day::summary(&shown, day)?, arguments.form, stdout)?;
    }
    if let Some(year) = arguments.year {
        tell(&year::summary(&shown, year)?, arguments.form, stdout)?;
    }
    Ok(())
}
