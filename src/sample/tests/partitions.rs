//! Partitions: their bytes, their sizes, and that none is mixed with another.

use super::{files, request, rows, written};
use crate::extracts::schema::Presence;
use crate::extracts::tables::Table;
use crate::sample::write;

#[test]
fn a_day_does_not_depend_on_the_range_asked_for() {
    let one = written("2022-02-10", "2022-02-10", |request| request.dirty = true);
    let seven = written("2022-02-06", "2022-02-12", |request| request.dirty = true);
    let (one, seven) = (files(one.path()), files(seven.path()));
    assert_eq!(one.len(), Table::ALL.len());
    for (name, bytes) in one {
        assert!(seven[&name] == bytes, "{name} differs");
    }
}

#[test]
fn the_same_request_gives_the_same_bytes_on_one_thread_or_three() {
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        files(pool.install(|| written("2022-01-30", "2022-02-03", |request| request.occasions = true)).path())
    };
    assert!(on(1) == on(3));
}

#[test]
fn the_tables_of_a_day_have_about_the_rows_asked_for() {
    let folder = written("2022-01-03", "2022-01-16", |request| request.rows_per_day = 6_000);
    for day in request(folder.path(), "2022-01-03", "2022-01-16").days() {
        let tables = Table::ALL.iter().filter(|table| table.spec().presence != Presence::NewestSnapshot);
        let sum: usize = tables.map(|table| rows(folder.path(), *table, day).num_rows()).sum();
        assert!((5_100..6_900).contains(&sum), "{sum} rows on {day}");
    }
}

#[test]
fn a_partition_that_exists_is_not_mixed_with_another_sample() {
    let folder = written("2022-02-10", "2022-02-10", |_| ());
    let failure = write(&request(folder.path(), "2022-02-09", "2022-02-10")).unwrap_err();
    assert!(failure.to_string().contains("dt=2022-02-10"), "{failure}");
    assert!(!folder.path().join("payments/dt=2022-02-09").exists());
}
