//! Shops: every row of the weights table has one, and shops join and leave.

use std::collections::BTreeSet;

use super::{categories, day, days, integers, rows, texts, written};
use crate::extracts::tables::Table;

#[test]
fn every_row_of_the_weights_table_has_a_shop_present() {
    let folder = written("2022-02-10", "2022-02-10", |_| ());
    let batch = rows(folder.path(), Table::Shops, day("2022-02-10"));
    let (primaries, subcategories) =
        (texts(&batch, "primary_category"), texts(&batch, "primary_subcategory"));
    let (joined, terminated) = (days(&batch, "joined_on"), days(&batch, "terminated_on"));
    let present: Vec<_> = (0..batch.num_rows())
        .filter(|row| joined[*row] <= Some(day("2022-02-10")) && terminated[*row].is_none())
        .map(|row| (primaries[row].clone().unwrap(), subcategories[row].clone()))
        .collect();
    for category in categories() {
        let is_of = |(primary, subcategory): &&(String, Option<String>)| {
            *primary == category.primary
                && (category.subcategory.is_none() || *subcategory == category.subcategory)
        };
        assert!(present.iter().any(|shop| is_of(&shop)), "{category:?}");
    }
    // A subcategory that the table does not split, and none at all.
    let of_split = present.iter().filter(|(primary, _)| primary == "运动/瑜伽/健身/球迷用品");
    let subcategories: BTreeSet<_> = of_split.map(|(_, subcategory)| subcategory.as_deref()).collect();
    assert!(subcategories.contains(&None) && subcategories.contains(&Some("瑜伽")), "{subcategories:?}");
}

#[test]
fn shops_join_and_leave_and_leavers_stay_listed_with_their_day() {
    let folder = written("2022-02-01", "2022-02-28", |request| request.shops = 600);
    let shops = |text: &str| rows(folder.path(), Table::Shops, day(text));
    let (before, after) = (shops("2022-02-01"), shops("2022-02-28"));
    let ids = |batch: &_| -> BTreeSet<i64> { integers(batch, "shop_id").into_iter().flatten().collect() };
    assert!(ids(&after).difference(&ids(&before)).count() > 3);
    let leavers: Vec<i64> = integers(&after, "shop_id")
        .into_iter()
        .zip(days(&after, "terminated_on"))
        .filter(|(_, terminated)| *terminated > Some(day("2022-02-01")))
        .filter_map(|(shop, _)| shop)
        .collect();
    assert!(leavers.len() > 3);
    // Before the day, nobody knows.
    let early = integers(&before, "shop_id").into_iter().zip(days(&before, "terminated_on"));
    assert!(
        early
            .filter(|(shop, _)| leavers.contains(&shop.unwrap()))
            .all(|(_, terminated)| terminated.is_none())
    );
    // A shop that left has no more rows.
    let sellers = integers(&rows(folder.path(), Table::Reviews, day("2022-02-28")), "shop_id");
    let gone: BTreeSet<i64> = integers(&after, "shop_id")
        .into_iter()
        .zip(days(&after, "terminated_on"))
        .filter(|(_, terminated)| terminated.is_some_and(|terminated| terminated < day("2022-02-28")))
        .filter_map(|(shop, _)| shop)
        .collect();
    assert!(sellers.iter().flatten().all(|shop| !gone.contains(shop)));
}
