//! The one place that sees every stage: table-days → window → ranking → scores → assessments → published files.
//!
//! In: settings, rules, the day or year that is asked for. Out: a published [`night`], [`restatement`] or [`settlement`], and what
//! a run says of it. Only the table-days and the tables that are published already are read; everything between, from
//! [`scoring`] on, is pure. [`check`] is what a night would find before it begins. [`catch_up`] and [`staleness`] decide which
//! nights are due, [`held`] which of them a rollback forbids, [`whatif`] what other rules or policies would make of a day,
//! [`state`] what of the state folder still holds and what can go, [`garbage`] what else nobody needs.

mod alarm;
pub(crate) mod catch_up;
pub(crate) mod check;
pub(crate) mod effects;
mod figures;
pub(crate) mod garbage;
pub(crate) mod held;
mod limits;
pub(crate) mod month_end;
pub(crate) mod night;
mod repeated;
pub(crate) mod restatement;
mod scoring;
pub(crate) mod settlement;
pub(crate) mod shop_days;
pub(crate) mod staleness;
pub(crate) mod standing;
pub(crate) mod state;
pub(crate) mod terms_changed;
pub(crate) mod usual;
pub(crate) mod whatif;

use jiff::Timestamp;

use crate::publish::{self, KeptGenerations, Publication, Published};
use crate::stages::Stage;
use crate::{error::Outcome, settings::Settings, table_days::dependencies::Terms};

/// Publishes what a run made, and removes the generations that are not kept; a rehearsal only finds out what that would
/// come to.
fn publish(terms: Terms<'_>, publication: &Publication<'_>, now: Timestamp) -> Outcome<Published> {
    let settings = terms.settings;
    let _stage = Stage::Publication.begin();
    if terms.keeping.is_rehearsal() {
        return publish::foretell(&settings.out, publication);
    }
    publish::publish(&settings.out, publication, now, (kept_generations(settings), settings.publish_months))
}

fn kept_generations(settings: &Settings) -> KeptGenerations {
    KeptGenerations { number: settings.keep_generations, days: settings.keep_generations_days }
}
