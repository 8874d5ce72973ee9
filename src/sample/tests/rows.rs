//! What rows say. Every row of the weights table has a shop, and shops join and leave; what follows from an order names
//! that order, rulings name records, and consultations repeat. Of damaged rows every reason occurs, and none too often.

use std::collections::{BTreeSet, HashMap};

use super::{Day, Row, Sample, Table, categories, day, days, written};
use crate::sample::rhythm::{DAY, midnight};

#[test]
fn every_row_of_the_weights_table_has_a_shop_present() {
    let today = day("2022-02-10");
    let mut present = written("2022-02-10", "2022-02-10", |_| ()).rows(Table::Shops, today);
    present.retain(|row| row.day("joined_on") <= Some(today) && row.day("terminated_on").is_none());
    let subcategories_in = |primary: &str| -> BTreeSet<Option<&str>> {
        let of_primary = present.iter().filter(|row| row.text("primary_category") == Some(primary));
        of_primary.map(|row| row.text("primary_subcategory")).collect()
    };
    for category in categories() {
        let found = subcategories_in(&category.primary);
        let has_it = category.subcategory.as_deref().map_or(!found.is_empty(), |own| found.contains(&Some(own)));
        assert!(has_it, "{category:?}");
    }
    // A subcategory that the table does not split, and none at all.
    let of_split = subcategories_in("运动/瑜伽/健身/球迷用品");
    assert!(of_split.is_superset(&BTreeSet::from([None, Some("瑜伽")])), "{of_split:?}");
}

#[test]
fn shops_join_and_leave_and_leavers_stay_listed_with_their_day() {
    let (first, last) = (day("2022-02-01"), day("2022-02-28"));
    let sample = written("2022-02-01", "2022-02-28", |request| request.shops = 600);
    let listed_on = |day| sample.numbers::<BTreeSet<_>>(Table::Shops, day, "shop_id");
    assert!(listed_on(last).difference(&listed_on(first)).count() > 3);
    // The shops that left on such days, as far as the snapshot of `today` knows.
    let left = |today, is_so: &dyn Fn(Day) -> bool| -> BTreeSet<i64> {
        let mut left = sample.rows(Table::Shops, today);
        left.retain(|row| row.day("terminated_on").is_some_and(is_so));
        left.iter().filter_map(|row| row.number("shop_id")).collect()
    };
    let leavers = left(last, &|day| day > first);
    assert!(leavers.len() > 3);
    assert!(left(first, &|_| true).is_disjoint(&leavers), "before the day, nobody knows");
    let gone = left(last, &|day| day < last);
    let reviewed: BTreeSet<i64> = sample.numbers(Table::Reviews, last, "shop_id");
    assert!(reviewed.is_disjoint(&gone), "a shop that left has no more rows");
}

/// The shop of each record of `table` between two days, by (day, key).
fn owners(sample: &Sample, table: Table, from: &str, to: &str) -> HashMap<(Day, i64), i64> {
    let key = table.spec().key.unwrap();
    let rows = days(from, to).flat_map(|day| sample.rows(table, day).into_iter().map(move |row| (day, row)));
    rows.map(|(day, row)| ((day, row.number(key).unwrap()), row.number("shop_id").unwrap())).collect()
}

#[test]
fn what_follows_an_order_names_an_order_of_the_same_shop() {
    // Nothing follows later than 30 days after payment.
    let sample = written("2022-01-01", "2022-02-05", |_| ());
    let orders = owners(&sample, Table::Payments, "2022-01-01", "2022-02-05");
    let shop_by_order: HashMap<i64, i64> = orders.into_iter().map(|((_, id), shop)| (id, shop)).collect();
    for table in [Table::Pickups, Table::Reviews, Table::Refunds, Table::Disputes] {
        let rows = sample.rows(table, day("2022-02-05"));
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
    let sample = written(from, to, |request| request.rows_per_day = 4_000);
    let tables = [Table::Reviews, Table::Refunds, Table::Disputes, Table::Pickups];
    let owners: HashMap<_, _> = tables.map(|table| (table, owners(&sample, table, from, to))).into();
    let (mut matched, mut unmatched) = (0, 0);
    let mut verdicts: HashMap<(Table, i64), BTreeSet<i64>> = HashMap::new();
    for appeal in days("2022-01-22", to).flat_map(|day| sample.rows(Table::Appeals, day)) {
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
    let sample = written("2022-02-10", "2022-02-10", |request| request.rows_per_day = 20_000);
    let questions = sample.rows(Table::Consultations, asked_on);
    let conversation = ["shop_id", "sub_account_id", "buyer_id"];
    let distinct: BTreeSet<_> = questions.iter().map(|row| conversation.map(|column| row.number(column))).collect();
    assert!(distinct.len() * 10 < questions.len() * 9);
    let replies = questions.iter().filter_map(|row| row.number("human_replied_at"));
    let late = replies.filter(|at| *at >= midnight(asked_on) + DAY).count();
    assert!(late > 5 && late * 10 < questions.len(), "{late}");
}

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
