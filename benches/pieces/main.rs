//! Whether what we made by hand pays: each such piece beside what would stand in its place, on the same data, in turn.
//!
//! `EXTRACTS=DIR DATE=DAY [RUNS=5] cargo bench --bench pieces`. Prints a line a piece: its name, the data set, the median
//! seconds by hand and of what would stand in its place, and what that is; below it, where files are written, their bytes.

#![allow(
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::cast_sign_loss,
    clippy::cast_possible_truncation,
    missing_docs
)]

mod group_sums;
mod record_index;
#[path = "../shared/mod.rs"]
mod shared;

use shopscore::error::Outcome;

fn main() {
    shared::run(measure);
}

fn measure() -> Outcome<()> {
    let extracts = shared::argument("EXTRACTS", "sample_data");
    let runs: usize = shared::argument("RUNS", "5").parse().unwrap_or(5);
    record_index::measure(&extracts, runs)?;
    group_sums::measure(&extracts, runs)
}
