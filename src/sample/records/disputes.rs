//! Rulings on disputes.

use rand::RngExt;

use crate::domain::Day;
use crate::sample::follow_ups::DISPUTES;
use crate::sample::marketplace::Marketplace;
use crate::sample::rhythm;
use crate::sample::table_day::{TableDay, boolean, integer, text, timestamp};

/// The disputes ruled on `day`.
pub(super) fn add(market: &Marketplace<'_>, day: Day, rows: &mut TableDay) {
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
