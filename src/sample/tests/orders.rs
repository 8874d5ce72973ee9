//! What follows from an order names that order, and rulings name records; consultations repeat.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use super::{day, days, numbers, rows, written};
use crate::domain::Day;
use crate::extracts::tables::Table;
use crate::sample::rhythm::{DAY, midnight};

/// The shop of each record of `table` between two days, by (day, key).
fn owners(folder: &Path, table: Table, from: &str, to: &str) -> HashMap<(Day, i64), i64> {
    let key = table.spec().key.unwrap();
    let rows = days(from, to).flat_map(|day| rows(folder, table, day).into_iter().map(move |row| (day, row)));
    rows.map(|(day, row)| ((day, row.number(key).unwrap()), row.number("shop_id").unwrap())).collect()
}

#[test]
fn what_follows_an_order_names_an_order_of_the_same_shop() {
    let folder = written("2022-01-01", "2022-02-05", |_| ());
    let orders = owners(folder.path(), Table::Payments, "2022-01-01", "2022-02-05");
    let shop_by_order: HashMap<i64, i64> = orders.into_iter().map(|((_, id), shop)| (id, shop)).collect();
    // Nothing follows later than 30 days after payment.
    for table in [Table::Pickups, Table::Reviews, Table::Refunds, Table::Disputes] {
        let rows = rows(folder.path(), table, day("2022-02-05"));
        assert!(!rows.is_empty());
        for row in rows {
            let order = row.number("order_id").unwrap();
            assert_eq!(shop_by_order.get(&order).copied(), row.number("shop_id"), "{}", table.name());
        }
    }
}

#[test]
fn appeals_speak_of_records_that_exist_and_some_are_reversed() {
    let (from, to) = ("2022-01-01", "2022-02-20");
    let folder = written(from, to, |request| request.rows_per_day = 4_000);
    let tables = [Table::Reviews, Table::Refunds, Table::Disputes, Table::Pickups];
    let owners: HashMap<_, _> = tables.map(|table| (table, owners(folder.path(), table, from, to))).into();
    let (mut matched, mut unmatched) = (0, 0);
    let mut verdicts: HashMap<(Table, i64), BTreeSet<i64>> = HashMap::new();
    for appeal in days("2022-01-22", to).flat_map(|day| rows(folder.path(), Table::Appeals, day)) {
        let table = Table::of_record_type(appeal.text("record_type").unwrap()).unwrap();
        let (id, record_day) = (appeal.number("record_id").unwrap(), appeal.day("record_dt").unwrap());
        verdicts.entry((table, id)).or_default().insert(appeal.number("upheld").unwrap());
        if record_day >= day(from) {
            let owner = owners[&table].get(&(record_day, id)).copied();
            if owner == appeal.number("shop_id") { matched += 1 } else { unmatched += 1 }
        }
    }
    assert!(matched > 200 && unmatched * 50 < matched, "{matched} matched, {unmatched} not");
    assert!(verdicts.values().filter(|both| both.len() == 2).count() > 5);
}

#[test]
fn buyers_ask_again_on_the_same_day_and_some_replies_come_after_midnight() {
    let asked_on = day("2022-02-10");
    let folder = written("2022-02-10", "2022-02-10", |request| request.rows_per_day = 20_000);
    let questions = rows(folder.path(), Table::Consultations, asked_on);
    let conversation = ["shop_id", "sub_account_id", "buyer_id"];
    let distinct: BTreeSet<_> = questions.iter().map(|row| conversation.map(|column| row.number(column))).collect();
    assert!(distinct.len() * 10 < questions.len() * 9);
    let replies: Vec<i64> = numbers(&questions, "human_replied_at");
    let late = replies.iter().filter(|at| **at >= midnight(asked_on) + DAY).count();
    assert!(late > 5 && late * 10 < questions.len(), "{late}");
}
