//! Partitions: their bytes, their sizes, that none is mixed with another, and what is refused before.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Request, Sample, Table, day, days, request, write, written};
use crate::extracts::schema::Presence;

/// The path below the folder and the bytes of every part file of some days.
fn files(sample: &Sample, from: &str, to: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let table_days = days(from, to).flat_map(|day| Table::ALL.map(|table| (table, day)));
    let parts = table_days.flat_map(|(table, day)| sample.parts(table, day));
    parts.map(|part| (part.strip_prefix(&sample.0).unwrap().to_owned(), fs::read(&part).unwrap())).collect()
}

#[test]
fn a_day_does_not_depend_on_the_range_asked_for() {
    let files_of_10 = |from, to| {
        let sample = written(from, to, |request| request.dirty = true);
        files(&sample, "2022-02-10", "2022-02-10")
    };
    let one = files_of_10("2022-02-10", "2022-02-10");
    assert_eq!(one.len(), Table::ALL.len());
    assert!(one == files_of_10("2022-02-06", "2022-02-12"));
}

#[test]
fn the_same_request_gives_the_same_bytes_on_one_thread_or_three() {
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let write = || written("2022-01-30", "2022-02-03", |request| request.demo_cases = true);
        files(&pool.install(write), "2022-01-30", "2022-02-03")
    };
    assert!(on(1) == on(3));
}

#[test]
fn the_tables_of_a_day_have_about_the_rows_asked_for() {
    let sample = written("2022-01-03", "2022-01-16", |request| request.rows_per_day = 6_000);
    for day in days("2022-01-03", "2022-01-16") {
        let tables = Table::ALL.iter().filter(|table| table.spec().presence != Presence::NewestSnapshot);
        let sum: usize = tables.map(|table| sample.rows(*table, day).len()).sum();
        assert!((5_100..6_900).contains(&sum), "{sum} rows on {day}");
    }
}

#[test]
fn a_partition_that_exists_is_not_mixed_with_another_sample() {
    let sample = written("2022-02-10", "2022-02-10", |_| ());
    let failure = write(&request(sample.0.path(), "2022-02-09", "2022-02-10")).unwrap_err();
    assert!(failure.to_string().contains("dt=2022-02-10"), "{failure}");
    assert!(sample.parts(Table::Payments, day("2022-02-09")).is_empty());
}

#[test]
fn all_that_is_wrong_with_a_request_is_said_at_once() {
    let request = |from, to| request(Path::new(""), from, to);
    assert!(request("2010-01-01", "2100-01-01").check().is_ok());
    let from_to = request("2100-01-02", "2009-12-31");
    let odd = Request { shops: 0, rows_per_day: 0, categories: Vec::new(), ..from_to };
    assert_eq!(odd.check().unwrap_err().findings.len(), 4);
    for (from, to) in [("2009-12-31", "2022-01-01"), ("2022-01-01", "2100-01-02"), ("2022-01-02", "2022-01-01")] {
        assert!(request(from, to).check().is_err(), "{from} to {to}");
    }
}
