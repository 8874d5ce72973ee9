//! The limits of quarantined rows, of shops without a score, and of days that are far too small.

use shopscore::extracts::tables::Table;

use crate::support::bench::Bench;
use crate::support::marketplace::{AS_OF, payment, shop_row};
use crate::support::rows::{Cell, Row, at, day};
use crate::{A_DAY, REJECTED, assert_refused, assert_scored};

/// Payments of [`A_DAY`]: `rows` of them, of which the first `negative` break a rule.
fn payments(rows: i64, negative: i64) -> Vec<Row> {
    let amount_fen = |order| if order < negative { -1 } else { 100 };
    (0..rows).map(|order| payment(order, 1 + order % 5, amount_fen(order), at(day(A_DAY), "10:00"))).collect()
}

#[test]
fn more_than_1_percent_and_20_rows_quarantined_stop_the_run_and_only_both() {
    let with = |rows: i64, negative: i64| {
        move |bench: &Bench| bench.put(Table::Payments, day(A_DAY), &payments(rows, negative))
    };
    assert_scored(with(20, 20), &[]);
    assert_scored(with(2_100, 21), &[]);
    assert_refused(
        with(2_099, 21),
        &[],
        REJECTED,
        &[&[
            "21 of 2099 rows of payments dt=2022-03-14 quarantined (21 out_of_range, first amount_fen -1 (order_id 0))",
            "at most 1 %",
            "20 rows",
        ]],
    );
}

#[test]
fn the_limits_of_quarantined_rows_are_settings() {
    let with = |bench: &Bench| bench.put(Table::Payments, day(A_DAY), &payments(10, 2));
    let limits = |percent: &str, rows: &str| {
        let percent = format!("max_quarantined_percent={percent}");
        let rows = format!("max_quarantined_rows={rows}");
        ["--set".to_owned(), percent, "--set".to_owned(), rows]
    };
    for (percent, rows) in [("20", "1"), ("19.9999", "2"), ("100", "0")] {
        assert_scored(with, &limits(percent, rows).each_ref().map(String::as_str));
    }
    assert_refused(
        with,
        &limits("19.9999", "1").each_ref().map(String::as_str),
        REJECTED,
        &[&["2 of 10 rows of payments dt=2022-03-14 quarantined"]],
    );
}

#[test]
fn every_table_day_beyond_the_limit_is_listed_with_its_reasons() {
    assert_refused(
        |bench| {
            let mut rows = payments(30, 30);
            rows[0][0] = Cell::Null;
            bench.put(Table::Payments, day(A_DAY), &rows);
            let twice = vec![shop_row(1, "茶"); 40];
            bench.put(Table::Shops, day(AS_OF), &twice);
        },
        &[],
        REJECTED,
        &[
            &["39 of 40 rows of shops dt=2022-03-15 quarantined (39 duplicate_key, first shop_id 1)"],
            &[
                "30 of 30 rows of payments dt=2022-03-14 quarantined (1 null_key, 29 out_of_range, first order_id null)",
            ],
        ],
    );
}

#[test]
fn more_than_5_percent_of_shops_without_a_score_stop_the_run() {
    let with_a_sixth = |bench: &Bench| {
        let mut shops: Vec<Row> = (1..=5).map(|shop| shop_row(shop, "茶")).collect();
        shops.push(shop_row(6, "没有这个类目"));
        bench.put(Table::Shops, day(AS_OF), &shops);
    };
    let finding: &[&str] = &["1 of 6 present shops without a score", "(max_unscored_percent)"];
    assert_refused(with_a_sixth, &[], REJECTED, &[finding]);
    assert_refused(with_a_sixth, &["--set", "max_unscored_percent=16.6666"], REJECTED, &[finding]);
    assert_scored(with_a_sixth, &["--set", "max_unscored_percent=16.6667"]);
}

#[test]
fn a_day_with_less_than_a_fifth_of_the_median_day_s_rows_stops_the_run() {
    let with = |rows: i64| move |bench: &Bench| bench.put(Table::Payments, day(A_DAY), &payments(rows, 0));
    let from_ten_rows = ["--set", "min_rows_median=10"];
    assert_scored(with(2), &from_ten_rows);
    assert_refused(
        with(1),
        &from_ten_rows,
        REJECTED,
        &[&[
            "1 rows of payments dt=2022-03-14",
            "at least 20 % (min_rows_percent) of the median day's 10 rows",
        ]],
    );
    assert_refused(
        with(0),
        &from_ten_rows,
        REJECTED,
        &[&["0 rows of payments dt=2022-03-14", "at least 20 %"]],
    );
    assert_scored(with(1), &["--set", "min_rows_median=11"]);
    assert_scored(with(1), &[]);
    assert_scored(with(1), &["--set", "min_rows_median=10", "--set", "min_rows_percent=10"]);
}
