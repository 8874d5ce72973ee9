//! The state folder: what a night leaves for the next, so that a night costs a night.
//!
//! [`store`] keeps table-days and their [`record_index`], [`answers`] what appeals asked for, [`window`] the sums of the last
//! night's window and of what was known of its month end's, [`last_night`] what came of it, [`empty_days`] days on which
//! nothing happened; what a [`rehearsal`] would keep stays in memory. It may run ahead of what is published and does not
//! decide what is: every file carries its own hash ([`verification`] checks them all), and what is gone, damaged or made of
//! other inputs is made again, as long as its extracts are there.

pub(crate) mod answers;
pub(crate) mod checksummed;
pub(crate) mod day_content;
mod description;
pub(crate) mod empty_days;
pub(crate) mod format;
pub(crate) mod frames;
pub(crate) mod last_night;
pub mod record_index;
pub(crate) mod rehearsal;
pub(crate) mod store;
#[cfg(test)]
mod store_tests;
pub(crate) mod verification;
pub(crate) mod window;

/// The folders of STATE that runs make.
pub(crate) const OWN_FOLDERS: [&str; 6] = ["locks", "outlook", "partials", "records", "whole", "window"];
/// Those of them that hold table-days: partials, and the rows of tables that are kept whole.
pub(crate) const TABLE_DAY_FOLDERS: [&str; 2] = ["partials", "whole"];
