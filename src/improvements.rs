//! What a shop can gain: for each indicator below tier 5, the next tier that someone holds and what it is worth
//! (specification, section 10).
//!
//! Grain in: the shop's tiers, its score and the spreads of its groups. Grain out: one row a shop and indicator, the
//! greatest gain first. A shop without a score has none, and so has an indicator above which no tier is held.

use std::cmp::Reverse;
use std::ops::Range;

use crate::categories::Spreads;
use crate::domain::Tier;
use crate::error::{Outcome, fault};
use crate::indicators::Indicator;
use crate::policies::AfterSalesMix;
use crate::ranking::{Measured, Ranking, Standing};
use crate::rulebook::Decimal4;
use crate::scores::{HeldTier, held_tiers, score_alone};
use crate::shops::Shop;

const STAGE: &str = "improvements";

/// What one better tier would bring.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Improvement<'a> {
    pub(crate) shop: &'a Shop,
    pub(crate) indicator: Indicator,
    pub(crate) tier: Tier,
    /// The lowest tier above it that some shop ranked with it holds.
    pub(crate) next_tier: Tier,
    pub(crate) value: f64,
    /// The value of the worst shop that holds the next tier.
    pub(crate) value_to_reach: f64,
    /// The score with the next tier, less the score; both rounded.
    pub(crate) score_gain: Decimal4,
}

/// The improvements of the present shops at these places, by shop, then the greatest gain first, then by indicator;
/// `scores` has those of all present shops.
pub fn of_shops<'a>(
    ranking: &Ranking<'a>,
    scores: &[Option<Decimal4>],
    spreads: &Spreads,
    mix: AfterSalesMix,
    places: Range<usize>,
) -> Outcome<Vec<Improvement<'a>>> {
    let mut improvements = Vec::new();
    for place in places {
        let before = scores.get(place).ok_or_else(|| fault(STAGE, format!("no score of shop number {place}")))?;
        if let Some(before) = before {
            improvements.extend(of_shop(ranking, place, *before, spreads, mix)?);
        }
    }
    Ok(improvements)
}

fn of_shop<'a>(
    ranking: &Ranking<'a>,
    place: usize,
    before: Decimal4,
    spreads: &Spreads,
    mix: AfterSalesMix,
) -> Outcome<Vec<Improvement<'a>>> {
    let impossible = |what: &str| fault(STAGE, format!("{what} of shop number {place}"));
    let assessed = ranking.shop(place)?;
    let assessment = assessed.assessment.ok_or_else(|| impossible("a score without an assessment"))?;
    let held = held_tiers(ranking, place)?;
    let mut improvements = Vec::new();
    for indicator in Indicator::ALL {
        let Some(Measured { denominator, standing: Some(standing), .. }) = ranking.of(place, indicator)? else {
            continue;
        };
        let Standing { tier, value, .. } = standing;
        let spread = spreads.of(assessment.group, indicator);
        let spread = spread.ok_or_else(|| impossible("no spread of the group"))?;
        let Some(next_tier) = tier.above().find(|tier| spread.holders(*tier) > 0) else { continue };
        let lifted = HeldTier { tier: next_tier, denominator };
        let mut tiers = held;
        *tiers.get_mut(indicator.index()).ok_or_else(|| impossible("no tier"))? = Some(lifted);
        let after = score_alone(assessment.weights, &tiers, mix)?.ok_or_else(|| impossible("no lifted score"))?;
        let value_to_reach = spread.edge(next_tier).ok_or_else(|| impossible("no edge of the next tier"))?;
        let score_gain = Decimal4::from_ten_thousandths(after.ten_thousandths() - before.ten_thousandths());
        let shop = assessed.shop;
        improvements.push(Improvement { shop, indicator, tier, next_tier, value, value_to_reach, score_gain });
    }
    improvements.sort_by_key(|improvement| (Reverse(improvement.score_gain), improvement.indicator));
    Ok(improvements)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::categories::spreads;
    use crate::ranking::rank_all;
    use crate::ranking::testing::{assessed, day, rulebook, shops};
    use crate::scores::score_all;
    use crate::window_sums::shops::WindowSums;

    /// Improvements of shops of 男装 whose description stars are these, over 10 ratings each, and which are equal in
    /// everything else: `shop: indicator tier→next value→value to reach gain`.
    fn improvements(stars: &[i64]) -> Vec<String> {
        let (shops, rulebook) = (shops(&vec!["男装"; stars.len()]), rulebook());
        let sums = WindowSums::with("description_stars", stars);
        let present = assessed(&shops, &rulebook);
        let ranking = rank_all(&present, &sums, &rulebook, day()).unwrap();
        let scores = score_all(&ranking, AfterSalesMix::Equal).unwrap();
        let (spreads, all) = (spreads(&ranking).unwrap(), 0..stars.len());
        let improvements = of_shops(&ranking, &scores, &spreads, AfterSalesMix::Equal, all).unwrap();
        let shown = |row: &Improvement<'_>| {
            let (tier, next) = (row.tier.points(), row.next_tier.points());
            let (name, reach) = (row.indicator.name(), row.value_to_reach);
            format!("{}: {name} {tier}→{next} {}→{reach} +{}", row.shop.shop_id, row.value, row.score_gain)
        };
        improvements.iter().map(shown).collect()
    }

    /// Product weighs 25 percent.
    #[test]
    fn the_next_tier_is_the_lowest_above_that_someone_holds_with_the_worst_value_that_holds_it() {
        let from_4_and_3 = ["2: product_rating 4→5 4→5 +0.25", "3: product_rating 3→4 3→4 +0.25"];
        for (case, stars, expected) in [
            ("tiers are 5, 4 and 3", &[50, 40, 30][..], &from_4_and_3[..]),
            ("tiers are 5 and 3: 4 is held by nobody", &[50, 30], &["2: product_rating 3→5 3→5 +0.5"]),
            ("shops that all tie have nothing to gain", &[40, 40, 40], &[]),
        ] {
            assert_eq!(improvements(stars), expected, "{case}");
        }
    }
}
