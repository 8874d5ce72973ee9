//! What the benches share: they run on as many threads as there are, say what went wrong, and take their arguments from the
//! environment.

#![allow(dead_code, reason = "none of them uses all of it")]

use std::time::Instant;

use shopscore::domain::{Day, Span};
use shopscore::error::{ExitClass, Failure, Finding, Outcome, fault};
use shopscore::extracts::contract::{self, CheckedPartition};
use shopscore::extracts::{delivery::Delivery, listing};
use shopscore::partials::measures::{self, PartialSpec};
use shopscore::policies::Coverage;
use shopscore::threads;
use shopscore::zone::Zone;

const TIME_ZONE: &str = "Asia/Shanghai";

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

pub(crate) fn bench_fault(error: impl std::fmt::Display) -> Failure {
    fault("bench", error)
}

/// The seconds that `work` takes.
pub(crate) fn timed(work: impl FnOnce() -> Outcome<()>) -> Outcome<f64> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed().as_secs_f64())
}

pub(crate) fn zone() -> Outcome<Zone> {
    Zone::named(TIME_ZONE).ok_or_else(|| bench_fault(format!("no time zone {TIME_ZONE}")))
}

/// The table-days of the 30 days to `DATE` of the tables that are wanted.
pub(crate) fn table_days(
    extracts: &str,
    is_wanted: impl Fn(&'static PartialSpec) -> bool,
) -> Outcome<Vec<CheckedPartition>> {
    let as_of = day(&argument("DATE", "2022-03-15"))?;
    let coverage = Coverage {
        window: Span::ending(as_of, 30),
        appeals_until: as_of,
        history_starts_on: Some(as_of),
        max_snapshot_age_days: Some(7),
        extracts_kept_days: None,
    };
    let delivery = Delivery::plain(extracts.as_ref(), zone()?, day("2000-01-01")?);
    let mut days = contract::check(listing::list(&delivery, coverage)?, &delivery)?;
    days.retain(|day| measures::of(day.table).is_some_and(&is_wanted));
    Ok(days)
}
