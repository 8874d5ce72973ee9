//! Extracts: what a marketplace delivers, seen as it is, read once, judged row by row.
//!
//! [`tables`] declares it all, in the terms of [`schema`]. [`listing`] finds the [`partitions`] of the days that a run reads,
//! [`contract`] checks their footers and manifests, [`reader`] decodes a table-day, or a [`selection`] of it, [`batch`] by batch,
//! [`row_rules`] gives a [verdict](verdicts) on each row, [`quarantine`] keeps what was set aside and says why.

mod arrays;
pub mod batch;
pub mod contract;
mod days;
mod footer;
pub mod identity;
pub(crate) mod instants;
pub mod listing;
mod manifest;
pub mod partitions;
pub mod quarantine;
#[cfg(test)]
pub(crate) mod readable;
pub mod reader;
pub(crate) mod repeated_keys;
pub(crate) mod row_rules;
pub mod schema;
pub mod selection;
pub mod tables;
pub mod verdicts;
