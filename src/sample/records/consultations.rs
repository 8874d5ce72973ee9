//! Questions to a shop's sub-accounts. A buyer may ask again on the same day, and replies may come after midnight.

use rand::{Rng, RngExt};

use crate::domain::Day;
use crate::sample::marketplace::Marketplace;
use crate::sample::orders;
use crate::sample::random::{Draws, Purpose};
use crate::sample::rhythm::{self, DAY, SECOND, midnight};
use crate::sample::service::Service;
use crate::sample::table_day::{TableDay, boolean, integer, timestamp};

/// Conversations for a thousand rows: with those that are asked twice or three times, 245 questions.
const CONVERSATIONS_PERMILLE: u64 = 207;

/// The questions asked on `day`.
pub(super) fn add(market: &Marketplace<'_>, day: Day, rows: &mut TableDay) {
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
                integer(shop.shop_id),
                integer(sub_account_id),
                integer(buyer_id),
                timestamp(asked_at),
                boolean(draws.random_bool(shop.service.bot_received)),
                timestamp(human_replied_at(&shop.service, asked_at, &mut draws)),
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
