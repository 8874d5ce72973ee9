//! Rulings on records of the three weeks before. Some are reversed within a week by a second ruling on the same record.
//!
//! A ruling's record is found by trying orders at random until one has a record of the wanted table on the wanted day;
//! so the record exists, and a reversal finds the same one again from the first ruling's day and index.

use rand::RngExt;

use super::demo_cases;
use super::marketplace::Marketplace;
use super::orders::{DISPUTES, FollowUp, PICKUPS, REFUNDS, REVIEWS, daily_id, stream};
use super::random::{Draws, Purpose, Stream};
use super::rhythm;
use super::table_day::Cell::{Boolean, Date, Integer, Text, Timestamp};
use super::table_day::TableDay;
use crate::domain::Day;

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

pub(super) fn add(market: &Marketplace<'_>, day: Day, rows: &mut TableDay) {
    let first = (0..count(market, day)).filter_map(|index| first_ruling(market, day, index));
    let reversals = (1..=LATEST_REVERSAL_DAYS).flat_map(|days| reversals(market, day.plus(-days), day));
    let instants = Stream::new(market.request.seed, Purpose::Appeal, -i64::from(day.epoch_days()));
    for (index, ruling) in (0..).zip(first.chain(reversals)) {
        rows.push(&[
            Integer(Some(daily_id(day, index))),
            Integer(Some(ruling.shop_id)),
            Text(Some(ruling.record_type)),
            Integer(Some(ruling.record_id)),
            Date(Some(ruling.record_dt)),
            Boolean(Some(ruling.is_upheld)),
            Timestamp(Some(rhythm::instant(day, &mut instants.draws(index)))),
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
    let stream = stream(market, Purpose::Reversal, first_day);
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
    let mut draws = stream(market, Purpose::Appeal, day).draws(index);
    let (record_type, follow_up) = draws.one_of(
        &[(("review", REVIEWS), 40), (("refund", REFUNDS), 20), (("dispute", DISPUTES), 25)],
        ("pickup", PICKUPS),
    );
    let record_dt = day.plus(-draws.random_range(1..=21));
    let is_upheld = draws.random_bool(0.6);
    let (record_id, owner) = record(market, follow_up, record_dt, &mut draws)?;
    // A few speak of another shop's record.
    let shop_id = if draws.random_bool(0.005) { owner + 100 } else { owner };
    Some(Ruling { shop_id, record_type, record_id, record_dt, is_upheld })
}

/// A record on `record_dt` that follows from an order, and the shop that it belongs to.
fn record(market: &Marketplace<'_>, follow_up: FollowUp, record_dt: Day, draws: &mut Draws) -> Option<(i64, i64)> {
    const ATTEMPTS: usize = 50_000;
    let (fewest, most) = follow_up.days;
    if !demo_cases::has_rows(market.request, follow_up.table, record_dt) {
        return None;
    }
    (0..ATTEMPTS).find_map(|_| {
        let (paid, order) = follow_up.reach(market, draws.random_range(fewest..=most), record_dt);
        let (order, _) = order(draws.random_range(0..paid.max(1)))?;
        Some((follow_up.id(order.order_id), order.shop.shop_id))
    })
}
