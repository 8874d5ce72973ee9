//! What is gone or damaged in the state folder is made again, and a warning says so.

use std::fs;
use std::path::{Path, PathBuf};

use super::watched::{PARTIALS, assert_as_from_scratch, recomputed, today, week_with_a_night, yesterday};
use crate::support::disk::{files_named, flip_middle};
use crate::support::{Bench, Day, Table, at, row, shop_row};

/// The file of the sums of a stored partial.
fn sums_file(bench: &Bench, table: Table, day: Day) -> PathBuf {
    stored_file(bench, table, day, ".parquet")
}

/// The file of a stored partial with this ending.
fn stored_file(bench: &Bench, table: Table, day: Day, ending: &str) -> PathBuf {
    let folder = bench.path("state/partials").join(table.name());
    files_named(&folder, &format!("{day}-"), ending).swap_remove(0)
}

/// Runs the night, and checks that its one warning names the file that was damaged.
fn assert_made_again(bench: &Bench, damaged: &Path, computed: usize) {
    let damaged = damaged.strip_prefix(bench.path("")).unwrap().to_str().unwrap();
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
fn sums_that_are_damaged_deleted_or_another_day_s_are_computed_again() {
    type Damage = fn(&Bench, &Path);
    let damages: [Damage; 3] = [
        |_, sums| flip_middle(sums),
        |_, sums| fs::remove_file(sums).unwrap(),
        |bench, sums| fs::write(sums, fs::read(sums_file(bench, Table::Reviews, today())).unwrap()).unwrap(),
    ];
    for damage in damages {
        let bench = Bench::week();
        bench.put(Table::Reviews, today(), &[row![1, 1, 1, 5, 5, at(today(), "09:00")]]);
        bench.night(today(), &[]).assert_done();
        let sums = sums_file(&bench, Table::Reviews, yesterday());
        let sound = fs::read(&sums).unwrap();
        damage(&bench, &sums);
        // Without the window that the last night left, all sums are read.
        fs::remove_dir_all(bench.path("state/window")).unwrap();
        assert_made_again(&bench, &sums, 0);
        assert!(fs::read(&sums).unwrap() == sound);
    }
}

#[test]
fn what_is_damaged_is_made_again_and_a_day_without_its_description_is_computed_again() {
    for (file, computed) in [
        ("partials/reviews/2022-03-14.json", 1),
        ("window/payments.sealed", 0),
        // Answers to the appeals of a day.
        ("records/2022-03-15.sealed", 0),
    ] {
        let bench = week_with_a_night();
        let file = bench.path("state").join(file);
        flip_middle(&file);
        assert_made_again(&bench, &file, computed);
    }
}

#[test]
fn a_lost_state_folder_costs_a_night_from_scratch() {
    let bench = week_with_a_night();
    fs::remove_dir_all(bench.path("state")).unwrap();
    let (computed, written) = recomputed(&bench, &[]);
    assert_eq!((computed, written.len()), (PARTIALS, PARTIALS));
}

/// A week after a decision on a review of yesterday, for which the index of that day's reviews was made, and the file of it.
/// Since then another decision came, on a review that is not there.
fn week_with_an_index() -> (Bench, PathBuf) {
    let bench = week_with_a_night();
    decide(&bench, 1, 10, yesterday());
    bench.night(today(), &[]).assert_done();
    decide(&bench, 2, 404, yesterday());
    let index = stored_file(&bench, Table::Reviews, yesterday(), ".records");
    (bench, index)
}

/// Upholds an appeal of shop 1 on a review of a day, as the one decision of yesterday.
fn decide(bench: &Bench, appeal: i64, review: i64, reviewed: Day) {
    let decided_at = at(yesterday(), "23:00");
    bench.put(Table::Appeals, yesterday(), &[row![appeal, 1, "review", review, reviewed, true, decided_at]]);
}

#[test]
fn a_record_is_found_by_its_index_whether_it_is_there_or_not() {
    let (bench, index) = week_with_an_index();
    let written = fs::metadata(&index).unwrap().modified().unwrap();
    assert_as_from_scratch(&bench, today());
    assert_eq!(fs::metadata(&index).unwrap().modified().unwrap(), written);
}

#[test]
fn a_damaged_index_is_made_again() {
    let (bench, index) = week_with_an_index();
    let sound = fs::read(&index).unwrap();
    fs::write(&index, &sound[..20]).unwrap();
    assert_made_again(&bench, &index, 0);
    assert_eq!(fs::read(&index).unwrap(), sound);
}

/// Without the answers of the first decision, both records are looked up.
#[test]
fn an_index_of_another_day_is_made_again() {
    let (bench, index) = week_with_an_index();
    let sound = fs::read(&index).unwrap();
    let day = yesterday().plus(-1);
    decide(&bench, 3, 10, day);
    bench.night(today(), &[]).assert_done();
    fs::copy(stored_file(&bench, Table::Reviews, day, ".records"), &index).unwrap();
    decide(&bench, 2, 404, yesterday());
    fs::remove_dir_all(bench.path("state/records")).unwrap();
    assert_made_again(&bench, &index, 0);
    assert_eq!(fs::read(&index).unwrap(), sound);
}

#[test]
fn a_deleted_index_is_made_again() {
    let (bench, index) = week_with_an_index();
    fs::remove_file(&index).unwrap();
    bench.night(today(), &[]).assert_done();
    assert!(index.is_file());
    assert_as_from_scratch(&bench, today());
}

#[test]
fn what_a_delivery_replaced_is_forgotten_once_nothing_needs_it() {
    let bench = week_with_a_night();
    let snapshot = fs::read_dir(bench.path("extracts/shops")).unwrap().next().unwrap().unwrap().file_name();
    let snapshot: Day = snapshot.to_str().unwrap().strip_prefix("dt=").unwrap().parse().unwrap();
    let days = [("whole/shops", snapshot), ("whole/appeals", yesterday()), ("partials/reviews", yesterday())];
    let stored =
        || days.map(|(folder, day)| files_named(&bench.path("state").join(folder), &format!("{day}-"), ".parquet"));
    let before = stored();
    decide(&bench, 1, 10, yesterday());
    bench.put(Table::Shops, snapshot, &[1, 2, 3, 4, 5].map(|shop| shop_row(shop, "茶")));
    bench.put(Table::Reviews, yesterday(), &[row![1, 1, 1, 5, 5, at(yesterday(), "09:00")]]);
    bench.night(today(), &[]).assert_done();
    for (before, after) in before.into_iter().zip(stored()) {
        assert!(after.len() == 1 && before != after, "{before:?} {after:?}");
    }
}
