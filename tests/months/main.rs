//! Month ends, restatements, settlements and ranges of nights, as people run them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod ranges;
mod restatements;
mod settlements;
#[path = "../support/mod.rs"]
mod support;
mod verified;
mod world;
