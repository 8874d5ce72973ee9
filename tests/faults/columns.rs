//! Columns that are missing, of another type, there twice, or in another unit: faults 19 to 22.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray, BinaryArray, Float64Array, Int64Array, ListArray, NullArray, RecordBatch,
    TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Int64Type, TimeUnit, TimestampMicrosecondType};

use super::{assert_identical, assert_payments_rejected, assert_rejected, change_payments};
use crate::support::files::{self, doubled, renamed, retyped, with_array, without};
use crate::support::{A_DAY, Bench, Table, UTC, WINDOW_DAYS, day};

#[test]
fn fault_19_a_missing_or_renamed_column_is_refused_with_the_nearest_name() {
    for (table, column) in
        [(Table::Payments, "amount_fen"), (Table::Consultations, "human_replied_at"), (Table::Appeals, "upheld")]
    {
        let found =
            format!("{}/dt={A_DAY}/part-0.parquet: column {column}: found no column \"{column}\"", table.name());
        assert_rejected(
            |bench| bench.change(table, day(A_DAY), |batch| without(batch, column)),
            &["contract: ", &found, "the nearest name is "],
        );
    }
    assert_payments_rejected(
        |batch| without(batch, "shop_id"),
        &["column shop_id: found no column \"shop_id\"", "the nearest name is \"order_id\""],
    );
    for name in [" amount_fen ", "amount_cents", "amountfen", "amount-fen"] {
        let nearest = format!("found no column \"amount_fen\", the nearest name is {name:?}");
        let setting = format!("set [tables.payments.columns] amount_fen = {{ from = {name:?} }}");
        assert_payments_rejected(|batch| renamed(batch, "amount_fen", name), &[&nearest, &setting]);
    }
}

#[test]
fn fault_19_a_name_in_another_letter_case_or_one_that_a_setting_gives_is_the_column() {
    assert_identical(|bench| change_payments(bench, |batch| renamed(batch, "amount_fen", "Amount_FEN")));
    assert_identical(|bench| {
        for on in ["2022-03-13", A_DAY, "2022-03-15"] {
            bench.change(Table::Payments, day(on), |batch| renamed(batch, "amount_fen", "cents"));
        }
        let setting = "[tables.payments.columns]\namount_fen = { from = 'CENTS' }";
        bench.configure(&format!("window_days = {WINDOW_DAYS}\n{setting}"));
    });
    assert_payments_rejected(
        |batch| {
            renamed(&doubled(&renamed(batch, "amount_fen", "Amount_fen"), "Amount_fen"), "Amount_fen", "AMOUNT_FEN")
        },
        &["column amount_fen: found 2 columns of that name"],
    );
}

#[test]
fn fault_20_an_extra_column_and_another_order_change_nothing() {
    assert_identical(|bench| {
        change_payments(bench, |batch| {
            renamed(&doubled(batch, "shop_id"), "shop_id", "colour").project(&[5, 4, 3, 2, 1, 0]).unwrap()
        });
    });
}

#[test]
fn fault_20_a_column_twice_is_refused() {
    assert_payments_rejected(
        |batch| doubled(batch, "amount_fen"),
        &["column amount_fen: found 2 columns of that name", "deliver the column once"],
    );
}

#[test]
fn fault_21_a_type_that_could_change_a_value_is_refused() {
    for (table, column, found, wanted) in [
        (Table::Payments, "order_id", DataType::Float32, "an integer"),
        (Table::Payments, "order_id", DataType::Float64, "an integer"),
        (Table::Payments, "amount_fen", DataType::Decimal128(18, 2), "an integer"),
        (Table::Payments, "amount_fen", DataType::Utf8, "an integer"),
        (Table::Payments, "shop_id", DataType::Utf8, "an integer"),
        (Table::Payments, "paid_at", DataType::Utf8, "a timestamp"),
        (Table::Payments, "paid_at", DataType::Int64, "a timestamp"),
        (Table::Payments, "paid_at", DataType::Date32, "a timestamp"),
        (Table::Refunds, "self_completed", DataType::Utf8, "a boolean"),
        (Table::Appeals, "record_dt", DataType::Utf8, "a date"),
    ] {
        let found_wanted = format!(
            "contract: extracts/{}/dt={A_DAY}/part-0.parquet: column {column}: found {found}, wanted {wanted}",
            table.name()
        );
        assert_rejected(
            |bench| bench.change(table, day(A_DAY), |batch| retyped(batch, column, &found)),
            &[&found_wanted],
        );
    }
}

