//! Daily partials: the middle of the design, since days of integers add up and records can be taken out of them again.
//!
//! [`measures`] declares them, [`daily`] computes one: [`groups`] brings the rows of a group together, [`once`] finds those
//! that count once, both over keys of one integer ([`packing`]). [`retractions`]
//! decides which [`records`] appeals take out.
pub mod daily;
mod expressions;
mod groups;
pub mod measures;
mod once;
mod packing;
pub mod records;
pub mod retractions;
pub mod shares;
mod sound;
