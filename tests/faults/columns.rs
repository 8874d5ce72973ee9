//! Columns that are missing, of another type, or hold what the contract cannot: faults 19 to 23.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, NullArray, TimestampMicrosecondArray, TimestampMillisecondArray};
use arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};
use shopscore::extracts::tables::Table;

use crate::disk::{assert_clean, assert_unchanged};
use crate::support::bench::Bench;
use crate::support::files::{self, doubled, renamed, retyped, with_array, without, write_payment};
use crate::support::rows::{UTC, day};
use crate::{A_DAY, REJECTED};

const PLACE: &str = "payments/dt=2022-03-14/part-0.parquet";

/// Checks that a change of the payments of a day leaves the published bytes as they were.
fn assert_identical(change: impl Fn(&Bench)) {
    let bench = Bench::sound();
    bench.nightly(&[]).assert_done();
    let before = bench.published().files;
    change(&bench);
    bench.nightly(&[]).assert_done();
    assert!(bench.published().files == before);
    assert_clean(&bench);
}

#[test]
fn fault_19_a_missing_or_renamed_column_is_refused_with_the_nearest_name() {
    for (name, nearest) in
        [("Amount_Fen", "Amount_Fen"), (" amount_fen ", " amount_fen "), ("amount_cents", "amount_cents")]
    {
        assert_unchanged(
            |bench| bench.change(Table::Payments, day(A_DAY), |batch| renamed(batch, "amount_fen", name)),
            &[],
            REJECTED,
            &[&[
                PLACE,
                "column amount_fen: found no such column",
                &format!("the nearest name is {nearest:?}"),
                "exact name",
            ]],
        );
    }
    assert_unchanged(
        |bench| bench.change(Table::Payments, day(A_DAY), |batch| without(batch, "shop_id")),
        &[],
        REJECTED,
        &[&[PLACE, "column shop_id: found no such column", "the nearest name is \"order_id\""]],
    );
}

#[test]
fn fault_20_an_extra_column_and_another_order_change_nothing() {
    assert_identical(|bench| {
        bench.change(Table::Payments, day(A_DAY), |batch| {
            renamed(&doubled(batch, "shop_id"), "shop_id", "colour").project(&[5, 4, 3, 2, 1, 0]).unwrap()
        });
    });
}

#[test]
fn fault_20_a_column_twice_is_refused() {
    assert_unchanged(
        |bench| bench.change(Table::Payments, day(A_DAY), |batch| doubled(batch, "amount_fen")),
        &[],
        REJECTED,
        &[&[PLACE, "column amount_fen: found 2 columns of that name", "deliver the column once"]],
    );
}

#[test]
fn fault_21_a_type_that_could_change_a_value_is_refused() {
    for (column, found, shown) in [
        ("order_id", DataType::Float64, "Float64"),
        ("amount_fen", DataType::Decimal128(18, 2), "Decimal128(18, 2)"),
        ("amount_fen", DataType::Utf8, "Utf8"),
        ("category", DataType::Binary, "Binary"),
    ] {
        assert_unchanged(
            |bench| bench.change(Table::Payments, day(A_DAY), |batch| retyped(batch, column, &found)),
            &[],
            REJECTED,
            &[&[PLACE, &format!("column {column}: found {shown}, wanted ")]],
        );
    }
    let nothing = |bench: &Bench| {
        bench.change(Table::Payments, day(A_DAY), |batch| {
            with_array(batch, "shop_id", Arc::new(NullArray::new(batch.num_rows())))
        });
    };
    assert_unchanged(nothing, &[], REJECTED, &[&[PLACE, "column shop_id: found ", "wanted an integer"]]);
}

#[test]
fn fault_21_integers_of_another_width_change_nothing() {
    for width in [DataType::Int16, DataType::UInt32, DataType::UInt64] {
        assert_identical(|bench| {
            bench.change(Table::Payments, day(A_DAY), |batch| retyped(batch, "amount_fen", &width));
        });
    }
}

