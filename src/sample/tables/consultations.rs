//! Questions to a shop's sub-accounts. A buyer may ask again on the same day, and replies may come after midnight.

use rand::{Rng, RngExt};

use crate::domain::Day;
use crate::sample::frame::{Cell, Frame};
use crate::sample::marketplace::Marketplace;
use crate::sample::random::{Draws, Purpose, Stream};
use crate::sample::rhythm::{self, DAY, SECOND, midnight};
use crate::sample::service::Service;

/// Conversations for a thousand rows: with those that are asked twice or three times, 245 questions.
const CONVERSATIONS_PERMILLE: u64 = 207;

/// The questions asked on `day`.
pub(super) fn fill<'a>(market: &'a Marketplace<'a>, day: Day, frame: &mut Frame<'a>) {
    let request = market.request;
    let conversations =
        rhythm::volume(request.seed, request.rows_per_day * CONVERSATIONS_PERMILLE / 1_000, day);
    let stream = Stream::new(request.seed, Purpose::Consultation, i64::from(day.epoch_days()));
    let buyers = i64::try_from(request.rows_per_day).unwrap_or(i64::MAX);
    for mut draws in (0..conversations).map(|index| stream.draws(index)) {
        let Some(shop) = market.shop(day, &mut draws) else { continue };
        let sub_account_id = shop.shop_id * 10 + draws.random_range(0..4);
        let buyer_id = 600_000_000 + draws.random_range(0..buyers);
        let mut asked_at = asked_at(day, &mut draws);
        for _ in 0..draws.one_of(&[(1, 85), (2, 12), (3, 3)], 1) {
            frame.push(&[
                Cell::Integer(shop.shop_id),
                Cell::Integer(sub_account_id),
                Cell::Integer(buyer_id),
                Cell::Timestamp(asked_at),
                Cell::Boolean(draws.random_bool(shop.service.bot_received)),
                human_replied_at(&shop.service, asked_at, &mut draws).map_or(Cell::Null, Cell::Timestamp),
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
