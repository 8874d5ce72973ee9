//! Rows that stand for orders or follow from them: payments, pickups, reviews, refunds, disputes.

use rand::RngExt;

use crate::domain::Day;
use crate::sample::follow_ups::{DISPUTES, PICKUPS, REFUNDS, REVIEWS};
use crate::sample::marketplace::Marketplace;
use crate::sample::orders::{self, Order};
use crate::sample::random::Draws;
use crate::sample::rhythm::{self, DAY, HOUR, SECOND, midnight};
use crate::sample::service::stars;
use crate::sample::table_day::{TableDay, boolean, integer, text, timestamp};

/// The orders paid on `day`.
pub(super) fn add_payments(market: &Marketplace<'_>, day: Day, rows: &mut TableDay) {
    let paid = (0..orders::count(market, day)).filter_map(|index| orders::order(market, day, index));
    for order in paid {
        rows.push(&[
            integer(order.order_id),
            integer(order.shop.shop_id),
            text(order.category),
            integer(order.amount_fen),
            timestamp(order.paid_at),
        ]);
    }
}

/// The orders due to be picked up on `day`, one to three times 24 hours after they were paid.
pub(super) fn add_pickups(market: &Marketplace<'_>, day: Day, rows: &mut TableDay) {
    for (order, mut draws) in PICKUPS.orders(market, day) {
        let due_at = midnight(day) + (order.paid_at - midnight(Day::from_epoch_days(0))).rem_euclid(DAY);
        let needs_no_shipping = draws.random_bool(if order.shop.category.ships { 0.02 } else { 0.9 });
        let picked_up_at = if needs_no_shipping { None } else { picked_up_at(order, due_at, &mut draws) };
        rows.push(&[
            integer(PICKUPS.id(order.order_id)),
            integer(order.shop.shop_id),
            text(order.category),
            timestamp(due_at),
            timestamp(picked_up_at),
            boolean(needs_no_shipping),
        ]);
    }
}

/// In time, late, or not at all. The very second of `due_at` is late, and occurs.
fn picked_up_at(order: Order<'_>, due_at: i64, draws: &mut Draws) -> Option<i64> {
    if draws.random_bool(order.shop.service.picked_up_in_time) {
        return Some(draws.random_range(order.paid_at / SECOND + 600..due_at / SECOND) * SECOND);
    }
    let latest_seconds_late = draws.one_of(&[(None, 25), (Some(0), 5)], Some(48 * HOUR / SECOND))?;
    Some(due_at + draws.random_range(0..=latest_seconds_late) * SECOND)
}

/// The reviews of `day`. Now and then a buyer leaves out the one rating or the other.
pub(super) fn add_reviews(market: &Marketplace<'_>, day: Day, rows: &mut TableDay) {
    for (order, mut draws) in REVIEWS.orders(market, day) {
        let service = &order.shop.service;
        let left_out: u32 = draws.random_range(0..100);
        let description = (left_out >= 3).then(|| stars(service.description_fives, &mut draws));
        let logistics = (!(3..10).contains(&left_out)).then(|| stars(service.logistics_fives, &mut draws));
        rows.push(&[
            integer(REVIEWS.id(order.order_id)),
            integer(order.order_id),
            integer(order.shop.shop_id),
            integer(description),
            integer(logistics),
            timestamp(rhythm::instant(day, &mut draws)),
        ]);
    }
}

/// The refunds completed on `day`; goods come back from the fourth day after payment on.
pub(super) fn add_refunds(market: &Marketplace<'_>, day: Day, rows: &mut TableDay) {
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
    let duration = service.duration_seconds(median_seconds, draws) * SECOND + draws.random_range(0..1_000) * 1_000;
    (completed_at - duration).max(order.paid_at + SECOND)
}

/// The disputes ruled on `day`.
pub(super) fn add_disputes(market: &Marketplace<'_>, day: Day, rows: &mut TableDay) {
    for (order, mut draws) in DISPUTES.orders(market, day) {
        let liable_party = if draws.random_bool(order.shop.service.seller_liable) {
            "seller"
        } else {
            draws.one_of(&[("buyer", 60), ("platform", 10)], "none")
        };
        rows.push(&[
            integer(DISPUTES.id(order.order_id)),
            integer(order.order_id),
            integer(order.shop.shop_id),
            text(liable_party),
            boolean(draws.random_bool(0.8)),
            timestamp(rhythm::instant(day, &mut draws)),
        ]);
    }
}
