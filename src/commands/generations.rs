//! What was published: `shopscore generations` lists it, `shopscore rollback` shows readers an earlier generation again, and
//! `shopscore verify` checks every published and stored file against its recorded hash.

use std::io::Write;

use jiff::Timestamp;

use super::{begin, lock_alone, say, say_published};
use crate::cli::{Rollback, SettingFlags};
use crate::error::{ExitClass, Failure, Outcome};
use crate::publish::{self, ListedGeneration, Why, verification};
use crate::state;

pub(super) fn list(flags: &SettingFlags, stdout: &mut impl Write) -> Outcome<()> {
    let settings = begin(flags)?;
    let generations = publish::list(&settings.out)?;
    if generations.is_empty() {
        say(stdout, &format!("nothing was published under {} yet", settings.out.display()));
    }
    for ListedGeneration { generation: listed, is_current } in generations {
        let mark = if is_current { "*" } else { " " };
        let (name, as_of, published_at, nights) = (listed.name, listed.as_of, listed.created_at, listed.nights.len());
        say(stdout, &format!("{mark} {name}  as of {as_of}  published {published_at}  {nights} nights"));
    }
    Ok(())
}

pub(super) fn roll_back(arguments: &Rollback, now: Timestamp, stdout: &mut impl Write) -> Outcome<()> {
    let settings = begin(&arguments.settings)?;
    // A link that was removed is put back by this, so that it must not be there.
    let _locks = lock_alone(&settings, now, format!("rollback --to {}", arguments.to))?;
    let why = Why { because: arguments.because.as_deref(), at: now };
    let published = publish::rollback(&settings.out, &arguments.to, why)?;
    let outcome = if published.changed { "rolled back to" } else { "already at" };
    say_published(stdout, outcome, &published.name, &settings.out);
    Ok(())
}

/// It takes no lock and changes nothing.
pub(super) fn verify(flags: &SettingFlags, stdout: &mut impl Write) -> Outcome<()> {
    let settings = begin(flags)?;
    let published = verification::verify(&settings.out)?;
    let (stored, mut findings) = state::verification::verify(&settings.state)?;
    findings.splice(..0, published.findings);
    Failure::unless_empty(ExitClass::State, findings)?;
    let (files, out, state) = (published.files, settings.out.display(), settings.state.display());
    let checked = format!("{files} published files under {out} and {stored} stored files under {state}");
    say(stdout, &format!("{checked} are as recorded"));
    Ok(())
}
