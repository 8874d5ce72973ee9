//! A set of cut-offs: which share of the ranked shops, best first, gets which tier 档.
//!
//! In: how many shops are strictly better, of how many ranked. Out: the tier. All in exact integers.

use std::fmt;

use super::decimal::Decimal4;
use crate::domain::Tier;

/// The top percents of the five tiers, best tier first: rising from above 0 to 100.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutOffs {
    top_percents: [Decimal4; 5],
}

impl CutOffs {
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
        if below == Decimal4::HUNDRED { Ok(Self { top_percents }) } else { Err(Tier::VeryPoor) }
    }

    /// The tier of a shop that `better` of the `ranked` shops, itself among these, are strictly better than: the first
    /// one, from 5 down, of which `better * 100 < top_percent * ranked`. Tier 0 ends at 100: it has all shops that no
    /// other has.
    pub fn tier(&self, better: i64, ranked: i64) -> Tier {
        let hundred = i128::from(Decimal4::HUNDRED.ten_thousandths());
        let within = |top_percent: Decimal4| {
            i128::from(better) * hundred < i128::from(top_percent.ten_thousandths()) * i128::from(ranked)
        };
        let mut tiers = Tier::ALL.into_iter().zip(self.top_percents);
        tiers.find(|(_, top_percent)| within(*top_percent)).map_or(Tier::VeryPoor, |(tier, _)| tier)
    }
}

/// Writes the five top percents, best tier first.
impl fmt::Display for CutOffs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.top_percents.map(|percent| percent.to_string()).join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_offs(top_percents: [&str; 5]) -> Result<CutOffs, i64> {
        CutOffs::new(top_percents.map(|text| text.parse().unwrap())).map_err(Tier::points)
    }

    fn default() -> CutOffs {
        cut_offs(["20", "50", "80", "95", "100"]).unwrap()
    }

    #[test]
    fn an_edge_hit_exactly_belongs_to_the_next_tier_and_a_lone_shop_gets_5() {
        for expected in [
            &[5][..],
            // One better of two is exactly the top 50 percent.
            &[5, 3],
            &[5, 5, 4, 4, 4, 3, 3, 3, 2, 2],
            &[5, 5, 5, 5, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3, 2, 2, 2, 0],
        ] {
            let ranked = i64::try_from(expected.len()).unwrap();
            let tiers: Vec<i64> = (0..ranked).map(|better| default().tier(better, ranked).points()).collect();
            assert_eq!(tiers, expected, "{ranked} shops, none of which tie");
        }
    }

    #[test]
    fn shops_that_tie_share_the_tier_of_the_shops_above_them() {
        // Ten shops: one leads, nine tie behind it; ten that all tie; four lead, six tie behind them.
        for (better, expected) in [(1, 5), (0, 5), (4, 4)] {
            assert_eq!(default().tier(better, 10).points(), expected, "{better} of 10 are better");
        }
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
