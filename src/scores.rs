//! Dimension scores and the score 基础服务考核分 (specification, section 7).
//!
//! Grain in: the weights and tiers of one shop. Grain out: its score, or why it has none. A dimension without a value has
//! no score, and its weight is shared out over the others in proportion. All figures are exact fractions until they are
//! rounded half-up to four decimals, once.

use crate::domain::{Dimension, Tier};
use crate::indicators::Indicator;
use crate::policies::AfterSalesMix;
use crate::rulebook::{Decimal4, WeightRow};
use crate::standings::{Assessed, Standings};

/// Why a shop has no score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnscoredReason {
    /// No row of the weight table is for its category.
    CategoryWithoutWeights,
    /// No dimension that weighs anything has a value.
    NoData,
}

impl UnscoredReason {
    /// The name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CategoryWithoutWeights => "category_without_weights",
            Self::NoData => "no_data",
        }
    }
}

/// A tier and the denominator that it was measured over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldTier {
    /// The tier.
    pub tier: Tier,
    /// The rows behind it, at least 1.
    pub denominator: i64,
}

/// The tier of each indicator, by [`Indicator::index`]; none where the shop is not ranked.
pub type HeldTiers = [Option<HeldTier>; Indicator::ALL.len()];

/// An exact fraction; the denominator is positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fraction {
    numerator: i128,
    denominator: i128,
}

impl Fraction {
    /// To four decimals, half-up; the fraction is not negative.
    fn rounded(self) -> Decimal4 {
        let doubled = 2 * self.numerator * 10_000 + self.denominator;
        let ten_thousandths = doubled.div_euclid(2 * self.denominator);
        Decimal4::from_ten_thousandths(i64::try_from(ten_thousandths).unwrap_or(i64::MAX))
    }
}

/// A shop's score and what it is made of, by [`Dimension::index`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// The score; none where no dimension that weighs anything has a value.
    pub score: Option<Decimal4>,
    /// The score of each dimension that has one.
    pub dimensions: [Option<Decimal4>; Dimension::ALL.len()],
    /// What each of them weighs among those that have one, in percent.
    pub weight_percents: [Option<f64>; Dimension::ALL.len()],
}

/// The score of one shop.
pub fn score(weights: &WeightRow, tiers: &HeldTiers, mix: AfterSalesMix) -> Score {
    let dimensions = Dimension::ALL.map(|dimension| dimension_score(dimension, tiers, mix));
    let weight = |dimension: Dimension| i128::from(weights.percent(dimension).ten_thousandths());
    let with_score = || {
        let scores = Dimension::ALL.into_iter().zip(dimensions);
        scores.filter_map(|(dimension, score)| score.map(|score| (weight(dimension), score)))
    };
    let weight_total: i128 = with_score().map(|(weight, _)| weight).sum();
    // Only after-sales can have a denominator above 1, so the product is that one.
    let common: i128 = with_score().map(|(_, score)| score.denominator).product();
    let weighted: i128 =
        with_score().map(|(weight, score)| weight * score.numerator * (common / score.denominator)).sum();
    let total = Fraction { numerator: weighted, denominator: weight_total * common };
    let weight_percents = Dimension::ALL.map(|dimension| {
        let scored = dimensions.get(dimension.index()).is_some_and(Option::is_some);
        (scored && weight_total > 0).then(|| percent_of(weight(dimension), weight_total))
    });
    Score {
        score: (weight_total > 0).then(|| total.rounded()),
        dimensions: dimensions.map(|score| score.map(Fraction::rounded)),
        weight_percents,
    }
}

/// The quotient of two integers that floats hold exactly.
#[allow(clippy::cast_precision_loss)]
fn percent_of(weight: i128, total: i128) -> f64 {
    (100 * weight) as f64 / total as f64
}

/// The mean of the tiers of the dimension's indicators: plain, or after-sales by volume where that is chosen.
fn dimension_score(dimension: Dimension, tiers: &HeldTiers, mix: AfterSalesMix) -> Option<Fraction> {
    let held = || {
        let of_dimension = Indicator::ALL.into_iter().zip(tiers);
        of_dimension
            .filter(|(indicator, _)| indicator.spec().dimension == dimension)
            .filter_map(|(_, held)| *held)
    };
    let share = |held: HeldTier| match (dimension, mix) {
        (Dimension::AfterSales, AfterSalesMix::Volume) => i128::from(held.denominator),
        _ => 1,
    };
    let denominator: i128 = held().map(share).sum();
    let numerator = held().map(|held| share(held) * i128::from(held.tier.points())).sum();
    (denominator > 0).then_some(Fraction { numerator, denominator })
}

/// What a present shop is published with.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoredShop {
    /// The name of its row of the weight table.
    pub assessment_category: Option<String>,
    /// Its score and dimensions; all none where it is not assessed.
    pub score: Score,
    /// Why there is no score, where there is none.
    pub unscored_reason: Option<UnscoredReason>,
}

/// The tiers that a shop holds.
pub fn held_tiers(standings: &Standings, place: usize) -> HeldTiers {
    Indicator::ALL.map(|indicator| {
        let measured = standings.of(place, indicator)?;
        measured.standing.map(|standing| HeldTier { tier: standing.tier, denominator: measured.denominator })
    })
}

