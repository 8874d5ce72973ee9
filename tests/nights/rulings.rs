//! Appeals: a decision of today takes out a record of weeks ago, and the partial of that day stays.

use std::fs;

use super::clean;
use super::watched::{Stamps, TABLES, today};
use crate::support::library::{INDICATORS, QUALITY};
use crate::support::{AS_OF, Bench, Cell, Day, Marketplace, Row, Span, Table, at, row};

const LONG_WINDOW_DAYS: i32 = 30;
const ALL_PARTIALS: usize = 30 * TABLES;

/// A month after its last night; decisions take effect at once.
fn month() -> Bench {
    let bench = Bench::of(Marketplace::sound_over(LONG_WINDOW_DAYS));
    bench.configure(&format!("window_days = {LONG_WINDOW_DAYS}\nappeal_effect_days = 0"));
    bench.put(Table::Appeals, today(), &[]);
    bench.night(today(), &[]).assert_done();
    bench
}

fn weeks_ago() -> Day {
    today().plus(-20)
}

/// A decision of today on shop 2's review of 20 days ago.
fn decision(appeal: i64, upheld: bool, time: &str) -> Row {
    row![appeal, 2, "review", 20, weeks_ago(), upheld, at(today(), time)]
}

fn night(bench: &Bench) -> (usize, usize) {
    let ended = bench.night(today(), &[]);
    ended.assert_done();
    ended.partials()
}

fn assert_as_from_scratch(bench: &Bench) {
    clean::compare(bench, Span::ending(today(), LONG_WINDOW_DAYS), &[]).unwrap();
}

/// Numerator and denominator of shop 2's product rating: the sum and the count of its stars.
fn stars(bench: &Bench) -> (i64, i64) {
    let rows = bench.shown(&INDICATORS, AS_OF, &["shop_id", "indicator", "numerator", "denominator"]);
    let stars = rows.iter().find_map(|row| row.strip_prefix("2 product_rating ")?.split_once(' ')).unwrap();
    (stars.0.parse().unwrap(), stars.1.parse().unwrap())
}

/// How many appeals of today speak of no record.
fn unmatched(bench: &Bench) -> i64 {
    let rows = bench.shown(&QUALITY, AS_OF, &["reason", "row_count"]);
    rows.iter().filter_map(|row| row.strip_prefix("unmatched_appeal ")?.parse::<i64>().ok()).sum()
}

#[test]
fn an_appeal_for_key_0_does_not_find_a_row_without_a_key() {
    let bench = month();
    let rows = [
        row![20, 20, 2, 2, 2, at(weeks_ago(), "20:00")],
        // The last one: what a reader leaves in the place of a key that is not there is a 0 then.
        row![Cell::Null, 20, 2, 1, 1, at(weeks_ago(), "20:00")],
    ];
    bench.put(Table::Reviews, weeks_ago(), &rows);
    night(&bench);
    bench.put(Table::Appeals, today(), &[row![9, 2, "review", 0, weeks_ago(), true, at(today(), "12:00")]]);
    night(&bench);
    assert_eq!(unmatched(&bench), 1);
    assert_as_from_scratch(&bench);
}

#[test]
fn an_appeal_decided_today_takes_out_a_record_of_20_days_ago_without_computing_a_partial() {
    let bench = month();
    // One review of 2 stars a day.
    assert_eq!(stars(&bench), (60, 30));
    // What is new is the index in which the record was found.
    let partials = || Stamps::of(&bench.path("state/partials")).without("records");
    let before = partials();
    bench.put(Table::Appeals, today(), &[decision(900, true, "12:00")]);
    assert_eq!(night(&bench), (0, ALL_PARTIALS));
    assert_eq!(stars(&bench), (58, 29));
    assert_eq!(partials(), before);
    assert_as_from_scratch(&bench);
}

#[test]
fn a_later_rejection_brings_the_record_back() {
    let bench = month();
    bench.put(Table::Appeals, today(), &[decision(900, true, "12:00")]);
    night(&bench);
    bench.put(Table::Appeals, today(), &[decision(900, true, "12:00"), decision(901, false, "13:00")]);
    assert_eq!(night(&bench), (0, ALL_PARTIALS));
    assert_eq!((stars(&bench), unmatched(&bench)), ((60, 30), 0));
    assert_as_from_scratch(&bench);
}

#[test]
fn an_appeal_whose_record_was_rewritten_away_becomes_unmatched() {
    let bench = month();
    bench.put(Table::Appeals, today(), &[decision(900, true, "12:00")]);
    night(&bench);
    assert_eq!(unmatched(&bench), 0);
    let reviews = |review: i64| [row![review, 20, 2, 2, 2, at(weeks_ago(), "20:00")]];
    bench.put(Table::Reviews, weeks_ago(), &reviews(21));
    assert_eq!(night(&bench), (1, ALL_PARTIALS - 1));
    assert_eq!((stars(&bench), unmatched(&bench)), ((60, 30), 1));
    assert_as_from_scratch(&bench);
    bench.put(Table::Reviews, weeks_ago(), &reviews(20));
    assert_eq!(night(&bench), (1, ALL_PARTIALS - 1));
    assert_eq!((stars(&bench), unmatched(&bench)), ((58, 29), 0));
    assert_as_from_scratch(&bench);
}

#[test]
fn answers_of_another_version_of_the_partial_are_not_believed() {
    let bench = month();
    bench.put(Table::Appeals, today(), &[decision(900, true, "12:00")]);
    night(&bench);
    let answers = bench.path("state/records").join(format!("{}.sealed", today()));
    let of_2_stars = fs::read(&answers).unwrap();
    bench.put(Table::Reviews, weeks_ago(), &[row![20, 20, 2, 5, 5, at(weeks_ago(), "20:00")]]);
    night(&bench);
    fs::write(&answers, of_2_stars).unwrap();
    night(&bench);
    assert_eq!(stars(&bench), (58, 29));
    assert_as_from_scratch(&bench);
}
