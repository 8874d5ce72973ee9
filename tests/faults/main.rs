//! The faults that a night can meet: one test a fault or more, named by its number in the table beside this file
//! (README.md), which says how each must end and how it was found to end.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod calendar;
mod changes;
mod columns;
mod days;
mod disk;
mod files;
mod kept;
mod resources;
mod rows;
mod rules;
mod runs;
mod shapes;
#[path = "../support/mod.rs"]
mod support;
mod values;

const FAULT: i32 = 1;
const USAGE: i32 = 2;
const REJECTED: i32 = 3;
const MISSING: i32 = 4;
const DISK: i32 = 5;
const STATE: i32 = 6;
const BUSY: i32 = 75;

/// A day in the middle of the window.
const A_DAY: &str = "2022-03-14";
