//! The limits of quarantined rows, of shops without a score, and of days that are far too small or empty: fault 33.

use super::{assert_refused_for_rows, assert_scored, payments};
use crate::support::{A_DAY, AS_OF, Bench, Cell, Row, Table, day, shop_row};

/// Payments of [`A_DAY`]: `rows` of them, of which the first `negative` break a rule.
fn with(rows: i64, negative: usize) -> impl Fn(&Bench) {
    let rows = payments(A_DAY, rows, negative, |row| row[3] = Cell::Integer(-1));
    move |bench| bench.put(Table::Payments, day(A_DAY), &rows)
}

#[test]
fn more_than_1_percent_and_20_rows_quarantined_stop_the_run_and_only_both() {
    assert_scored(&[], with(20, 20));
    assert_scored(&[], with(2_100, 21));
    assert_refused_for_rows(
        &[],
        with(2_099, 21),
        &[&[
            "21 of 2099 rows of payments dt=2022-03-14 quarantined (21 out_of_range, first amount_fen -1 (order_id 0))",
            "at most 1 %",
            "20 rows",
        ]],
    );
}

#[test]
fn the_limits_of_quarantined_rows_are_settings() {
    let limits = |percent: &str, rows: &str| {
        [format!("--set=max_quarantined_percent={percent}"), format!("--set=max_quarantined_rows={rows}")]
    };
    for (percent, rows) in [("20", "1"), ("19.9999", "2"), ("100", "0")] {
        assert_scored(&limits(percent, rows).each_ref().map(String::as_str), with(10, 2));
    }
    assert_refused_for_rows(
        &limits("19.9999", "1").each_ref().map(String::as_str),
        with(10, 2),
        &[&["2 of 10 rows of payments dt=2022-03-14 quarantined"]],
    );
}

#[test]
fn every_table_day_beyond_the_limit_is_listed_with_its_reasons() {
    assert_refused_for_rows(
        &[],
        |bench| {
            let mut rows = payments(A_DAY, 30, 30, |row| row[3] = Cell::Integer(-1));
            rows[0][0] = Cell::Null;
            bench.put(Table::Payments, day(A_DAY), &rows);
            bench.put(Table::Shops, day(AS_OF), &vec![shop_row(1, "茶"); 40]);
        },
        &[
            &["39 of 40 rows of shops dt=2022-03-15 quarantined (39 duplicate_key, first shop_id 1)"],
            &["30 of 30 rows of payments dt=2022-03-14 quarantined (1 null_key, 29 out_of_range, first order_id null)"],
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
    assert_refused_for_rows(&[], with_a_sixth, &[finding]);
    assert_refused_for_rows(&["--set", "max_unscored_percent=16.6666"], with_a_sixth, &[finding]);
    assert_scored(&["--set", "max_unscored_percent=16.6667"], with_a_sixth);
}

#[test]
fn fault_33_a_day_with_less_than_a_fifth_of_the_median_day_s_rows_stops_the_run() {
    let from_ten_rows = ["--set", "min_rows_median=10"];
    assert_scored(&from_ten_rows, with(2, 0));
    for rows in [1, 0] {
        let found = format!("{rows} rows of payments dt=2022-03-14");
        let wanted = "at least 20 % (min_rows_percent) of the median day's 10 rows";
        assert_refused_for_rows(&from_ten_rows, with(rows, 0), &[&[&found, wanted]]);
    }
    assert_scored(&["--set", "min_rows_median=11"], with(1, 0));
    assert_scored(&[], with(1, 0));
    assert_scored(&["--set", "min_rows_median=10", "--set", "min_rows_percent=10"], with(1, 0));
}
