//! Extracts: what a marketplace delivers, seen as it is, read once, judged row by row.
//!
//! [`listing`] finds the files, [`contract`] checks their footers and manifests, [`reader`] decodes a table-day, or a
//! [`selection`] of it, into
//! [`rows`], [`row_rules`] judges each row, [`quarantine`] keeps what was set aside, [`offence`] says why. [`tables`]
//! declares it all.
mod chunks;
pub mod contract;
pub mod instants;
pub mod listing;
pub mod manifest;
pub mod offence;
pub mod quarantine;
#[cfg(test)]
pub(crate) mod readable;
pub mod reader;
pub mod row_rules;
pub mod rows;
pub mod selection;
pub mod table_day;
pub mod tables;
pub mod tail;
