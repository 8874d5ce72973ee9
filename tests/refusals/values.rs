//! Values that the contract cannot hold: refused, never clipped.

use std::fs::File;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray, TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray,
    UInt64Array,
};
use arrow::datatypes::TimestampMicrosecondType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use shopscore::extracts::tables::Table;

use crate::support::bench::Bench;
use crate::support::files::with_array;
use crate::support::marketplace::payment;
use crate::support::rows::{UTC, at, day};
use crate::{A_DAY, REJECTED, assert_refused};

/// The quarantined rows of [`A_DAY`], as JSON.
fn quarantined(bench: &Bench) -> Vec<String> {
    let file = File::open(bench.path(&format!("out/quarantine/dt={A_DAY}/part-0.parquet"))).unwrap();
    let batches = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let rows = batches.flat_map(|batch| {
        let batch = batch.unwrap();
        let rows = batch.column_by_name("row").unwrap().as_string::<i32>().clone();
        rows.iter().map(|row| row.unwrap().to_owned()).collect::<Vec<_>>()
    });
    rows.collect()
}

#[test]
fn an_unsigned_integer_beyond_64_bits_signed_is_refused() {
    assert_refused(
        |bench| {
            bench.change(Table::Payments, day(A_DAY), |batch| {
                let vast = UInt64Array::from(vec![u64::MAX; batch.num_rows()]);
                with_array(batch, "amount_fen", Arc::new(vast))
            });
        },
        &[],
        REJECTED,
        &[&["payments/dt=2022-03-14/part-0.parquet: column amount_fen: ", "18446744073709551615"]],
    );
}

/// The payments of [`A_DAY`] with their first `paid_at` replaced.
fn with_first_instant(bench: &Bench, instants: impl Fn(Vec<i64>) -> ArrayRef) {
    bench.change(Table::Payments, day(A_DAY), |batch| {
        let held = batch.column_by_name("paid_at").unwrap();
        let held = held.as_primitive::<TimestampMicrosecondType>();
        with_array(batch, "paid_at", instants(held.values().to_vec()))
    });
}

#[test]
fn a_timestamp_that_no_calendar_holds_is_refused_with_its_raw_value() {
    for raw in [i64::MAX, i64::MIN, i64::MAX - 1] {
        let milliseconds = |instants: Vec<i64>| -> ArrayRef {
            let rest = instants.iter().skip(1).map(|instant| instant / 1_000);
            let values: Vec<i64> = [raw].into_iter().chain(rest).collect();
            Arc::new(TimestampMillisecondArray::from(values))
        };
        let microseconds = |mut instants: Vec<i64>| -> ArrayRef {
            instants[0] = raw;
            Arc::new(TimestampMicrosecondArray::from(instants).with_timezone(UTC))
        };
        let place = "payments/dt=2022-03-14/part-0.parquet: column paid_at: found ";
        let findings: [&[&str]; 1] = [&[place, &raw.to_string()]];
        assert_refused(|bench| with_first_instant(bench, milliseconds), &[], REJECTED, &findings);
        assert_refused(|bench| with_first_instant(bench, microseconds), &[], REJECTED, &findings);
    }
}

#[test]
fn a_timestamp_at_the_ends_of_nanoseconds_is_quarantined_as_it_is() {
    for (raw, shown) in
        [(i64::MAX, "2262-04-11T23:47:16.854775807Z"), (-9_223_372_036_000_000_000, "1677-09-21T00:12:44Z")]
    {
        let bench = Bench::sound();
        with_first_instant(&bench, |instants| {
            let rest = instants.iter().skip(1).map(|instant| instant * 1_000);
            let values: Vec<i64> = [raw].into_iter().chain(rest).collect();
            Arc::new(TimestampNanosecondArray::from(values).with_timezone(UTC))
        });
        bench.nightly(&[]).assert_done();
        let rows = quarantined(&bench);
        assert_eq!(rows.len(), 1, "{rows:?}");
        assert!(rows[0].contains(shown), "{rows:?}");
    }
}

#[test]
fn a_sum_beyond_64_bits_is_refused() {
    assert_refused(
        |bench| {
            let vast = |order| payment(order, 1, i64::MAX, at(day(A_DAY), "10:00"));
            bench.put(Table::Payments, day(A_DAY), &[vast(1), vast(2)]);
        },
        &[],
        REJECTED,
        &[&["18446744073709551614 in payments of 2022-03-14", "wanted a sum that fits 64 bits"]],
    );
}
