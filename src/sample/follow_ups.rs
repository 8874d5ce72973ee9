//! What follows from orders on later days: pickups, reviews, refunds, disputes.
//!
//! Whether and on which day something follows from an order is a pure function of (seed, paid day, index), as the order
//! is. A table's day visits the earlier days that can reach it and keeps the orders that do; nothing is handed from day
//! to day.

use std::ops::Range;

use rand::Rng;

use super::marketplace::Marketplace;
use super::orders::{self, Order};
use super::random::{Draws, Purpose, Stream};
use crate::domain::Day;
use crate::extracts::tables::Table;

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

/// Most orders become due to be picked up; the others are taken back before.
pub(super) const PICKUPS: FollowUp = follow_up(Table::Pickups, Purpose::Pickup, None, 845_000, (1, 3));
/// Six of ten orders are rated.
pub(super) const REVIEWS: FollowUp = follow_up(Table::Reviews, Purpose::Review, Some(1), 615_000, (3, 15));
/// One order of three is refunded, whole or in part.
pub(super) const REFUNDS: FollowUp = follow_up(Table::Refunds, Purpose::Refund, Some(2), 347_000, (2, 12));
/// One order of 26 ends in a dispute.
pub(super) const DISPUTES: FollowUp = follow_up(Table::Disputes, Purpose::Dispute, Some(3), 37_700, (5, 30));

const fn follow_up(
    table: Table,
    purpose: Purpose,
    id_digit: Option<i64>,
    per_million: u64,
    days: (i32, i32),
) -> FollowUp {
    FollowUp { table, purpose, id_digit, per_million, days }
}

impl FollowUp {
    /// The id of the record that follows from an order.
    pub(super) fn id(&self, order_id: i64) -> i64 {
        self.id_digit.map_or(order_id, |digit| order_id * 10 + digit)
    }

    /// The orders with a record on `day`, by order id, each with draws for the record.
    pub(super) fn orders<'a>(
        &self,
        market: &'a Marketplace<'a>,
        day: Day,
    ) -> impl Iterator<Item = (Order<'a>, Draws)> + use<'a> {
        let follow_up = *self;
        let (fewest, most) = self.days;
        (fewest..=most).rev().flat_map(move |days| {
            let reach = follow_up.reach(market, days, day);
            (0..reach.count).filter_map(move |index| reach.order(index))
        })
    }

    /// The orders paid `days` before `day`, some of which have a record on `day`.
    pub(super) fn reach<'a>(&self, market: &'a Marketplace<'a>, days: i32, day: Day) -> Reach<'a> {
        let paid_on = day.plus(-days);
        // Equal stretches of a draw's range stand for the days on which a record can be, the rest for never.
        let (fewest, most) = self.days;
        let stretch = u64::MAX / 1_000_000 * self.per_million / (u64::from(fewest.abs_diff(most)) + 1);
        let place = u64::from(fewest.abs_diff(days));
        Reach {
            market,
            paid_on,
            day,
            count: orders::count(market, paid_on),
            stream: orders::stream(market, self.purpose, paid_on),
            stretch: stretch * place..stretch * (place + 1),
        }
    }
}

/// The orders of one day from which something may follow on another.
pub(super) struct Reach<'a> {
    market: &'a Marketplace<'a>,
    paid_on: Day,
    day: Day,
    /// How many orders were paid.
    pub(super) count: u64,
    stream: Stream,
    /// The draws that mean `day`.
    stretch: Range<u64>,
}

impl<'a> Reach<'a> {
    /// The order `index`, with the draws left for the record, where it has one on `day` and its shop still trades.
    pub(super) fn order(&self, index: u64) -> Option<(Order<'a>, Draws)> {
        let mut draws = self.stream.draws(index);
        if !self.stretch.contains(&draws.next_u64()) {
            return None;
        }
        let order = orders::order(self.market, self.paid_on, index)?;
        order.shop.trades_on(self.day).then_some((order, draws))
    }
}
