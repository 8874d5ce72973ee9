//! Orders: each is a pure function of (seed, paid day, index).

use rand::RngExt;
use rand::seq::IndexedRandom;

use super::marketplace::Marketplace;
use super::random::{Purpose, Stream, whole};
use super::rhythm;
use super::shop::Shop;
use crate::domain::Day;

/// A paid order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order<'a> {
    pub(super) order_id: i64,
    pub(super) shop: &'a Shop<'a>,
    pub(super) category: &'a str,
    pub(super) amount_fen: i64,
    /// Microseconds UTC.
    pub(super) paid_at: i64,
}

/// The share of all rows that are payments.
const ORDERS_PERMILLE: u64 = 265;

/// Ids of a day's items, such as its orders, start with the day's number.
pub(super) fn daily_id(day: Day, index: u64) -> i64 {
    i64::from(day.epoch_days()) * 1_000_000_000 + index.cast_signed()
}

/// How many orders are paid on `day`.
pub(super) fn count(market: &Marketplace<'_>, day: Day) -> u64 {
    let request = market.request;
    rhythm::volume(request.seed, request.rows_per_day * ORDERS_PERMILLE / 1_000, day)
}

/// The order `index` of those paid on `paid_on`; later ones have higher indices. None where hardly any shop trades.
pub(super) fn order<'a>(market: &'a Marketplace<'a>, paid_on: Day, index: u64) -> Option<Order<'a>> {
    let mut draws = stream(market, Purpose::Order, paid_on).draws(index);
    let shop = market.shop(paid_on, &mut draws)?;
    let is_primary = draws.random_bool(0.85);
    let other = if is_primary { None } else { shop.sells.choose(&mut draws).copied() };
    let share = (index * 1_000_000_000 + draws.random_range(0..1_000_000_000)) / count(market, paid_on).max(1);
    Some(Order {
        order_id: daily_id(paid_on, index),
        shop,
        category: other.unwrap_or(&shop.category.primary),
        amount_fen: whole(draws.around(shop.median_amount_fen, 0.8)),
        paid_at: rhythm::instant_by_share(paid_on, share),
    })
}

/// The draws for `purpose` that belong to `day`.
pub(super) fn stream(market: &Marketplace<'_>, purpose: Purpose, day: Day) -> Stream {
    Stream::new(market.request.seed, purpose, i64::from(day.epoch_days()))
}
