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
use crate::table_days::rows_of_shop::WantedRows;

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
