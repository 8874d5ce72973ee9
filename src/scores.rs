//! Dimension scores and the score 基础服务考核分 (specification, section 7).
//!
//! Grain in: the weights and tiers of one shop. Grain out: its score, or why it has none. A dimension without a value has
//! no score, and its weight is shared out over the others in proportion. All figures are exact fractions until they are
//! rounded half-up to four decimals, once.

use rayon::prelude::*;

use crate::domain::{Dimension, Tier};
use crate::error::{Outcome, fault};
use crate::indicators::Indicator;
use crate::policies::AfterSalesMix;
use crate::ranking::{Measured, Ranking, assessed::Assessed};
use crate::rulebook::{Decimal4, WeightRow};

const STAGE: &str = "scores";

/// Why a shop has no score; in files by these names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
pub enum UnscoredReason {
    /// No row of the weight table is for its category.
    #[strum(serialize = "category_without_weights")]
    CategoryWithoutWeights,
    /// No dimension that weighs anything has a value.
    #[strum(serialize = "no_data")]
    NoData,
}

/// A tier and the denominator that it was measured over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HeldTier {
    pub tier: Tier,
    /// The rows behind it, at least 1.
    pub denominator: i64,
}

/// The tier of each indicator, by [`Indicator::index`]; none where the shop is not ranked.
pub(crate) type HeldTiers = [Option<HeldTier>; Indicator::ALL.len()];

/// An exact fraction: the numerator and the denominator, which is positive.
type Fraction = (i128, i128);

/// To four decimals, half-up.
fn rounded((numerator, denominator): Fraction) -> Outcome<Decimal4> {
    let impossible = || fault(STAGE, format!("a score of {numerator} / {denominator}"));
    Decimal4::half_up(numerator, denominator).ok_or_else(impossible)
}

/// A shop's score and what it is made of, in the order of [`Dimension::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    /// The score; none where no dimension that weighs anything has a value.
    pub(crate) score: Option<Decimal4>,
    /// The score of each dimension that has one.
    pub(crate) dimensions: [Option<Decimal4>; Dimension::ALL.len()],
    /// What each of them weighs among those that have one, in percent.
    pub(crate) weight_percents: [Option<f64>; Dimension::ALL.len()],
}

/// The dimensions that have a score, each with what it weighs, by their place in [`Dimension::ALL`].
type Weighed = [Option<(i128, Fraction)>; Dimension::ALL.len()];

/// The score of one shop with all that it is made of; a figure that passes 64 bits is a fault.
pub(crate) fn score(weights: &WeightRow, tiers: &HeldTiers, mix: AfterSalesMix) -> Outcome<Score> {
    let weighed = weighed(weights, tiers, mix);
    let mut score = Score { score: weighted_mean(&weighed)?, ..Score::default() };
    if score.score.is_some() {
        let weight_total: i128 = weighed.iter().flatten().map(|(weight, _)| weight).sum();
        // Floats hold both integers exactly.
        score.weight_percents = weighed.map(|scored| Some((100 * scored?.0) as f64 / weight_total as f64));
    }
    for (dimension, scored) in score.dimensions.iter_mut().zip(weighed) {
        *dimension = scored.map(|(_, score)| rounded(score)).transpose()?;
    }
    Ok(score)
}

/// The score alone, which a night asks for several times as often.
pub(crate) fn score_alone(weights: &WeightRow, tiers: &HeldTiers, mix: AfterSalesMix) -> Outcome<Option<Decimal4>> {
    weighted_mean(&weighed(weights, tiers, mix))
}

/// The weighted mean of the dimensions' scores; none where no dimension that weighs anything has one.
fn weighted_mean(weighed: &Weighed) -> Outcome<Option<Decimal4>> {
    let scored = || weighed.iter().flatten();
    let weight_total: i128 = scored().map(|(weight, _)| weight).sum();
    // Only after-sales can have a denominator above 1, so the product is that one.
    let common: i128 = scored().map(|(_, (_, denominator))| denominator).product();
    let weighted = scored().map(|(weight, (numerator, denominator))| weight * numerator * (common / denominator));
    (weight_total > 0).then(|| rounded((weighted.sum(), weight_total * common))).transpose()
}

/// A dimension's score is the mean of its indicators' tiers: plain, or after-sales by volume where that is chosen.
fn weighed(weights: &WeightRow, tiers: &HeldTiers, mix: AfterSalesMix) -> Weighed {
    let mut means: [Fraction; Dimension::ALL.len()] = Default::default();
    for (indicator, held) in Indicator::ALL.into_iter().zip(tiers) {
        let dimension = indicator.spec().dimension;
        if let (Some(held), Some((numerator, denominator))) = (held, means.get_mut(dimension as usize)) {
            let share = match (dimension, mix) {
                (Dimension::AfterSales, AfterSalesMix::Volume) => i128::from(held.denominator),
                _ => 1,
            };
            *numerator += share * i128::from(held.tier.points());
            *denominator += share;
        }
    }
    let mut means = means.into_iter();
    Dimension::ALL.map(|dimension| {
        let mean = means.next().filter(|(_, denominator)| *denominator > 0)?;
        Some((i128::from(weights.percent(dimension).ten_thousandths()), mean))
    })
}

