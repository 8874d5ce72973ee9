//! Values that no figure can hold, and texts that do harm: faults 28 to 30.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::sync::Arc;

use arrow::array::{Array, AsArray, Float64Array};
use arrow::datatypes::{DataType, Float64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use shopscore::extracts::tables::Table;
use shopscore::publish::outputs::SCORES;
use shopscore::publish::reading::read_day;

use crate::disk::{assert_clean, assert_refused_for_rows, assert_unchanged};
use crate::support::bench::{Bench, gather};
use crate::support::files::{with_array, write_payment};
use crate::support::marketplace::{AS_OF, payment, shop_row};
use crate::support::rows::{Cell, Row, at, day, row};
use crate::{A_DAY, REJECTED};

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
        &[&[
            "column amount_fen: found a total of 18446744073709551614 in payments of 2022-03-14, the greatest value of shop 1",
            "wanted a sum that fits 64 bits",
        ]],
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
        let scores = read_day(&bench.path("out/current"), &SCORES, day(AS_OF)).unwrap();
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
    let mut files = BTreeMap::new();
    gather(&bench.path("out"), &bench.path("out/generations"), &mut files);
    for path in files.keys() {
        assert!(path.to_str().unwrap().bytes().all(|byte| byte.is_ascii_graphic()), "{path:?}");
    }
}
