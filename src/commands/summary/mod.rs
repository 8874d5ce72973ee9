//! `shopscore summary`: what a published day or year says, read from the published files as any reader would.

mod day;
mod row;
mod year;

use std::io::Write;
use std::path::PathBuf;

use comfy_table::Table;
use comfy_table::presets::UTF8_BORDERS_ONLY;

use self::row::STAGE;
use super::{begin, current};
use crate::cli::Summary;
use crate::error::{ExitClass, Finding, Outcome};

/// What is shown, and how much of it.
struct Shown<'a> {
    arguments: &'a Summary,
    /// The path that readers open.
    link: PathBuf,
    /// Where it led, resolved once: all tables are of one generation.
    resolved: PathBuf,
}

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

fn table<'a>(header: impl IntoIterator<Item = &'a str>) -> Table {
    let mut table = Table::new();
    table.load_preset(UTF8_BORDERS_ONLY).set_header(header);
    table
}
