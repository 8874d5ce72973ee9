//! Any small marketplace: rows that the declarations of the tables allow, and some that break each of their rules.

use std::ops::RangeInclusive;

use super::library::{Column, ColumnKind, RowRule, TableSpec};
use super::{AS_OF, Cell, Day, Marketplace, Row, Span, Table, WINDOW_DAYS, at, day, shop_row};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

/// At most so many rows a table-day: enough for keys, buyers and records to meet.
const MOST_ROWS: usize = 12;
const CATEGORIES: [&str; 6] =
    ["茶", "女装/女士精品", "箱包皮具/热销女包/男包", "网店/网络服务/软件", "全屋定制", "没有这个类目"];
const DAY_MICROSECONDS: i64 = 86_400_000_000;

pub(crate) fn marketplaces() -> impl Strategy<Value = Marketplace> {
    let as_of = day(AS_OF);
    let window = Span::ending(as_of, WINDOW_DAYS);
    let table_days = Table::ALL.into_iter().flat_map(|table| match table {
        Table::Shops => vec![(table, as_of)],
        _ => window.days().map(|day| (table, day)).collect(),
    });
    let partitions: Vec<_> =
        table_days.map(|(table, day)| rows(table, day).prop_map(move |rows| ((table, day), rows))).collect();
    partitions.prop_map(move |partitions| {
        let mut rows: std::collections::BTreeMap<_, Vec<Row>> = partitions.into_iter().collect();
        // One shop is there whatever becomes of the others: without any a night is refused.
        rows.entry((Table::Shops, as_of)).or_default().push(shop_row(9, "茶"));
        Marketplace { rows }
    })
}

/// The rows of a table-day; their timestamps share a granularity, so that some files could be in milliseconds.
pub(crate) fn rows(table: Table, day: Day) -> impl Strategy<Value = Vec<Row>> {
    select(vec![1_000_000, 1_000, 1]).prop_flat_map(move |granularity| {
        let spec = table.spec();
        let row: Vec<_> = spec.columns.iter().map(|column| cell(spec, column, day, granularity)).collect();
        vec(row, 0..=MOST_ROWS)
    })
}

fn cell(spec: &'static TableSpec, column: &'static Column, day: Day, granularity: i64) -> BoxedStrategy<Cell> {
    let value = match column.kind {
        ColumnKind::Integer => integer(spec, column.name).prop_map(Cell::Integer).boxed(),
        ColumnKind::Text => text(spec, column.name).prop_map(Cell::Text).boxed(),
        ColumnKind::Boolean => any::<bool>().prop_map(Cell::Boolean).boxed(),
        ColumnKind::Date => days_from(column.name).prop_map(move |days| Cell::Date(day.plus(days))).boxed(),
        ColumnKind::Timestamp => {
            let is_day_column = spec.day_column == Some(column.name);
            instant(day, is_day_column, granularity).prop_map(Cell::Instant).boxed()
        }
    };
    let present = if column.nullable { 0.75 } else { 0.98 };
    weighted(present, value).prop_map(|value| value.unwrap_or(Cell::Null)).boxed()
}

/// How many days after the partition's a date lies.
fn days_from(name: &str) -> RangeInclusive<i32> {
    match name {
        "joined_on" => -30..=1,
        "terminated_on" => -1..=30,
        _ => -WINDOW_DAYS..=1,
    }
}

fn integer(spec: &TableSpec, name: &str) -> BoxedStrategy<i64> {
    const GREATEST: i64 = 5_000_000_000;
    let range = spec.rules.iter().find_map(|rule| match *rule {
        RowRule::Between { column, lowest, highest } if column == name => Some((lowest, highest.min(GREATEST))),
        _ => None,
    });
    match (range, name) {
        (Some((lowest, highest)), _) => {
            prop_oneof![20 => lowest..=highest, 1 => select(vec![lowest - 1, highest + 1])].boxed()
        }
        // The snapshot has fewer shops than the records speak of.
        (None, "shop_id") if spec.name == Table::Shops.name() => (1_i64..=4).boxed(),
        (None, "shop_id") => (1_i64..=5).boxed(),
        (None, "sub_account_id" | "buyer_id") => (1_i64..=2).boxed(),
        (None, _) => prop_oneof![20 => 1_i64..=7, 1 => Just(GREATEST)].boxed(),
    }
}

fn text(spec: &TableSpec, name: &str) -> BoxedStrategy<String> {
    let listed = spec.rules.iter().find_map(|rule| match *rule {
        RowRule::OneOf { column, values } if column == name => Some(values),
        _ => None,
    });
    let plain = match (listed, name) {
        (Some(values), _) => prop_oneof![20 => select(values), 1 => Just("another")].boxed(),
        (None, "primary_subcategory") => select(vec!["旅行箱", "绿茶", ""]).boxed(),
        (None, "shop_name") => select(vec!["店", "", "\"Café\"\\", "同名"]).boxed(),
        (None, _) => select(CATEGORIES.to_vec()).boxed(),
    };
    (plain, prop::bool::weighted(0.1))
        .prop_map(|(text, padded)| if padded { format!(" \t{text}\n") } else { text.to_owned() })
        .boxed()
}

/// Microseconds since 1970-01-01T00:00:00Z: on the day, rarely off it where it decides the partition.
fn instant(day: Day, is_day_column: bool, granularity: i64) -> impl Strategy<Value = i64> {
    let Cell::Instant(midnight) = at(day, "00:00") else { unreachable!("a time is an instant") };
    let within = prop_oneof![
        8 => 0..DAY_MICROSECONDS,
        1 => Just(0),
        1 => Just(DAY_MICROSECONDS - 1),
    ];
    let off = prop_oneof![-DAY_MICROSECONDS..0, DAY_MICROSECONDS..2 * DAY_MICROSECONDS];
    let off_weight = if is_day_column { 1 } else { 5 };
    prop_oneof![20 => within, off_weight => off]
        .prop_map(move |microseconds| (midnight + microseconds).div_euclid(granularity) * granularity)
}
