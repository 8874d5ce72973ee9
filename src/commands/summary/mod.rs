//! `shopscore summary`: what a published day or year says, read from the published files as any reader would.

pub(super) mod day;
mod gains;
mod published;
mod risk;
mod settled;
pub(super) mod year;

use std::io::Write;

use self::published::{STAGE, Shown};
use super::{begin, current, tell};
use crate::cli::Summary;
use crate::error::{ExitClass, Finding, Outcome};

pub(super) fn run(arguments: &Summary, stdout: &mut impl Write) -> Outcome<()> {
    let settings = begin(&arguments.settings)?;
    let link = current(&settings.out);
    let resolved = std::fs::canonicalize(&link).map_err(|error| {
        Finding::new(STAGE, format!("no published files ({error})"), "the link that a night publishes")
            .path(&link)
            .advice("run `shopscore nightly` first")
            .fail(ExitClass::Missing)
    })?;
    let shown = Shown { arguments, link, resolved };
    if let Some(day) = arguments.date {
        tell(&day::summary(&shown, day)?, arguments.form, stdout)?;
    }
    if let Some(year) = arguments.year {
        tell(&year::summary(&shown, year)?, arguments.form, stdout)?;
    }
    Ok(())
}
