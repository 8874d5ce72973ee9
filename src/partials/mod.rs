//! Daily partials: the middle of the design, since days of integers add up and records can be taken out of them again.
//!
//! [`measures`] declares them, [`daily`] computes one, with [`once`] for rows that count once; [`fingerprint`] says what one
//! depends on. [`retractions`] decides which [`records`] appeals take out.
pub mod daily;
mod expressions;
pub mod fingerprint;
pub mod measures;
pub mod once;
pub mod records;
pub mod retractions;
mod sound;
