//! Orders on the day on which they are paid.

use crate::domain::Day;
use crate::sample::marketplace::Marketplace;
use crate::sample::orders::{count, order};
use crate::sample::table_day::{TableDay, integer, text, timestamp};

/// The orders paid on `day`.
pub(super) fn add(market: &Marketplace<'_>, day: Day, rows: &mut TableDay) {
    for order in (0..count(market, day)).filter_map(|index| order(market, day, index)) {
        rows.push(&[
            integer(order.order_id),
            integer(order.shop.shop_id),
            text(order.category),
            integer(order.amount_fen),
            timestamp(order.paid_at),
        ]);
    }
}
