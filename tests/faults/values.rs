//! Values that the contract cannot hold, never clipped, and texts that do harm: faults 23 and 28 to 30.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::sync::Arc;

use arrow::array::{Array, AsArray, Float64Array, PrimitiveArray, RecordBatch, UInt64Array};
use arrow::datatypes::{
    ArrowTimestampType, DataType, Float64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType,
};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{
    PLACE, REJECTED, assert_clean, assert_payments_rejected, assert_refused_for_rows, assert_rejected, change_payments,
};
use crate::support::disk::files_below;
use crate::support::files::{retyped, with_array, write_payment};
use crate::support::library::SCORES;
use crate::support::{A_DAY, AS_OF, Bench, Cell, Row, Table, UTC, at, day, payment, row, shop_row};

#[test]
fn fault_23_an_int96_timestamp_is_refused_with_the_setting_of_spark() {
    assert_rejected(
        |bench| write_payment(&bench.file(Table::Payments, day(A_DAY)), "int96 paid_at", "茶".as_bytes()),
        &[PLACE, "column paid_at: found an INT96 timestamp", "set int96 = \"utc\""],
    );
}

/// The payments in another unit of time, with `first` as the first `paid_at` and the others as they are.
fn with_first<Unit: ArrowTimestampType>(batch: &RecordBatch, first: i64) -> RecordBatch {
    let batch = retyped(batch, "paid_at", &DataType::Timestamp(Unit::UNIT, Some(UTC.into())));
    let paid_at = batch.column_by_name("paid_at").unwrap().as_primitive::<Unit>().values();
    let values = PrimitiveArray::<Unit>::from_iter_values([first].into_iter().chain(paid_at.iter().skip(1).copied()));
    with_array(&batch, "paid_at", Arc::new(values.with_timezone(UTC)))
}

#[test]
fn fault_23_a_timestamp_that_no_calendar_holds_is_refused_with_its_raw_value() {
    for raw in [i64::MAX, i64::MIN, i64::MAX - 1] {
        let found = |unit| format!("column paid_at: found the raw timestamp {raw} ({unit} a second), 0 rows into");
        assert_payments_rejected(|batch| with_first::<TimestampMillisecondType>(batch, raw), &[&found(1_000)]);
        assert_payments_rejected(|batch| with_first::<TimestampMicrosecondType>(batch, raw), &[&found(1_000_000)]);
    }
}

#[test]
fn fault_23_the_ends_of_calendar_and_nanoseconds_are_held_exactly_and_quarantined_as_of_another_day() {
    type Change = fn(&RecordBatch, i64) -> RecordBatch;
    let cases: [(Change, i64, &str); 4] = [
        (with_first::<TimestampMillisecondType>, -30_610_224_000_000, "1000-01-01T00:00:00Z"),
        (with_first::<TimestampMillisecondType>, 253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        (with_first::<TimestampNanosecondType>, i64::MAX, "2262-04-11T23:47:16.854775807Z"),
        (with_first::<TimestampNanosecondType>, -9_223_372_036_000_000_000, "1677-09-21T00:12:44Z"),
    ];
    for (change, first, shown) in cases {
        let bench = Bench::published_once();
        change_payments(&bench, |batch| change(batch, first));
        bench.nightly(&[]).assert_done();
        let rows = bench.quarantined(A_DAY);
        assert_eq!(rows.len(), 1, "{rows:?}");
        assert!(rows[0].contains("wrong_partition") && rows[0].contains(shown), "{rows:?}");
        assert_clean(&bench);
    }
}

#[test]
fn fault_28_no_float_is_taken_for_an_integer_whatever_it_holds() {
    for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 9_007_199_254_740_992.0, 0.5, 1e308] {
        assert_payments_rejected(
            |batch| with_array(batch, "amount_fen", Arc::new(Float64Array::from(vec![odd; batch.num_rows()]))),
            &["column amount_fen: found the number ", "which is no whole number below 2^53, wanted an integer"],
        );
    }
}

