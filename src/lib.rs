//! shopscore: nightly service scores for the shops of a marketplace, from Parquet to Parquet.
//!
//! Data flows one way; each stage is a module of its name, and [`pipeline`] is the one place that sees them all:
//!
//! ```text
//! settings, rulebook ─┐
//!                     ▼
//! extracts ─► partials ─► window sums ─► ranking ─► scores ─► sales, assessments ─► publish
//! (listing,   (measures,                 (indicators,  categories,  (marketing,        (outputs, batches,
//!  contract,   daily,                     tiers)       improvements, monthly, cycles,   month_ends,
//!  reader,     retractions)                            quality       annual), outlook   publication)
//!  row_rules,      ▲
//!  quarantine)     └── state (what earlier nights left), brought together by table_days
//! ```
//!
//! [`commands`] puts the command line in front of it, `answers` is how those that read tell what they found, `explanation` why a
//! shop has its score, `guidance` how it reaches the next tier, `comparison` puts two published nights beside each other, `report`
//! a night on a page, `dictionary` says what published columns mean, [`sample`] makes extracts to try it on.

pub mod calendar;
mod columns;
pub mod domain;
pub mod environment;
pub mod error;
pub mod exit_codes;
mod folders;
mod hashing;
mod interruption;
pub mod logs;
mod memory;
mod preflight;
mod space;
mod stages;
pub mod threads;
pub mod zone;

pub mod policies;
pub mod rulebook;
pub mod settings;

pub mod extracts;
pub mod shops;

pub mod partials;
pub mod window_sums;

pub mod indicators;
pub mod ranking;
mod tiers;

pub mod categories;
pub mod improvements;
mod quality;
mod sales;
pub mod scores;

mod assessments;
mod dictionary;
mod outlook;
pub mod publish;

mod pipeline;
mod sql;
pub mod state;
mod table_days;

#[cfg(feature = "cluster")]
mod cluster;

mod comparison;
mod explanation;
mod guidance;

mod runs;

mod answers;
mod report;

pub mod cli;
pub mod commands;
mod sample;
