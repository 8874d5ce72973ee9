//! When things happen: the rows of a day, and the instants within it.
//!
//! Natural days are those of Asia/Shanghai, which has been UTC+8 all year since 1991. Instants are microseconds since
//! 1970-01-01T00:00:00 UTC.

use rand::RngExt;

use super::random::{Draws, Purpose, Stream};
use crate::domain::Day;

// In microseconds.
pub(super) const SECOND: i64 = 1_000_000;
pub(super) const HOUR: i64 = 3_600 * SECOND;
pub(super) const DAY: i64 = 24 * HOUR;

const OFFSET_SECONDS: i64 = 8 * 3_600;

/// The share of a day's rows that falls into each hour, in tenths of a percent.
const HOUR_SHARES: [i64; 24] =
    [22, 12, 7, 4, 4, 7, 14, 25, 40, 54, 64, 60, 52, 53, 57, 57, 55, 51, 51, 58, 72, 76, 63, 42];

/// The instant at which `day` begins.
pub(super) fn midnight(day: Day) -> i64 {
    (day.epoch_seconds() - OFFSET_SECONDS) * SECOND
}

/// 0 for a Monday to 6 for a Sunday.
pub(super) fn weekday(day: Day) -> i32 {
    // 1970-01-01 was a Thursday.
    (day.epoch_days() + 3).rem_euclid(7)
}

/// `average` as it is on `day`: a weekly rhythm and up to 3 percent of chance.
pub(super) fn volume(seed: u64, average: u64, day: Day) -> u64 {
    let level_permille = match weekday(day) {
        0 | 5 => 1_010,
        2 => 995,
        4 => 1_015,
        6 => 970,
        _ => 1_000,
    };
    let mut draws = Stream::new(seed, Purpose::Volume, i64::from(day.epoch_days())).draws(average);
    average * level_permille * draws.random_range(970..=1_030) / 1_000_000
}

/// The whole second on `day` by which `share` of 1,000,000,000 parts of its rows have happened.
pub(super) fn instant_by_share(day: Day, share: u64) -> i64 {
    let mut left = share.cast_signed() / 1_000;
    let mut start = 0;
    for hour_share in HOUR_SHARES {
        let parts = hour_share * 1_000;
        if left < parts {
            return midnight(day) + (start + left * 3_600 / parts) * SECOND;
        }
        left -= parts;
        start += 3_600;
    }
    midnight(day) + DAY - SECOND
}

/// A whole second on `day`, more often at busy hours.
pub(super) fn instant(day: Day, draws: &mut Draws) -> i64 {
    instant_by_share(day, draws.random_range(0..1_000_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_natural_day_begins_at_16_hours_utc_of_the_day_before_and_its_hours_share_all_its_rows() {
        let day: Day = "2022-01-01".parse().unwrap();
        assert_eq!(midnight(day), 1_640_966_400 * SECOND);
        assert_eq!(instant_by_share(day, 0), midnight(day));
        let last = instant_by_share(day, 999_999_999);
        assert!(midnight(day) < last && last < midnight(day.plus(1)));
        assert_eq!(HOUR_SHARES.iter().sum::<i64>(), 1_000);
    }
}