#[test]
fn fault_21_a_column_without_a_type_or_of_lists_is_refused() {
    let rows = Bench::sound().batch(Table::Payments, day(A_DAY)).num_rows();
    let lists = ListArray::from_iter_primitive::<Int64Type, _, _>((0..rows).map(|_| Some([Some(5)])));
    let columns: [ArrayRef; 2] = [Arc::new(NullArray::new(rows)), Arc::new(lists)];
    for column in columns {
        assert_payments_rejected(
            |batch| with_array(batch, "shop_id", Arc::clone(&column)),
            &["column shop_id: found ", ", wanted an integer"],
        );
    }
}

#[test]
fn fault_21_a_form_that_loses_nothing_changes_nothing() {
    let midnight = |unit| DataType::Timestamp(unit, None);
    for (table, column, forms) in [
        (
            Table::Payments,
            "amount_fen",
            vec![
                DataType::Int16,
                DataType::UInt32,
                DataType::UInt64,
                DataType::Decimal128(38, 0),
                DataType::Decimal256(60, 0),
                DataType::Float32,
                DataType::Float64,
            ],
        ),
        (Table::Payments, "order_id", vec![DataType::Decimal128(20, 0)]),
        (Table::Payments, "category", vec![DataType::Binary, DataType::LargeUtf8, DataType::Utf8View]),
        (Table::Refunds, "self_completed", vec![DataType::Int8, DataType::UInt64]),
        (Table::Appeals, "record_dt", vec![midnight(TimeUnit::Millisecond), midnight(TimeUnit::Nanosecond)]),
    ] {
        for form in forms {
            assert_identical(|bench| bench.change(table, day(A_DAY), |batch| retyped(batch, column, &form)));
        }
    }
}

#[test]
fn fault_21_a_value_that_its_form_cannot_hold_is_refused_with_its_row() {
    let flags = |batch: &RecordBatch| {
        let flags = (0..batch.num_rows()).map(|row| i64::from(row == 1) * 2).collect::<Vec<_>>();
        with_array(batch, "self_completed", Arc::new(Int64Array::from(flags)))
    };
    assert_rejected(
        |bench| bench.change(Table::Refunds, day(A_DAY), flags),
        &["column self_completed: found the flag 2, 1 rows into a batch, wanted a boolean"],
    );
    let halves = |batch: &RecordBatch| {
        with_array(batch, "amount_fen", Arc::new(Float64Array::from(vec![1.5; batch.num_rows()])))
    };
    assert_payments_rejected(halves, &["column amount_fen: found the number 1.5, 0 rows into a batch"]);
    let bytes = |batch: &RecordBatch| {
        let odd: Vec<&[u8]> = vec![b"\xff\xfe"; batch.num_rows()];
        with_array(batch, "category", Arc::new(BinaryArray::from(odd)))
    };
    assert_payments_rejected(bytes, &[r"column category: found the bytes \xff\xfe, which are no UTF-8"]);
}

/// When the payments of a batch were made, in microseconds since 1970.
fn paid_at(batch: &RecordBatch) -> Vec<i64> {
    let instants = batch.column_by_name("paid_at").unwrap().as_primitive::<TimestampMicrosecondType>();
    instants.values().to_vec()
}

#[test]
fn fault_22_the_same_instants_in_other_units_and_zones_change_nothing() {
    const AHEAD_MICROSECONDS: i64 = 8 * 3_600 * 1_000_000;
    // Local times in one file beside instants in another: what a reader that merges schemas gets wrong.
    assert_identical(|bench| {
        let batch = bench.batch(Table::Payments, day(A_DAY));
        let local = paid_at(&batch).iter().map(|instant| instant + AHEAD_MICROSECONDS).collect::<Vec<_>>();
        let half = batch.num_rows() / 2;
        let naive = with_array(&batch, "paid_at", Arc::new(TimestampMicrosecondArray::from(local)));
        let folder = bench.partition(Table::Payments, day(A_DAY));
        files::write(&folder.join("part-0.parquet"), &batch.slice(0, half));
        files::write(&folder.join("part-1.parquet"), &naive.slice(half, batch.num_rows() - half));
    });
    for unit in [TimeUnit::Millisecond, TimeUnit::Nanosecond] {
        let kind = DataType::Timestamp(unit, Some(UTC.into()));
        assert_identical(|bench| change_payments(bench, |batch| retyped(batch, "paid_at", &kind)));
    }
    // The same numbers as integers are no instants.
    assert_payments_rejected(
        |batch| with_array(batch, "paid_at", Arc::new(Int64Array::from(paid_at(batch)))),
        &["column paid_at: found Int64, wanted a timestamp"],
    );
}
