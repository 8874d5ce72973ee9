//! Orders, and what follows from them on later days: pickups, reviews, refunds, disputes.
//!
//! An order, and whether and on which day something follows from it, are pure functions of (seed, paid day, index). A
//! table's day visits the earlier days that can reach it and keeps the orders that do; nothing is handed from day to day.

use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};

use super::marketplace::Marketplace;
use super::random::{Draws, Purpose, Stream, whole};
use super::rhythm;
use super::shops::Shop;
use crate::domain::Day;
use crate::extracts::tables::Table;

#[derive(Clone, Copy)]
pub(super) struct Order<'a> {
    pub(super) order_id: i64,
    pub(super) shop: &'a Shop<'a>,
    pub(super) category: &'a str,
    pub(super) amount_fen: i64,
    /// Microseconds UTC.
    pub(super) paid_at: i64,
}

impl<'a> Order<'a> {
    /// The id and the category of the payment that comes with it, where its shop sells in pairs.
    pub(super) fn twin(&self) -> Option<(i64, &'a str)> {
        self.shop.pairs_with.map(|category| (self.order_id + TWIN, category))
    }
}

/// The share of all rows that are payments.
const ORDERS_PERMILLE: u64 = 265;
/// Added to an order's id, the id of its twin: beyond those of all orders of a day, and of its dirty rows.
const TWIN: i64 = 900_000_000;

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

pub(super) fn stream(market: &Marketplace<'_>, purpose: Purpose, day: Day) -> Stream {
    Stream::new(market.request.seed, purpose, i64::from(day.epoch_days()))
}

/// Records of one table that follow from a share of the orders, some days after they were paid.
#[derive(Clone, Copy, Debug)]
pub(super) struct FollowUp {
    pub(super) table: Table,
    purpose: Purpose,
    /// The last digit of their ids, after the order's; none where the order's id is theirs.
    id_digit: Option<i64>,
    /// Of a million orders, those that they follow from.
    per_million: u64,
    /// The fewest and the most days after payment; every day between is as likely.
    pub(super) days: (i32, i32),
}

/// The orders that do not become due to be picked up are taken back before.
pub(super) const PICKUPS: FollowUp = follow(Table::Pickups, Purpose::Pickup, None, 845_000, (1, 3));
pub(super) const REVIEWS: FollowUp = follow(Table::Reviews, Purpose::Review, Some(1), 615_000, (3, 15));
pub(super) const REFUNDS: FollowUp = follow(Table::Refunds, Purpose::Refund, Some(2), 347_000, (2, 12));
pub(super) const DISPUTES: FollowUp = follow(Table::Disputes, Purpose::Dispute, Some(3), 37_700, (5, 30));

const fn follow(table: Table, purpose: Purpose, id_digit: Option<i64>, per_million: u64, days: (i32, i32)) -> FollowUp {
    FollowUp { table, purpose, id_digit, per_million, days }
}

impl FollowUp {
    /// The id of the record that follows from an order.
    pub(super) fn id(self, order_id: i64) -> i64 {
        self.id_digit.map_or(order_id, |digit| order_id * 10 + digit)
    }

    /// The orders with a record on `day`, by order id, each with draws for the record.
    pub(super) fn orders<'a>(
        self,
        market: &'a Marketplace<'a>,
        day: Day,
    ) -> impl Iterator<Item = (Order<'a>, Draws)> + use<'a> {
        (self.days.0..=self.days.1).rev().flat_map(move |days| {
            let (paid, order) = self.reach(market, days, day);
            (0..paid).filter_map(order)
        })
    }

    /// How many orders were paid `days` before `day`, and by its index each that has a record on `day` and whose shop still
    /// trades then, with the draws left for the record.
    pub(super) fn reach<'a>(
        self,
        market: &'a Marketplace<'a>,
        days: i32,
        day: Day,
    ) -> (u64, impl Fn(u64) -> Option<(Order<'a>, Draws)> + use<'a>) {
        // Equal stretches of a draw's range stand for the days on which a record can be, the rest for never.
        let (fewest, most) = self.days;
        let stretch = u64::MAX / 1_000_000 * self.per_million / (u64::from(fewest.abs_diff(most)) + 1);
        let place = u64::from(fewest.abs_diff(days));
        let stretch = stretch * place..stretch * (place + 1);
        let paid_on = day.plus(-days);
        let stream = stream(market, self.purpose, paid_on);
        let with_record = move |index| {
            let mut draws = stream.draws(index);
            if !stretch.contains(&draws.next_u64()) {
                return None;
            }
            let order = order(market, paid_on, index)?;
            order.shop.trades_on(day).then_some((order, draws))
        };
        (count(market, paid_on), with_record)
    }
}
