//! Completed refunds; goods come back from the fourth day after payment on.

use rand::RngExt;

use crate::domain::Day;
use crate::sample::follow_ups::REFUNDS;
use crate::sample::marketplace::Marketplace;
use crate::sample::orders::Order;
use crate::sample::random::Draws;
use crate::sample::rhythm::{self, DAY, SECOND, midnight};
use crate::sample::table_day::{TableDay, boolean, integer, text, timestamp};

/// The refunds completed on `day`.
pub(super) fn add(market: &Marketplace<'_>, day: Day, rows: &mut TableDay) {
    for (order, mut draws) in REFUNDS.orders(market, day) {
        let is_returned = midnight(day) - order.paid_at > 3 * DAY && draws.random_bool(0.55);
        // Parts of a second on both ends, so that it matters that each duration is rounded down.
        let completed_at = rhythm::instant(day, &mut draws) + draws.random_range(0..1_000) * 1_000;
        let applied_at = applied_at(order, is_returned, completed_at, &mut draws);
        let is_in_sale = !is_returned && draws.random_bool(0.5);
        rows.push(&[
            integer(REFUNDS.id(order.order_id)),
            integer(order.order_id),
            integer(order.shop.shop_id),
            text(if is_returned { "return_refund" } else { "refund_only" }),
            text(if is_in_sale { "in_sale" } else { "after_sale" }),
            timestamp(applied_at),
            timestamp(completed_at),
            boolean(draws.random_bool(0.8)),
        ]);
    }
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
