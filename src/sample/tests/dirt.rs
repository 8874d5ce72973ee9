//! Damaged rows: every reason occurs, and no table-day has so many that a run would stop.

use std::collections::BTreeSet;

use super::{Row, Table, day, written};
use crate::sample::rhythm::{DAY, midnight};

#[test]
fn dirty_rows_break_every_rule_that_a_table_declares() {
    let today = day("2022-02-10");
    let sample = written("2022-02-10", "2022-02-11", |request| request.dirty = true);
    let count = |table, is_so: &dyn Fn(&Row) -> bool| sample.rows(table, today).iter().filter(|row| is_so(row)).count();

    let required = Table::Reviews.spec().columns.iter().filter(|column| !column.nullable);
    let nulls = required.map(|column| count(Table::Reviews, &|row| row.number(column.name).is_none()));
    assert_eq!(nulls.sum::<usize>(), 1);
    let is_today = |at: i64| (midnight(today)..midnight(today) + DAY).contains(&at);
    assert_eq!(count(Table::Reviews, &|row| row.number("rated_at").is_some_and(|at| !is_today(at))), 1);
    for column in ["description_stars", "logistics_stars"] {
        let is_odd = |stars: i64| !(1..=5).contains(&stars);
        assert_eq!(count(Table::Reviews, &|row| row.number(column).is_some_and(is_odd)), 1, "{column}");
    }
    assert!(count(Table::Reviews, &|row| row.number("shop_id") == Some(999_999_999_999)) > 0);

    assert!(count(Table::Refunds, &|row| row.number("applied_at") > row.number("completed_at")) > 0);
    assert!(count(Table::Refunds, &|row| row.text("refund_type") == Some("unlisted")) > 0);
    assert!(count(Table::Refunds, &|row| row.text("refund_type").is_some_and(|text| text.trim() != text)) > 0);

    let ids: Vec<i64> = sample.numbers(Table::Disputes, today, "dispute_id");
    assert!(ids.len() > ids.iter().collect::<BTreeSet<_>>().len());
    assert!(count(Table::Appeals, &|row| row.day("record_dt") == Some(today.plus(1))) > 0);
    let is_early = |row: &Row| row.number("human_replied_at").is_some_and(|at| Some(at) < row.number("asked_at"));
    assert!(count(Table::Consultations, &is_early) > 0);
}

#[test]
fn dirty_rows_stay_below_the_limit_that_stops_a_run() {
    let [sound, dirty] =
        [false, true].map(|dirty| written("2022-02-10", "2022-02-10", |request| request.dirty = dirty));
    for table in Table::ALL {
        let [sound, dirty] = [&sound, &dirty].map(|sample| sample.rows(table, day("2022-02-10")).len());
        assert!((4..=15).contains(&(dirty - sound)), "{} more {}", dirty - sound, table.name());
    }
}
