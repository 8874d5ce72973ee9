//! Rows that break a rule, or that nobody knows: faults 24 to 27, and 31.

use std::fs::{self, File};

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{Date32Type, Float64Type, Int64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use shopscore::extracts::tables::Table;
use shopscore::publish::outputs::{QUALITY, SCORES};
use shopscore::publish::reading::read_day;

use crate::A_DAY;
use crate::disk::{assert_clean, assert_refused_for_rows};
use crate::support::bench::Bench;
use crate::support::marketplace::{AS_OF, payment, shop_row};
use crate::support::rows::{Cell, Row, at, day, row};

/// The quarantined rows of a day: table, key, reason and row, as one text.
pub(crate) fn quarantined(bench: &Bench, on: &str) -> Vec<String> {
    let path = bench.path(&format!("out/quarantine/dt={on}/part-0.parquet"));
    let Ok(file) = File::open(path) else { return Vec::new() };
    let batches = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let of_batch = |batch: RecordBatch| -> Vec<String> {
        let text =
            |name: &str, row| batch.column_by_name(name).unwrap().as_string::<i32>().value(row).to_owned();
        (0..batch.num_rows())
            .map(|row| format!("{} {} {}", text("table", row), text("reason", row), text("row", row)))
            .collect()
    };
    batches.flat_map(|batch| of_batch(batch.unwrap())).collect()
}

/// How many rows of a table-day the quality table counts for a reason.
fn counted(bench: &Bench, table: &str, on: &str, reason: &str) -> i64 {
    let quality = read_day(&bench.path("out/current"), &QUALITY, day(AS_OF)).unwrap();
    let text = |name: &str, row| quality.column_by_name(name).unwrap().as_string::<i32>().value(row);
    let days = quality.column_by_name("day").unwrap().as_primitive::<Date32Type>();
    let rows = quality.column_by_name("rows").unwrap().as_primitive::<Int64Type>();
    let is_wanted = |row: &usize| {
        text("table", *row) == table
            && text("reason", *row) == reason
            && days.value(*row) == day(on).epoch_days()
    };
    (0..quality.num_rows()).filter(is_wanted).map(|row| rows.value(row)).sum()
}

/// Payments of [`A_DAY`]: `rows` of them, the first `broken` of which `spoil` changes.
fn payments(rows: i64, broken: i64, spoil: impl Fn(&mut Row)) -> Vec<Row> {
    let mut payments: Vec<Row> =
        (0..rows).map(|order| payment(order, 1 + order % 5, 100, at(day(A_DAY), "10:00"))).collect();
    payments.iter_mut().zip(0..broken).for_each(|(row, _)| spoil(row));
    payments
}

/// Checks that some such rows are quarantined and counted under `reason`, and that more of them than the limits allow stop the
/// run, which names the first.
fn assert_set_aside(spoil: impl Fn(&mut Row) + Copy, reason: &str, first: &str) {
    let bench = Bench::sound();
    bench.nightly(&[]).assert_done();
    bench.put(Table::Payments, day(A_DAY), &payments(40, 3, spoil));
    bench.nightly(&[]).assert_done();
    assert_eq!(counted(&bench, "payments", A_DAY, reason), 3);
    assert!(quarantined(&bench, A_DAY).iter().all(|row| row.starts_with(&format!("payments {reason} "))));
    assert_clean(&bench);
    assert_refused_for_rows(
        |bench| bench.put(Table::Payments, day(A_DAY), &payments(40, 21, spoil)),
        &[],
        &[&[
            &format!("21 of 40 rows of payments dt=2022-03-14 quarantined (21 {reason}, first {first})"),
            "deliver the day again",
        ]],
    );
}

#[test]
fn fault_24_a_null_in_a_required_column_is_quarantined_up_to_a_limit() {
    assert_set_aside(|row| row[1] = Cell::Null, "null_key", "shop_id null (order_id 0)");
}

#[test]
fn fault_24_a_null_key_is_quarantined_up_to_a_limit() {
    assert_set_aside(|row| row[0] = Cell::Null, "null_key", "order_id null");
}

#[test]
fn fault_25_of_equal_keys_one_row_is_kept_by_the_rule_and_the_others_are_quarantined() {
    let twice = |bench: &Bench| {
        let one = payment(7, 1, 100, at(day(A_DAY), "10:00"));
        let greater = payment(7, 1, 900, at(day(A_DAY), "10:00"));
        bench.put(Table::Payments, day(A_DAY), &[one.clone(), greater.clone(), one, greater]);
    };
    let bench = Bench::sound();
    twice(&bench);
    bench.nightly(&[]).assert_done();
    let rows = quarantined(&bench, A_DAY);
    let of_amount = |amount: &str| rows.iter().filter(|row| row.contains(amount)).count();
    assert!(rows.iter().all(|row| row.starts_with("payments duplicate_key ")), "{rows:?}");
    assert_eq!((of_amount("\"amount_fen\":100,"), of_amount("\"amount_fen\":900,")), (2, 1), "{rows:?}");
    assert_clean(&bench);
}

#[test]
fn fault_25_a_file_delivered_twice_counts_once() {
    let bench = Bench::sound();
    bench.nightly(&[]).assert_done();
    let scores =
        |bench: &Bench| fs::read(bench.path("out/current/scores/dt=2022-03-15/part-0.parquet")).unwrap();
    let once = shown_scores(&bench);
    assert!(!scores(&bench).is_empty());
    let file = bench.file(Table::Payments, day(A_DAY));
    fs::copy(&file, file.with_file_name("part-1.parquet")).unwrap();
    bench.nightly(&[]).assert_done();
    assert_eq!(counted(&bench, "payments", A_DAY, "duplicate_key"), 10);
    assert_eq!(shown_scores(&bench), once);
    assert_clean(&bench);
    assert_refused_for_rows(
        |bench| {
            let rows = payments(30, 0, |_| ());
            bench.put(Table::Payments, day(A_DAY), &[rows.clone(), rows].concat());
        },
        &[],
        &[&["30 of 60 rows of payments dt=2022-03-14 quarantined (30 duplicate_key, first order_id 0)"]],
    );
}

/// The published scores as bits, shop by shop; a null is none.
fn shown_scores(bench: &Bench) -> Vec<Option<u64>> {
    let scores = read_day(&bench.path("out/current"), &SCORES, day(AS_OF)).unwrap();
    let scores = scores.column_by_name("score").unwrap().as_primitive::<Float64Type>();
    scores.iter().map(|score| score.map(f64::to_bits)).collect()
}

#[test]
fn fault_26_rows_of_unknown_shops_are_counted_and_named_and_not_scored() {
    let bench = Bench::sound();
    bench.nightly(&[]).assert_done();
    let before = shown_scores(&bench);
    let mut rows = payments(0, 0, |_| ());
    for shop in 1..=5 {
        rows.push(payment(10 * shop, shop, 9_900, at(day(A_DAY), "10:00")));
        rows.push(payment(10 * shop + 1, shop, 100, at(day(A_DAY), "23:59:59")));
    }
    let strangers = (101..=112).map(|shop| payment(1_000 + shop, shop, 5, at(day(A_DAY), "11:00")));
    rows.extend(strangers);
    bench.put(Table::Payments, day(A_DAY), &rows);
    let ended = bench.nightly(&[]);
    ended.assert_done();
    let said = "12 rows of shops that the snapshot does not have, not scored: \
                101, 102, 103, 104, 105, 106, 107, 108, 109, 110 and 2 more\n";
    assert!(ended.stdout.contains(said), "{}", ended.stdout);
    assert_eq!(counted(&bench, "payments", A_DAY, "unknown_shop"), 12);
    assert_eq!(shown_scores(&bench), before);
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
    assert_eq!(shown_scores(&bench).len(), 4);
    assert_clean(&bench);
}

#[test]
fn fault_27_a_negative_amount_is_quarantined_up_to_a_limit() {
    assert_set_aside(|row| row[3] = Cell::Integer(-1), "out_of_range", "amount_fen -1 (order_id 0)");
}

#[test]
fn fault_27_stars_outside_1_to_5_and_negative_durations_are_quarantined() {
    let bench = Bench::sound();
    let review = |id, stars: i64| row![id, 1, 1, stars, Cell::Null, at(day(A_DAY), "20:00")];
    bench.put(Table::Reviews, day(A_DAY), &[review(1, 0), review(2, 6), review(3, 5)]);
    let refund = |id, done| {
        row![id, 1, 1, "refund_only", "in_sale", at(day(A_DAY), "12:00"), at(day(A_DAY), done), true]
    };
    bench.put(Table::Refunds, day(A_DAY), &[refund(1, "11:59:59"), refund(2, "12:00")]);
    bench.nightly(&[]).assert_done();
    let rows = quarantined(&bench, A_DAY);
    assert_eq!(rows.len(), 3, "{rows:?}");
    assert!(rows.iter().any(|row| row.contains("refunds time_reversed {\"refund_id\":1,")), "{rows:?}");
    assert!(rows.iter().any(|row| row.contains("out_of_range") && row.contains("\"description_stars\":0")));
    assert!(rows.iter().any(|row| row.contains("out_of_range") && row.contains("\"description_stars\":6")));
    assert_clean(&bench);
}

#[test]
fn fault_31_a_row_of_another_day_is_quarantined_and_swapped_partitions_stop_the_run() {
    let bench = Bench::sound();
    bench.nightly(&[]).assert_done();
    let mut rows = payments(40, 0, |_| ());
    rows[0][4] = at(day("2022-03-13"), "10:00");
    bench.put(Table::Payments, day(A_DAY), &rows);
    bench.nightly(&[]).assert_done();
    assert_eq!(counted(&bench, "payments", A_DAY, "wrong_partition"), 1);
    assert_clean(&bench);

    let of_day = |on: &str| -> Vec<Row> {
        (0..30).map(|order| payment(order, 1 + order % 5, 100, at(day(on), "10:00"))).collect()
    };
    assert_refused_for_rows(
        |bench| {
            bench.put(Table::Payments, day(A_DAY), &of_day("2022-03-13"));
            bench.put(Table::Payments, day("2022-03-13"), &of_day(A_DAY));
        },
        &[],
        &[
            &[
                "30 of 30 rows of payments dt=2022-03-13 quarantined (30 wrong_partition",
                "paid_at \"2022-03-14T02:00:00Z\"",
            ],
            &[
                "30 of 30 rows of payments dt=2022-03-14 quarantined (30 wrong_partition",
                "paid_at \"2022-03-13T02:00:00Z\"",
            ],
        ],
    );
}
