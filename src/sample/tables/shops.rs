//! Snapshots: a shop that will leave shows the day from the snapshot of that day on, and stays listed for a year more.

use crate::domain::Day;
use crate::sample::frame::{Cell, Frame};
use crate::sample::marketplace::Marketplace;

/// The shops as they stand on `day`.
pub(super) fn fill<'a>(market: &'a Marketplace<'a>, day: Day, frame: &mut Frame<'a>) {
    for shop in market.shops().filter(|shop| shop.is_listed_on(day)) {
        frame.push(&[
            Cell::Integer(shop.shop_id),
            Cell::Text(&shop.name),
            Cell::Text(&shop.category.primary),
            shop.subcategory.into(),
            Cell::Date(shop.joined_on),
            shop.terminated_on.filter(|terminated_on| *terminated_on <= day).into(),
        ]);
    }
}
