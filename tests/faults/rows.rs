//! Rows that break a rule, that nobody knows, or that are hostile: faults 24 to 31.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::sync::Arc;

use arrow::array::{Array, AsArray, Float64Array, RecordBatch};
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use shopscore::extracts::tables::Table;
use shopscore::publish::outputs::QUALITY;
use shopscore::publish::reading::read_day;

use crate::disk::{assert_clean, assert_refused_for_rows, assert_unchanged};
use crate::support::bench::{Bench, gather};
use crate::support::files::{with_array, write_payment};
use crate::support::marketplace::{AS_OF, payment, shop_row};
use crate::support::rows::{Cell, Row, at, day, row};
use crate::{A_DAY, REJECTED};

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
    let days = quality.column_by_name("day").unwrap().as_primitive::<arrow::datatypes::Date32Type>();
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
    let scores =
        read_day(&bench.path("out/current"), &shopscore::publish::outputs::SCORES, day(AS_OF)).unwrap();
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
fn fault_28_no_float_is_taken_for_an_integer_whatever_it_holds() {
    for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 1e308] {
        assert_unchanged(
            |bench| {
                bench.change(Table::Payments, day(A_DAY), |batch| {
                    with_array(batch, "amount_fen", Arc::new(Float64Array::from(vec![odd; batch.num_rows()])))
                });
            },
            &[],
            REJECTED,
            &[&[
                "payments/dt=2022-03-14/part-0.parquet: column amount_fen: found Float64, wanted an integer",
            ]],
        );
    }
}

#[test]
fn fault_28_every_published_float_is_finite() {
    let bench = Bench::sound();
    bench.nightly(&[]).assert_done();
    let mut floats = 0;
    for path in bench.published().files.keys().filter(|path| path.starts_with("published")) {
        let file = File::open(bench.path("out/current/..").join(path)).unwrap();
        for batch in
            ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap().map(Result::unwrap)
        {
            for column in batch.columns().iter().filter(|column| column.data_type() == &DataType::Float64) {
                let values = column.as_primitive::<Float64Type>();
                assert!(values.iter().flatten().all(f64::is_finite), "{path:?}");
                floats += values.len();
            }
        }
    }
    assert!(floats > 0);
}

#[test]
fn fault_29_a_sum_beyond_64_bits_is_refused_and_never_wrapped() {
    let vast = |order| payment(order, 1, i64::MAX, at(day(A_DAY), "10:00"));
    assert_refused_for_rows(
        |bench| bench.put(Table::Payments, day(A_DAY), &[vast(1), vast(2)]),
        &[],
        &[&["18446744073709551614 in payments of 2022-03-14", "wanted a sum that fits 64 bits"]],
    );
}

#[test]
fn fault_30_text_that_is_no_utf_8_is_refused() {
    assert_unchanged(
        |bench| {
            let file = bench.file(Table::Payments, day(A_DAY));
            write_payment(&file, "int64 paid_at (TIMESTAMP(MICROS,true))", b"\xff\xfe\x1b[2J");
        },
        &[],
        REJECTED,
        &[&["payments/dt=2022-03-14/part-0.parquet: found ", "non UTF-8 data"]],
    );
}

/// Texts that would do harm in a path, a terminal, a log or a reader.
fn hostile_texts() -> [String; 9] {
    let plain = [
        "../../../tmp/owned",
        "/etc/passwd",
        "a\0b",
        "\u{1b}[2J\u{7}",
        "\u{202e}evol",
        "NULL",
        "a\r\nerror: all is lost",
        "'; drop table scores; --",
    ];
    let [one, two, three, four, five, six, seven, eight] = plain.map(str::to_owned);
    [one, two, three, four, five, six, seven, eight, "长".repeat(24_000)]
}

#[test]
fn fault_30_hostile_texts_are_carried_as_they_are_and_reach_no_path_and_no_terminal() {
    for text in hostile_texts() {
        let bench = Bench::sound();
        let mut shops: Vec<Row> = (1..=5).map(|shop| shop_row(shop, "茶")).collect();
        shops[0][1] = Cell::Text(text.clone());
        shops[1][3] = Cell::Text(text.clone());
        bench.put(Table::Shops, day(AS_OF), &shops);
        bench.put(Table::Payments, day(A_DAY), &[row![1, 1, text.as_str(), 100, at(day(A_DAY), "10:00")]]);
        let gift =
            row![1, 1, 1, text.as_str(), "in_sale", at(day(A_DAY), "11:00"), at(day(A_DAY), "12:00"), true];
        bench.put(Table::Refunds, day(A_DAY), &[gift]);
        let ended = bench.nightly(&[]);
        ended.assert_done();
        let scores =
            read_day(&bench.path("out/current"), &shopscore::publish::outputs::SCORES, day(AS_OF)).unwrap();
        let names = scores.column_by_name("shop_name").unwrap().as_string::<i32>();
        assert_eq!(names.value(0), text.trim_matches(|c: char| c.is_ascii_whitespace()));
        assert_escaped(&bench, &ended.stdout, &ended.stderr);
        assert_clean(&bench);

        // Refused, the text is in the message.
        let bench = Bench::sound();
        let gifts: Vec<Row> = (0..30)
            .map(|id| {
                row![
                    id,
                    1,
                    1,
                    text.as_str(),
                    "in_sale",
                    at(day(A_DAY), "11:00"),
                    at(day(A_DAY), "12:00"),
                    true
                ]
            })
            .collect();
        bench.put(Table::Refunds, day(A_DAY), &gifts);
        let ended = bench.nightly(&[]);
        ended.assert_refused(REJECTED, &[&["30 of 30 rows of refunds dt=2022-03-14", "first refund_type "]]);
        assert_escaped(&bench, &ended.stdout, &ended.stderr);
        assert!(ended.stderr.len() < 2_000, "{}", ended.stderr.len());
    }
}

/// Checks that what was said holds no control character, and that all names in the folder are ours.
fn assert_escaped(bench: &Bench, stdout: &str, stderr: &str) {
    let is_odd =
        |character: &char| (character.is_control() && *character != '\n') || *character == '\u{202e}';
    assert_eq!([stdout, stderr].concat().chars().find(is_odd), None);
    let found: BTreeSet<_> =
        fs::read_dir(bench.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    let ours = ["extracts", "jobs", "out", "rules", "state"];
    assert!(found.iter().all(|name| ours.contains(&name.to_str().unwrap())), "{found:?}");
    let mut files = std::collections::BTreeMap::new();
    gather(&bench.path("out"), &bench.path("out/generations"), &mut files);
    for path in files.keys() {
        assert!(path.to_str().unwrap().bytes().all(|byte| byte.is_ascii_graphic()), "{path:?}");
    }
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
