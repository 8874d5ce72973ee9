//! `shopscore verify`: check every published and stored file against its recorded hash. It takes no lock and changes nothing.

use std::io::Write;

use super::{begin, say};
use crate::cli::SettingFlags;
use crate::error::{ExitClass, Failure, Outcome};
use crate::publish::verification;
use crate::state;

pub(super) fn run(flags: &SettingFlags, stdout: &mut impl Write) -> Outcome<()> {
    let settings = begin(flags)?;
    let published = verification::verify(&settings.out)?;
    let (stored, mut findings) = state::verification::verify(&settings.state)?;
    findings.splice(..0, published.findings);
    Failure::unless_empty(ExitClass::State, findings)?;
    let (out, state) = (settings.out.display(), settings.state.display());
    say(
        stdout,
        &format!(
            "{} published files under {out} and {stored} stored files under {state} are as recorded",
            published.files
        ),
    );
    Ok(())
}
