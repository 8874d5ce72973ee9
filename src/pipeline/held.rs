//! A night, unless it is held: what a rollback took from readers is not published again of the same by a run of its own accord.
//!
//! In: what [`night`] takes, and the holds of OUT. Out: the night, or the hold that stands against it. A day without a hold costs
//! nothing; else it is found out what the night would be made of now, and nothing is scored for that. Restatements and
//! settlements are a person's deliberate acts and are not held.

use jiff::Timestamp;

use crate::error::Outcome;
use crate::pipeline::night::{self, Night};
use crate::publish::{self, Foretold, Hold};
use crate::table_days::{
    dependencies::Terms,
    night::{ingredients_of_now, is_of_todays_form},
};
use crate::{domain::Day, threads::on_pool};

/// What came of a night.
pub(crate) enum Came {
    /// It would be what was rolled back.
    Held(Hold),
    Scored(Box<Night>),
}

/// As [`night::run`], where nothing holds it.
pub(crate) fn run(terms: Terms<'_>, as_of: Day, now: Timestamp, foretold: &mut Foretold) -> Outcome<Came> {
    match hold(terms, as_of)? {
        Some(hold) => Ok(Came::Held(hold)),
        None => night::run(terms, as_of, now, foretold).map(|night| Came::Scored(Box::new(night))),
    }
}

/// What holds a night, if anything does.
pub(crate) fn hold(terms: Terms<'_>, as_of: Day) -> Outcome<Option<Hold>> {
    let mut holds = publish::held(&terms.settings.out)?;
    holds.retain(|hold| hold.day == as_of);
    if holds.is_empty() {
        return Ok(None);
    }
    terms.rulebook.check_in_force(as_of)?;
    let now = on_pool(|| ingredients_of_now(terms, as_of))?;
    // What an earlier release made it of is not known in today's words: its day is held, whatever it would be made of.
    let holds_it = |hold: &Hold| hold.ingredients == now || !is_of_todays_form(&hold.ingredients);
    Ok(holds.into_iter().find(holds_it))
}