/// Scores every present shop, in order.
pub fn score_all(assessed: &[Assessed<'_>], standings: &Standings, mix: AfterSalesMix) -> Vec<ScoredShop> {
    let scored = assessed.iter().enumerate().map(|(place, shop)| match shop.assessment {
        None => ScoredShop {
            assessment_category: None,
            score: Score {
                score: None,
                dimensions: [None; Dimension::ALL.len()],
                weight_percents: [None; Dimension::ALL.len()],
            },
            unscored_reason: Some(UnscoredReason::CategoryWithoutWeights),
        },
        Some(assessment) => {
            let score = score(assessment.weights, &held_tiers(standings, place), mix);
            ScoredShop {
                assessment_category: Some(assessment.weights.assessment_category()),
                score,
                unscored_reason: score.score.is_none().then_some(UnscoredReason::NoData),
            }
        }
    });
    scored.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Day;
    use crate::rulebook::Rulebook;

    /// The shipped weights of a category, in the order product, logistics, after-sales, dispute, consultation.
    fn weights_of(category: &str) -> WeightRow {
        let rules = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("jobs/rules");
        let day: Day = "2022-03-15".parse().unwrap();
        Rulebook::load(&rules).unwrap().weights.row(day, category, None).unwrap().clone()
    }

    /// Tiers in the order dispute, logistics, pickup, product, refund only, response, return refund; `None` is no data.
    fn tiers(points: [Option<i64>; 7]) -> HeldTiers {
        points.map(|points| {
            points.map(|points| HeldTier { tier: Tier::from_points(points).unwrap(), denominator: 1 })
        })
    }

    fn shown(category: &str, points: [Option<i64>; 7]) -> String {
        let score = score(&weights_of(category), &tiers(points), AfterSalesMix::Equal);
        score.score.map_or("none".to_owned(), |score| score.to_string())
    }

    /// Product 4, logistics 3, after-sales 2, dispute 5, consultation 4, with weights of 25, 25, 20, 20 and 10 percent:
    /// 4 * .25 + 3 * .25 + 2 * .2 + 5 * .2 + 4 * .1, each tier with its own weight.
    #[test]
    fn the_articles_own_example_gives_each_dimension_its_own_weight() {
        let points = [Some(5), None, Some(3), Some(4), Some(2), Some(4), Some(2)];
        assert_eq!(shown("男装", points), "3.55");
    }

    #[test]
    fn after_sales_is_the_mean_of_its_two_tiers() {
        let points = [Some(0), None, Some(0), Some(0), Some(5), Some(0), Some(2)];
        let score = score(&weights_of("男装"), &tiers(points), AfterSalesMix::Equal);
        assert_eq!(score.dimensions[Dimension::AfterSales.index()].unwrap().to_string(), "3.5");
        assert_eq!(score.score.unwrap().to_string(), "0.7");
    }

    #[test]
    fn with_one_half_of_after_sales_missing_the_other_is_its_score() {
        let points = [Some(0), None, Some(0), Some(0), None, Some(0), Some(2)];
        assert_eq!(shown("男装", points), "0.4");
    }

    #[test]
    fn by_volume_after_sales_tiers_count_with_their_denominators() {
        let mut held = tiers([Some(0), None, Some(0), Some(0), Some(5), Some(0), Some(2)]);
        held[Indicator::RefundOnlyDuration.index()].as_mut().unwrap().denominator = 2;
        let of =
            |mix| score(&weights_of("男装"), &held, mix).dimensions[Dimension::AfterSales.index()].unwrap();
        assert_eq!(of(AfterSalesMix::Equal).to_string(), "3.5");
        assert_eq!(of(AfterSalesMix::Volume).to_string(), "4");
    }

    /// 20 percent of logistics are shared out: (5 + 3 + 2 + 4) / 4.
    #[test]
    fn shops_of_online_services_are_exempt_from_logistics_yet_weigh_it() {
        let points = [Some(2), None, None, Some(5), Some(3), Some(4), Some(3)];
        assert_eq!(weights_of("网店/网络服务/软件").percent(Dimension::Logistics).to_string(), "20");
        assert_eq!(shown("网店/网络服务/软件", points), "3.5");
    }

    /// Without consultation (10) and product (25): (25 * 3 + 20 * 2 + 20 * 5) / 65 = 3.30769…
    #[test]
    fn the_weight_of_a_dimension_without_data_is_shared_out_in_proportion() {
        let points = [Some(5), None, Some(3), None, Some(2), None, Some(2)];
        let score = score(&weights_of("男装"), &tiers(points), AfterSalesMix::Equal);
        assert_eq!(score.score.unwrap().to_string(), "3.3077");
        let percents = score.weight_percents;
        assert_eq!(percents[Dimension::Product.index()], None);
        assert_eq!(percents[Dimension::Logistics.index()], Some(2500.0 / 65.0));
        assert_eq!(percents[Dimension::Dispute.index()], Some(2000.0 / 65.0));
    }

    #[test]
    fn no_data_at_all_is_no_score() {
        assert_eq!(shown("男装", [None; 7]), "none");
    }

    #[test]
    fn a_dimension_that_weighs_nothing_makes_no_score_alone() {
        let only_logistics = [None, None, Some(5), None, None, None, None];
        assert_eq!(weights_of("保险").percent(Dimension::Logistics).to_string(), "0");
        assert_eq!(shown("保险", only_logistics), "none");
    }

    #[test]
    fn the_score_is_rounded_half_up_once() {
        let rounded = |numerator, denominator| Fraction { numerator, denominator }.rounded().to_string();
        assert_eq!(rounded(5, 100_000), "0.0001", "a half goes up");
        assert_eq!(rounded(49_999, 1_000_000_000), "0");
        assert_eq!(rounded(10, 3), "3.3333");
        assert_eq!(rounded(20, 3), "6.6667");
        assert_eq!(rounded(5, 1), "5");
    }
}
