//! Snapshots: a shop that will leave shows the day from the snapshot of that day on, and stays listed for a year more.

use crate::domain::Day;
use crate::sample::marketplace::Marketplace;
use crate::sample::table_day::{TableDay, date, integer, text};

/// The shops as they stand on `day`.
pub(super) fn add(market: &Marketplace<'_>, day: Day, rows: &mut TableDay) {
    for shop in market.shops().filter(|shop| shop.is_listed_on(day)) {
        rows.push(&[
            integer(shop.shop_id),
            text(shop.name.as_str()),
            text(shop.category.primary.as_str()),
            text(shop.subcategory),
            date(shop.joined_on),
            date(shop.terminated_on.filter(|terminated_on| *terminated_on <= day)),
        ]);
    }
}
