//! What the benches share: they run on as many threads as there are, say what went wrong, and take their arguments from the
//! environment.

#![allow(dead_code, reason = "none of them uses all of it")]

use shopscore::domain::Day;
use shopscore::error::{ExitClass, Finding, Outcome};
use shopscore::threads;

/// Measures, and ends with exit code 1 where that fails.
pub(crate) fn run(measure: impl FnOnce() -> Outcome<()>) {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    if let Err(failure) = threads::fix(threads).and_then(|()| measure()) {
        println!("{failure}");
        std::process::exit(1);
    }
}

/// The day that `text` writes.
pub(crate) fn day(text: &str) -> Outcome<Day> {
    text.parse().map_err(|found: String| Finding::new("bench", found, "a day").fail(ExitClass::Usage))
}

/// An argument, by the name of its variable.
pub(crate) fn argument(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}

/// Says how long a piece takes that was made by hand, and what would stand in its place: the medians of the runs of each.
pub(crate) fn say_piece(piece: &str, data: &str, seconds: &mut [Vec<f64>; 2], instead: &str) {
    let [by_hand, other] = seconds.each_mut().map(|seconds| {
        seconds.sort_by(f64::total_cmp);
        seconds.get(seconds.len() / 2).copied().unwrap_or(f64::NAN)
    });
    println!("{piece}\t{data}\t{by_hand:.3}\t{other:.3}\t{instead}");
}