/// The tiers that the shop at a place among the present shops holds.
pub(crate) fn held_tiers(ranking: &Ranking<'_>, place: usize) -> Outcome<HeldTiers> {
    let mut tiers = HeldTiers::default();
    for (held, indicator) in tiers.iter_mut().zip(Indicator::ALL) {
        let held_tier = |of: Measured| Some(HeldTier { tier: of.standing?.tier, denominator: of.denominator });
        *held = ranking.of(place, indicator)?.and_then(held_tier);
    }
    Ok(tiers)
}

/// The score of the shop at a place among the present shops; an empty one where it is not assessed.
pub(crate) fn of_shop(ranking: &Ranking<'_>, place: usize, mix: AfterSalesMix) -> Outcome<Score> {
    match ranking.shop(place)?.assessment {
        Some(assessment) => score(assessment.weights, &held_tiers(ranking, place)?, mix),
        None => Ok(Score::default()),
    }
}

/// The scores of all present shops, in order, without what they are made of: that is made again when it is written.
pub fn score_all(ranking: &Ranking<'_>, mix: AfterSalesMix) -> Outcome<Vec<Option<Decimal4>>> {
    let score = |place| match ranking.shop(place)?.assessment {
        Some(assessment) => score_alone(assessment.weights, &held_tiers(ranking, place)?, mix),
        None => Ok(None),
    };
    (0..ranking.present.shops.len()).into_par_iter().map(score).collect()
}

/// Why a shop has no score, where it has none.
pub(crate) fn unscored_reason(shop: &Assessed<'_>, score: &Score) -> Option<UnscoredReason> {
    match (shop.assessment, score.score) {
        (None, _) => Some(UnscoredReason::CategoryWithoutWeights),
        (Some(_), None) => Some(UnscoredReason::NoData),
        (Some(_), Some(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ranking::testing::{day, rulebook};

    /// The shipped weights of a category, in the order product, logistics, after-sales, dispute, consultation.
    fn weights_of(category: &str) -> WeightRow {
        rulebook().weights.row(day(), category, None).unwrap().clone()
    }

    /// Tiers in the order dispute, logistics, pickup, product, refund only, response, return refund; `-` is no data.
    fn tiers(points: &str) -> HeldTiers {
        let tier = |points: &str| Tier::from_points(points.parse().ok()?);
        let held = |points| tier(points).map(|tier| HeldTier { tier, denominator: 1 });
        points.split(' ').map(held).collect::<Vec<_>>().try_into().unwrap()
    }

    fn scored(category: &str, points: &str) -> Score {
        score(&weights_of(category), &tiers(points), AfterSalesMix::Equal).unwrap()
    }

    #[test]
    fn a_score_is_the_weighted_mean_of_the_dimensions_that_have_one() {
        for (rule, category, points, expected) in [
            // Weights of 25, 25, 20, 20 and 10 percent: 4 * .25 + 3 * .25 + 2 * .2 + 5 * .2 + 4 * .1.
            ("the article's own example: each dimension has its own weight", "男装", "5 - 3 4 2 4 2", "3.55"),
            ("after-sales is the mean of its two tiers", "男装", "0 - 0 0 5 0 2", "0.7"),
            ("with one half of after-sales missing the other is its score", "男装", "0 - 0 0 - 0 2", "0.4"),
            // 20 percent of logistics are shared out: (5 + 3 + 2 + 4) / 4.
            ("exempt from logistics, which weighs all the same", "网店/网络服务/软件", "2 - - 5 3 4 3", "3.5"),
            ("no data at all is no score", "男装", "- - - - - - -", "none"),
            ("a dimension that weighs nothing makes no score alone", "保险", "- - 5 - - - -", "none"),
        ] {
            let score = scored(category, points).score;
            assert_eq!(score.map_or("none".to_owned(), |score| score.to_string()), expected, "{rule}");
        }
        let logistics_percent = |category| weights_of(category).percent(Dimension::Logistics).to_string();
        assert_eq!([logistics_percent("网店/网络服务/软件"), logistics_percent("保险")], ["20", "0"]);
    }

    #[test]
    fn by_volume_after_sales_tiers_count_with_their_denominators() {
        let mut held = tiers("0 - 0 0 5 0 2");
        held[Indicator::RefundOnlyDuration.index()].as_mut().unwrap().denominator = 2;
        for (mix, expected) in [(AfterSalesMix::Equal, "3.5"), (AfterSalesMix::Volume, "4")] {
            let score = score(&weights_of("男装"), &held, mix).unwrap();
            assert_eq!(score.dimensions[Dimension::AfterSales as usize].unwrap().to_string(), expected);
        }
    }

    /// Without consultation (10) and product (25): (25 * 3 + 20 * 2 + 20 * 5) / 65 = 3.30769…
    #[test]
    fn the_weight_of_a_dimension_without_data_is_shared_out_in_proportion() {
        let score = scored("男装", "5 - 3 - 2 - 2");
        assert_eq!(score.score.unwrap().to_string(), "3.3077");
        let percents = score.weight_percents;
        assert_eq!(percents[Dimension::Product as usize], None);
        assert_eq!(percents[Dimension::Logistics as usize], Some(2500.0 / 65.0));
        assert_eq!(percents[Dimension::Dispute as usize], Some(2000.0 / 65.0));
    }
}