#[test]
fn fault_22_the_same_instants_in_other_units_and_zones_change_nothing() {
    let microseconds = |batch: &_| -> Vec<i64> {
        let batch: &arrow::array::RecordBatch = batch;
        let instants = batch.column_by_name("paid_at").unwrap().as_primitive::<TimestampMicrosecondType>();
        instants.values().to_vec()
    };
    // Local times in one file beside instants in another: what a reader that merges schemas gets wrong.
    assert_identical(|bench| {
        let batch = bench.batch(Table::Payments, day(A_DAY));
        let local: Vec<i64> =
            microseconds(&batch).iter().map(|instant| instant + 8 * 3_600 * 1_000_000).collect();
        let local: ArrayRef = Arc::new(TimestampMicrosecondArray::from(local));
        let half = batch.num_rows() / 2;
        let naive = with_array(&batch, "paid_at", local).slice(half, batch.num_rows() - half);
        let folder = bench.partition(Table::Payments, day(A_DAY));
        files::write(&folder.join("part-0.parquet"), &batch.slice(0, half));
        files::write(&folder.join("part-1.parquet"), &naive);
    });
    for unit in [TimeUnit::Millisecond, TimeUnit::Nanosecond] {
        let kind = DataType::Timestamp(unit, Some(UTC.into()));
        assert_identical(|bench| {
            bench.change(Table::Payments, day(A_DAY), |batch| retyped(batch, "paid_at", &kind));
        });
    }
    let shifted = |bench: &Bench| {
        bench.change(Table::Payments, day(A_DAY), |batch| {
            with_array(batch, "paid_at", Arc::new(arrow::array::Int64Array::from(microseconds(batch))))
        });
    };
    assert_unchanged(shifted, &[], REJECTED, &[&[PLACE, "column paid_at: found Int64, wanted a timestamp"]]);
}

#[test]
fn fault_23_an_int96_timestamp_is_refused() {
    assert_unchanged(
        |bench| write_payment(&bench.file(Table::Payments, day(A_DAY)), "int96 paid_at", "茶".as_bytes()),
        &[],
        REJECTED,
        &[&[PLACE, "column paid_at: found an INT96 timestamp", "outputTimestampType=TIMESTAMP_MICROS"]],
    );
}

/// Writes the payments of a day again with `first` as the first `paid_at`, in milliseconds.
fn with_first_millisecond(bench: &Bench, first: i64) {
    bench.change(Table::Payments, day(A_DAY), |batch| {
        let held = batch.column_by_name("paid_at").unwrap().as_primitive::<TimestampMicrosecondType>();
        let rest = held.values().iter().skip(1).map(|instant| instant / 1_000);
        let values: Vec<i64> = [first].into_iter().chain(rest).collect();
        with_array(batch, "paid_at", Arc::new(TimestampMillisecondArray::from(values).with_timezone(UTC)))
    });
}

#[test]
fn fault_23_a_timestamp_that_no_calendar_holds_is_refused_with_its_raw_value() {
    for raw in [i64::MAX, i64::MIN] {
        assert_unchanged(
            |bench| with_first_millisecond(bench, raw),
            &[],
            REJECTED,
            &[&[
                PLACE,
                &format!("column paid_at: found the raw timestamp {raw} (1000 a second), 0 rows into"),
            ]],
        );
    }
}

#[test]
fn fault_23_the_years_1000_and_9999_are_held_exactly_and_quarantined_as_of_another_day() {
    for (milliseconds, shown) in
        [(-30_610_224_000_000, "1000-01-01T00:00:00Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z")]
    {
        let bench = Bench::sound();
        bench.nightly(&[]).assert_done();
        with_first_millisecond(&bench, milliseconds);
        bench.nightly(&[]).assert_done();
        let rows = crate::rows::quarantined(&bench, A_DAY);
        assert_eq!(rows.len(), 1);
        assert!(rows[0].contains("wrong_partition") && rows[0].contains(shown), "{rows:?}");
        assert_clean(&bench);
    }
}
