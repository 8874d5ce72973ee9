//! The nightly run without a date: yesterday in the business time zone, after the days missed since the last success.
//!
//! It runs inside a process of tests, with a clock of its own, and so alone there: a process has one pool of threads.

use std::fs;

use clap::Parser;
use jiff::Timestamp;

use crate::support::library::{Cli, commands};
use crate::support::runner::alone;
use crate::support::{Bench, Marketplace, Span, Table, day};

/// Runs the program at an instant, and returns what it says, its warnings first.
fn said(bench: &Bench, now: &str, command: &str) -> String {
    let config = bench.path("jobs/nightly.toml").display().to_string();
    let mut arguments = vec!["shopscore".to_owned()];
    arguments.extend(command.split(' ').map(str::to_owned));
    arguments.extend(["--config".to_owned(), config, "--threads".to_owned(), "2".to_owned()]);
    for folder in ["extracts", "rules", "state", "out"] {
        arguments.extend([format!("--{folder}"), bench.path(folder).display().to_string()]);
    }
    let mut stdout = Vec::new();
    let now: Timestamp = now.parse().unwrap();
    let (log, warned) = (tempfile::NamedTempFile::new().unwrap(), tracing::Level::WARN);
    let writer = log.reopen().unwrap();
    let logged = tracing_subscriber::fmt().with_writer(writer).with_ansi(false).without_time().with_max_level(warned);
    tracing::subscriber::with_default(logged.with_target(false).with_level(false).finish(), || {
        commands::run(&Cli::parse_from(arguments), now, &mut stdout).unwrap();
    });
    fs::read_to_string(log.path()).unwrap() + &String::from_utf8(stdout).unwrap()
}

/// The days that a run published, in order.
fn published(said: &str) -> Vec<&str> {
    said.lines().filter(|line| line.contains(" shops present, ")).map(|line| &line[..10]).collect()
}

#[test]
fn a_night_without_a_date_is_yesterday_after_the_days_missed() {
    alone(a_night_without_a_date_is_yesterday_after_the_days_missed, nights_without_a_date);
}

fn nights_without_a_date() {
    let days = Span { first: day("2022-03-01"), last: day("2022-03-28") };
    let bench = Bench::of(Marketplace::sound_in(days, days.first));
    bench.configure("window_days = 3\nmax_snapshot_age_days = 60\ncatch_up_days = 2");

    // At 15:59 in Greenwich it is 23:59 in Shanghai, and the 10th is not over.
    let first = said(&bench, "2022-03-10T15:59:59Z", "nightly");
    assert_eq!(published(&first), ["2022-03-09"], "nothing was missed before the first success: {first}");
    assert_eq!(published(&said(&bench, "2022-03-10T16:00:00Z", "nightly")), ["2022-03-10"]);

    let missed = said(&bench, "2022-03-13T18:00:00Z", "nightly");
    assert!(missed.contains("missed since the last success, published first: 2022-03-11 to 2022-03-12\n"), "{missed}");
    assert_eq!(published(&missed), ["2022-03-11", "2022-03-12", "2022-03-13"]);
    let again = said(&bench, "2022-03-13T19:00:00Z", "nightly");
    assert!(again.contains("already current"), "{again}");

    let long = said(&bench, "2022-03-18T18:00:00Z", "nightly");
    let left = "not caught up, since catch_up_days is 2: 2022-03-14 to 2022-03-15; \
                `shopscore backfill --from 2022-03-14 --to 2022-03-15` publishes them\n";
    assert!(long.contains(left), "{long}");
    assert_eq!(published(&long), ["2022-03-16", "2022-03-17", "2022-03-18"]);

    rolled_back_nights(&bench);
}

/// After the night of the 18th, which the seventh generation lacks.
fn rolled_back_nights(bench: &Bench) {
    let back = said(bench, "2022-03-18T18:00:00Z", "rollback --to 7 --because wrong");
    assert!(back.contains("held: 2022-03-18; no run publishes"), "{back}");
    let held = "2022-03-18 is held: rolled back on 2022-03-18T18:00:00Z, because wrong; \
                the same extracts, rules and settings would publish the same again; \
                `shopscore rollback --release 2022-03-18` releases it";
    let again = said(bench, "2022-03-18T20:00:00Z", "nightly");
    assert_eq!(again.trim(), held, "nothing else is said, and nothing published");
    let next = said(bench, "2022-03-19T18:00:00Z", "nightly");
    assert_eq!(published(&next), ["2022-03-19"], "{next}");
    assert!(next.trim_start().starts_with(held), "{next}");

    // Within two days it is tried again, and published once it is made of something else.
    bench.change(Table::Reviews, day("2022-03-18"), |rows| rows.slice(0, 3));
    let mended = said(bench, "2022-03-20T18:00:00Z", "nightly");
    assert_eq!(published(&mended), ["2022-03-18", "2022-03-20"], "{mended}");
    let released = said(bench, "2022-03-20T19:00:00Z", "rollback --release 2022-03-18");
    let shown = "readers see a night made of something else: 2022-03-18";
    let advice = "`shopscore backfill --stale` publishes those that would come out otherwise now";
    assert_eq!(released, format!("released: 2022-03-18\n{shown}; {advice}\n"));

    said(bench, "2022-03-20T20:00:00Z", "rollback --to 7");
    let released = said(bench, "2022-03-20T20:00:00Z", "rollback --release all");
    let days = "2022-03-18 to 2022-03-20";
    let at_once = "`shopscore backfill --from 2022-03-18 --to 2022-03-20` does at once";
    assert_eq!(released, format!("released: {days}\nthe next night without a date publishes: {days}; {at_once}\n"));

    // Days later, with other days missed, of which only two are caught up.
    let plan = said(bench, "2022-03-25T18:00:00Z", "plan");
    assert!(plan.contains("2022-03-18 (released) would be published"), "{plan}");
    let next = said(bench, "2022-03-25T18:00:00Z", "nightly");
    assert!(next.contains(&format!("released since it was rolled back, published first: {days}\n")), "{next}");
    let published_days = [18, 19, 20, 23, 24, 25].map(|of| format!("2022-03-{of}"));
    assert_eq!(published(&next), published_days);
    released_by_day(bench);
}

/// As persons do: by then the night of the morning has published the day after.
fn released_by_day(bench: &Bench) {
    let generations = said(bench, "2022-03-25T19:00:00Z", "generations --format csv");
    let before = generations.lines().find(|line| line.contains("-night-2022-03-24-")).unwrap();
    said(bench, "2022-03-25T19:00:00Z", &format!("rollback --to {}", before.split(',').next().unwrap()));
    assert_eq!(published(&said(bench, "2022-03-26T18:00:00Z", "nightly")), ["2022-03-26"], "the 25th is held");
    let released = said(bench, "2022-03-27T02:00:00Z", "rollback --release 2022-03-25");
    assert!(released.contains("the next night without a date publishes: 2022-03-25; "), "{released}");
    assert_eq!(published(&said(bench, "2022-03-27T18:00:00Z", "nightly")), ["2022-03-25", "2022-03-27"]);
    assert_eq!(published(&said(bench, "2022-03-28T18:00:00Z", "nightly")), ["2022-03-28"], "and once is enough");
}
