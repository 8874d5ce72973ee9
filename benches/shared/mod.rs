//! What both benches do: run on as many threads as there are, and say what went wrong.

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
