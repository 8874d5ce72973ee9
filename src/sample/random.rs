//! Draws that are a pure function of (seed, purpose, place, index): no draw depends on how many were made before it.
//!
//! A table's day can so ask for any order of any other day, and a day's rows do not depend on the range asked for.

use std::convert::Infallible;

use rand::rand_core::utils::fill_bytes_via_next_word;
use rand::seq::IndexedRandom;
use rand::{RngExt, TryRng};
use rand_distr::StandardNormal;

use super::request::STAGE;
use crate::error::{Outcome, fault};

/// What draws are for; two purposes never share a stream.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    ShopSlot = 1,
    Tenancy,
    Volume,
    Order,
    Pickup,
    Review,
    Refund,
    Dispute,
    Consultation,
    Appeal,
    Reversal,
}

/// The draws for one purpose at one place, such as the orders of one day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stream(u64);

impl Stream {
    /// The stream of `purpose` at `place` (a day, a shop slot).
    pub(super) fn new(seed: u64, purpose: Purpose, place: i64) -> Self {
        Self(mixed(mixed(seed).wrapping_add(purpose as u64).wrapping_mul(ODD)) ^ mixed(place.cast_unsigned()))
    }

    pub(super) fn draws(self, index: u64) -> Draws {
        Draws(mixed(self.0.wrapping_add(index.wrapping_mul(ODD))))
    }
}

/// The draws of one item, one after the other (SplitMix64).
#[derive(Clone, Debug)]
pub(super) struct Draws(u64);

impl Draws {
    pub(super) fn normal(&mut self) -> f64 {
        self.sample(StandardNormal)
    }

    /// A log-normal figure around `median`; `spread` is the standard deviation of its logarithm.
    pub(super) fn around(&mut self, median: f64, spread: f64) -> f64 {
        if spread > 0.0 { median * (spread * self.normal()).exp() } else { median }
    }

    /// One of `values` by its share in percent, or `rest`, which has what their shares leave.
    pub(super) fn one_of<T: Copy>(&mut self, values: &[(T, u32)], rest: T) -> T {
        let mut left = self.random_range(0..100);
        for &(value, share_percent) in values {
            if left < share_percent {
                return value;
            }
            left -= share_percent;
        }
        rest
    }

    /// Any of `values`, all as likely; there must be some.
    pub(super) fn any_of<'a, T>(&mut self, values: &'a [T]) -> Outcome<&'a T> {
        values.choose(self).ok_or_else(|| fault(STAGE, "nothing to draw from"))
    }
}

impl TryRng for Draws {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let [_, _, _, _, upper @ ..] = self.try_next_u64()?.to_le_bytes();
        Ok(u32::from_le_bytes(upper))
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 = self.0.wrapping_add(GOLDEN);
        Ok(mixed(self.0))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        fill_bytes_via_next_word(bytes, || self.try_next_u64())
    }
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
const ODD: u64 = 0xd134_2543_de82_ef95;

/// The finisher of SplitMix64: every bit of `value` reaches every bit of the result.
#[inline]
fn mixed(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A non-negative float as a whole number, rounded down.
#[expect(clippy::cast_possible_truncation, reason = "the cast saturates, and a sample's figures are small")]
pub(super) fn whole(value: f64) -> i64 {
    value as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_depends_on_seed_purpose_place_and_index_alone() {
        let first = |seed, purpose, place, index| Stream::new(seed, purpose, place).draws(index).random::<u64>();
        let drawn = first(1, Purpose::Order, 19_000, 7);
        assert_eq!(drawn, first(1, Purpose::Order, 19_000, 7));
        let others = [(2, Purpose::Order, 19_000, 7), (1, Purpose::Review, 19_000, 7), (1, Purpose::Order, 19_001, 7)];
        for (seed, purpose, place, index) in others.into_iter().chain([(1, Purpose::Order, 19_000, 8)]) {
            assert_ne!(drawn, first(seed, purpose, place, index), "{seed} {purpose:?} {place} {index}");
        }
    }

    #[test]
    fn draws_of_neighbours_are_spread_evenly() {
        let stream = Stream::new(5, Purpose::Order, 19_000);
        let heads = (0..10_000).filter(|index| stream.draws(*index).random_bool(0.3)).count();
        assert!((2_800..3_200).contains(&heads), "{heads}");
    }
}
