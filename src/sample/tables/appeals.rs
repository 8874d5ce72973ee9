//! Rulings on records of the three weeks before. Some are reversed within a week by a second ruling on the same record.
//!
//! A ruling's record is found by trying orders at random until one has a record of the wanted table on the wanted day;
//! so the record exists, and a reversal finds the same one again from the first ruling's day and index.

use rand::RngExt;

use super::disputes::{DISPUTE, dispute_id};
use super::pickups::PICKUP;
use super::refunds::{REFUND, refund_id};
use super::reviews::{REVIEW, review_id};
use crate::domain::Day;
use crate::extracts::tables::Table;
use crate::sample::frame::{Cell, Frame};
use crate::sample::marketplace::Marketplace;
use crate::sample::occasions::{self, Partition};
use crate::sample::orders::{self, Sequel, daily_id};
use crate::sample::random::{Draws, Purpose, Stream};
use crate::sample::rhythm;

/// A first ruling.
struct Ruling {
    shop_id: i64,
    record_type: &'static str,
    record_id: i64,
    record_dt: Day,
    is_upheld: bool,
}

/// The share of all rows that are first rulings, in tenths of a percent.
const FIRST_RULINGS_PERMILLE: u64 = 2;
/// A reversal comes at most this many days after the first ruling.
const LATEST_REVERSAL_DAYS: i32 = 7;
/// The share of first rulings that are reversed.
const REVERSED: f64 = 0.1;

/// The rulings of `day`.
pub(super) fn fill<'a>(market: &'a Marketplace<'a>, day: Day, frame: &mut Frame<'a>) {
    let first = (0..count(market, day)).filter_map(|index| first_ruling(market, day, index));
    let reversals = (1..=LATEST_REVERSAL_DAYS).flat_map(|days| reversals(market, day.plus(-days), day));
    let stream = Stream::new(market.request.seed, Purpose::Appeal, -i64::from(day.epoch_days()));
    for (index, ruling) in (0..).zip(first.chain(reversals)) {
        frame.push(&[
            Cell::Integer(daily_id(day, index)),
            Cell::Integer(ruling.shop_id),
            Cell::Text(ruling.record_type),
            Cell::Integer(ruling.record_id),
            Cell::Date(ruling.record_dt),
            Cell::Boolean(ruling.is_upheld),
            Cell::Timestamp(rhythm::instant(day, &mut stream.draws(index))),
        ]);
    }
}

fn count(market: &Marketplace<'_>, day: Day) -> u64 {
    let request = market.request;
    // At least one in two days, however small the sample.
    rhythm::volume(request.seed, (request.rows_per_day * FIRST_RULINGS_PERMILLE / 1_000).max(1), day)
}

/// The rulings of `day` that turn first rulings of `first_day` round.
fn reversals<'a>(market: &'a Marketplace<'a>, first_day: Day, day: Day) -> impl Iterator<Item = Ruling> + 'a {
    let stream = Stream::new(market.request.seed, Purpose::Reversal, i64::from(first_day.epoch_days()));
    (0..count(market, first_day)).filter_map(move |index| {
        let mut draws = stream.draws(index);
        let is_reversed = draws.random_bool(REVERSED);
        if !is_reversed || first_day.plus(draws.random_range(1..=LATEST_REVERSAL_DAYS)) != day {
            return None;
        }
        let first = first_ruling(market, first_day, index)?;
        Some(Ruling { is_upheld: !first.is_upheld, ..first })
    })
}

/// The ruling `index` of `day`, unless no record was found for it.
fn first_ruling(market: &Marketplace<'_>, day: Day, index: u64) -> Option<Ruling> {
    let stream = Stream::new(market.request.seed, Purpose::Appeal, i64::from(day.epoch_days()));
    let mut draws = stream.draws(index);
    let record_type =
        draws.one_of(&[("review", 40), ("refund", 20), ("dispute", 25), ("pickup", 15)], "review");
    let record_dt = day.plus(-draws.random_range(1..=21));
    let is_upheld = draws.random_bool(0.6);
    let (record_id, owner) = record(market, record_type, record_dt, &mut draws)?;
    // A few speak of another shop's record.
    let shop_id = if draws.random_bool(0.005) { owner + 100 } else { owner };
    Some(Ruling { shop_id, record_type, record_id, record_dt, is_upheld })
}

/// A record of `record_type` on `record_dt` and the shop that it belongs to.
fn record(
    market: &Marketplace<'_>,
    record_type: &str,
    record_dt: Day,
    draws: &mut Draws,
) -> Option<(i64, i64)> {
    const ATTEMPTS: usize = 50_000;
    let (sequel, id_of): (Sequel, fn(i64) -> i64) = match record_type {
        "review" => (REVIEW, review_id),
        "refund" => (REFUND, refund_id),
        "dispute" => (DISPUTE, dispute_id),
        _ => (PICKUP, |order_id| order_id),
    };
    let table = Table::of_record_type(record_type)?;
    if occasions::partition(market.request, table, record_dt) != Partition::Filled {
        return None;
    }
    (0..ATTEMPTS).find_map(|_| {
        let paid_on = record_dt.plus(-draws.random_range(sequel.earliest_days..=sequel.latest_days));
        let index = draws.random_range(0..orders::count(market, paid_on).max(1));
        if !sequel.reaches(market, paid_on, index, record_dt) {
            return None;
        }
        let order = orders::order(market, paid_on, index)?;
        order.shop.trades_on(record_dt).then(|| (id_of(order.order_id), order.shop.shop_id))
    })
}
