//! Shops: every row of the weights table has one, and shops join and leave.

use std::collections::BTreeSet;

use super::{Row, categories, day, numbers, rows, written};
use crate::extracts::tables::Table;

#[test]
fn every_row_of_the_weights_table_has_a_shop_present() {
    let today = day("2022-02-10");
    let folder = written("2022-02-10", "2022-02-10", |_| ());
    let mut present = rows(folder.path(), Table::Shops, today);
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
    let folder = written("2022-02-01", "2022-02-28", |request| request.shops = 600);
    let (before, after) = (rows(folder.path(), Table::Shops, first), rows(folder.path(), Table::Shops, last));
    let ids = |rows: &[Row]| -> BTreeSet<i64> { numbers(rows, "shop_id") };
    assert!(ids(&after).difference(&ids(&before)).count() > 3);
    let left = |is_so: &dyn Fn(i64) -> bool| -> BTreeSet<i64> {
        let left = after.iter().filter(|row| row.number("terminated_on").is_some_and(is_so));
        left.filter_map(|row| row.number("shop_id")).collect()
    };
    let leavers = left(&|day| day > first.epoch_days().into());
    assert!(leavers.len() > 3);
    // Before the day, nobody knows.
    let known = before.iter().filter(|row| row.day("terminated_on").is_some());
    assert!(known.filter_map(|row| row.number("shop_id")).all(|shop| !leavers.contains(&shop)));
    // A shop that left has no more rows.
    let gone = left(&|day| day < last.epoch_days().into());
    assert!(ids(&rows(folder.path(), Table::Reviews, last)).is_disjoint(&gone));
}
