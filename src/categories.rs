//! How the shops of a category are spread over an indicator's values and tiers (specification, section 11).
//!
//! Grain in: the standings of one indicator. Grain out: one row a group with at least one ranked shop. Values ascend
//! whether high or low is better; the edge of a tier is the worst value that holds it.

use std::collections::BTreeMap;

use crate::domain::Tier;
use crate::error::{Outcome, fault};
use crate::indicators::{Better, Indicator};
use crate::ranking::Ranking;
use crate::tiers::Standing;

const STAGE: &str = "categories";

/// The shops of a group that are ranked by one indicator.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spread {
    /// Their values, ascending.
    values: Vec<f64>,
    /// For each tier that some shop holds: the worst value that holds it, and how many shops do.
    held: BTreeMap<Tier, (f64, i64)>,
}

impl Spread {
    fn add(&mut self, standing: &Standing, better: Better) {
        let Standing { value, tier, .. } = *standing;
        self.values.push(value);
        let (worst, holders) = self.held.entry(tier).or_insert((value, 0));
        *holders += 1;
        *worst = match better {
            Better::High => worst.min(value),
            Better::Low => worst.max(value),
        };
    }

    /// How many shops are ranked.
    pub(crate) fn ranked(&self) -> usize {
        self.values.len()
    }

    /// The value of the ⌈`quarters`/4 · n⌉-th smallest, of the smallest for 0.
    pub(crate) fn quarter(&self, quarters: usize) -> Option<f64> {
        let rank = (quarters * self.values.len()).div_ceil(4).max(1);
        self.values.get(rank - 1).copied()
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

/// The spreads of all groups, by group number and indicator.
pub type Spreads = BTreeMap<(u32, Indicator), Spread>;

/// The spread of every group that has ranked shops; a ranked shop without a group is a fault.
pub fn spreads(ranking: &Ranking) -> Outcome<Spreads> {
    let mut spreads = Spreads::new();
    for (indicator, column) in Indicator::ALL.into_iter().zip(&ranking.by_indicator) {
        for (measured, group) in column.iter().zip(&ranking.group_of) {
            if let Some(standing) = measured.as_ref().and_then(|measured| measured.standing.as_ref()) {
                let group = group.ok_or_else(|| fault(STAGE, "a ranked shop without a group"))?;
                spreads.entry((group, indicator)).or_default().add(standing, indicator.spec().better);
            }
        }
    }
    spreads.values_mut().for_each(|spread| spread.values.sort_unstable_by(f64::total_cmp));
    Ok(spreads)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(values_and_points: &[(f64, i64)], better: Better) -> Spread {
        let mut spread = Spread::default();
        for (value, points) in values_and_points {
            let tier = Tier::from_points(*points).unwrap();
            spread.add(&Standing { value: *value, better: 0, ranked: 1, tier }, better);
        }
        spread.values.sort_unstable_by(f64::total_cmp);
        spread
    }

    #[test]
    fn quartiles_are_values_that_some_shop_has() {
        let five = spread(&[(5.0, 5), (1.0, 5), (4.0, 5), (2.0, 5), (3.0, 5)], Better::High);
        let quarters = |spread: &Spread| (0..=4).map(|quarter| spread.quarter(quarter).unwrap()).collect::<Vec<_>>();
        assert_eq!(quarters(&five), [1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(quarters(&spread(&[(1.0, 5), (2.0, 5)], Better::High)), [1.0, 1.0, 1.0, 2.0, 2.0]);
        assert_eq!(quarters(&spread(&[(7.0, 5)], Better::Low)), [7.0; 5]);
    }

    #[test]
    fn the_edge_of_a_tier_is_the_worst_value_that_holds_it() {
        let [high, low] = [Better::High, Better::Low].map(|better| spread(&[(9.0, 5), (8.0, 5), (7.0, 4)], better));
        assert_eq!([&high, &low].map(|spread| spread.edge(Tier::Excellent)), [Some(8.0), Some(9.0)]);
        assert_eq!((high.edge(Tier::Fair), high.holders(Tier::Excellent), high.holders(Tier::VeryPoor)), (None, 2, 0));
    }
}
