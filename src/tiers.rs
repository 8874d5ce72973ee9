//! Ranks and tiers: how a shop's value stands among the shops ranked with it (specification, section 6).
//!
//! Grain in: one value a shop, for one indicator. Grain out: for each, how many are strictly better, of how many, and the
//! tier. This is the only place that knows ties: shops with one value share a rank, and so a tier.

use polars::prelude::*;

use crate::domain::Tier;
use crate::error::{Outcome, fault};
use crate::indicators::Better;

const STAGE: &str = "tiers";

/// A shop's value among those it is ranked with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// Its value.
    pub value: f64,
    /// How many shops are strictly better.
    pub better: i64,
    /// How many shops are ranked together, this one among them.
    pub ranked: i64,
    /// Its tier.
    pub tier: Tier,
}

/// A value that takes part in a ranking.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contender {
    /// The shops that it is ranked with share this number.
    pub group: u32,
    /// Its value, finite.
    pub value: f64,
}

/// Ranks the contenders inside their groups; `tier_of` gives the tier of the contender at a place, of whom so many are
/// strictly better, of so many. The standings come in the order of the contenders.
///
/// # Errors
/// Those of the engine below, as faults.
pub fn rank(
    contenders: &[Contender],
    better: Better,
    tier_of: impl Fn(usize, i64, i64) -> Tier,
) -> Outcome<Vec<Standing>> {
    let ranks = ranks(contenders, better).map_err(|error| fault(STAGE, error))?;
    let standings = contenders.iter().zip(ranks).enumerate().map(|(place, (contender, (rank, ranked)))| {
        let better = rank - 1;
        Standing { value: contender.value, better, ranked, tier: tier_of(place, better, ranked) }
    });
    Ok(standings.collect())
}

/// Rank (from 1, ties share the best) and size of group, for each contender.
fn ranks(contenders: &[Contender], better: Better) -> PolarsResult<Vec<(i64, i64)>> {
    let groups = contenders.iter().map(|contender| contender.group).collect();
    let values = contenders.iter().map(|contender| contender.value).collect();
    let frame = DataFrame::new(
        contenders.len(),
        vec![
            UInt32Chunked::from_vec("group".into(), groups).into_column(),
            Float64Chunked::from_vec("value".into(), values).into_column(),
        ],
    )?;
    let options = RankOptions { method: RankMethod::Min, descending: better == Better::High };
    let in_group = |figure: Expr| {
        let order: Option<(Vec<Expr>, SortOptions)> = None;
        figure.over_with_options(Some(vec![col("group")]), order, WindowMapping::GroupsToRows)
    };
    let ranked = frame
        .lazy()
        .select([
            in_group(col("value").rank(options, None))?.cast(DataType::Int64).alias("rank"),
            in_group(len())?.cast(DataType::Int64).alias("ranked"),
        ])
        .collect()?;
    let rank = ranked.column("rank")?.i64()?.iter().flatten();
    let size = ranked.column("ranked")?.i64()?.iter().flatten();
    Ok(rank.zip(size).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Standings as `better/ranked` of one group.
    fn standings(values: &[f64], better: Better) -> Vec<String> {
        let contenders: Vec<_> = values.iter().map(|value| Contender { group: 7, value: *value }).collect();
        let ranked = rank(&contenders, better, |_, _, _| Tier::ALL[0]).unwrap();
        ranked.iter().map(|standing| format!("{}/{}", standing.better, standing.ranked)).collect()
    }

    #[test]
    fn only_strictly_better_shops_count_so_that_ties_share() {
        assert_eq!(standings(&[4.5, 4.9, 4.5, 3.0], Better::High), ["1/4", "0/4", "1/4", "3/4"]);
        assert_eq!(standings(&[4.5, 4.9, 4.5, 3.0], Better::Low), ["1/4", "3/4", "1/4", "0/4"]);
    }

    #[test]
    fn a_lone_shop_has_no_better() {
        assert_eq!(standings(&[0.0], Better::High), ["0/1"]);
        assert_eq!(standings(&[], Better::High), Vec::<String>::new());
    }

    #[test]
    fn values_compare_as_floats_without_a_tolerance() {
        assert_eq!(standings(&[0.1 + 0.2, 0.3], Better::Low), ["1/2", "0/2"]);
    }

    #[test]
    fn shops_are_ranked_inside_their_group_only() {
        let contenders = [
            Contender { group: 1, value: 1.0 },
            Contender { group: 2, value: 9.0 },
            Contender { group: 1, value: 2.0 },
        ];
        let places = rank(&contenders, Better::High, |place, better, ranked| {
            assert_eq!((place, better, ranked), [(0, 1, 2), (1, 0, 1), (2, 0, 2)][place]);
            Tier::ALL[place]
        });
        assert_eq!(places.unwrap().iter().map(|standing| standing.better).collect::<Vec<_>>(), [1, 0, 0]);
    }
}
