//! Orders, and what follows from them on later days: pickups, reviews, refunds, disputes.
//!
//! An order is a pure function of (seed, paid day, index), and so is the day on which each thing follows. A table's day
//! visits the earlier days that can reach it and keeps the orders that do; nothing is handed from day to day.

use rand::{Rng, RngExt};

use super::marketplace::Marketplace;
use super::random::{Draws, Purpose, Stream, whole};
use super::rhythm;
use super::stalls::Shop;
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

/// Ids of a day's items, such as its orders, start with the day's number.
pub(super) fn daily_id(day: Day, index: u64) -> i64 {
    i64::from(day.epoch_days()) * 1_000_000_000 + index.cast_signed()
}

/// How many orders are paid on `day`.
pub(super) fn count(market: &Marketplace<'_>, day: Day) -> u64 {
    let request = market.request;
    rhythm::volume(request.seed, request.rows_per_day * ORDERS_PERMILLE / 1_000, day)
}

/// The share of all rows that are payments.
const ORDERS_PERMILLE: u64 = 265;

/// The order `index` of those paid on `paid_on`; later ones have higher indices.
pub(super) fn order<'a>(market: &'a Marketplace<'a>, paid_on: Day, index: u64) -> Option<Order<'a>> {
    let mut draws = stream(market, Purpose::Order, paid_on).draws(index);
    let shop = market.shop(paid_on, &mut draws)?;
    let aside = if draws.random_bool(0.85) { 0 } else { draws.random_range(0..shop.sells.len()) };
    let share =
        (index * 1_000_000_000 + draws.random_range(0..1_000_000_000)) / count(market, paid_on).max(1);
    Some(Order {
        order_id: daily_id(paid_on, index),
        shop,
        category: shop.sells.get(aside).copied().unwrap_or(&shop.category.primary),
        amount_fen: whole(draws.around(shop.median_amount_fen, 0.8)),
        paid_at: rhythm::instant_by_share(paid_on, share),
    })
}

/// Something that follows from a share of the orders, some days after they were paid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sequel {
    /// Its stream of draws.
    pub(super) purpose: Purpose,
    /// The share of the orders that it follows from, in millionths.
    pub(super) share_millionths: u64,
    /// The fewest days after payment.
    pub(super) earliest_days: i32,
    /// The most days after payment; every day between is as likely.
    pub(super) latest_days: i32,
}

impl Sequel {
    /// The paid days whose orders can reach `day`, earliest first.
    pub(super) fn paid_days(&self, day: Day) -> impl Iterator<Item = Day> + use<> {
        (self.earliest_days..=self.latest_days).rev().map(move |days| day.plus(-days))
    }

    /// The indices of the orders paid on `paid_on` from which this follows on `day`, each with the draws left for the
    /// details.
    pub(super) fn reaching(
        self,
        market: &Marketplace<'_>,
        paid_on: Day,
        day: Day,
    ) -> impl Iterator<Item = (u64, Draws)> + use<> {
        let stream = stream(market, self.purpose, paid_on);
        (0..count(market, paid_on)).filter_map(move |index| {
            let mut draws = stream.draws(index);
            self.follows_on(&mut draws, paid_on, day).then_some((index, draws))
        })
    }

    /// Whether this follows on `day` from the order `index` paid on `paid_on`.
    pub(super) fn reaches(&self, market: &Marketplace<'_>, paid_on: Day, index: u64, day: Day) -> bool {
        self.follows_on(&mut stream(market, self.purpose, paid_on).draws(index), paid_on, day)
    }

    /// One draw decides: equal stretches of its range stand for the days, the rest for never.
    fn follows_on(&self, draws: &mut Draws, paid_on: Day, day: Day) -> bool {
        let Ok(place) = u64::try_from(day.epoch_days() - paid_on.epoch_days() - self.earliest_days) else {
            return false;
        };
        let days = u64::from((self.latest_days - self.earliest_days).unsigned_abs()) + 1;
        let stretch = u64::MAX / 1_000_000 * self.share_millionths / days;
        let drawn = draws.next_u64();
        place < days && stretch * place <= drawn && drawn < stretch * (place + 1)
    }
}

/// Calls `row` with each order from which `sequel` follows on `day` while its shop still trades, by order id.
pub(super) fn following<'a>(
    market: &'a Marketplace<'a>,
    sequel: Sequel,
    day: Day,
    mut row: impl FnMut(Order<'a>, &mut Draws),
) {
    for paid_on in sequel.paid_days(day) {
        for (index, mut draws) in sequel.reaching(market, paid_on, day) {
            if let Some(order) = order(market, paid_on, index).filter(|order| order.shop.trades_on(day)) {
                row(order, &mut draws);
            }
        }
    }
}

fn stream(market: &Marketplace<'_>, purpose: Purpose, day: Day) -> Stream {
    Stream::new(market.request.seed, purpose, i64::from(day.epoch_days()))
}
