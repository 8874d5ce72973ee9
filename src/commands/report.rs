//! `shopscore report`: makes the report of a published night. It takes no lock and changes nothing that is published. The same after runs
//! that publish, where the settings want it.

use std::io::Write;
use std::path::Path;

use super::{begin, say};
use crate::cli::Report;
use crate::domain::Day;
use crate::error::{Outcome, caught_anywhere};
use crate::publish::reading::Current;
use crate::runs::telling::unless_failed;
use crate::settings::Settings;
use crate::state::rehearsal::Keeping;
use crate::{publish, report};

pub(super) fn run(arguments: &Report, stdout: &mut impl Write) -> Outcome<()> {
    let settings = begin(&arguments.settings)?;
    let seen = Current::of(&settings.out)?;
    let folder = arguments.folder.clone().unwrap_or_else(|| report::folder(&settings.out));
    report::write(&settings, &seen, arguments.date, &folder)?;
    told(arguments.date, &folder, stdout);
    Ok(())
}

/// After a run has published: makes the report of the newest night that readers see, where the settings want it. One that cannot be
/// made is warned of and fails no run; the one before it stays.
pub(super) fn renew(settings: &Settings, keeping: Keeping<'_>, stdout: &mut impl Write) {
    if settings.report && !keeping.is_rehearsal() {
        let made = caught_anywhere(|| newest(settings));
        if let Some(day) = unless_failed("the report is not made", made).flatten() {
            told(day, &report::folder(&settings.out), stdout);
        }
    }
}

/// Its day; none where nothing is published.
fn newest(settings: &Settings) -> Outcome<Option<Day>> {
    let Some(newest) = publish::nights(&settings.out)?.into_keys().max() else { return Ok(None) };
    report::write(settings, &Current::of(&settings.out)?, newest, &report::folder(&settings.out))?;
    Ok(Some(newest))
}

fn told(day: Day, folder: &Path, stdout: &mut impl Write) {
    say(stdout, &format!("report of {day}: {}", folder.join(report::PAGE).display()));
}
