//! Daily partials: the middle of the design, since days of integers add up and records can be taken out of them again.
//!
//! [`measures`] declares them, [`meaning`] says what the declarations mean on one day, [`daily`] computes a partial: [`groups`]
//! brings the rows of a group together over keys of one integer ([`packing`]), [`sums`] adds up what 64 bits hold. [`shares`]
//! puts the partials of a large day together. [`retractions`] decides which [`records`] appeals take out.

pub mod daily;
mod groups;
pub mod meaning;
pub mod measures;
mod packing;
pub mod records;
pub(crate) mod retractions;
pub mod shares;
mod sums;

use polars::prelude::{IdxSize, PolarsError};

use crate::error::{Failure, Outcome, fault};

const STAGE: &str = "partials";

/// What the engine refuses of data that was checked.
fn engine(error: PolarsError) -> Failure {
    fault(STAGE, error)
}

/// The values of the rows `taken`.
fn take<T: Copy + Default>(values: &[T], taken: &[IdxSize]) -> Outcome<Vec<T>> {
    if taken.iter().copied().max().is_some_and(|last| last as usize >= values.len()) {
        return Err(fault(STAGE, format!("a row beyond the {} values of a column", values.len())));
    }
    Ok(taken.iter().map(|row| values.get(*row as usize).copied().unwrap_or_default()).collect())
}
