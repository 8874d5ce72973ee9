//! Rows that break a rule, or that nobody knows: faults 24 to 27, and 31.

use std::fs;

use super::{assert_clean, assert_refused_for_rows, payments};
use crate::support::library::{QUALITY, SCORES};
use crate::support::{A_DAY, AS_OF, Bench, Cell, Row, Table, at, day, payment, row, shop_row};

/// How many payments of [`A_DAY`] the quality table counts for a reason.
fn counted(bench: &Bench, reason: &str) -> i64 {
    let rows = bench.shown(&QUALITY, AS_OF, &["extract", "day", "reason", "row_count"]);
    let wanted = format!("payments {A_DAY} {reason} ");
    rows.iter().filter_map(|row| row.strip_prefix(&wanted)?.parse::<i64>().ok()).sum()
}

/// The published scores, shop by shop.
fn scores(bench: &Bench) -> Vec<String> {
    bench.shown(&SCORES, AS_OF, &["shop_id", "score"])
}

/// Checks that some payments that `spoil` changes are quarantined and counted under `reason`, and that more of them than the
/// limits allow stop the run, which names the first.
fn assert_set_aside(spoil: impl Fn(&mut Row) + Copy, reason: &str, first: &str) {
    let bench = Bench::published_once();
    bench.put(Table::Payments, day(A_DAY), &payments(A_DAY, 40, 3, spoil));
    bench.nightly(&[]).assert_done();
    assert_eq!(counted(&bench, reason), 3);
    let start = format!("payments {reason} ");
    assert!(bench.quarantined(A_DAY).iter().all(|row| row.starts_with(&start)));
    assert_clean(&bench);
    let found = format!("21 of 40 rows of payments dt=2022-03-14 quarantined (21 {reason}, first {first})");
    assert_refused_for_rows(
        &[],
        |bench| bench.put(Table::Payments, day(A_DAY), &payments(A_DAY, 40, 21, spoil)),
        &[&[&found, "deliver the day again"]],
    );
}

#[test]
fn fault_24_a_null_in_a_required_column_or_key_is_quarantined_up_to_a_limit() {
    assert_set_aside(|row| row[1] = Cell::Null, "null_key", "shop_id null (order_id 0)");
    assert_set_aside(|row| row[0] = Cell::Null, "null_key", "order_id null");
}

#[test]
fn fault_27_a_negative_amount_is_quarantined_up_to_a_limit() {
    assert_set_aside(|row| row[3] = Cell::Integer(-1), "out_of_range", "amount_fen -1 (order_id 0)");
}

#[test]
fn fault_25_of_equal_keys_one_row_is_kept_by_the_rule_and_the_others_are_quarantined() {
    let bench = Bench::sound();
    let [one, greater] = [100, 900].map(|amount| payment(7, 1, amount, at(day(A_DAY), "10:00")));
    bench.put(Table::Payments, day(A_DAY), &[one.clone(), greater.clone(), one, greater]);
    bench.nightly(&[]).assert_done();
    let rows = bench.quarantined(A_DAY);
    let of_amount = |amount: &str| rows.iter().filter(|row| row.contains(amount)).count();
    assert!(rows.iter().all(|row| row.starts_with("payments duplicate_key ")), "{rows:?}");
    assert_eq!((of_amount("\"amount_fen\":100,"), of_amount("\"amount_fen\":900,")), (2, 1), "{rows:?}");
    assert_clean(&bench);
}

#[test]
fn fault_25_a_file_delivered_twice_counts_once() {
    let bench = Bench::published_once();
    let once = scores(&bench);
    assert!(!once.is_empty());
    let file = bench.file(Table::Payments, day(A_DAY));
    fs::copy(&file, file.with_file_name("part-1.parquet")).unwrap();
    bench.nightly(&[]).assert_done();
    assert_eq!(counted(&bench, "duplicate_key"), 10);
    assert_eq!(scores(&bench), once);
    assert_clean(&bench);
    let rows = payments(A_DAY, 30, 0, |_| ());
    assert_refused_for_rows(
        &[],
        |bench| bench.put(Table::Payments, day(A_DAY), &[&rows[..], &rows].concat()),
        &[&["30 of 60 rows of payments dt=2022-03-14 quarantined (30 duplicate_key, first order_id 0)"]],
    );
}

