//! `shopscore summary`: what a published day or year says, read from the published files as any reader would.

mod day;
mod published;
mod risk;
mod year;

use std::io::Write;

use self::published::{STAGE, Shown};
use super::{begin, current};
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
        day::show(&shown, day, stdout)?;
    }
    if let Some(year) = arguments.year {
        year::show(&shown, year, stdout)?;
    }
    Ok(())
}
