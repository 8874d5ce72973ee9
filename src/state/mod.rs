//! The state folder: what a night leaves for the next, so that a night costs a night.
//!
//! [`partials`] keeps the daily partials, each with an index of its records ([`record_index`]), [`records`] what appeals
//! asked for, [`whole`] what counts row by row, [`lacking`] days on which nothing happened, [`window`] the sums of the last
//! window, [`mod@format`] which program wrote it. All of it may run ahead of what is published and none of it decides what is:
//! every file carries its own hash ([`verification`] checks them all), and what is gone, damaged or made of other inputs is
//! made again.

pub mod format;
pub mod frames;
pub mod lacking;
mod packed;
pub mod partials;
pub mod record_index;
pub mod records;
pub mod sealed;
pub mod verification;
pub mod whole;
pub mod window;
