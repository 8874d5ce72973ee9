//! shopscore: nightly service scores for the shops of a marketplace.
pub mod domain;
pub mod error;
pub mod extracts;
pub mod indicators;
pub mod publish;
pub mod sample;
