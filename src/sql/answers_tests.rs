//! Answers as an engine gives them, in small.

use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, Int64Array, RecordBatch, StringArray, StructArray};
use arrow::datatypes::{DataType, Field, Fields};

use super::*;
use crate::error::ExitClass;
use crate::extracts::readable::{day, shanghai};
use crate::extracts::tables::Table;
use crate::partials::measures;

/// Why it was set aside, the shop, how many are alike, the sum in fen.
type Row = (Option<&'static str>, i64, i64, i128);

/// Rows of an answer about payments of 2022-03-15.
fn answer(rows: &[Row]) -> RecordBatch {
    let integers = |of: &dyn Fn(&Row) -> i64| -> ArrayRef { Arc::new(rows.iter().map(of).collect::<Int64Array>()) };
    let texts = |text: &str| -> ArrayRef { Arc::new(StringArray::from(vec![text; rows.len()])) };
    let field = |name: &str, kind: DataType| Arc::new(Field::new(name, kind, true));
    let set_aside = StructArray::new(
        Fields::from(vec![
            field("order_id", DataType::Int64),
            field("shop_id", DataType::Int64),
            field("category", DataType::Utf8),
            field("amount_fen", DataType::Int64),
            field("paid_at", DataType::Int64),
        ]),
        vec![
            integers(&|_| 7),
            integers(&|row| row.1),
            texts("男装"),
            integers(&|_| -1),
            integers(&|_| 1_647_305_999_500_000),
        ],
        None,
    );
    let reasons: StringArray = rows.iter().map(|row| row.0).collect();
    let sums = Decimal128Array::from(rows.iter().map(|row| row.3).collect::<Vec<_>>());
    let columns: [(&str, ArrayRef); 8] = [
        ("day", texts("2022-03-15")),
        (REASON, Arc::new(reasons)),
        ("shop_id", integers(&|row| row.1)),
        ("category", texts("男装")),
        (SET_ASIDE, Arc::new(set_aside)),
        (ROWS, integers(&|row| row.2)),
        ("payments", integers(&|row| row.2)),
        ("amount_fen", Arc::new(sums.with_precision_and_scale(38, 0).unwrap())),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

fn summed(rows: &[Row]) -> Outcome<Summed> {
    let of_day = Answered::of_day((Table::Payments, day("2022-03-15")), &shanghai(), day("2000-01-01"));
    let mut sums = SumsAnswer::none(measures::of(Table::Payments).unwrap(), [of_day]);
    sums.take_in(&answer(rows))?;
    Ok(sums.finish()?.remove(&day("2022-03-15")).unwrap())
}

#[test]
fn sums_are_sorted_by_shop_and_rows_that_are_alike_are_set_aside_one_by_one() {
    let Summed { counts, quarantine, sums } =
        summed(&[(None, 9, 3, 30), (Some("out_of_range"), 5, 2, 0), (None, -4, 1, 7)]).unwrap();
    assert_eq!((counts.rows, counts.quarantined()), (6, 2));
    assert!(sums.column("shop_id").unwrap().i64().unwrap().into_no_null_iter().eq([-4, 9]));
    assert!(sums.column("amount_fen").unwrap().i64().unwrap().into_no_null_iter().eq([7, 30]));
    let row = r#"{"order_id":7,"shop_id":5,"category":"男装","amount_fen":-1,"paid_at":"2022-03-15T00:59:59.5Z"}"#;
    let shown: Vec<_> = quarantine.iter().map(|row| (row.key, row.reason, row.row.as_str())).collect();
    assert_eq!(shown, [(Some(7), "out_of_range", row); 2]);
}

#[test]
fn a_sum_or_a_total_beyond_64_bits_is_rejected_and_a_reason_that_no_rule_has_is_a_fault() {
    let most = i128::from(i64::MAX);
    for rows in [vec![(None, 1, 1, most + 1)], vec![(None, 1, 1, most), (None, 2, 1, 1)]] {
        let failure = summed(&rows).err().unwrap();
        assert_eq!(failure.class, ExitClass::Rejected, "{failure}");
        assert!(failure.to_string().contains("amount_fen"), "{failure}");
    }
    let failure = summed(&[(Some("because"), 1, 1, 0)]).err().unwrap();
    assert_eq!(failure.class, ExitClass::Fault, "{failure}");
}

#[test]
fn what_lacks_columns_or_speaks_of_a_day_that_nobody_asked_for_is_no_answer() {
    let without = answer(&[(None, 1, 1, 1)]).project(&[0, 1]).unwrap();
    let mut sums = SumsAnswer::none(measures::of(Table::Payments).unwrap(), []);
    assert!(sums.take_in(&without).is_err());
    assert!(sums.take_in(&answer(&[(None, 1, 1, 1)])).is_err(), "a day that nobody asked for");
}

#[test]
fn a_row_of_no_day_is_no_answer() {
    let answer = answer(&[(None, 1, 1, 100)]);
    let no_day: ArrayRef = Arc::new(StringArray::new_null(1));
    let schema = answer.schema();
    let columns = schema.fields().iter().zip(answer.columns()).map(|(field, column)| {
        let column = if field.name() == "day" { Arc::clone(&no_day) } else { Arc::clone(column) };
        (field.name().clone(), column)
    });
    let answer = RecordBatch::try_from_iter(columns.collect::<Vec<_>>()).unwrap();
    let of_day = Answered::of_day((Table::Payments, day("2022-03-15")), &shanghai(), day("2000-01-01"));
    let failure = SumsAnswer::none(measures::of(Table::Payments).unwrap(), [of_day]).take_in(&answer).unwrap_err();
    assert_eq!(failure.class, ExitClass::Disk);
    assert!(failure.to_string().contains("rows of no day"), "{failure}");
}
