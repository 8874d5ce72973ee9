//! The sound rows of each table on one day, made in the declared column order.

use rand::{Rng, RngExt};

use super::appeals;
use super::marketplace::Marketplace;
use super::orders::{self, DISPUTES, Order, PICKUPS, REFUNDS, REVIEWS};
use super::random::{Draws, Purpose};
use super::rhythm::{self, DAY, HOUR, SECOND, midnight};
use super::service::{Service, stars};
use super::table_day::Cell::{Boolean, Date, Integer, Text, Timestamp};
use super::table_day::TableDay;
use crate::domain::Day;
use crate::extracts::tables::Table;

pub(super) fn of(market: &Marketplace<'_>, table: Table, day: Day) -> TableDay {
    let mut rows = TableDay::new(table.spec());
    let add = match table {
        Table::Shops => add_shops,
        Table::Payments => add_payments,
        Table::Pickups => add_pickups,
        Table::Reviews => add_reviews,
        Table::Refunds => add_refunds,
        Table::Disputes => add_disputes,
        Table::Consultations => add_consultations,
        Table::Appeals => appeals::add,
    };
    add(market, day, &mut rows);
    rows
}

/// A shop that will leave shows the day from the snapshot of that day on, and stays listed for a year more.
fn add_shops(market: &Marketplace<'_>, day: Day, rows: &mut TableDay) {
    for shop in market.shops().filter(|shop| shop.is_listed_on(day)) {
        rows.push(&[
            Integer(Some(shop.shop_id)),
            Text(Some(shop.name.as_str())),
            Text(Some(shop.category.primary.as_str())),
            Text(shop.subcategory),
            Date(Some(shop.joined_on)),
            Date(shop.terminated_on.filter(|terminated_on| *terminated_on <= day)),
        ]);
    }
}

fn add_payments(market: &Marketplace<'_>, day: Day, rows: &mut TableDay) {
    let paid = (0..orders::count(market, day)).filter_map(|index| orders::order(market, day, index));
    for order in paid {
        for (order_id, category) in [Some((order.order_id, order.category)), order.twin()].into_iter().flatten() {
            rows.push(&[
                Integer(Some(order_id)),
                Integer(Some(order.shop.shop_id)),
                Text(Some(category)),
                Integer(Some(order.amount_fen)),
                Timestamp(Some(order.paid_at)),
            ]);
        }
    }
}

