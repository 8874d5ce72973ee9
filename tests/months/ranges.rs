//! Ranges of nights: in any order they end in the same bytes, they go on from where they stopped, and they can be listed.

use std::fs;

use super::{MONTH_ENDS, differing_folders};
use crate::support::library::{MONTH_END_SCORES, MONTHLY_ASSESSMENTS};
use crate::support::{Bench, Table, day};

/// The nights that a dry run lists, without what it says of each.
fn due(bench: &Bench, which: &str) -> String {
    let said = bench.said(&format!("backfill {which} --dry-run"));
    let is_listed = |line: &&str| line.starts_with("stale: ") || line.starts_with("not published: ");
    said.lines().filter(is_listed).map(|line| format!("{line}\n")).collect()
}

#[test]
fn ranges_and_nights_in_any_order_end_in_the_same_bytes() {
    let bench = Bench::two_months();
    let forwards = "--state a/state --out a/out";
    bench.said(&format!("backfill --from 2022-01-28 --to 2022-03-02 {forwards}"));
    let in_order = bench.published_under("a/out");
    for part in ["2022-02-27 --to 2022-03-02", "2022-01-28 --to 2022-01-30", "2022-01-28 --to 2022-03-02"] {
        bench.said(&format!("backfill --from {part}"));
    }
    bench.said("nightly --date 2022-01-31");
    bench.said("nightly --date 2022-02-28");
    assert!(differing_folders(&in_order, &bench.published()).is_empty());
    for month_end in MONTH_ENDS {
        assert_eq!(bench.shown(&MONTH_END_SCORES, month_end, &["revision"]), ["1"; 5]);
        assert_eq!(bench.shown(&MONTHLY_ASSESSMENTS, month_end, &["failures"]).len(), 5);
    }
}

#[test]
fn a_range_goes_on_from_where_it_was_stopped() {
    let bench = Bench::two_months();
    let gone = bench.partition(Table::Payments, day("2022-02-03"));
    let aside = bench.path("aside");
    fs::rename(&gone, &aside).unwrap();
    let stopped = bench.run("backfill --from 2022-02-01 --to 2022-02-05");
    assert_eq!(stopped.code, Some(4), "{}", stopped.stderr);
    assert!(stopped.stderr.contains("payments of 2022-02-03"), "{}", stopped.stderr);
    fs::rename(&aside, &gone).unwrap();
    let listed = due(&bench, "--from 2022-02-01 --to 2022-02-05");
    assert_eq!(listed, "not published: 2022-02-03 to 2022-02-05\n");
    bench.said("backfill --from 2022-02-01 --to 2022-02-05");
    let done = bench.said("backfill --from 2022-02-01 --to 2022-02-05");
    assert_eq!(done, "every day is published and current\n");
}

#[test]
fn only_stale_nights_of_a_range_are_published_where_that_is_asked_for() {
    let bench = Bench::two_months();
    bench.said("backfill --from 2022-02-01 --to 2022-02-05");
    bench.change(Table::Reviews, day("2022-02-02"), |rows| rows.slice(0, 3));
    let listed = due(&bench, "--stale --from 2022-02-03 --to 2022-02-20");
    assert_eq!(listed, "stale: 2022-02-03 to 2022-02-04\n");
    assert_eq!(due(&bench, "--stale"), "stale: 2022-02-02 to 2022-02-04\n");
}

#[test]
fn a_range_needs_both_ends_in_order() {
    let bench = Bench::two_months();
    assert_eq!(bench.run("backfill --from 2022-02-01").code, Some(2));
    assert_eq!(bench.run("backfill").code, Some(2));
    bench.run("backfill --from 2022-02-02 --to 2022-02-01").assert_refused(2, &[&["2022-02-02", "a first day"]]);
}

#[test]
fn going_back_past_a_month_end_is_refused_without_a_reason() {
    let bench = Bench::two_months();
    ["2022-01-30", "2022-01-31", "2022-02-01"]
        .iter()
        .for_each(|day| drop(bench.said(&format!("nightly --date {day}"))));
    let first = fs::read_dir(bench.path("out/generations")).unwrap();
    let first = first.map(|entry| entry.unwrap().file_name().into_string().unwrap()).min().unwrap();
    bench.run(&format!("rollback --to {first}")).assert_refused(2, &[&["month_end=2022-01-31", "--because"]]);
    bench.said(&format!("rollback --to {first} --because mistake"));
    assert!(bench.shown(&MONTH_END_SCORES, "2022-01-31", &["shop_id"]).is_empty());
    bench.said("rollback --release 2022-01-31");
    bench.run("nightly --date 2022-01-31").assert_said("month end 2022-01-31 closed");
}
