//! What is gone or damaged in the state folder is made again, and a warning says so.

use std::fs;
use std::path::PathBuf;

use shopscore::domain::Day;
use shopscore::extracts::tables::Table;

use crate::support::bench::Bench;
use crate::support::rows::{at, row};
use crate::watched::{
    PARTIALS, assert_as_from_scratch, recomputed, today, week, week_with_a_night, yesterday,
};

/// The file of the sums of a stored partial.
fn sums_file(bench: &Bench, table: Table, day: Day) -> PathBuf {
    let entries = fs::read_dir(bench.path("state/partials").join(table.name())).unwrap();
    let mut paths = entries.map(|entry| entry.unwrap().path());
    let prefix = format!("{day}-");
    paths.find(|path| path.file_name().unwrap().to_str().unwrap().starts_with(&prefix)).unwrap()
}

fn flip_last_byte(path: &PathBuf) {
    let mut bytes = fs::read(path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(path, bytes).unwrap();
}

/// Damages files, runs the night, and checks that its one warning names what was damaged.
fn assert_made_again(bench: &Bench, damaged: &str, computed: usize) {
    let ended = bench.night(today(), &[]);
    ended.assert_done();
    assert_eq!(ended.partials(), (computed, PARTIALS - computed));
    let warnings: Vec<&str> = ended.stderr.lines().collect();
    assert!(warnings.len() == 1 && warnings[0].contains("WARN"), "{warnings:?}");
    assert!(warnings[0].contains(damaged), "{damaged} in {warnings:?}");
    assert_as_from_scratch(bench, today());
    let again = bench.night(today(), &[]);
    assert_eq!(again.stderr, "", "what was made again is not damaged");
}

#[test]
fn damaged_sums_are_computed_again() {
    let bench = week_with_a_night();
    let sums = sums_file(&bench, Table::Consultations, yesterday());
    flip_last_byte(&sums);
    let sound = fs::read(sums_file(&week_with_a_night(), Table::Consultations, yesterday())).unwrap();
    // Without the window that the last night left, all sums are read.
    fs::remove_dir_all(bench.path("state/window")).unwrap();
    assert_made_again(&bench, sums.file_name().unwrap().to_str().unwrap(), 0);
    assert_eq!(fs::read(&sums).unwrap(), sound);
}

#[test]
fn deleted_sums_are_computed_again() {
    let bench = week_with_a_night();
    let sums = sums_file(&bench, Table::Payments, yesterday());
    fs::remove_file(&sums).unwrap();
    fs::remove_dir_all(bench.path("state/window")).unwrap();
    assert_made_again(&bench, sums.file_name().unwrap().to_str().unwrap(), 0);
    assert!(sums.is_file());
}

#[test]
fn readable_sums_that_are_not_those_that_were_written_are_computed_again() {
    let bench = week();
    bench.put(Table::Reviews, today(), &[row![1, 1, 1, 5, 5, at(today(), "09:00")]]);
    bench.night(today(), &[]).assert_done();
    let sums = sums_file(&bench, Table::Reviews, yesterday());
    fs::copy(sums_file(&bench, Table::Reviews, today()), &sums).unwrap();
    fs::remove_dir_all(bench.path("state/window")).unwrap();
    assert_made_again(&bench, sums.file_name().unwrap().to_str().unwrap(), 0);
}

#[test]
fn a_damaged_description_is_made_again_with_its_partial() {
    let bench = week_with_a_night();
    flip_last_byte(&bench.path("state/partials/reviews/2022-03-14.json"));
    assert_made_again(&bench, "state/partials/reviews/2022-03-14.json", 1);
}

#[test]
fn a_damaged_window_is_added_up_again() {
    let bench = week_with_a_night();
    flip_last_byte(&bench.path("state/window/payments.sealed"));
    assert_made_again(&bench, "state/window/payments.sealed", 0);
}

#[test]
fn damaged_answers_to_appeals_are_looked_up_again() {
    let bench = week_with_a_night();
    flip_last_byte(&bench.path("state/records/disputes.parquet.sealed"));
    assert_made_again(&bench, "state/records/disputes.parquet.sealed", 0);
}

#[test]
fn damaged_answers_that_no_appeal_asks_for_are_made_again_too() {
    let bench = week_with_a_night();
    flip_last_byte(&bench.path("state/records/reviews.parquet.sealed"));
    assert_made_again(&bench, "state/records/reviews.parquet.sealed", 0);
}

#[test]
fn a_lost_state_folder_costs_a_night_from_scratch() {
    let bench = week_with_a_night();
    fs::remove_dir_all(bench.path("state")).unwrap();
    let (computed, written) = recomputed(&bench, &[]);
    assert_eq!((computed, written.len()), (PARTIALS, PARTIALS));
}
