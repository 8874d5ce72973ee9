//! The one place that sees every stage: table-days → window → ranking → scores → assessments → published files.
//!
//! In: settings, rules, the day or year that is asked for. Out: a published [`night`], [`restatement`] or [`settlement`], and what
//! a run says of it. Only the table-days and the tables that are published already are read; everything between, from
//! [`scoring`] on, is pure. [`check`] is what a night would find before it begins. [`catch_up`] and [`staleness`] decide which nights are due, [`state`] what of the state folder still
//! holds and what can go.

pub(crate) mod catch_up;
pub(crate) mod check;
mod figures;
mod limits;
pub(crate) mod month_end;
pub(crate) mod night;
mod repeated;
pub(crate) mod restatement;
mod scoring;
pub(crate) mod settlement;
pub(crate) mod staleness;
pub(crate) mod state;
pub(crate) mod usual;

use jiff::Timestamp;

use crate::publish::{self, KeptGenerations, Publication, Published};
use crate::{error::Outcome, settings::Settings};

/// Publishes what a run made, and removes the generations that are not kept.
fn publish(settings: &Settings, publication: &Publication<'_>, now: Timestamp) -> Outcome<Published> {
    let keep = KeptGenerations { number: settings.keep_generations, days: settings.keep_generations_days };
    publish::publish(&settings.out, publication, now, keep)
}
