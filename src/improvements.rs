//! What a shop can gain: for each indicator below tier 5, the next tier that someone holds and what it is worth
//! (specification, section 10).
//!
//! Grain in: the shop's tiers, its score and the spreads of its groups. Grain out: one row a shop and indicator, the
//! greatest gain first. A shop without a score has none, and so has an indicator above which no tier is held.

use std::cmp::Reverse;

use rayon::prelude::*;

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
    let shops = assessed.par_iter().zip(scored).enumerate();
    let of_shops = shops.filter_map(|(place, (shop, scored))| {
        let (assessment, before) = (shop.assessment?, scored.score.score?);
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
        Some(of_shop)
    });
    of_shops.flatten_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::categories::spreads;
    use crate::domain::Day;
    use crate::partials::measures;
    use crate::policies::RankWithin;
    use crate::rulebook::Rulebook;
    use crate::scores::score_all;
    use crate::shops::Shop;
    use crate::standings::{assess, rank_all};
    use crate::window::WindowSums;

    /// Improvements of shops 0, 1, … of 男装 whose description stars are these, over 10 ratings each, and which are
    /// equal in everything else: `shop: indicator tier→next value→value to reach gain`.
    fn improvements(stars: &[i64]) -> Vec<String> {
        let day: Day = "2022-03-15".parse().unwrap();
        let rules = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("jobs/rules");
        let rulebook = Rulebook::load(&rules).unwrap();
        let shop = |shop_id| Shop {
            shop_id,
            name: String::new(),
            primary_category: "男装".to_owned(),
            primary_subcategory: None,
            joined_on: day,
            terminated_on: None,
        };
        let shops: Vec<Shop> = (0..).take(stars.len()).map(shop).collect();
        let figures = |name: &'static str| {
            (name, if name == "description_stars" { stars.to_vec() } else { vec![10; stars.len()] })
        };
        let names = measures::ALL.iter().flat_map(|partial| partial.measures).map(|measure| measure.name);
        let sums = WindowSums::of(names.map(figures));
        let assessed = assess(&shops, &rulebook, day);
        let standings = rank_all(&assessed, &sums, &rulebook, day, RankWithin::PrimaryCategory).unwrap();
        let scored = score_all(&assessed, &standings, AfterSalesMix::Equal);
        of_all(&assessed, &standings, &scored, &spreads(&standings), AfterSalesMix::Equal)
            .iter()
            .map(|row| {
                let (tier, next) = (row.tier.points(), row.next_tier.points());
                let (value, reach) = (row.value, row.value_to_reach);
                format!(
                    "{}: {} {tier}→{next} {value}→{reach} +{}",
                    row.place,
                    row.indicator.name(),
                    row.score_gain
                )
            })
            .collect()
    }

    /// Of three shops, tiers are 5, 4 and 3; product weighs 25 percent.
    #[test]
    fn the_next_tier_is_the_lowest_above_that_someone_holds_with_the_worst_value_that_holds_it() {
        assert_eq!(
            improvements(&[50, 40, 30]),
            ["1: product_rating 4→5 4→5 +0.25", "2: product_rating 3→4 3→4 +0.25"]
        );
    }

    /// Of two shops, tiers are 5 and 3: tier 4 is held by nobody.
    #[test]
    fn a_tier_that_nobody_holds_is_no_step() {
        assert_eq!(improvements(&[50, 30]), ["1: product_rating 3→5 3→5 +0.5"]);
    }

    #[test]
    fn shops_that_all_tie_have_nothing_to_gain() {
        assert_eq!(improvements(&[40, 40, 40]), Vec::<String>::new());
    }
}
