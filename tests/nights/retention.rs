//! Old extracts are deleted where a setting says that they are kept only so long: nights are the same nights without them,
//! and what cannot be served is refused.

use std::fs;
use std::path::PathBuf;

use super::watched::today;
use crate::support::disk::{files_named, remove};
use crate::support::{Bench, Day, Marketplace, Table, at, day, row, shop_row};

const MISSING: i32 = 4;
/// Extracts are kept for two days before the newest; the window has five.
const KEPT: &str = "window_days = 5\nmax_unscored_percent = 50\nextracts_kept_days = 2";
const FOREVER: &str = "window_days = 5\nmax_unscored_percent = 50";
/// While all extracts are there.
const KEPT_LONG: &str = "window_days = 5\nmax_unscored_percent = 50\nextracts_kept_days = 30";

/// Nine days to today. On the 11th there were no disputes and one more review, which is set aside; on the 12th there were no
/// appeals. Snapshots are of the 7th, 10th and 13th, the last with a new shop.
fn marketplace() -> Marketplace {
    let mut marketplace = Marketplace::sound_over(9);
    let shops = marketplace.rows.remove(&(Table::Shops, today())).unwrap();
    for age_days in [8, 5] {
        marketplace.rows.insert((Table::Shops, today().plus(-age_days)), shops.clone());
    }
    let more = [shops, vec![shop_row(6, "茶")]].concat();
    marketplace.rows.insert((Table::Shops, today().plus(-2)), more);
    marketplace.rows.remove(&(Table::Disputes, day("2022-03-11")));
    marketplace.rows.remove(&(Table::Appeals, day("2022-03-12")));
    let reviewed = day("2022-03-11");
    let reviews = marketplace.rows.get_mut(&(Table::Reviews, reviewed)).unwrap();
    reviews.push(row![77, 10, 1, 9, 9, at(reviewed, "20:00")]);
    marketplace
}

/// All extracts, after the nights of three days, with settings for them and for what comes after.
fn three_nights(then: &str, after: &str) -> Bench {
    let bench = Bench::of(marketplace());
    bench.configure(then);
    for age_days in [3, 2, 1] {
        bench.night(today().plus(-age_days), &[]).assert_done();
    }
    bench.configure(after);
    bench
}

/// Deletes all partitions that are more than two days older than the newest of their table.
fn delete_old_extracts(bench: &Bench) {
    for table in Table::ALL {
        let folder = bench.path("extracts").join(table.name());
        let days = files_named(&folder, "dt=", "");
        let day_of = |path: &PathBuf| -> Day { path.to_str().unwrap().split_once("dt=").unwrap().1.parse().unwrap() };
        let newest = day_of(days.last().unwrap());
        for old in days.iter().filter(|path| day_of(path) < newest.plus(-2)) {
            fs::remove_dir_all(old).unwrap();
        }
    }
}

/// Appeals decided yesterday on reviews of the 11th: one that is there, one that is not, one of another shop, and one
/// that was set aside.
fn decide(bench: &Bench) {
    let decided = today().plus(-1);
    let decision =
        |(appeal, review): (i64, i64)| row![appeal, 1, "review", review, day("2022-03-11"), true, at(decided, "22:00")];
    bench.put(Table::Appeals, decided, &[(901, 10), (902, 404), (903, 20), (904, 77)].map(decision));
}

/// Runs nights on `bench`, and in a bench that has all its extracts from scratch, and compares all that they publish.
fn assert_as_with_extracts(bench: &Bench, nights: &[Day]) {
    let whole = Bench::of(marketplace());
    whole.configure(FOREVER);
    decide(&whole);
    for as_of in nights {
        let flags = ["--out", "compared"];
        bench.night(*as_of, &flags).assert_done();
        whole.night(*as_of, &flags).assert_done();
    }
    let [one, other] = [bench, &whole].map(|bench| bench.published_under("compared").files);
    assert!(!other.is_empty());
    assert!(one == other);
}

#[test]
fn nights_without_old_extracts_are_the_nights_with_them() {
    // Of the night three days ago the snapshot is gone, too.
    for nights in [[today(), today().plus(-1)], [today().plus(-3), today()]] {
        let bench = three_nights(KEPT_LONG, KEPT);
        decide(&bench);
        delete_old_extracts(&bench);
        assert!(!bench.partition(Table::Reviews, day("2022-03-12")).exists());
        assert!(!bench.partition(Table::Shops, day("2022-03-10")).exists());
        assert_as_with_extracts(&bench, &nights);
    }
}

#[test]
fn what_was_stored_before_the_setting_serves_too_once_a_night_has_run_with_it() {
    let bench = three_nights(FOREVER, KEPT_LONG);
    bench.night(today().plus(-1), &[]).assert_done();
    bench.configure(KEPT);
    decide(&bench);
    delete_old_extracts(&bench);
    assert_as_with_extracts(&bench, &[today()]);
}

#[test]
fn the_setting_alone_changes_nothing() {
    let bench = Bench::of(marketplace());
    bench.configure(KEPT_LONG);
    decide(&bench);
    assert_as_with_extracts(&bench, &[today()]);
}

