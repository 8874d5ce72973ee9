//! The demo cases of the committed sample, in a sample written like it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Day, Row, Sample, Table, day, days, written};
use crate::sample::rhythm::SECOND;

fn sample(from: &str, to: &str) -> Sample {
    written(from, to, |request| (request.demo_cases, request.dirty) = (true, true))
}

/// The shops present in the snapshot of `today` by primary category, sound rows only.
fn present(sample: &Sample, today: Day) -> BTreeMap<String, BTreeSet<i64>> {
    let mut present: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    for row in sample.rows(Table::Shops, today) {
        let keys = (row.number("shop_id"), row.text("primary_category"), row.day("joined_on"));
        let (Some(shop), Some(category), Some(joined)) = keys else { continue };
        if category.trim() == category && joined <= today && row.day("terminated_on").is_none() {
            present.entry(category.to_owned()).or_default().insert(shop);
        }
    }
    present
}

#[test]
fn some_partitions_have_several_parts_one_is_empty_and_a_day_has_no_disputes() {
    let sample = sample("2022-01-30", "2022-02-14");
    let is_split = |day: &Day| sample.parts(Table::Payments, *day).len() == 3;
    assert_eq!(days("2022-01-30", "2022-02-14").filter(is_split).count(), 1);
    assert!(!sample.0.path().join("disputes/dt=2022-02-01").exists());
    assert_eq!(sample.parts(Table::Disputes, day("2022-02-02")).len(), 1);
    assert!(sample.rows(Table::Disputes, day("2022-02-02")).is_empty());
    assert!(!sample.rows(Table::Disputes, day("2022-02-03")).is_empty());
}

#[test]
fn shops_leave_on_16_january_and_15_march_and_one_joins_and_leaves_in_february() {
    let sample = sample("2022-01-10", "2022-03-15");
    // The shops that a snapshot says left on `left`, having joined on `joined`.
    let leavers = |snapshot, joined, left| -> Vec<i64> {
        let mut shops = sample.rows(Table::Shops, day(snapshot));
        shops.retain(|row| row.day("terminated_on") == Some(day(left)) && row.day("joined_on") == Some(day(joined)));
        shops.iter().filter_map(|row| row.number("shop_id")).collect()
    };
    for (snapshot_before, left) in [("2022-01-10", "2022-01-16"), ("2022-03-14", "2022-03-15")] {
        let before = sample.rows(Table::Shops, day(snapshot_before));
        assert!(before.iter().all(|row| row.day("terminated_on") != Some(day(left))), "{left}");
        assert!(!leavers(left, "2019-05-06", left).is_empty(), "{left}");
    }
    let guest = leavers("2022-02-28", "2022-02-05", "2022-02-24")[0];
    let has_sold_on = |text| sample.numbers::<Vec<_>>(Table::Payments, day(text), "shop_id").contains(&guest);
    assert!(has_sold_on("2022-02-10"));
    assert!(!has_sold_on("2022-02-25"));
}

#[test]
fn shops_join_where_their_exempt_months_their_cycles_and_their_fees_differ() {
    let sample = sample("2022-01-31", "2022-01-31");
    let shops = sample.rows(Table::Shops, day("2022-01-31"));
    for joined in ["2021-06-10", "2021-12-20", "2022-01-10"] {
        let of_case = |row: &&Row| row.day("joined_on") == Some(day(joined)) && row.day("terminated_on").is_none();
        assert_eq!(shops.iter().filter(of_case).count(), 1, "{joined}");
    }
}

#[test]
fn a_shop_sells_for_the_same_amount_in_two_categories() {
    let today = day("2022-03-14");
    let sample = written("2022-03-14", "2022-03-14", |request| request.demo_cases = true);
    let payments = sample.rows(Table::Payments, today);
    let is_twin = |row: &&Row| row.number("order_id").is_some_and(|id| id % 1_000_000_000 >= 900_000_000);
    let sellers: BTreeSet<_> = payments.iter().filter(is_twin).filter_map(|row| row.number("shop_id")).collect();
    let [seller] = sellers.into_iter().collect::<Vec<_>>()[..] else { panic!("one seller") };
    let mut amounts: BTreeMap<&str, i64> = BTreeMap::new();
    for row in payments.iter().filter(|row| row.number("shop_id") == Some(seller)) {
        *amounts.entry(row.text("category").unwrap()).or_default() += row.number("amount_fen").unwrap();
    }
    let [(_, one), (_, other)] = amounts.clone().into_iter().collect::<Vec<_>>()[..] else { panic!("{amounts:?}") };
    assert!(one == other && one > 0, "{amounts:?}");
}

#[test]
fn one_category_has_a_lone_shop_and_a_few_shops_have_no_data() {
    let sample = sample("2022-02-14", "2022-03-15");
    let present = present(&sample, day("2022-03-15"));
    assert!(present.values().any(|shops| shops.len() == 1));
    let mut silent: BTreeSet<i64> = present.into_values().flatten().collect();
    for table in Table::ALL.into_iter().filter(|table| !matches!(table, Table::Shops | Table::Appeals)) {
        for day in days("2022-02-14", "2022-03-15") {
            let seen: BTreeSet<i64> = sample.numbers(table, day, "shop_id");
            silent.retain(|shop| !seen.contains(shop));
        }
    }
    assert!((1..=6).contains(&silent.len()), "{silent:?}");
}

#[test]
fn the_shops_of_one_category_tie_on_every_indicator() {
    let today = day("2022-03-14");
    let change = |request: &mut super::Request| (request.demo_cases, request.rows_per_day) = (true, 20_000);
    let sample = written("2022-03-14", "2022-03-14", change);
    // The first category of the tests' table that ships, is not split and gets three to six shops.
    let tied = &present(&sample, today)["住宅家具"];
    assert!((3..=6).contains(&tied.len()), "{tied:?}");
    let values = |table, value: &dyn Fn(&Row) -> Option<i64>| -> BTreeSet<i64> {
        let rows = sample.rows(table, today);
        let of_tied = rows.iter().filter(|row| tied.contains(&row.number("shop_id").unwrap()));
        of_tied.filter_map(value).collect()
    };
    let is_late = |row: &Row| row.number("picked_up_at").map(|at| i64::from(Some(at) >= row.number("due_at")));
    let is_blamed = |row: &Row| Some(i64::from(row.text("liable_party") == Some("seller")));
    let seconds = |row: &Row| Some((row.number("completed_at")? - row.number("applied_at")?) / SECOND);
    assert_eq!(values(Table::Reviews, &|row| row.number("description_stars")), [5].into());
    assert_eq!(values(Table::Reviews, &|row| row.number("logistics_stars")), [5].into());
    assert_eq!(values(Table::Consultations, &|row| row.number("bot_received")), [1].into());
    assert_eq!(values(Table::Pickups, &is_late), [0].into());
    assert_eq!(values(Table::Refunds, &seconds), [3_600, 86_400].into());
    assert_eq!(values(Table::Disputes, &is_blamed), [0].into());
}
