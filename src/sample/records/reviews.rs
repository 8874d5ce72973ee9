//! Ratings. Now and then a buyer leaves out the one or the other.

use rand::RngExt;

use crate::domain::Day;
use crate::sample::follow_ups::REVIEWS;
use crate::sample::marketplace::Marketplace;
use crate::sample::rhythm;
use crate::sample::service::stars;
use crate::sample::table_day::{TableDay, integer, timestamp};

/// The reviews of `day`.
pub(super) fn add(market: &Marketplace<'_>, day: Day, rows: &mut TableDay) {
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
