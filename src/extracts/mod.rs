//! Extracts: what a marketplace delivers, seen as it is, read once, judged row by row.
//!
//! [`tables`] declares it all, in the terms of [`schema`]. [`listing`] finds the [`partitions`] of the days that a run reads,
//! as its [`layout`] and the [`delivery`] that settings tell have it; [`contract`] checks their footers and manifests, each
//! column's [form](forms) with them, [`reader`] decodes a table-day, or a [`selection`] of it, [`batch`] by batch,
//! [`row_rules`] gives a [verdict](verdicts) on each row, [`quarantine`] keeps what was set aside and says why.

pub(crate) mod answered;
mod arrays;
pub mod batch;
pub mod contract;
mod days;
pub(crate) mod ddl;
pub mod delivery;
pub(crate) mod elsewhere_read;
mod footer;
pub(crate) mod forms;
pub(crate) mod found_columns;
mod hadoop_lz4;
pub mod identity;
pub(crate) mod instants;
mod layout;
mod listed_tree;
pub mod listing;
mod manifest;
mod midnights;
mod numbers;
pub mod partitions;
pub mod quarantine;
#[cfg(test)]
pub(crate) mod readable;
pub mod reader;
pub mod remote;
pub(crate) mod repeated_keys;
pub(crate) mod row_rules;
pub mod schema;
pub mod selection;
pub mod tables;
mod thrift;
mod told_columns;
mod told_footer;
mod told_footers;
mod tree;
pub mod verdicts;
mod written;