#[test]
fn fault_26_rows_of_unknown_shops_are_counted_and_named_and_not_scored() {
    let bench = Bench::published_once();
    let before = scores(&bench);
    let strangers = (101..=112).map(|shop| payment(1_000 + shop, shop, 5, at(day(A_DAY), "11:00")));
    bench.deliver(Table::Payments, day(A_DAY), &strangers.collect::<Vec<_>>());
    bench.nightly(&[]).assert_said(
        "12 rows of shops that the snapshot does not have, not scored: \
         101, 102, 103, 104, 105, 106, 107, 108, 109, 110 and 2 more\n",
    );
    assert_eq!(counted(&bench, "unknown_shop"), 12);
    assert_eq!(scores(&bench), before);
    assert_clean(&bench);
}

#[test]
fn fault_26_a_terminated_shop_is_not_scored_and_rows_before_an_opening_are_no_fault() {
    let bench = Bench::sound();
    let mut shops: Vec<Row> =
        (1..=5).map(|shop| shop_row(shop, if shop < 4 { "茶" } else { "女装/女士精品" })).collect();
    shops[0][5] = Cell::Date(day(AS_OF));
    shops[1][4] = Cell::Date(day(AS_OF));
    bench.put(Table::Shops, day(AS_OF), &shops);
    bench.nightly(&[]).assert_done();
    assert_eq!(scores(&bench).len(), 4);
    assert_clean(&bench);
}

#[test]
fn fault_27_stars_outside_1_to_5_and_negative_durations_are_quarantined() {
    let bench = Bench::sound();
    let review = |id, stars: i64| row![id, 1, 1, stars, Cell::Null, at(day(A_DAY), "20:00")];
    bench.put(Table::Reviews, day(A_DAY), &[review(1, 0), review(2, 6), review(3, 5)]);
    let refund =
        |id, done| row![id, 1, 1, "refund_only", "in_sale", at(day(A_DAY), "12:00"), at(day(A_DAY), done), true];
    bench.put(Table::Refunds, day(A_DAY), &[refund(1, "11:59:59"), refund(2, "12:00")]);
    bench.nightly(&[]).assert_done();
    let rows = bench.quarantined(A_DAY);
    assert_eq!(rows.len(), 3, "{rows:?}");
    for wanted in [
        ["refunds time_reversed {\"refund_id\":1,", "\"refund_id\":1,"],
        ["reviews out_of_range ", "\"description_stars\":0"],
        ["reviews out_of_range ", "\"description_stars\":6"],
    ] {
        assert!(rows.iter().any(|row| wanted.iter().all(|words| row.contains(words))), "{wanted:?} {rows:?}");
    }
    assert_clean(&bench);
}

#[test]
fn fault_31_a_row_of_another_day_is_quarantined_and_swapped_partitions_stop_the_run() {
    let bench = Bench::published_once();
    let early = at(day("2022-03-13"), "10:00");
    let rows = payments(A_DAY, 40, 1, |row| row[4] = early.clone());
    bench.put(Table::Payments, day(A_DAY), &rows);
    bench.nightly(&[]).assert_done();
    assert_eq!(counted(&bench, "wrong_partition"), 1);
    assert_clean(&bench);

    let found = |on: &str| format!("30 of 30 rows of payments dt={on} quarantined (30 wrong_partition");
    assert_refused_for_rows(
        &[],
        |bench| {
            bench.put(Table::Payments, day(A_DAY), &payments("2022-03-13", 30, 0, |_| ()));
            bench.put(Table::Payments, day("2022-03-13"), &payments(A_DAY, 30, 0, |_| ()));
        },
        &[&[&found("2022-03-13"), "paid_at \"2022-03-14T02:00:00Z\"", "(2 times, this the first)"]],
    );
}
