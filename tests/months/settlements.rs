//! Years settled from what is published, and settled again after a restatement.

use std::fs;

use crate::support::library::{ANNUAL_SETTLEMENTS, MONTH_END_SCORES};
use crate::support::{Bench, Cell, Span, Table, day, row};

const COLUMNS: [&str; 6] = ["shop_id", "provisional", "basis", "months_counted", "sales_fen", "top_sales_category"];

/// A later snapshot in which shop 1 left on 1 February, shop 2 joined and left in February, and shop 3 left on 27 January.
fn with_leavers() -> Bench {
    let bench = Bench::two_months();
    let shop = |shop: i64, joined_on: &str, left_on: Cell| row![shop, "店", "茶", Cell::Null, day(joined_on), left_on];
    let left = |on: &str| Cell::Date(day(on));
    bench.deliver(
        Table::Shops,
        day("2022-03-01"),
        &[
            shop(1, "2020-01-01", left("2022-02-01")),
            shop(2, "2022-02-01", left("2022-02-20")),
            shop(3, "2020-01-01", left("2022-01-27")),
            shop(4, "2020-01-01", left("2021-12-31")),
            shop(5, "2020-01-01", Cell::Null),
        ],
    );
    bench
}

#[test]
fn a_year_is_settled_by_the_scores_and_payments_up_to_the_as_of_day() {
    let bench = with_leavers();
    bench.said("backfill --from 2022-01-25 --to 2022-03-02");
    bench.run("settle --year 2022").assert_said("2022 as of 2022-03-02, provisional: 4 shops settled");
    // 100 yuan a day: 8 days to 1 February, 27 to 20 February, 3 to 27 January, 37 in all; days of leaving count.
    assert_eq!(
        bench.shown(&ANNUAL_SETTLEMENTS, "2022", &COLUMNS),
        [
            "1 true months_before_termination 1 80000 茶",
            "2 true no_fee 0 270000 茶",
            "3 true day_before_termination 1 30000 茶",
            "5 true year 2 370000 女装/女士精品",
        ]
    );
    bench.run("settle --year 2022 --as-of 2022-03-02").assert_said("already current");
}

#[test]
fn a_year_is_settled_without_old_payments_where_extracts_are_kept_only_so_long() {
    let (bench, whole) = (with_leavers(), with_leavers());
    for bench in [&bench, &whole] {
        bench.said("backfill --from 2022-01-25 --to 2022-03-02 --set extracts_kept_days=400");
    }
    let gone = Span { first: day("2022-01-25"), last: day("2022-02-19") };
    for payments in gone.days() {
        fs::remove_dir_all(bench.partition(Table::Payments, payments)).unwrap();
    }
    bench.said("settle --year 2022 --set extracts_kept_days=10");
    whole.said("settle --year 2022");
    assert!(bench.published().files == whole.published().files);

    fs::remove_file(bench.path("state/partials/payments/2022-02-01.json")).unwrap();
    let refused = bench.run("settle --year 2022 --set extracts_kept_days=10");
    refused.assert_refused(4, &[&["payments/dt=2022-02-01", "nothing sound is stored of it"]]);
}

#[test]
fn a_year_without_any_snapshot_is_not_settled() {
    let bench = Bench::two_months();
    bench.said("backfill --from 2022-01-30 --to 2022-02-01");
    fs::remove_dir_all(bench.path("extracts/shops")).unwrap();
    bench.run("settle --year 2022").assert_refused(4, &[&["found no shop snapshot"]]);
}

#[test]
fn a_restatement_brings_the_settlement_up_to_date() {
    let bench = Bench::two_months();
    bench.said("backfill --from 2022-01-28 --to 2022-03-02");
    bench.said("settle --year 2022");
    let average = || bench.shown(&ANNUAL_SETTLEMENTS, "2022", &["shop_id", "average_score", "months"]);
    let before = average();
    bench.appeal_reviews_of_shop_3();
    bench
        .run("restate --month-end 2022-01-31 --because appeals --knowledge-day 2022-03-01")
        .assert_said("annual_settlements 2022");
    let after = average();
    let changed: Vec<&str> = after.iter().filter(|row| !before.contains(row)).map(|row| &row[..1]).collect();
    let restated: Vec<String> = bench.shown(&MONTH_END_SCORES, "2022-01-31", &["shop_id", "revision"]);
    let restated: Vec<&str> = restated.iter().filter(|row| row.ends_with(" 2")).map(|row| &row[..1]).collect();
    assert_eq!(changed, restated);
    assert!(after[1].contains("revision: 2"), "a row names the revision that went into it: {}", after[1]);
}

#[test]
fn a_settlement_without_every_score_that_counts_is_refused() {
    let bench = with_leavers();
    bench.run("settle --year 2022").assert_refused(4, &[&["no published night of 2022"]]);
    bench.said("nightly --date 2022-02-28");
    bench.run("settle --year 2022 --as-of 2022-02-28").assert_refused(4, &[&["month_end_scores of 2022-01-31"]]);
    bench.said("nightly --date 2022-01-31");
    bench.run("settle --year 2022 --as-of 2022-03-01").assert_refused(4, &[&["scores of 2022-01-26"]]);
    bench.run("settle --year 2022 --as-of 2021-12-31").assert_refused(2, &[&["--as-of 2021-12-31"]]);
    bench.said("nightly --date 2022-01-26");
    bench.said("settle --year 2022 --as-of 2022-03-01");
}

#[test]
fn a_summary_of_a_year_shows_the_arithmetic_of_shops_that_left() {
    let bench = with_leavers();
    bench.said("backfill --from 2022-01-25 --to 2022-03-02");
    bench.run("summary --year 2022").assert_said("2022 is not settled yet");
    bench.said("settle --year 2022");
    let summary = bench.said("summary --year 2022");
    let line = summary.lines().find(|line| line.contains("shop 3, day_before_termination: (2022-01-26: ")).unwrap();
    assert!(line.contains(") / 1 = "), "{line}");
    assert!(summary.contains("shop 2, no_fee: no average"), "{summary}");
}
