//! `shopscore nightly`: score one day and publish it.

use std::io::Write;

use jiff::Timestamp;

use super::{begin, current, lock, say};
use crate::cli::Nightly;
use crate::error::Outcome;
use crate::pipeline::score_night;
use crate::publish::{Retention, publish};
use crate::rulebook::Rulebook;
use crate::threads::on_pool;

pub(super) fn run(arguments: &Nightly, now: Timestamp, stdout: &mut impl Write) -> Outcome<()> {
    let as_of = arguments.date;
    let mut settings = begin(&arguments.settings)?;
    settings.rehash |= arguments.rehash;
    let rulebook = Rulebook::load(&settings.rules)?;
    rulebook.check_in_force(as_of)?;
    let _locks = lock(&settings, now, format!("nightly --date {as_of}"))?;
    let scored = on_pool(|| score_night(&settings, &rulebook, as_of))?;
    let keep = Retention { generations: settings.keep_generations, days: settings.keep_generations_days };
    let published = publish(&settings.out, &scored.night, now, keep)?;
    say(
        stdout,
        &format!(
            "{as_of}: {} shops present, {} with a score, {} without; {} rows of the window quarantined",
            scored.present_shops,
            scored.present_shops - scored.unscored_shops,
            scored.unscored_shops,
            scored.quarantined_rows
        ),
    );
    for partial in &scored.computed_partials {
        tracing::debug!("{partial}");
    }
    let (computed, kept) = (scored.computed_partials.len(), scored.kept_partials);
    say(
        stdout,
        &format!("{computed} daily partials computed, {kept} taken from {}", settings.state.display()),
    );
    let outcome = if published.changed { "published as" } else { "already current in" };
    say(stdout, &format!("{outcome} {}: {}", published.name, current(&settings.out).display()));
    Ok(())
}
