//! A night reads only what is new, and writes only that.

use std::collections::BTreeSet;
use std::fs;
use std::time::SystemTime;

use super::watched::{
    PARTIALS, Stamps, TABLES, assert_as_from_scratch, recomputed, today, week_with_a_night, yesterday,
};
use crate::support::disk::files_named;
use crate::support::files::set_modified;
use crate::support::{Bench, Row, Table, at, payment, row};

/// One review of each of two shops.
fn other_reviews() -> Vec<Row> {
    let rated_at = || at(yesterday(), "09:00");
    vec![row![1, 1, 1, 5, 5, rated_at()], row![2, 2, 2, 1, 1, rated_at()]]
}

fn only(table_day: &str) -> (usize, BTreeSet<String>) {
    (1, [table_day.to_owned()].into())
}

#[test]
fn a_repeated_night_with_nothing_new_writes_nothing_even_if_it_reads_every_file() {
    let bench = week_with_a_night();
    let seen = || ["state", "out"].map(|folder| Stamps::of(&bench.path(folder)));
    let before = seen();
    for flags in [&[][..], &["--rehash"]] {
        let ended = bench.night(today(), flags);
        ended.assert_said("already current in ");
        assert_eq!(ended.partials(), (0, PARTIALS), "{flags:?}");
        assert_eq!(seen(), before, "{flags:?}");
        assert_eq!(bench.published().generations.len(), 1);
    }
}

#[test]
fn the_next_night_computes_only_the_new_days_partials() {
    let bench = Bench::week();
    bench.night(yesterday(), &[]).assert_done();
    let ended = bench.night(today(), &[]);
    assert_eq!(ended.partials(), (TABLES, PARTIALS - TABLES));
    assert_as_from_scratch(&bench, today());
}

#[test]
fn nights_from_the_last_to_the_first_compute_each_table_day_once() {
    let bench = Bench::week();
    let nights = (0..6).map(|days| {
        let as_of = today().plus(-days);
        let ended = bench.night(as_of, &[]);
        ended.assert_done();
        ended.partials().0
    });
    assert_eq!(nights.collect::<Vec<_>>(), [PARTIALS, TABLES, TABLES, TABLES, TABLES, TABLES]);
    for days in 0..6 {
        assert_as_from_scratch(&bench, today().plus(-days));
    }
}

#[test]
fn a_window_that_rolls_passes_64_bits_no_sooner_than_one_from_scratch() {
    let bench = Bench::week();
    // Two days that are never in one window, of which both in one sum would not fit.
    for day in [today().plus(-3), today()] {
        bench.put(Table::Payments, day, &[payment(1, 1, i64::MAX / 2 + 1, at(day, "09:00"))]);
    }
    bench.night(yesterday(), &[]).assert_done();
    assert_as_from_scratch(&bench, today());
    bench.night(today(), &[]).assert_done();
}

#[test]
fn a_late_rewrite_of_one_file_computes_its_table_day_alone() {
    let bench = week_with_a_night();
    bench.put(Table::Reviews, yesterday(), &other_reviews());
    assert_eq!(recomputed(&bench, &[]), only("reviews/2022-03-14"));
    assert!(bench.published().generations.len() > 1);
}

#[test]
fn a_second_part_file_computes_its_table_day_alone() {
    let bench = week_with_a_night();
    let second = bench.partition(Table::Payments, today()).join("part-1.parquet");
    fs::copy(bench.file(Table::Payments, yesterday()), second).unwrap();
    // Its rows are of another day.
    assert_eq!(recomputed(&bench, &["--set", "max_quarantined_percent=100"]), only("payments/2022-03-15"));
}

#[test]
fn a_touched_file_is_hashed_and_not_computed_again() {
    let bench = week_with_a_night();
    set_modified(&bench.file(Table::Refunds, yesterday()), SystemTime::UNIX_EPOCH);
    // It is described anew, so that the next night need not hash it.
    assert_eq!(recomputed(&bench, &[]), (0, ["refunds/2022-03-14".to_owned()].into()));
    assert_eq!(recomputed(&bench, &[]), (0, BTreeSet::new()));
}

#[test]
fn files_that_change_names_are_not_computed_again() {
    let bench = week_with_a_night();
    let file = bench.file(Table::Refunds, yesterday());
    fs::rename(&file, file.with_file_name("other.parquet")).unwrap();
    assert_eq!(recomputed(&bench, &[]).0, 0);
}

#[test]
fn what_is_made_to_order_computes_pickups_alone_and_only_on_its_days() {
    let bench = week_with_a_night();
    bench.add_rule("custom_made.csv", "2022-03-14,2022-03-14,茶");
    assert_eq!(recomputed(&bench, &[]), only("pickups/2022-03-14"));
    bench.ship_rule("custom_made.csv");
    assert_eq!(recomputed(&bench, &[]), only("pickups/2022-03-14"));
}

#[test]
fn rules_and_settings_that_reach_into_no_partial_compute_none() {
    let bench = week_with_a_night();
    bench.change_rule("tiers.csv", ",*,*,5,20", ",*,*,5,40");
    assert_eq!(recomputed(&bench, &[]), (0, BTreeSet::new()));
    bench.configure("window_days = 3\nappeal_effect_days = 0\nrank_within = 'assessment_category'");
    assert_eq!(recomputed(&bench, &[]), (0, BTreeSet::new()));
}

#[test]
fn another_time_zone_computes_all_again() {
    let bench = week_with_a_night();
    bench.configure("window_days = 3\ntime_zone = 'Asia/Tokyo'\nmax_quarantined_percent = 100");
    assert_eq!(recomputed(&bench, &[]).0, PARTIALS);
}

#[test]
fn the_same_night_again_reads_nothing_unless_what_readers_see_is_not_what_it_published() {
    let bench = week_with_a_night();
    let rows_of_shops = files_named(&bench.path("state/whole/shops"), "", ".parquet").swap_remove(0);
    fs::remove_file(&rows_of_shops).unwrap();
    let before = bench.published();
    bench.night(today(), &[]).assert_said("already current");
    assert!(!rows_of_shops.exists() && bench.published() == before);
    let published = bench.path("out/current/quality").join(format!("dt={}", today())).join("part-1.parquet");
    fs::write(published, "foreign").unwrap();
    bench.night(today(), &[]).assert_said("published as");
    assert!(rows_of_shops.exists() && bench.published().files == before.files);
}
