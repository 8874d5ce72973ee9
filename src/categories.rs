//! How the shops of a category are spread over an indicator's values and tiers (specification, section 11).
//!
//! Grain in: the standings of one indicator. Grain out: one row a group with at least one ranked shop. Values ascend
//! whether high or low is better; the edge of a tier is the worst value that holds it.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::domain::Tier;
use crate::error::{Outcome, all, fault};
use crate::indicators::{Better, Indicator};
use crate::ranking::{Measured, Ranking, Standing};

const STAGE: &str = "categories";

/// The shops of a group that are ranked by one indicator, at least one.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread {
    /// How many there are.
    pub(crate) ranked: usize,
    /// The values of the ⌈k/4 · n⌉-th smallest for k from 0 (the smallest) to 4.
    pub(crate) quarters: [f64; 5],
    /// The sum of their numerators over the sum of their denominators.
    pub(crate) mean: f64,
    /// The value of the ⌈n/10⌉-th best.
    pub(crate) best_tenth: f64,
    /// For each tier that some shop holds: the worst value that holds it, and how many shops do.
    held: BTreeMap<Tier, (f64, i64)>,
}

impl Spread {
    /// The spread of the figures of ranked shops; none of none.
    fn of(ranked: impl Iterator<Item = (Measured, Standing)>, better: Better) -> Option<Self> {
        let (mut values, mut held) = (Vec::new(), BTreeMap::new());
        let (mut numerators, mut denominators) = (0_i128, 0_i128);
        for (Measured { numerator, denominator, .. }, Standing { value, tier, .. }) in ranked {
            values.push(value);
            numerators += i128::from(numerator);
            denominators += i128::from(denominator);
            let (worst, holders) = held.entry(tier).or_insert((value, 0));
            *holders += 1;
            *worst = match better {
                Better::High => value.min(*worst),
                Better::Low => value.max(*worst),
            };
        }
        values.sort_unstable_by(f64::total_cmp);
        let [lowest, quartile_1, median, quartile_3, highest] = [0, 1, 2, 3, 4]
            .map(|quarters: usize| values.get((quarters * values.len()).div_ceil(4).max(1) - 1).copied());
        let tenth = values.len().div_ceil(10);
        let best_tenth = match better {
            Better::High => values.len().checked_sub(tenth),
            Better::Low => tenth.checked_sub(1),
        };
        Some(Self {
            ranked: values.len(),
            quarters: [lowest?, quartile_1?, median?, quartile_3?, highest?],
            mean: numerators as f64 / denominators as f64,
            best_tenth: *values.get(best_tenth?)?,
            held,
        })
    }

    /// The worst value that holds `tier`; none where no shop does.
    pub(crate) fn edge(&self, tier: Tier) -> Option<f64> {
        self.held.get(&tier).map(|(worst, _)| *worst)
    }

    /// How many shops hold `tier`.
    pub(crate) fn holders(&self, tier: Tier) -> i64 {
        self.held.get(&tier).map_or(0, |(_, holders)| *holders)
    }
}

/// The spreads of all groups, by group number and [`Indicator::index`]; none where no shop is ranked.
#[derive(Clone, Debug)]
pub struct Spreads(Vec<[Option<Spread>; Indicator::ALL.len()]>);

impl Spreads {
    pub(crate) fn of(&self, group: u32, indicator: Indicator) -> Option<&Spread> {
        self.0.get(group as usize)?.get(indicator.index())?.as_ref()
    }

    /// Those that there are, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, Indicator, &Spread)> + Clone {
        let groups = self.0.iter().enumerate();
        groups.flat_map(|(group, spreads)| {
            let spreads = Indicator::ALL.into_iter().zip(spreads);
            spreads.filter_map(move |(indicator, spread)| Some((group, indicator, spread.as_ref()?)))
        })
    }
}

/// The spread of every group and indicator.
pub fn spreads(ranking: &Ranking<'_>) -> Outcome<Spreads> {
    let spread = |places: &[u32], indicator: Indicator| {
        let measured = places.iter().map(|place| ranking.of(*place as usize, indicator));
        let measured = measured.collect::<Outcome<Vec<Option<Measured>>>>()?;
        let ranked = measured.into_iter().flatten().filter_map(|measured| Some((measured, measured.standing?)));
        Ok(Spread::of(ranked, indicator.spec().better))
    };
    let of_group = |places: &Vec<u32>| {
        let spreads = all(Indicator::ALL.map(|indicator| spread(places, indicator)))?;
        spreads.try_into().map_err(|_| fault(STAGE, "another number of indicators than declared"))
    };
    let groups = ranking.places.par_iter().with_max_len(1).map(of_group);
    Ok(Spreads(all(groups.collect::<Vec<_>>())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The spread of shops with these values and tiers, each of a denominator of its place, from 1.
    fn spread(values_and_points: &[(i32, i64)], better: Better) -> Spread {
        let ranked = values_and_points.iter().zip(1..).map(|((value, points), denominator)| {
            let tier = Tier::from_points(*points).unwrap();
            let standing = Standing { value: f64::from(*value), better: 0, ranked: 1, tier };
            let numerator = i64::from(*value) * denominator;
            (Measured { numerator, denominator, standing: Some(standing) }, standing)
        });
        Spread::of(ranked, better).unwrap()
    }

    #[test]
    fn quartiles_are_values_that_some_shop_has() {
        let five = spread(&[(5, 5), (1, 5), (4, 5), (2, 5), (3, 5)], Better::High);
        assert_eq!(five.quarters, [1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(spread(&[(1, 5), (2, 5)], Better::High).quarters, [1.0, 1.0, 1.0, 2.0, 2.0]);
        assert_eq!(spread(&[(7, 5)], Better::Low).quarters, [7.0; 5]);
        assert_eq!(Spread::of([].into_iter(), Better::Low), None, "no shop");
    }

    #[test]
    fn the_mean_is_of_all_rows_and_not_of_shops() {
        // (4 · 1 + 1 · 2) / (1 + 2), where the mean of the shops' values would be 2.5.
        assert_eq!(spread(&[(4, 5), (1, 4)], Better::High).mean, 2.0);
    }

    #[test]
    fn the_best_tenth_is_the_value_that_one_shop_in_ten_reaches() {
        let of = |shops: i32, better| {
            let values: Vec<_> = (1..=shops).map(|value| (value, 5)).collect();
            spread(&values, better).best_tenth
        };
        for (shops, high, low) in [(1, 1.0, 1.0), (10, 10.0, 1.0), (11, 10.0, 2.0), (21, 19.0, 3.0)] {
            assert_eq!((of(shops, Better::High), of(shops, Better::Low)), (high, low), "{shops} shops");
        }
    }

    #[test]
    fn the_edge_of_a_tier_is_the_worst_value_that_holds_it() {
        let [high, low] = [Better::High, Better::Low].map(|better| spread(&[(9, 5), (8, 5), (7, 4)], better));
        assert_eq!([&high, &low].map(|spread| spread.edge(Tier::Excellent)), [Some(8.0), Some(9.0)]);
        assert_eq!((high.edge(Tier::Fair), high.holders(Tier::Excellent), high.holders(Tier::VeryPoor)), (None, 2, 0));
    }
}
