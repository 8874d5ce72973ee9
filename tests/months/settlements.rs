//! Years settled from what is published, and settled again after a restatement.

use std::fs;

use crate::support::library::{ANNUAL_SETTLEMENTS, MONTH_END_SCORES, SCORES, read_partition};
use crate::support::{Bench, Cell, Marketplace, Span, Table, at, day, files, row, shop_row};

const COLUMNS: [&str; 8] = [
    "shop_id",
    "shop_name",
    "provisional",
    "basis",
    "months_counted",
    "sales_fen",
    "top_sales_category",
    "charged_months",
];

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
    // 100 yuan a day: 8 days to 1 February, 27 to 20 February, 3 to 27 January, 37 in all; days of leaving count. Charged are
    // the months up to that of leaving, or so far, and none of shop 2, which left in the month that it joined in.
    assert_eq!(
        bench.shown(&ANNUAL_SETTLEMENTS, "2022", &COLUMNS),
        [
            "1 店 true months_before_termination 1 80000 茶 2",
            "2 店 true no_fee 0 270000 茶 0",
            "3 店 true day_before_termination 1 30000 茶 1",
            "5 店 true year 2 370000 女装/女士精品 3",
        ]
    );
    bench.run("settle --year 2022 --as-of 2022-03-02").assert_said("already current");
}

#[test]
fn a_setting_has_the_fee_go_by_the_year_and_no_night_depends_on_it() {
    let bench = with_leavers();
    bench.said("backfill --from 2022-01-25 --to 2022-03-02");
    bench.said("settle --year 2022");
    let fees = || bench.shown(&ANNUAL_SETTLEMENTS, "2022", &["shop_id", "charged_months", "annual_fee_fen", "fee_fen"]);
    // Of 30,000 yuan a year for tea, and 60,000 for women's clothes.
    assert_eq!(fees(), ["1 2 3000000 500000", "2 0 3000000 0", "3 1 3000000 250000", "5 3 6000000 1500000"]);
    bench.said("settle --year 2022 --set annual_fee_by=year");
    assert_eq!(fees(), ["1 12 3000000 3000000", "2 0 3000000 0", "3 12 3000000 3000000", "5 12 6000000 6000000"]);
    bench.run("nightly --date 2022-03-02 --set annual_fee_by=year").assert_said("already current");
}

#[test]
fn a_shop_that_leaves_on_1_january_is_settled_by_the_month_end_of_december_as_restated() {
    let days = Span { first: day("2021-12-28"), last: day("2022-01-03") };
    let mut marketplace = Marketplace::sound_in(days, days.first);
    marketplace.rows.retain(|(table, _), _| *table != Table::Appeals);
    let bench = Bench::of(marketplace);
    bench.configure("window_days = 3\nmay_be_absent = 'appeals'\nhistory_starts_on = 2021-12-28");
    let left = row![3, "店", "茶", Cell::Null, day("2020-01-01"), Cell::Date(day("2022-01-01"))];
    bench.deliver(Table::Shops, day("2022-01-01"), &[shop_row(1, "茶"), shop_row(2, "茶"), left, shop_row(4, "茶")]);
    bench.said("backfill --from 2021-12-31 --to 2022-01-03");
    let on_the_day_before = |table| bench.shown(table, "2021-12-31", &["shop_id", "score"]).remove(2);
    let settled = || bench.shown(&ANNUAL_SETTLEMENTS, "2022", &["shop_id", "average_score", "basis"]).remove(2);
    let by = |score: &str| format!("{score} day_before_termination");
    bench.said("settle --year 2022");
    assert_eq!(settled(), by(&on_the_day_before(&SCORES)));

    let reviews = ["2021-12-29", "2021-12-30", "2021-12-31"].into_iter().zip(900_i64..);
    let decided = day("2022-01-02");
    let appeals = reviews.map(|(on, id)| row![id, 3, "review", 30, day(on), true, at(decided, "12:00")]);
    bench.deliver(Table::Appeals, decided, &appeals.collect::<Vec<_>>());
    bench
        .run("restate --month-end 2021-12-31 --because appeals --knowledge-day 2022-01-03")
        .assert_said("annual_settlements 2022");
    assert_ne!(on_the_day_before(&MONTH_END_SCORES), on_the_day_before(&SCORES));
    assert_eq!(settled(), by(&on_the_day_before(&MONTH_END_SCORES)));
    bench.run("settle --year 2022").assert_said("already current");
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
    assert!(line.ends_with("fee 3000000 fen * 1 / 12 months = 250000 fen, 0 of it paid back"), "{line}");
    assert!(summary.contains("shop 2, no_fee: no average"), "{summary}");
    assert!(summary.contains("fee 3000000 fen * 0 / 12 months = 0 fen"), "{summary}");
}

#[test]
fn what_an_earlier_release_settled_in_fewer_columns_is_read_by_their_names() {
    let bench = with_leavers();
    bench.said("backfill --from 2022-01-25 --to 2022-03-02");
    bench.said("settle --year 2022");
    let folder = bench.path("out/current/annual_settlements/year=2022");
    let settled = read_partition(&folder, &ANNUAL_SETTLEMENTS).unwrap();
    let fewer = ["shop_name", "charged_months", "fee_fen"];
    let earlier = fewer.iter().fold(settled, |settled, column| files::without(&settled, column));
    let file = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    fs::remove_file(&file).unwrap();
    files::write(&file, &earlier);
    bench.run("summary --year 2022").assert_refused(6, &[&["annual_settlements/year=2022", "found SHA-256"]]);
    // As that release recorded it.
    let sums = fs::canonicalize(bench.path("out/current")).unwrap().with_file_name("SHA256SUMS");
    let recorded = fs::read_to_string(&sums).unwrap();
    let others: Vec<&str> = recorded.lines().filter(|line| !line.contains("annual_settlements/year=2022")).collect();
    fs::remove_file(&sums).unwrap();
    fs::write(&sums, others.join("\n") + "\n").unwrap();
    bench.run("summary --year 2022").assert_said("2022 was settled by an earlier release");
    assert_eq!(read_partition(&folder, &ANNUAL_SETTLEMENTS).unwrap().columns(), earlier.columns());
    bench.said("settle --year 2022");
    assert!(bench.said("summary --year 2022").contains("shop 2, no_fee"));
}
