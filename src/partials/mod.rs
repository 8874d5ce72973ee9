//! Daily partials: the middle of the design. [`measures`] declares them, [`daily`] computes one.
pub mod daily;
pub mod measures;
pub mod retractions;