#[test]
fn fault_28_every_published_float_is_finite() {
    let bench = Bench::published_once();
    let mut floats = 0;
    for path in bench.published().files.keys().filter(|path| path.starts_with("published")) {
        let file = File::open(bench.path("out/current/..").join(path)).unwrap();
        for batch in ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap() {
            let batch = batch.unwrap();
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
fn fault_29_what_64_bits_cannot_hold_is_refused_and_never_wrapped() {
    assert_payments_rejected(
        |batch| with_array(batch, "amount_fen", Arc::new(UInt64Array::from(vec![u64::MAX; batch.num_rows()]))),
        &["column amount_fen: ", "18446744073709551615"],
    );
    let vast = |order| payment(order, 1, i64::MAX, at(day(A_DAY), "10:00"));
    assert_refused_for_rows(
        &[],
        |bench| bench.put(Table::Payments, day(A_DAY), &[vast(1), vast(2)]),
        &[&[
            "column amount_fen: found a total of 18446744073709551614 in payments of 2022-03-14, the greatest value of shop 1",
            "wanted a sum that fits 64 bits",
        ]],
    );
}

#[test]
fn fault_30_text_that_is_no_utf_8_is_refused() {
    assert_rejected(
        |bench| {
            let file = bench.file(Table::Payments, day(A_DAY));
            write_payment(&file, "int64 paid_at (TIMESTAMP(MICROS,true))", b"\xff\xfe\x1b[2J");
        },
        &[&[PLACE, ": found "].concat(), "non UTF-8 data"],
    );
}

/// Texts that would do harm in a path, a terminal, a log or a reader.
fn hostile_texts() -> [String; 9] {
    [
        "../../../tmp/owned",
        "/etc/passwd",
        "a\0b",
        "\u{1b}[2J\u{7}",
        "\u{202e}evol",
        "NULL",
        "a\r\nerror: all is lost",
        "'; drop table scores; --",
        &"长".repeat(24_000),
    ]
    .map(str::to_owned)
}

/// Refunds of a type that is not one.
fn refunds(kind: &str, count: i64) -> Vec<Row> {
    let [applied_at, completed_at] = ["11:00", "12:00"].map(|time| at(day(A_DAY), time));
    let refund = |id: i64| row![id, 1, 1, kind, "in_sale", applied_at.clone(), completed_at.clone(), true];
    (0..count).map(refund).collect()
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
        bench.put(Table::Refunds, day(A_DAY), &refunds(&text, 1));
        let ended = bench.nightly(&[]);
        ended.assert_done();
        let names = bench.shown(&SCORES, AS_OF, &["shop_name"]);
        assert_eq!(names[0], text.trim_matches(|c: char| c.is_ascii_whitespace()));
        assert_escaped(&bench, &ended.stdout, &ended.stderr);
        assert_clean(&bench);

        // Refused, the text is in the message.
        let bench = Bench::sound();
        bench.put(Table::Refunds, day(A_DAY), &refunds(&text, 30));
        let ended = bench.nightly(&[]);
        ended.assert_refused(REJECTED, &[&["30 of 30 rows of refunds dt=2022-03-14", "first refund_type "]]);
        assert_escaped(&bench, &ended.stdout, &ended.stderr);
        assert!(ended.stderr.len() < 2_000, "{}", ended.stderr.len());
    }
}

/// Checks that what was said holds no control character, and that all names in the folder are ours.
fn assert_escaped(bench: &Bench, stdout: &str, stderr: &str) {
    let is_odd = |character: &char| (character.is_control() && *character != '\n') || *character == '\u{202e}';
    assert_eq!([stdout, stderr].concat().chars().find(is_odd), None);
    let found: BTreeSet<_> = fs::read_dir(bench.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    let ours = ["extracts", "jobs", "out", "rules", "state"];
    assert!(found.iter().all(|name| ours.contains(&name.to_str().unwrap())), "{found:?}");
    for path in files_below(&bench.path("out"), "generations").keys() {
        assert!(path.to_str().unwrap().bytes().all(|byte| byte.is_ascii_graphic()), "{path:?}");
    }
}
