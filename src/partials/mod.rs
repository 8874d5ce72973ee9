//! Daily partials: the middle of the design, since days of integers add up and records can be taken out of them again.
//!
//! [`measures`] declares them, [`meaning`] says what the declarations mean on one day, [`daily`] computes a partial: [`groups`]
//! brings the rows of a group together, [`distinct`] finds those that count once, both over keys of one integer ([`packing`]),
//! [`sums`] adds up, where [`overflow`] finds that 64 bits hold it. [`shares`] puts the partials of a large day together.
//! [`version`] and [`fingerprint`] say what one depends on. [`retractions`] decides which [`records`] appeals take out,
//! [`lookup`] finds them.

pub mod daily;
mod distinct;
mod groups;
pub mod lookup;
pub mod meaning;
pub mod measures;
mod overflow;
mod packing;
pub mod records;
pub mod retractions;
pub mod shares;
mod sound;
mod sums;
pub mod version;

use polars::prelude::PolarsError;

use crate::error::{Failure, fault};

const STAGE: &str = "partials";

/// What the engine refuses of data that was checked.
fn engine(error: PolarsError) -> Failure {
    fault(STAGE, error)
}
