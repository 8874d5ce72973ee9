//! Daily partials: the middle of the design. [`measures`] declares them, [`daily`] computes one, with
//! [`once`] for rows that count once; [`retractions`] takes records out again.
pub mod daily;
pub mod measures;
pub mod once;
pub mod retractions;
