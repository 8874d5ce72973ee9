//! Ranks and tiers: how a shop's value stands among the shops ranked with it (specification, section 6).
//!
//! Grain in: one value a shop of a group, for one indicator. Grain out: for each, how many are strictly better, and the tier.
//! This is the only place that knows ties: shops with one value share a rank, and so a tier.

use polars::prelude::*;

use crate::domain::Tier;
use crate::error::{Outcome, fault};
use crate::indicators::Better;
use crate::rulebook::CutOffs;

const STAGE: &str = "tiers";

/// Where a shop stands among those it is ranked with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rank {
    /// How many shops are strictly better.
    pub(crate) better: u32,
    pub(crate) tier: Tier,
}

/// Ranks the values of one group, all finite; the ranks come in the order of the values.
pub(crate) fn rank(values: Vec<f64>, better: Better, cut_offs: &CutOffs) -> Outcome<Vec<Rank>> {
    let ranked = i64::try_from(values.len()).map_err(|error| fault(STAGE, error))?;
    // From 1 on; ties share the best. Nothing is drawn by lot, so there is no seed.
    let options = RankOptions { method: RankMethod::Min, descending: better == Better::High };
    let ranks = Float64Chunked::from_vec("value".into(), values).into_series().rank(options, None);
    let ranks = ranks.idx().map_err(|error| fault(STAGE, error))?;
    let rank = |rank: Option<IdxSize>| {
        let better = rank.and_then(|rank| rank.checked_sub(1)).ok_or_else(|| fault(STAGE, "a value without a rank"))?;
        Ok(Rank { better, tier: cut_offs.tier(better.into(), ranked) })
    };
    ranks.iter().map(rank).collect()
}

/// Whether one value is strictly better than another.
pub(crate) fn is_better(one: f64, other: f64, better: Better) -> bool {
    match better {
        Better::High => one > other,
        Better::Low => one < other,
    }
}

/// The values of some shops of a group, held so that any other value can be asked how it would stand among them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contenders {
    ascending: Vec<f64>,
}

impl Contenders {
    pub(crate) fn of(mut values: Vec<f64>) -> Self {
        values.sort_unstable_by(f64::total_cmp);
        Self { ascending: values }
    }

    pub(crate) fn count(&self) -> usize {
        self.ascending.len()
    }

    /// How many of them are strictly better than `value`, as [`rank`] counts them.
    pub(crate) fn better_than(&self, value: f64, better: Better) -> usize {
        match better {
            Better::High => self.count() - self.ascending.partition_point(|of| *of <= value),
            Better::Low => self.ascending.partition_point(|of| *of < value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tiers of these values under the default cut-offs, as `tier (better)`.
    fn tiers(values: impl IntoIterator<Item = f64>, better: Better) -> Vec<String> {
        let top_percents = [20, 50, 80, 95, 100].map(|percent| percent.to_string().parse().unwrap());
        let cut_offs = CutOffs::new(top_percents).unwrap();
        let ranks = rank(values.into_iter().collect(), better, &cut_offs).unwrap();
        ranks.iter().map(|rank| format!("{} ({})", rank.tier.points(), rank.better)).collect()
    }

    #[test]
    fn only_strictly_better_shops_count() {
        let three_of_four = [4.5, 4.9, 4.5, 3.0];
        for (case, values, better, expected) in [
            ("ties share a tier", &three_of_four[..], Better::High, &["4 (1)", "5 (0)", "4 (1)", "3 (3)"][..]),
            ("all tie", &[2.0; 3], Better::High, &["5 (0)"; 3]),
            ("low turns it round", &three_of_four, Better::Low, &["4 (1)", "3 (3)", "4 (1)", "5 (0)"]),
            ("a lone shop gets 5", &[0.0], Better::High, &["5 (0)"]),
            ("nobody", &[], Better::High, &[]),
            // 1 * 100 < 50 * 2 is false, 1 * 100 < 80 * 2 is true.
            ("the second of two shops gets 3", &[1.0, 2.0], Better::High, &["3 (1)", "5 (0)"]),
            ("floats without a tolerance", &[0.1 + 0.2, 0.3], Better::Low, &["3 (1)", "5 (0)"]),
        ] {
            assert_eq!(tiers(values.iter().copied(), better), expected, "{case}");
        }
    }

    #[test]
    fn a_value_stands_among_contenders_as_it_is_ranked_with_them() {
        let values = [4.5, 4.9, 4.5, 3.0, 0.1 + 0.2, 0.3];
        let cut_offs = CutOffs::new([20, 50, 80, 95, 100].map(|percent| percent.to_string().parse().unwrap())).unwrap();
        for better in [Better::High, Better::Low] {
            let contenders = Contenders::of(values.to_vec());
            let ranks = rank(values.to_vec(), better, &cut_offs).unwrap();
            for (value, rank) in values.into_iter().zip(ranks) {
                assert_eq!(contenders.better_than(value, better), rank.better as usize, "{value}");
            }
        }
    }

    /// Of ten shops, ranks 3, 6 and 9 have exactly 20, 50 and 80 percent strictly better shops above them.
    #[test]
    fn a_tier_edge_hit_exactly_belongs_to_the_tier_below() {
        let tiers = tiers((1..=10).map(f64::from), Better::Low);
        let points: Vec<_> = tiers.iter().map(|tier| &tier[..1]).collect();
        assert_eq!(points, ["5", "5", "4", "4", "4", "3", "3", "3", "2", "2"]);
    }
}
