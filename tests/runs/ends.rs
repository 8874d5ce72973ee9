//! A run of each exit class is told of everywhere; class 1, which no input reaches, is a test of the library.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};

use super::{assert_told, events, last, metrics, records, telling};
use crate::faults::holder;
use crate::support::library::{Lock, lock_folder};
use crate::support::{A_DAY, AS_OF, Bench, Table, day};

/// A bench whose runs tell, with one that succeeded.
fn told_once() -> Bench {
    let bench = Bench::sound();
    telling(&bench);
    bench.nightly(&[]).assert_done();
    assert_told(&bench, 0, "done");
    bench
}

#[track_caller]
fn assert_fails(change: impl FnOnce(&Bench), flags: &[&str], code: u64, class: &str) {
    let bench = told_once();
    let success = metrics(&bench)["shopscore_last_success_timestamp_seconds{command=\"nightly\"}"];
    let rows = metrics(&bench)["shopscore_input_rows{extract=\"payments\"}"];
    change(&bench);
    let ended = bench.nightly(flags);
    assert_eq!(ended.code, Some(i32::try_from(code).unwrap()), "{}", ended.stderr);
    assert_told(&bench, code, class);
    let said: Vec<String> =
        ended.stderr.lines().filter_map(|line| line.strip_prefix("error: ").map(str::to_owned)).collect();
    let recorded = last(&bench)["findings"].clone();
    let recorded = recorded.as_array().unwrap().iter().map(|finding| finding["said"].as_str().unwrap());
    assert!(recorded.eq(said.iter()), "as stderr has it: {said:?}");
    let error = events(&bench).pop().unwrap().2["run"]["facets"]["errorMessage"]["message"].clone();
    assert_eq!(error, said.join("\n"));
    let now = metrics(&bench);
    assert_eq!(now["shopscore_last_success_timestamp_seconds{command=\"nightly\"}"], success, "only on success");
    assert_eq!(now["shopscore_input_rows{extract=\"payments\"}"], rows, "of the last night that is known");
}

#[test]
fn settings_that_are_refused() {
    assert_fails(|_| {}, &["--set", "window_days=0"], 2, "usage");
}

#[test]
fn rule_tables_that_are_refused() {
    assert_fails(|bench| fs::write(bench.path("rules/tiers.csv"), "nonsense").unwrap(), &[], 2, "usage");
}

#[test]
fn extracts_that_are_refused() {
    assert_fails(|bench| fs::write(bench.file(Table::Reviews, day(A_DAY)), "no Parquet").unwrap(), &[], 3, "rejected");
}

#[test]
fn extracts_that_are_missing() {
    assert_fails(|bench| fs::remove_dir_all(bench.partition(Table::Reviews, day(AS_OF))).unwrap(), &[], 4, "missing");
}

#[test]
fn a_disk_without_room() {
    assert_fails(|_| {}, &["--set", "min_free_mib=1000000000"], 5, "disk");
}

#[test]
fn a_published_generation_that_is_gone() {
    assert_fails(|bench| fs::remove_dir_all(bench.path("out/generations")).unwrap(), &[], 6, "state");
}

#[test]
fn holds_that_cannot_be_read() {
    let held = "shopscore_held_nights";
    let bench = told_once();
    assert_eq!((&last(&bench)["holds"], metrics(&bench)[held]), (&json!([]), 0.0), "none");
    fs::create_dir_all(bench.path("out/records")).unwrap();
    fs::write(bench.path("out/records/holds.json"), "nonsense").unwrap();
    assert_eq!(bench.nightly(&[]).code, Some(6));
    assert_told(&bench, 6, "state");
    assert_eq!(last(&bench)["holds"], Value::Null, "not known");
    assert!(!metrics(&bench).contains_key(held));
}

#[test]
fn a_lock_that_is_held() {
    let bench = told_once();
    let _held = Lock::acquire(&lock_folder(&bench.path("out")), &holder(4_242), Duration::ZERO).unwrap();
    assert_eq!(bench.nightly(&[]).code, Some(75));
    assert_told(&bench, 75, "busy");
    assert_eq!(records(&bench).len(), 2, "beside that of the other run");
}

#[test]
fn results_that_cannot_be_written() {
    let bench = told_once();
    let mut night = bench.command(AS_OF, &[]);
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ended = night.stdout(full).output().unwrap();
    assert_eq!(ended.status.code(), Some(5));
    assert_told(&bench, 5, "disk");
}
