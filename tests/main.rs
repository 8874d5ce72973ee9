//! The tests of the whole program, in one binary: see README.md beside this file for what lies where.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod faults;
mod foretold;
mod fuzz;
mod house;
mod laws;
mod months;
mod nights;
mod runs;
mod support;
