//! Ratings three to fifteen days after payment. Now and then a buyer leaves out the one or the other.

use rand::RngExt;

use crate::domain::Day;
use crate::sample::frame::{Cell, Frame};
use crate::sample::marketplace::Marketplace;
use crate::sample::orders::{Sequel, following};
use crate::sample::random::Purpose;
use crate::sample::rhythm;
use crate::sample::service::stars;

/// Six of ten orders are rated.
pub(super) const REVIEW: Sequel =
    Sequel { purpose: Purpose::Review, share_millionths: 615_000, earliest_days: 3, latest_days: 15 };

/// The id of the review of an order.
pub(super) fn review_id(order_id: i64) -> i64 {
    order_id * 10 + 1
}

/// The reviews of `day`.
pub(super) fn fill<'a>(market: &'a Marketplace<'a>, day: Day, frame: &mut Frame<'a>) {
    following(market, REVIEW, day, |order, draws| {
        let service = &order.shop.service;
        let left_out: u32 = draws.random_range(0..100);
        let description = (left_out >= 3).then(|| stars(service.description_fives, draws));
        let logistics = (!(3..10).contains(&left_out)).then(|| stars(service.logistics_fives, draws));
        frame.push(&[
            Cell::Integer(review_id(order.order_id)),
            Cell::Integer(order.order_id),
            Cell::Integer(order.shop.shop_id),
            description.into(),
            logistics.into(),
            Cell::Timestamp(rhythm::instant(day, draws)),
        ]);
    });
}
