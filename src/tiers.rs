//! Ranks and tiers: how a shop's value stands among the shops ranked with it (specification, section 6).
//!
//! Grain in: one value a shop, for one indicator. Grain out: for each, how many are strictly better, of how many, and the
//! tier. This is the only place that knows ties: shops with one value share a rank, and so a tier.

use polars::prelude::*;

use crate::columns::integers;
use crate::domain::Tier;
use crate::error::{Outcome, fault};
use crate::indicators::Better;
use crate::rulebook::CutOffs;

const STAGE: &str = "tiers";
const RANK: &str = "rank";
const RANKED: &str = "ranked";

/// A shop's value among those it is ranked with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Standing {
    pub(crate) value: f64,
    /// How many shops are strictly better.
    pub(crate) better: i64,
    /// How many shops are ranked together, this one among them.
    pub(crate) ranked: i64,
    pub(crate) tier: Tier,
}

/// A value that takes part in a ranking.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Contender<'rules> {
    /// The shops that it is ranked with share this number.
    pub group: u32,
    /// Its value, finite.
    pub value: f64,
    /// What turns its rank into a tier.
    pub cut_offs: &'rules CutOffs,
}

/// Ranks the contenders inside their groups; the standings come in the order of the contenders.
pub(crate) fn rank(contenders: &[Contender<'_>], better: Better) -> Outcome<Vec<Standing>> {
    let ranked = ranked(contenders, better).map_err(|error| fault(STAGE, error))?;
    if ranked.height() != contenders.len() {
        return Err(fault(STAGE, format!("ranks of {} of {} values", ranked.height(), contenders.len())));
    }
    let ranks = integers(STAGE, &ranked, RANK)?.zip(integers(STAGE, &ranked, RANKED)?);
    let standing = |(contender, (rank, ranked)): (&Contender<'_>, (i64, i64))| {
        let better = rank - 1;
        Standing { value: contender.value, better, ranked, tier: contender.cut_offs.tier(better, ranked) }
    };
    Ok(contenders.iter().zip(ranks).map(standing).collect())
}

/// Rank (from 1, ties share the best) and size of group, for each contender.
fn ranked(contenders: &[Contender<'_>], better: Better) -> PolarsResult<DataFrame> {
    let groups: Vec<u32> = contenders.iter().map(|contender| contender.group).collect();
    let values: Vec<f64> = contenders.iter().map(|contender| contender.value).collect();
    let frame = df!("group" => groups, "value" => values)?;
    let options = RankOptions { method: RankMethod::Min, descending: better == Better::High };
    let in_group = |figure: Expr| {
        let order = None::<([Expr; 1], SortOptions)>;
        figure.over_with_options(Some([col("group")]), order, WindowMapping::GroupsToRows)
    };
    let rank = in_group(col("value").rank(options, None))?.cast(DataType::Int64).alias(RANK);
    let ranked = in_group(len())?.cast(DataType::Int64).alias(RANKED);
    frame.lazy().select([rank, ranked]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tiers of these groups and values under the default cut-offs, as `tier (better/ranked)`.
    fn tiers(contenders: impl IntoIterator<Item = (u32, f64)>, better: Better) -> Vec<String> {
        let top_percents = [20, 50, 80, 95, 100].map(|percent| percent.to_string().parse().unwrap());
        let cut_offs = CutOffs::new(top_percents).unwrap();
        let contender = |(group, value)| Contender { group, value, cut_offs: &cut_offs };
        let contenders: Vec<_> = contenders.into_iter().map(contender).collect();
        let shown =
            |standing: &Standing| format!("{} ({}/{})", standing.tier.points(), standing.better, standing.ranked);
        rank(&contenders, better).unwrap().iter().map(shown).collect()
    }

    #[test]
    fn only_strictly_better_shops_count() {
        let three_of_four = [4.5, 4.9, 4.5, 3.0];
        for (case, values, better, expected) in [
            ("ties share a tier", &three_of_four[..], Better::High, &["4 (1/4)", "5 (0/4)", "4 (1/4)", "3 (3/4)"][..]),
            ("all tie", &[2.0; 3], Better::High, &["5 (0/3)"; 3]),
            ("low turns it round", &three_of_four, Better::Low, &["4 (1/4)", "3 (3/4)", "4 (1/4)", "5 (0/4)"]),
            ("a lone shop gets 5", &[0.0], Better::High, &["5 (0/1)"]),
            ("nobody", &[], Better::High, &[]),
            // 1 * 100 < 50 * 2 is false, 1 * 100 < 80 * 2 is true.
            ("the second of two shops gets 3", &[1.0, 2.0], Better::High, &["3 (1/2)", "5 (0/2)"]),
            ("floats without a tolerance", &[0.1 + 0.2, 0.3], Better::Low, &["3 (1/2)", "5 (0/2)"]),
        ] {
            assert_eq!(tiers(values.iter().map(|value| (7, *value)), better), expected, "{case}");
        }
    }

    /// Of ten shops, ranks 3, 6 and 9 have exactly 20, 50 and 80 percent strictly better shops above them.
    #[test]
    fn a_tier_edge_hit_exactly_belongs_to_the_tier_below() {
        let tiers = tiers((1..=10).map(|value| (7, f64::from(value))), Better::Low);
        let points: Vec<_> = tiers.iter().map(|tier| &tier[..1]).collect();
        assert_eq!(points, ["5", "5", "4", "4", "4", "3", "3", "3", "2", "2"]);
    }

    #[test]
    fn shops_are_ranked_inside_their_group_only() {
        let standings = tiers([(1, 1.0), (2, 9.0), (1, 2.0)], Better::High);
        assert_eq!(standings, ["3 (1/2)", "5 (0/1)", "5 (0/2)"]);
    }
}
