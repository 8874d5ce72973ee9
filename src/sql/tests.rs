//! What is printed, held against texts that were looked at; that they compute the same figures is held in `tests/python`.

use std::collections::BTreeSet;
use std::ops::Range;

use arrow::datatypes::{DataType, TimeUnit};

use super::asked::{Asked, AskedDay, Source, Wanted};
use super::dialect::Dialect;
use super::query;
use crate::extracts::forms::Form;
use crate::extracts::found_columns::{ReadAs, ReadColumn};
use crate::extracts::readable::{day, shanghai};
use crate::extracts::schema::ColumnKind;
use crate::extracts::tables::Table;
use crate::partials::measures;

/// The columns of a table, each in the form that the contract has first.
fn columns(table: Table) -> Vec<ReadColumn> {
    let read = |(place, column): (usize, &'static _)| {
        let column: &'static crate::extracts::schema::Column = column;
        let (form, decoded_as) = match column.kind {
            ColumnKind::Integer => (Form::Integers, DataType::Int64),
            ColumnKind::Text => (Form::Texts, DataType::Utf8),
            ColumnKind::Boolean => (Form::Booleans, DataType::Boolean),
            ColumnKind::Date => (Form::Dates, DataType::Date32),
            ColumnKind::Timestamp => {
                (Form::Timestamps { are_local: false }, DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())))
            }
        };
        ReadColumn {
            column,
            place,
            name: column.name.to_owned(),
            form,
            decoded_as,
            read_as: ReadAs::Itself,
            null_if: Vec::new(),
        }
    };
    table.spec().columns.iter().enumerate().map(read).collect()
}

fn printed(table: Table, dialect: Dialect, wanted: Wanted) -> String {
    printed_of(table, &columns(table), dialect, wanted)
}

/// The query about two days of a table, on the second of which other goods are made to order.
fn printed_of(table: Table, columns: &[ReadColumn], dialect: Dialect, wanted: Wanted) -> String {
    let lists = [BTreeSet::from(["全屋定制".to_owned()]), BTreeSet::from(["全屋定制".to_owned(), "手办".to_owned()])];
    let days = ["2022-03-14", "2022-03-15"].into_iter().zip(&lists).map(|(text, custom_made)| AskedDay {
        day: day(text),
        written: text.replace('-', ""),
        natural_day: vec![Range { start: 0, end: 10 }],
        custom_made,
        keys: BTreeSet::from([7]),
    });
    let asked = Asked {
        dialect,
        spec: measures::of(table).unwrap(),
        days: days.collect(),
        sources: vec![Source {
            relation: "extract_0".to_owned(),
            day: "dt".to_owned(),
            place: "file".to_owned(),
            columns,
        }],
        zone: &shanghai(),
        real_times: 0..100,
        wanted,
    };
    query::text(&asked).unwrap()
}

#[test]
fn every_table_that_is_summed_has_its_query_in_every_dialect_and_every_step_its_place() {
    for spec in &measures::ALL {
        for dialect in [Dialect::Spark, Dialect::DuckDb] {
            let text = printed(spec.table, dialect, Wanted::Sums);
            let steps = ["days AS (", "typed AS (", "judged AS (", "settled AS (", "added AS ("];
            let places: Vec<usize> = steps.iter().map(|step| text.find(step).unwrap()).collect();
            assert!(places.is_sorted(), "{text}");
            for measure in spec.measures {
                assert!(text.contains(&format!(" AS {}", measure.name)), "{} of {text}", measure.name);
            }
            assert!(!text.contains("buyer_id'") && !text.contains("buyer_id :="), "who bought is not shown: {text}");
        }
    }
}

#[test]
fn a_list_of_goods_made_to_order_holds_for_its_days() {
    let text = printed(Table::Pickups, Dialect::DuckDb, Wanted::Sums);
    let wanted = "(day IN ('2022-03-14') AND category NOT IN ('全屋定制') OR day IN ('2022-03-15') AND category NOT IN ('全屋定制', \
                  '手办'))";
    assert!(text.contains(wanted), "{text}");
}

#[test]
fn named_rows_are_settled_among_those_of_their_keys_alone() {
    let text = printed(Table::Reviews, Dialect::Spark, Wanted::Named);
    assert!(
        text.contains("WHERE day = '2022-03-14' AND review_id IN (7) OR day = '2022-03-15' AND review_id IN (7)"),
        "{text}"
    );
    assert!(text.contains("SELECT day, review_id AS record, shop_id, coalesce(description_stars, 0)"), "{text}");
}

#[test]
fn rows_of_a_shop_or_of_keys_come_whole_and_as_they_are_typed() {
    let of_shop = printed(Table::Consultations, Dialect::Spark, Wanted::OfShop(-7));
    assert!(of_shop.contains("WHERE shop_id = -7 OR day IS NULL"), "{of_shop}");
    let with_keys = printed(Table::Reviews, Dialect::Spark, Wanted::WithKeys);
    assert!(with_keys.contains("OR day = '2022-03-15' AND review_id IN (7) OR day IS NULL"), "{with_keys}");
    for (text, table) in [(of_shop, Table::Consultations), (with_keys, Table::Reviews)] {
        let columns = table.spec().columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ");
        assert!(text.ends_with(&format!(")\nSELECT day, {columns}\nFROM typed")), "{text}");
        assert!(!text.contains("judged AS"), "nothing is set aside there: {text}");
    }
}

#[test]
fn times_that_would_lie_on_their_day_are_counted_as_they_are_moved() {
    let text = printed(Table::Payments, Dialect::Spark, Wanted::Shifted(-5));
    for (sign, name) in [("-", "earlier"), ("+", "later")] {
        let moved = format!("(paid_at {sign} (-5))");
        let lies = format!("coalesce({moved} >= day_start_0 AND {moved} < day_end_0, false)");
        assert!(text.contains(&format!("count(CASE WHEN {lies} THEN 1 END) AS {name}")), "{text}");
    }
    assert!(text.ends_with("FROM typed\nGROUP BY day"), "{text}");
}

#[test]
fn a_time_far_off_is_refused_before_a_time_zone_moves_it() {
    // The days and millionths of a second that are a day before -9999-01-01 and a day after 9999-12-31.
    let (by_day, by_tick) = ("< -4371588 OR", "< -377705203200000000 OR");
    let cases = [
        (None, Dialect::Spark, by_day, "unix_micros(CAST(`paid_at` AS TIMESTAMP)) <"),
        (Some("UTC".into()), Dialect::Spark, by_tick, "unix_micros(to_utc_timestamp(`paid_at`, 'Asia/Shanghai')) <"),
        (None, Dialect::DuckDb, by_tick, "(epoch_us(\"paid_at\") -"),
    ];
    for (zone, dialect, far_off, moved) in cases {
        let mut columns = columns(Table::Payments);
        let paid_at = columns.iter_mut().find(|read| read.name == "paid_at").unwrap();
        paid_at.form = Form::Timestamps { are_local: true };
        paid_at.decoded_as = DataType::Timestamp(TimeUnit::Microsecond, zone);
        let text = printed_of(Table::Payments, &columns, dialect, Wanted::Sums);
        let [far_off, moved] =
            [far_off, moved].map(|words| text.find(words).unwrap_or_else(|| panic!("{words}: {text}")));
        assert!(far_off < moved, "{text}");
    }
}
