//! The nightly run without a date: yesterday in the business time zone, after the days missed since the last success.
//!
//! It runs inside a process of tests, with a clock of its own, and so alone there: a process has one pool of threads.

use clap::Parser;
use jiff::Timestamp;

use crate::support::library::{Cli, commands};
use crate::support::runner::alone;
use crate::support::{Bench, Marketplace, Span, day};

/// Runs the program at an instant, and returns what it says.
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
    commands::run(&Cli::parse_from(arguments), now, &mut stdout).unwrap();
    String::from_utf8(stdout).unwrap()
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
    let days = Span { first: day("2022-03-01"), last: day("2022-03-25") };
    let bench = Bench::of(Marketplace::sound_in(days, days.first));
    bench.configure("window_days = 3\nmax_snapshot_age_days = 60\ncatch_up_days = 2");

    // At 15:59 in Greenwich it is 23:59 in Shanghai, and the 10th is not over.
    let first = said(&bench, "2022-03-10T15:59:59Z", "nightly");
    assert_eq!(published(&first), ["2022-03-09"], "nothing was missed before the first success: {first}");
    assert_eq!(published(&said(&bench, "2022-03-10T16:00:00Z", "nightly")), ["2022-03-10"]);

    let missed = said(&bench, "2022-03-13T18:00:00Z", "nightly");
    assert!(
        missed.starts_with("missed since the last success, published first: 2022-03-11 to 2022-03-12\n"),
        "{missed}"
    );
    assert_eq!(published(&missed), ["2022-03-11", "2022-03-12", "2022-03-13"]);
    let again = said(&bench, "2022-03-13T19:00:00Z", "nightly");
    assert!(again.contains("already current"), "{again}");

    let long = said(&bench, "2022-03-18T18:00:00Z", "nightly");
    let left = "not caught up, since catch_up_days is 2: 2022-03-14 to 2022-03-15; \
                `shopscore backfill --from 2022-03-14 --to 2022-03-15` publishes them\n";
    assert!(long.starts_with(left), "{long}");
    assert_eq!(published(&long), ["2022-03-16", "2022-03-17", "2022-03-18"]);

    said(&bench, "2022-03-18T18:00:00Z", "rollback --to 6");
    let rolled_back = said(&bench, "2022-03-18T20:00:00Z", "nightly");
    assert_eq!(rolled_back, "2022-03-18 was rolled back; `shopscore nightly --date 2022-03-18` publishes it again\n");
    let next = said(&bench, "2022-03-19T18:00:00Z", "nightly");
    assert_eq!(published(&next), ["2022-03-19"], "what was rolled back stays so: {next}");
}
