//! Orders due to be picked up: one to three times 24 hours after they were paid.

use rand::RngExt;

use crate::domain::Day;
use crate::sample::follow_ups::PICKUPS;
use crate::sample::marketplace::Marketplace;
use crate::sample::orders::Order;
use crate::sample::random::Draws;
use crate::sample::rhythm::{DAY, HOUR, SECOND, midnight};
use crate::sample::table_day::{TableDay, boolean, integer, text, timestamp};

/// The orders due on `day`.
pub(super) fn add(market: &Marketplace<'_>, day: Day, rows: &mut TableDay) {
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
