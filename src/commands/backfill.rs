//! `shopscore backfill --stale`: publish again every night that would come out of other ingredients now.

use std::io::Write;

use jiff::Timestamp;

use super::nightly::publish_night;
use super::{begin, lock, say};
use crate::cli::Backfill;
use crate::error::Outcome;
use crate::intake::plan::ingredients_now;
use crate::publish;
use crate::rulebook::Rulebook;
use crate::threads::on_pool;

pub(super) fn run(arguments: &Backfill, now: Timestamp, stdout: &mut impl Write) -> Outcome<()> {
    let settings = begin(&arguments.settings)?;
    let rulebook = Rulebook::load(&settings.rules)?;
    let _locks = lock(&settings, now, "backfill --stale".to_owned())?;
    let mut stale = Vec::new();
    for (night, ingredients) in publish::nights(&settings.out)? {
        rulebook.check_in_force(night)?;
        if on_pool(|| ingredients_now(&settings, &rulebook, night))? != ingredients {
            stale.push(night);
        }
    }
    if stale.is_empty() {
        say(stdout, "no published night is stale");
    }
    for night in stale {
        if arguments.dry_run {
            say(stdout, &format!("{night} is stale"));
        } else {
            publish_night(&settings, &rulebook, night, now, stdout)?;
        }
    }
    Ok(())
}
