//! Columns that are missing, of another type, or there twice.

use std::sync::Arc;

use arrow::array::{ArrayRef, ListArray, NullArray};
use arrow::datatypes::{DataType, Int64Type, TimeUnit};
use shopscore::extracts::tables::Table;

use crate::support::bench::Bench;
use crate::support::files::{doubled, renamed, retyped, with_array, without, write_payment};
use crate::support::marketplace::AS_OF;
use crate::support::rows::day;
use crate::{A_DAY, REJECTED, assert_refused};

#[test]
fn a_missing_column_is_refused() {
    for (table, column) in [
        (Table::Payments, "amount_fen"),
        (Table::Consultations, "human_replied_at"),
        (Table::Appeals, "upheld"),
    ] {
        let path = format!("{}/dt={A_DAY}/part-0.parquet: column {column}: ", table.name());
        assert_refused(
            |bench| bench.change(table, day(A_DAY), |batch| without(batch, column)),
            &[],
            REJECTED,
            &[&["contract: ", &path, "found no such column, the nearest name is "]],
        );
    }
}

#[test]
fn a_misspelt_column_is_refused_with_the_near_name() {
    for name in ["Shop_ID", "shopid", "shop-id", " shop_id "] {
        assert_refused(
            |bench| bench.change(Table::Shops, day(AS_OF), |batch| renamed(batch, "shop_id", name)),
            &[],
            REJECTED,
            &[&[
                "shops/dt=2022-03-15/part-0.parquet: column shop_id: ",
                &format!("the nearest name is {name:?}"),
            ]],
        );
    }
}

#[test]
fn a_column_of_another_type_is_refused() {
    let milliseconds = DataType::Timestamp(TimeUnit::Millisecond, None);
    for (table, column, found, wanted) in [
        (Table::Payments, "amount_fen", DataType::Float64, "an integer"),
        (Table::Payments, "order_id", DataType::Float32, "an integer"),
        (Table::Payments, "amount_fen", DataType::Decimal128(18, 2), "an integer"),
        (Table::Payments, "shop_id", DataType::Utf8, "an integer"),
        (Table::Payments, "paid_at", DataType::Utf8, "a timestamp"),
        (Table::Payments, "paid_at", DataType::Int64, "a timestamp"),
        (Table::Payments, "paid_at", DataType::Date32, "a timestamp"),
        (Table::Payments, "category", DataType::Binary, "a string"),
        (Table::Refunds, "self_completed", DataType::Int32, "a boolean"),
        (Table::Refunds, "self_completed", DataType::Utf8, "a boolean"),
        (Table::Appeals, "record_dt", DataType::Utf8, "a date"),
        (Table::Appeals, "record_dt", milliseconds, "a date"),
    ] {
        let path = format!("{}/dt={A_DAY}/part-0.parquet: column {column}: found ", table.name());
        assert_refused(
            |bench| bench.change(table, day(A_DAY), |batch| retyped(batch, column, &found)),
            &[],
            REJECTED,
            &[&["contract: ", &path, &format!(", wanted {wanted}")]],
        );
    }
}

#[test]
fn a_column_without_a_type_or_of_lists_is_refused() {
    let rows = Bench::sound().batch(Table::Reviews, day(A_DAY)).num_rows();
    let lists = ListArray::from_iter_primitive::<Int64Type, _, _>((0..rows).map(|_| Some([Some(5)])));
    let columns: [ArrayRef; 2] = [Arc::new(NullArray::new(rows)), Arc::new(lists)];
    for column in columns {
        assert_refused(
            |bench| {
                bench.change(Table::Reviews, day(A_DAY), |batch| {
                    with_array(batch, "description_stars", Arc::clone(&column))
                });
            },
            &[],
            REJECTED,
            &[&[
                "reviews/dt=2022-03-14/part-0.parquet: column description_stars: found ",
                ", wanted an integer",
            ]],
        );
    }
}

#[test]
fn an_int96_timestamp_is_refused_with_the_setting_of_spark() {
    assert_refused(
        |bench| write_payment(&bench.file(Table::Payments, day(A_DAY)), "int96 paid_at", "茶".as_bytes()),
        &[],
        REJECTED,
        &[&[
            "payments/dt=2022-03-14/part-0.parquet: column paid_at: found an INT96 timestamp",
            "spark.sql.parquet.outputTimestampType=TIMESTAMP_MICROS",
        ]],
    );
}

#[test]
fn a_column_twice_is_refused() {
    assert_refused(
        |bench| bench.change(Table::Payments, day(A_DAY), |batch| doubled(batch, "amount_fen")),
        &[],
        REJECTED,
        &[&["payments/dt=2022-03-14/part-0.parquet: column amount_fen: found 2 columns of that name"]],
    );
}

#[test]
fn an_extra_column_in_another_order_is_no_fault() {
    let bench = Bench::sound();
    bench.nightly(&[]).assert_done();
    let before = bench.published();
    bench.change(Table::Payments, day(A_DAY), |batch| {
        let extra = renamed(&doubled(batch, "shop_id"), "shop_id", "colour");
        extra.project(&[5, 4, 3, 2, 1, 0]).unwrap()
    });
    bench.nightly(&[]).assert_done();
    // Made of other files, it is another generation, with the same bytes.
    assert!(bench.published().files == before.files);
}
