//! Partitions: their bytes, their sizes, that none is mixed with another, and what is refused before.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Request, Table, day, days, request, write, written};
use crate::extracts::schema::Presence;

#[test]
fn bytes_depend_neither_on_the_range_asked_for_nor_on_the_threads() {
    let files = |(from, to), threads, (first, last)| -> Vec<(PathBuf, Vec<u8>)> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let sample = pool.install(|| written(from, to, |request| (request.dirty, request.demo_cases) = (true, true)));
        let table_days = days(first, last).flat_map(|day| Table::ALL.map(|table| (table, day)));
        let parts = table_days.flat_map(|(table, day)| sample.parts(table, day));
        parts.map(|part| (part.strip_prefix(&sample.0).unwrap().to_owned(), fs::read(&part).unwrap())).collect()
    };
    let (week, monday) = (("2022-02-06", "2022-02-12"), ("2022-02-07", "2022-02-07"));
    assert!(files(week, 1, week) == files(week, 3, week), "threads");
    let alone = files(monday, 1, monday);
    assert!(alone.len() >= Table::ALL.len());
    assert!(alone == files(week, 3, monday), "range");
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
