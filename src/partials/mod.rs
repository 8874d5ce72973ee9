//! Daily partials: the middle of the design, since days of integers add up and records can be taken out of them again.
//!
//! [`measures`] declares them, [`meaning`] says what the declarations mean for a batch of rows, [`daily`] computes a partial,
//! batch by batch ([`tally`]): [`groups`] [`numbers`] the groups of rows, [`sums`] adds up what 64 bits hold, [`all_records`]
//! keeps each row's part, [`packed`]. [`shares`] puts the partials of a large day together. [`retractions`] decides which
//! [`records`] appeals take out.

pub mod all_records;
pub mod daily;
mod groups;
pub mod meaning;
pub mod measures;
mod numbers;
mod once;
mod packed;
pub mod records;
pub(crate) mod retractions;
pub mod shares;
pub mod sums;
mod tally;

use polars::prelude::PolarsError;

use crate::error::{Failure, fault};

const STAGE: &str = "partials";

/// What the engine refuses of data that was checked.
fn engine(error: PolarsError) -> Failure {
    fault(STAGE, error)
}
