//! A shop's service level: what it does well it tends to do well throughout, and indicator by indicator by chance.

use rand::RngExt;

use super::random::{Draws, whole};

/// How a shop serves; shares lie in 0..=1, times are seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Service {
    pub(super) description_fives: f64,
    pub(super) logistics_fives: f64,
    pub(super) picked_up_in_time: f64,
    pub(super) refund_only_median_seconds: f64,
    pub(super) return_refund_median_seconds: f64,
    /// The standard deviation of a duration's logarithm.
    pub(super) duration_spread: f64,
    pub(super) seller_liable: f64,
    pub(super) bot_received: f64,
    pub(super) human_replied: f64,
    pub(super) reply_median_seconds: f64,
}

impl Service {
    pub(super) fn drawn(draws: &mut Draws) -> Self {
        let level = draws.normal();
        let mut aspect = || 0.6 * level + 0.8 * draws.normal();
        Self {
            description_fives: (0.82 + 0.07 * aspect()).clamp(0.3, 0.99),
            logistics_fives: (0.85 + 0.06 * aspect()).clamp(0.3, 0.99),
            picked_up_in_time: (0.95 + 0.03 * aspect()).clamp(0.5, 0.999),
            refund_only_median_seconds: 30_000.0 * (-0.5 * aspect()).exp(),
            return_refund_median_seconds: 150_000.0 * (-0.3 * aspect()).exp(),
            duration_spread: 0.7,
            seller_liable: (0.22 - 0.08 * aspect()).clamp(0.01, 0.8),
            bot_received: (0.35 + 0.15 * aspect()).clamp(0.0, 0.95),
            human_replied: (0.9 + 0.05 * aspect()).clamp(0.4, 0.995),
            reply_median_seconds: 120.0 * (-0.5 * aspect()).exp(),
        }
    }

    /// The best there is, without chance: shops that all serve so tie on every indicator.
    pub(super) const FLAWLESS: Self = Self {
        description_fives: 1.0,
        logistics_fives: 1.0,
        picked_up_in_time: 1.0,
        refund_only_median_seconds: 3_600.0,
        return_refund_median_seconds: 86_400.0,
        duration_spread: 0.0,
        seller_liable: 0.0,
        bot_received: 1.0,
        human_replied: 1.0,
        reply_median_seconds: 30.0,
    };

    /// So bad that it holds the lowest tiers.
    pub(super) const FAILING: Self = Self {
        description_fives: 0.2,
        logistics_fives: 0.2,
        picked_up_in_time: 0.4,
        refund_only_median_seconds: 260_000.0,
        return_refund_median_seconds: 900_000.0,
        duration_spread: 0.7,
        seller_liable: 0.9,
        bot_received: 0.0,
        human_replied: 0.3,
        reply_median_seconds: 900.0,
    };

    /// A duration around `median_seconds`, in whole seconds.
    pub(super) fn duration_seconds(&self, median_seconds: f64, draws: &mut Draws) -> i64 {
        whole(draws.around(median_seconds, self.duration_spread))
    }
}

/// One to five stars, of which `fives` are five.
pub(super) fn stars(fives: f64, draws: &mut Draws) -> i64 {
    if draws.random_bool(fives) { 5 } else { draws.one_of(&[(4, 62), (3, 20), (2, 6)], 1) }
}

#[cfg(test)]
mod tests {
    use super::super::random::{Purpose, Stream};
    use super::*;

    #[test]
    fn stars_are_mostly_four_and_five_and_all_occur() {
        let mut draws = Stream::new(1, Purpose::Review, 0).draws(0);
        let drawn: Vec<i64> = (0..2_000).map(|_| stars(0.8, &mut draws)).collect();
        assert!(drawn.iter().filter(|stars| **stars >= 4).count() > 1_700);
        assert!((1..=5).all(|stars| drawn.contains(&stars)));
    }
}
