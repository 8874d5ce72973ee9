//! shopscore: nightly service scores for the shops of a marketplace.
pub mod assessments;
pub mod categories;
pub mod domain;
pub mod error;
pub mod extracts;
pub mod improvements;
pub mod indicators;
pub mod partials;
pub mod publish;
pub mod quality;
pub mod rulebook;
pub mod scores;
pub mod shops;
pub mod standings;
pub mod tiers;
pub mod window;
pub mod zone;
