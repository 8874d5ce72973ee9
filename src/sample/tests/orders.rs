//! What follows from an order names that order, and rulings name records; consultations repeat.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use arrow::array::AsArray;

use super::{day, days, instants, integers, request, rows, texts, written};
use crate::domain::Day;
use crate::extracts::tables::Table;
use crate::sample::rhythm::{DAY, midnight};

/// The shop of each record of `table` between two days, by (day, key).
fn owners(folder: &Path, table: Table, from: &str, to: &str) -> HashMap<(Day, i64), i64> {
    let mut owners = HashMap::new();
    for day in request(folder, from, to).days() {
        let batch = rows(folder, table, day);
        let keys = integers(&batch, table.spec().key.unwrap());
        for (key, shop) in keys.into_iter().zip(integers(&batch, "shop_id")) {
            owners.insert((day, key.unwrap()), shop.unwrap());
        }
    }
    owners
}

#[test]
fn what_follows_an_order_names_an_order_of_the_same_shop() {
    let folder = written("2022-01-01", "2022-02-05", |_| ());
    let orders = owners(folder.path(), Table::Payments, "2022-01-01", "2022-02-05");
    let shop_by_order: HashMap<i64, i64> = orders.into_iter().map(|((_, id), shop)| (id, shop)).collect();
    // Nothing follows later than 30 days after payment.
    for table in [Table::Pickups, Table::Reviews, Table::Refunds, Table::Disputes] {
        let batch = rows(folder.path(), table, day("2022-02-05"));
        assert!(batch.num_rows() > 0);
        for (order, shop) in integers(&batch, "order_id").into_iter().zip(integers(&batch, "shop_id")) {
            assert_eq!(shop_by_order[&order.unwrap()], shop.unwrap(), "{}", table.name());
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
    let mut verdicts: HashMap<(Table, i64), BTreeSet<bool>> = HashMap::new();
    for decided_on in request(folder.path(), "2022-01-22", to).days() {
        let batch = rows(folder.path(), Table::Appeals, decided_on);
        let upheld = batch.column_by_name("upheld").unwrap().as_boolean().clone();
        let (types, ids) = (texts(&batch, "record_type"), integers(&batch, "record_id"));
        let (shops, record_days) = (integers(&batch, "shop_id"), days(&batch, "record_dt"));
        for row in 0..batch.num_rows() {
            let table = Table::of_record_type(types[row].as_deref().unwrap()).unwrap();
            let (id, record_day) = (ids[row].unwrap(), record_days[row].unwrap());
            verdicts.entry((table, id)).or_default().insert(upheld.value(row));
            if record_day < day(from) {
                continue;
            }
            let owner = owners[&table].get(&(record_day, id));
            if owner.copied() == shops[row] { matched += 1 } else { unmatched += 1 }
        }
    }
    assert!(matched > 200 && unmatched * 50 < matched, "{matched} matched, {unmatched} not");
    assert!(verdicts.values().filter(|both| both.len() == 2).count() > 5);
}

#[test]
fn buyers_ask_again_on_the_same_day_and_some_replies_come_after_midnight() {
    let asked_on = day("2022-02-10");
    let folder = written("2022-02-10", "2022-02-10", |request| request.rows_per_day = 20_000);
    let batch = rows(folder.path(), Table::Consultations, asked_on);
    let keys = ["shop_id", "sub_account_id", "buyer_id"].map(|column| integers(&batch, column));
    let distinct: BTreeSet<_> =
        (0..batch.num_rows()).map(|row| keys.each_ref().map(|key| key[row])).collect();
    assert!(distinct.len() * 10 < batch.num_rows() * 9);
    let replied = instants(&batch, "human_replied_at");
    let late = replied.iter().flatten().filter(|at| **at >= midnight(asked_on) + DAY).count();
    assert!(late > 5 && late * 10 < batch.num_rows(), "{late}");
}
