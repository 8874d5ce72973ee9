//! Which rows of a shop are read to tell of its records: no more than can be shown, and those that appeals take out.
//!
//! In: the shop's stored sums by day. Out: the wanted rows of each table-day; of the other days the sums tell what they add. A day that lacks
//! nothing has no record to show. Where every record lacks 1 at most the newest come first, and so older days are not read once
//! enough newer ones lack something; else every day that lacks something is read, as far as tells what its rows lack. So is a day
//! whose sums are not known.

use std::collections::BTreeMap;

use super::damage::{added_by, is_one_each, lacks};
use super::retracted::Keys;
use crate::extracts::tables::Table;
use crate::indicators::Indicator;
use crate::partials::records::TableDay;
use crate::table_days::of_shop::ShopDays;
use crate::table_days::shop_day::WantedRows;

/// The rows that are wanted of the tables of these indicators, to show the first `limit` records of each.
pub(super) fn wanted(
    indicators: &[(Table, Indicator)],
    days: &ShopDays,
    retracted: &Keys,
    limit: usize,
) -> BTreeMap<TableDay, WantedRows> {
    let mut wanted: BTreeMap<TableDay, WantedRows> = BTreeMap::new();
    for (table, _) in indicators {
        let of_table = retracted.iter().filter(|(of, _)| of.0 == *table);
        wanted.extend(of_table.map(|(of, keys)| (*of, WantedRows::WithKeys(keys.clone()))));
    }
    for (table, indicator) in indicators {
        for of in days_read(*table, *indicator, days, retracted, limit) {
            // What appeals took out is shown, and what lacks 1 mostly so.
            let is_shown = is_one_each(*indicator) || retracted.contains_key(&of);
            wanted.insert(of, if is_shown { WantedRows::Whole } else { WantedRows::Counted });
        }
    }
    wanted
}

fn days_read(table: Table, indicator: Indicator, days: &ShopDays, retracted: &Keys, limit: usize) -> Vec<TableDay> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let (mut read, mut sure_to_show) = (Vec::new(), 0);
    for (of, sums) in days.0.iter().rev().filter(|(of, _)| of.0 == table) {
        let Ok(sums) = sums else {
            read.push(*of);
            continue;
        };
        let lacking = lacks(indicator, added_by(indicator, sums));
        if lacking == 0 || is_one_each(indicator) && sure_to_show >= limit {
            continue;
        }
        read.push(*of);
        // The sums hold what appeals take out still.
        let taken_out = retracted.get(of).into_iter().flatten().map(|_| 1).sum::<i64>();
        sure_to_show += (lacking - taken_out).max(0);
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::readable::day;
    use crate::table_days::of_shop::WhyUnknown;

    const NEWEST: &str = "2022-03-15";

    fn of(table: Table, on: &str) -> TableDay {
        (table, day(on))
    }

    /// The days of a table with what they add to two measures, and one that is not known.
    fn days(table: Table, [one, other]: [&'static str; 2], sums: [(&str, i64, i64); 3]) -> ShopDays {
        let known = sums.map(|(on, a, b)| (of(table, on), Ok([(one, a), (other, b)].into())));
        ShopDays(known.into_iter().chain([(of(table, "2022-03-01"), Err(WhyUnknown::Damaged))]).collect())
    }

    #[test]
    fn where_each_record_lacks_1_days_are_read_until_enough_lack_something_whatever_appeals_take_out() {
        let sums = [(NEWEST, 7, 9), ("2022-03-14", 5, 5), ("2022-03-13", 3, 9)];
        let days = days(Table::Pickups, ["pickups_in_time", "pickups_due"], sums);
        let indicators = [(Table::Pickups, Indicator::PickupTimeliness)];
        let read = |limit, retracted: &Keys| {
            let wanted = wanted(&indicators, &days, retracted, limit);
            wanted.into_iter().rev().map(|((_, day), rows)| (day.to_string(), rows)).collect::<Vec<_>>()
        };
        let whole = |on: &str| (on.to_owned(), WantedRows::Whole);
        // A day that is not known is read, whatever else is.
        assert_eq!(read(0, &Keys::new()), [whole("2022-03-01")]);
        assert_eq!(read(2, &Keys::new()), [whole(NEWEST), whole("2022-03-01")]);
        assert_eq!(read(3, &Keys::new()), [whole(NEWEST), whole("2022-03-13"), whole("2022-03-01")]);
        let retracted =
            Keys::from([(of(Table::Pickups, NEWEST), [1].into()), (of(Table::Pickups, "2022-03-14"), [2].into())]);
        let taken_out = ("2022-03-14".to_owned(), WantedRows::WithKeys([2].into()));
        let expected = [whole(NEWEST), taken_out, whole("2022-03-13"), whole("2022-03-01")];
        assert_eq!(read(2, &retracted), expected, "of two that lack something one may be taken out");
    }

    #[test]
    fn of_ratings_every_day_that_lacks_stars_is_read_as_far_as_they_count() {
        let sums = [(NEWEST, 9, 2), ("2022-03-14", 10, 2), ("2022-03-13", 4, 1)];
        let days = days(Table::Reviews, ["description_stars", "description_ratings"], sums);
        let retracted = Keys::from([(of(Table::Reviews, "2022-03-13"), [1].into())]);
        let wanted = wanted(&[(Table::Reviews, Indicator::ProductRating)], &days, &retracted, 0);
        let read = wanted.into_iter().map(|((_, day), rows)| (day.to_string(), rows));
        let [whole, counted] = [WantedRows::Whole, WantedRows::Counted];
        let expected = [("2022-03-01", counted.clone()), ("2022-03-13", whole), (NEWEST, counted)];
        assert!(read.eq(expected.map(|(on, rows)| (on.to_owned(), rows))));
    }
}
