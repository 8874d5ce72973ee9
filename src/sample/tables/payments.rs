//! Orders on the day on which they are paid.

use crate::domain::Day;
use crate::sample::frame::{Cell, Frame};
use crate::sample::marketplace::Marketplace;
use crate::sample::orders::{count, order};

/// The orders paid on `day`.
pub(super) fn fill<'a>(market: &'a Marketplace<'a>, day: Day, frame: &mut Frame<'a>) {
    for order in (0..count(market, day)).filter_map(|index| order(market, day, index)) {
        frame.push(&[
            Cell::Integer(order.order_id),
            Cell::Integer(order.shop.shop_id),
            Cell::Text(order.category),
            Cell::Integer(order.amount_fen),
            Cell::Timestamp(order.paid_at),
        ]);
    }
}