#[test]
fn nothing_is_stale_where_extracts_are_gone() {
    let bench = three_nights(KEPT_LONG, KEPT);
    delete_old_extracts(&bench);
    assert_eq!(bench.said("backfill --stale"), "no published night is stale\n");
    let state = bench.said("state --format csv");
    let counts: Vec<Vec<&str>> = state.lines().skip(1).map(|row| row.split(',').skip(6).collect()).collect();
    assert!(counts.iter().all(|counts| counts[1] == "0"), "{state}");
    assert!(counts.iter().any(|counts| counts[0] != "0"), "some are without extracts: {state}");
    bench
        .run("state --set time_zone=UTC")
        .assert_said("reviews 2022-03-12: settings or rules changed, and its extracts are gone");
    bench.configure(FOREVER);
    bench.run("state").assert_said("reviews 2022-03-12: its extracts are gone");
}

#[test]
fn a_day_that_is_there_is_read_however_old() {
    let bench = three_nights(KEPT_LONG, KEPT);
    let old = day("2022-03-11");
    bench.put(Table::Reviews, old, &[row![1, 1, 1, 5, 5, at(old, "09:00")]]);
    assert_eq!(bench.night(today(), &[]).partials().0, 7, "six of today and the rewritten one");
}

#[test]
fn a_day_that_is_neither_there_nor_stored_is_missing() {
    let bench = three_nights(KEPT_LONG, KEPT);
    delete_old_extracts(&bench);
    fs::remove_file(bench.path("state/partials/reviews/2022-03-12.json")).unwrap();
    fs::remove_file(bench.path("state/whole/appeals/2022-03-11.json")).unwrap();
    fs::remove_file(bench.path("state/lacking.json")).unwrap();
    let none = "and nothing sound is stored of it";
    let findings: [&[&str]; 4] = [
        &["reviews/dt=2022-03-12: found no partition dt=2022-03-12", none, "deliver the day again"],
        &["disputes/dt=2022-03-11", none, "greater extracts_kept_days"],
        &["appeals/dt=2022-03-11", none],
        &["appeals/dt=2022-03-12", none],
    ];
    bench.night(today(), &[]).assert_refused(MISSING, &findings);
}

#[test]
fn a_day_that_was_stored_under_other_settings_is_missing() {
    let bench = three_nights(KEPT_LONG, KEPT);
    delete_old_extracts(&bench);
    let ended = bench.night(today(), &["--set", "time_zone=UTC", "--set", "max_quarantined_percent=100"]);
    assert_eq!(ended.code, Some(MISSING), "{}", ended.stderr);
    let of_reviews = ended.stderr.lines().find(|line| line.contains("reviews/dt=2022-03-12")).unwrap();
    assert!(of_reviews.contains("stored of it was made under other settings or rules"), "{of_reviews}");
}

#[test]
fn a_day_within_the_limit_is_missing_as_without_the_setting() {
    let bench = three_nights(KEPT_LONG, KEPT);
    fs::remove_dir_all(bench.partition(Table::Reviews, day("2022-03-13"))).unwrap();
    let finding: &[&str] = &["extracts/reviews: found no partition dt=2022-03-13"];
    bench.night(today(), &[]).assert_refused(MISSING, &[finding]);
}

#[test]
fn lost_sums_rows_and_indexes_of_records_are_refused() {
    for (folder, ending, place, none) in [
        ("partials/payments", "parquet", "payments/dt=2022-03-11", "no sound sums stored of it"),
        ("whole/appeals", "parquet", "appeals/dt=2022-03-11", "no sound rows stored of it"),
        ("partials/reviews", "records", "reviews/dt=2022-03-11", "no sound index of records stored of it"),
    ] {
        let bench = three_nights(KEPT_LONG, KEPT);
        decide(&bench);
        delete_old_extracts(&bench);
        for file in files_named(&bench.path("state").join(folder), "2022-03-11-", ending) {
            fs::remove_file(file).unwrap();
        }
        // Without the sums of the last window all are asked for.
        remove(&bench.path("state/window"));
        let ended = bench.night(today(), &[]);
        assert_eq!(ended.code, Some(MISSING), "{}", ended.stderr);
        assert!(ended.stderr.contains(place) && ended.stderr.contains(none), "{}", ended.stderr);
    }
}

#[test]
fn a_damaged_list_of_empty_days_is_kept_until_a_night_needs_it_no_more() {
    let bench = three_nights(KEPT_LONG, KEPT);
    delete_old_extracts(&bench);
    let list = bench.path("state/lacking.json");
    fs::write(&list, "damaged").unwrap();
    for _ in 0..2 {
        let ended = bench.night(today(), &[]);
        assert_eq!(ended.code, Some(MISSING), "{}", ended.stderr);
        assert!(ended.stderr.contains("put it back as it was backed up"), "{}", ended.stderr);
        assert_eq!(fs::read(&list).unwrap(), b"damaged");
    }
}
