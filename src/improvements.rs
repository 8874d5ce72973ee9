//! What a shop can gain: for each indicator below tier 5, the next tier that someone holds and what it is worth
//! (specification, section 10).
//!
//! Grain in: the shop's tiers, its score and the spreads of its groups. Grain out: one row a shop and indicator, the
//! greatest gain first. A shop without a score has none, and so has an indicator above which no tier is held.

use std::cmp::Reverse;

use crate::categories::Spreads;
use crate::domain::Tier;
use crate::indicators::Indicator;
use crate::policies::AfterSalesMix;
use crate::rulebook::Decimal4;
use crate::scores::{HeldTier, ScoredShop, held_tiers, score};
use crate::standings::{Assessed, Standings};

/// What one better tier would bring.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Improvement {
    /// The shop's place among the present shops.
    pub place: usize,
    /// The indicator.
    pub indicator: Indicator,
    /// The tier held.
    pub tier: Tier,
    /// The lowest tier above it that some shop ranked with it holds.
    pub next_tier: Tier,
    /// The shop's value.
    pub value: f64,
    /// The value of the worst shop that holds the next tier.
    pub value_to_reach: f64,
    /// The score with the next tier, less the score; both rounded.
    pub score_gain: Decimal4,
}

/// The improvements of all shops, by shop, then the greatest gain first, then by indicator.
pub fn of_all(
    assessed: &[Assessed<'_>],
    standings: &Standings,
    scored: &[ScoredShop],
    spreads: &Spreads,
    mix: AfterSalesMix,
) -> Vec<Improvement> {
    let mut improvements = Vec::new();
    for (place, (shop, scored)) in assessed.iter().zip(scored).enumerate() {
        let (Some(assessment), Some(before)) = (shop.assessment, scored.score.score) else { continue };
        let held = held_tiers(standings, place);
        let mut of_shop: Vec<Improvement> = Indicator::ALL
            .into_iter()
            .filter_map(|indicator| {
                let measured = standings.of(place, indicator)?;
                let standing = measured.standing?;
                let spread = spreads.get(&(standings.group_of(place), indicator))?;
                let next_tier = standing.tier.above().find(|tier| spread.holders(*tier) > 0)?;
                let mut lifted = held;
                *lifted.get_mut(indicator.index())? =
                    Some(HeldTier { tier: next_tier, denominator: measured.denominator });
                let after = score(assessment.weights, &lifted, mix).score?;
                Some(Improvement {
                    place,
                    indicator,
                    tier: standing.tier,
                    next_tier,
                    value: standing.value,
                    value_to_reach: spread.edge(next_tier)?,
                    score_gain: Decimal4::from_ten_thousandths(
                        after.ten_thousandths() - before.ten_thousandths(),
                    ),
                })
            })
            .collect();
        of_shop.sort_by_key(|improvement| (Reverse(improvement.score_gain), improvement.indicator));
        improvements.append(&mut of_shop);
    }
    improvements
}