/// The orders due to be picked up on `day`, one to three times 24 hours after they were paid.
fn add_pickups(market: &Marketplace<'_>, day: Day, rows: &mut TableDay) {
    for (order, mut draws) in PICKUPS.orders(market, day) {
        let due_at = midnight(day) + (order.paid_at - midnight(Day::from_epoch_days(0))).rem_euclid(DAY);
        let needs_no_shipping = draws.random_bool(if order.shop.category.ships { 0.02 } else { 0.9 });
        let picked_up_at = if needs_no_shipping { None } else { picked_up_at(order, due_at, &mut draws) };
        rows.push(&[
            Integer(Some(PICKUPS.id(order.order_id))),
            Integer(Some(order.shop.shop_id)),
            Text(Some(order.category)),
            Timestamp(Some(due_at)),
            Timestamp(picked_up_at),
            Boolean(Some(needs_no_shipping)),
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
fn add_reviews(market: &Marketplace<'_>, day: Day, rows: &mut TableDay) {
    for (order, mut draws) in REVIEWS.orders(market, day) {
        let service = &order.shop.service;
        let left_out: u32 = draws.random_range(0..100);
        let description = (left_out >= 3).then(|| stars(service.description_fives, &mut draws));
        let logistics = (!(3..10).contains(&left_out)).then(|| stars(service.logistics_fives, &mut draws));
        rows.push(&[
            Integer(Some(REVIEWS.id(order.order_id))),
            Integer(Some(order.order_id)),
            Integer(Some(order.shop.shop_id)),
            Integer(description),
            Integer(logistics),
            Timestamp(Some(rhythm::instant(day, &mut draws))),
        ]);
    }
}

/// The refunds completed on `day`; goods come back from the fourth day after payment on.
fn add_refunds(market: &Marketplace<'_>, day: Day, rows: &mut TableDay) {
    for (order, mut draws) in REFUNDS.orders(market, day) {
        let is_returned = midnight(day) - order.paid_at > 3 * DAY && draws.random_bool(0.55);
        // Parts of a second on both ends, so that it matters that each duration is rounded down.
        let completed_at = rhythm::instant(day, &mut draws) + draws.random_range(0..1_000) * 1_000;
        let applied_at = applied_at(order, is_returned, completed_at, &mut draws);
        let is_in_sale = !is_returned && draws.random_bool(0.5);
        rows.push(&[
            Integer(Some(REFUNDS.id(order.order_id))),
            Integer(Some(order.order_id)),
            Integer(Some(order.shop.shop_id)),
            Text(Some(if is_returned { "return_refund" } else { "refund_only" })),
            Text(Some(if is_in_sale { "in_sale" } else { "after_sale" })),
            Timestamp(Some(applied_at)),
            Timestamp(Some(completed_at)),
            Boolean(Some(draws.random_bool(0.8))),
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

fn add_disputes(market: &Marketplace<'_>, day: Day, rows: &mut TableDay) {
    for (order, mut draws) in DISPUTES.orders(market, day) {
        let liable_party = if draws.random_bool(order.shop.service.seller_liable) {
            "seller"
        } else {
            draws.one_of(&[("buyer", 60), ("platform", 10)], "none")
        };
        rows.push(&[
            Integer(Some(DISPUTES.id(order.order_id))),
            Integer(Some(order.order_id)),
            Integer(Some(order.shop.shop_id)),
            Text(Some(liable_party)),
            Boolean(Some(draws.random_bool(0.8))),
            Timestamp(Some(rhythm::instant(day, &mut draws))),
        ]);
    }
}

/// Conversations for a thousand rows: with those that are asked twice or three times, 245 questions.
const CONVERSATIONS_PERMILLE: u64 = 207;

/// The questions asked on `day`, to a shop's sub-accounts. A buyer may ask again on the same day.
fn add_consultations(market: &Marketplace<'_>, day: Day, rows: &mut TableDay) {
    let request = market.request;
    let conversations = rhythm::volume(request.seed, request.rows_per_day * CONVERSATIONS_PERMILLE / 1_000, day);
    let stream = orders::stream(market, Purpose::Consultation, day);
    for mut draws in (0..conversations).map(|index| stream.draws(index)) {
        let Some(shop) = market.shop(day, &mut draws) else { continue };
        let sub_account_id = shop.shop_id * 10 + draws.random_range(0..4);
        let buyer_id = 600_000_000 + draws.random_range(0..request.rows_per_day.cast_signed());
        let mut asked_at = asked_at(day, &mut draws);
        for _ in 0..draws.one_of(&[(1, 85), (2, 12)], 3) {
            rows.push(&[
                Integer(Some(shop.shop_id)),
                Integer(Some(sub_account_id)),
                Integer(Some(buyer_id)),
                Timestamp(Some(asked_at)),
                Boolean(Some(draws.random_bool(shop.service.bot_received))),
                Timestamp(human_replied_at(&shop.service, asked_at, &mut draws)),
            ]);
            let again_at = asked_at + draws.random_range(60..7_200) * SECOND;
            asked_at = again_at.min(midnight(day) + DAY - SECOND);
        }
    }
}

/// Any second of the day; now and then its first or its last.
fn asked_at(day: Day, draws: &mut Draws) -> i64 {
    match draws.next_u64() % 400 {
        0 => midnight(day),
        1 => midnight(day) + DAY - SECOND,
        _ => rhythm::instant(day, draws),
    }
}

/// Minutes later as a rule; a question shortly before midnight may so be answered on the next day.
fn human_replied_at(service: &Service, asked_at: i64, draws: &mut Draws) -> Option<i64> {
    let is_replied = draws.random_bool(service.human_replied);
    is_replied.then(|| asked_at + service.duration_seconds(service.reply_median_seconds, draws) * SECOND)
}
