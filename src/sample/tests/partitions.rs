//! Partitions: their bytes, their sizes, and that none is mixed with another.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{day, days, parts, request, rows, written};
use crate::extracts::schema::Presence;
use crate::extracts::tables::Table;
use crate::sample::write;

/// The bytes of every part file of some days, by its path below `out`.
fn files(out: &Path, from: &str, to: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let table_days = days(from, to).flat_map(|day| Table::ALL.map(|table| (table, day)));
    let parts = table_days.flat_map(|(table, day)| parts(out, table, day));
    parts.map(|part| (part.strip_prefix(out).unwrap().to_owned(), fs::read(&part).unwrap())).collect()
}

#[test]
fn a_day_does_not_depend_on_the_range_asked_for() {
    let files_of_10 = |from, to| {
        let folder = written(from, to, |request| request.dirty = true);
        files(folder.path(), "2022-02-10", "2022-02-10")
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
        files(pool.install(write).path(), "2022-01-30", "2022-02-03")
    };
    assert!(on(1) == on(3));
}

#[test]
fn the_tables_of_a_day_have_about_the_rows_asked_for() {
    let folder = written("2022-01-03", "2022-01-16", |request| request.rows_per_day = 6_000);
    for day in days("2022-01-03", "2022-01-16") {
        let tables = Table::ALL.iter().filter(|table| table.spec().presence != Presence::NewestSnapshot);
        let sum: usize = tables.map(|table| rows(folder.path(), *table, day).len()).sum();
        assert!((5_100..6_900).contains(&sum), "{sum} rows on {day}");
    }
}

#[test]
fn a_partition_that_exists_is_not_mixed_with_another_sample() {
    let folder = written("2022-02-10", "2022-02-10", |_| ());
    let failure = write(&request(folder.path(), "2022-02-09", "2022-02-10")).unwrap_err();
    assert!(failure.to_string().contains("dt=2022-02-10"), "{failure}");
    assert!(parts(folder.path(), Table::Payments, day("2022-02-09")).is_empty());
}
