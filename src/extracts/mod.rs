//! Extracts.
pub mod tables;
