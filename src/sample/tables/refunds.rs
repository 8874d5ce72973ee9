//! Refunds completed two to twelve days after payment; goods come back from the fourth day on.

use rand::RngExt;

use crate::domain::Day;
use crate::sample::frame::{Cell, Frame};
use crate::sample::marketplace::Marketplace;
use crate::sample::orders::{Order, Sequel, following};
use crate::sample::random::{Draws, Purpose};
use crate::sample::rhythm::{self, DAY, SECOND, midnight};

/// One order of three is refunded, whole or in part.
pub(super) const REFUND: Sequel =
    Sequel { purpose: Purpose::Refund, share_millionths: 347_000, earliest_days: 2, latest_days: 12 };

/// The id of the refund of an order.
pub(super) fn refund_id(order_id: i64) -> i64 {
    order_id * 10 + 2
}

/// The refunds completed on `day`.
pub(super) fn fill<'a>(market: &'a Marketplace<'a>, day: Day, frame: &mut Frame<'a>) {
    following(market, REFUND, day, |order, draws| {
        let is_returned = midnight(day) - order.paid_at > 3 * DAY && draws.random_bool(0.55);
        // Parts of a second on both ends, so that it matters that each duration is rounded down.
        let completed_at = rhythm::instant(day, draws) + draws.random_range(0..1_000) * 1_000;
        let applied_at = applied_at(order, is_returned, completed_at, draws);
        let is_in_sale = !is_returned && draws.random_bool(0.5);
        frame.push(&[
            Cell::Integer(refund_id(order.order_id)),
            Cell::Integer(order.order_id),
            Cell::Integer(order.shop.shop_id),
            Cell::Text(if is_returned { "return_refund" } else { "refund_only" }),
            Cell::Text(if is_in_sale { "in_sale" } else { "after_sale" }),
            Cell::Timestamp(applied_at),
            Cell::Timestamp(completed_at),
            Cell::Boolean(draws.random_bool(0.8)),
        ]);
    });
}

/// As long before `completed_at` as the shop takes, but after payment.
fn applied_at(order: Order<'_>, is_returned: bool, completed_at: i64, draws: &mut Draws) -> i64 {
    let service = &order.shop.service;
    let median_seconds =
        if is_returned { service.return_refund_median_seconds } else { service.refund_only_median_seconds };
    let duration =
        service.duration_seconds(median_seconds, draws) * SECOND + draws.random_range(0..1_000) * 1_000;
    (completed_at - duration).max(order.paid_at + SECOND)
}
