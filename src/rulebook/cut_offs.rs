//! A set of cut-offs: which share of the ranked shops, best first, gets which tier 档.
//!
//! In: how many shops are strictly better, of how many ranked. Out: the tier. All in exact integers.

use super::decimal::Decimal4;
use crate::domain::Tier;

/// The top percents of the five tiers, best tier first: rising from above 0 to 100.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutOffs {
    top_percents: [Decimal4; 5],
}

impl CutOffs {
    const HUNDRED: Decimal4 = Decimal4::from_ten_thousandths(1_000_000);

    /// The set with these top percents, for tiers 5, 4, 3, 2 and 0.
    ///
    /// # Errors
    ///
    /// The tier whose top percent is not above the one before (above 0 for tier 5, so that a lone shop gets 5), or tier
    /// 0 where its top percent is not 100.
    pub fn new(top_percents: [Decimal4; 5]) -> Result<Self, Tier> {
        let mut below = Decimal4::default();
        for (tier, top_percent) in Tier::ALL.into_iter().zip(top_percents) {
            if top_percent <= below {
                return Err(tier);
            }
            below = top_percent;
        }
        if below == Self::HUNDRED { Ok(Self { top_percents }) } else { Err(Self::lowest()) }
    }

    /// The tier of a shop that `better` of the `ranked` shops, itself among these, are strictly better than: the first
    /// one, from 5 down, of which `better * 100 < top_percent * ranked`.
    pub fn tier(&self, better: i64, ranked: i64) -> Tier {
        let hundred = i128::from(Self::HUNDRED.ten_thousandths());
        let within = |top_percent: Decimal4| {
            i128::from(better) * hundred < i128::from(top_percent.ten_thousandths()) * i128::from(ranked)
        };
        let mut tiers = Tier::ALL.into_iter().zip(self.top_percents);
        tiers.find(|(_, top_percent)| within(*top_percent)).map_or(Self::lowest(), |(tier, _)| tier)
    }

    const fn lowest() -> Tier {
        let [.., lowest] = Tier::ALL;
        lowest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_offs(top_percents: [&str; 5]) -> Result<CutOffs, i64> {
        CutOffs::new(top_percents.map(|text| text.parse().unwrap())).map_err(Tier::points)
    }

    /// The tier of each shop of `ranked`, best first, when no two tie.
    fn tiers(ranked: i64) -> Vec<i64> {
        let default = cut_offs(["20", "50", "80", "95", "100"]).unwrap();
        (0..ranked).map(|better| default.tier(better, ranked).points()).collect()
    }

    #[test]
    fn a_lone_shop_gets_5() {
        assert_eq!(tiers(1), [5]);
    }

    #[test]
    fn of_two_shops_the_better_gets_5_and_the_other_3() {
        // One better of two is exactly the top 50 percent, which belongs to the next tier.
        assert_eq!(tiers(2), [5, 3]);
    }

    #[test]
    fn an_edge_hit_exactly_belongs_to_the_next_tier() {
        assert_eq!(tiers(10), [5, 5, 4, 4, 4, 3, 3, 3, 2, 2]);
        assert_eq!(tiers(20), [5, 5, 5, 5, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3, 2, 2, 2, 0]);
    }

    #[test]
    fn shops_that_tie_share_the_tier_of_the_shops_above_them() {
        let default = cut_offs(["20", "50", "80", "95", "100"]).unwrap();
        // Ten shops: one leads, nine tie behind it; and ten that all tie.
        assert_eq!(default.tier(1, 10).points(), 5);
        assert_eq!(default.tier(0, 10).points(), 5);
        // Four lead, six tie: each of the six has four better.
        assert_eq!(default.tier(4, 10).points(), 4);
    }

    #[test]
    fn a_decimal_edge_and_counts_of_any_size_are_exact() {
        let thirds = cut_offs(["33.3333", "50", "80", "95", "100"]).unwrap();
        assert_eq!(thirds.tier(333_332, 1_000_000).points(), 5);
        assert_eq!(thirds.tier(333_333, 1_000_000).points(), 4);
        assert_eq!(thirds.tier(i64::MAX - 1, i64::MAX).points(), 0);
    }

    #[test]
    fn cut_offs_rise_from_above_0_to_100() {
        assert_eq!(cut_offs(["20", "50", "50", "95", "100"]), Err(3));
        assert_eq!(cut_offs(["50", "20", "80", "95", "100"]), Err(4));
        assert_eq!(cut_offs(["0", "50", "80", "95", "100"]), Err(5));
        assert_eq!(cut_offs(["20", "50", "80", "95", "99.9999"]), Err(0));
        assert_eq!(cut_offs(["20", "50", "80", "95", "100.0001"]), Err(0));
    }
}
