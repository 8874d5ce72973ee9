//! Orders due to be picked up: one to three times 24 hours after they were paid.

use rand::RngExt;

use crate::domain::Day;
use crate::sample::frame::{Cell, Frame};
use crate::sample::marketplace::Marketplace;
use crate::sample::orders::{Order, Sequel, following};
use crate::sample::random::{Draws, Purpose};
use crate::sample::rhythm::{DAY, HOUR, SECOND, midnight};

/// Most orders become due; the others are taken back before.
pub(super) const PICKUP: Sequel =
    Sequel { purpose: Purpose::Pickup, share_millionths: 845_000, earliest_days: 1, latest_days: 3 };

/// The orders due on `day`.
pub(super) fn fill<'a>(market: &'a Marketplace<'a>, day: Day, frame: &mut Frame<'a>) {
    following(market, PICKUP, day, |order, draws| {
        let due_at = midnight(day) + (order.paid_at - midnight(Day::from_epoch_days(0))).rem_euclid(DAY);
        let needs_no_shipping = draws.random_bool(if order.shop.category.ships { 0.02 } else { 0.9 });
        let picked_up_at = if needs_no_shipping { None } else { picked_up_at(order, due_at, draws) };
        frame.push(&[
            Cell::Integer(order.order_id),
            Cell::Integer(order.shop.shop_id),
            Cell::Text(order.category),
            Cell::Timestamp(due_at),
            picked_up_at.map_or(Cell::Null, Cell::Timestamp),
            Cell::Boolean(needs_no_shipping),
        ]);
    });
}

/// In time, late, or not at all. The very second of `due_at` is late, and occurs.
fn picked_up_at(order: Order<'_>, due_at: i64, draws: &mut Draws) -> Option<i64> {
    if draws.random_bool(order.shop.service.picked_up_in_time) {
        return Some(draws.random_range(order.paid_at / SECOND + 600..due_at / SECOND) * SECOND);
    }
    let latest_seconds_late =
        draws.one_of(&[(None, 25), (Some(0), 5), (Some(48 * HOUR / SECOND), 70)], None)?;
    Some(due_at + draws.random_range(0..=latest_seconds_late) * SECOND)
}
