//! `shopscore report`: makes the report of a published night. It takes no lock of a night and changes nothing that is published.

use std::io::Write;

use super::{begin, say};
use crate::cli::Report;
use crate::error::Outcome;
use crate::publish::reading::Current;
use crate::report;

pub(super) fn run(arguments: &Report, stdout: &mut impl Write) -> Outcome<()> {
    let settings = begin(&arguments.settings)?;
    let seen = Current::of(&settings.out)?;
    let folder = arguments.folder.clone().unwrap_or_else(|| settings.out.join("report"));
    let settings = seen.terms_of(arguments.date).and_then(|terms| settings.under(&terms.settings)).unwrap_or(settings);
    report::write(&settings, &seen, arguments.date, &folder)?;
    say(stdout, &format!("report of {}: {}", arguments.date, folder.join(report::PAGE).display()));
    Ok(())
}
