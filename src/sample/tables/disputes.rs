//! Disputes ruled five to thirty days after payment.

use rand::RngExt;

use crate::domain::Day;
use crate::sample::frame::{Cell, Frame};
use crate::sample::marketplace::Marketplace;
use crate::sample::orders::{Sequel, following};
use crate::sample::random::Purpose;
use crate::sample::rhythm;

/// One order of 26 ends in a dispute.
pub(super) const DISPUTE: Sequel =
    Sequel { purpose: Purpose::Dispute, share_millionths: 37_700, earliest_days: 5, latest_days: 30 };

/// The id of the dispute on an order.
pub(super) fn dispute_id(order_id: i64) -> i64 {
    order_id * 10 + 3
}

/// The disputes ruled on `day`.
pub(super) fn fill<'a>(market: &'a Marketplace<'a>, day: Day, frame: &mut Frame<'a>) {
    following(market, DISPUTE, day, |order, draws| {
        let liable_party = if draws.random_bool(order.shop.service.seller_liable) {
            "seller"
        } else {
            draws.one_of(&[("buyer", 60), ("platform", 10), ("none", 30)], "none")
        };
        frame.push(&[
            Cell::Integer(dispute_id(order.order_id)),
            Cell::Integer(order.order_id),
            Cell::Integer(order.shop.shop_id),
            Cell::Text(liable_party),
            Cell::Boolean(draws.random_bool(0.8)),
            Cell::Timestamp(rhythm::instant(day, draws)),
        ]);
    });
}
