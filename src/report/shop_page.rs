//! A shop's page as data: what it scores and why, its month ends, and what to improve first.
//!
//! Grain in: the rows of one shop in the published tables. Grain out: one page. There are many of them, so that what repeats is a tuple and an
//! indicator, event or month end is its place in the lists of the page ([`words`](super::words)). Missing figures are null.

use serde::Serialize;

use super::STAGE;
use crate::answers::words::EVENTS;
use crate::error::{Outcome, fault};
use crate::explanation::reach::{Way, ways};
use crate::explanation::sum;
use crate::indicators::Indicator;
use crate::publish::cells::Row;

/// A shop's page.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct ShopPage {
    #[serde(rename = "id")]
    pub(super) shop_id: i64,
    pub(super) name: String,
    pub(super) subcategory: Option<String>,
    pub(super) score: Option<f64>,
    /// Why there is none.
    pub(super) reason: Option<String>,
    /// The least score for marketing admission.
    pub(super) least: f64,
    pub(super) admitted: bool,
    /// Of each dimension its score, weight in percent, and what it adds to the score.
    pub(super) dimensions: Vec<(Option<f64>, Option<f64>, Option<f64>)>,
    pub(super) indicators: Vec<IndicatorOfShop>,
    /// The greatest gain first.
    pub(super) steps: Vec<Step>,
    pub(super) month_ends: Vec<MonthEndOfShop>,
    pub(super) outlook: Option<Outlook>,
}

/// Its place, numerator, denominator, shops that are better, shops ranked, tier; the last three are null where it has no data. Its value is the
/// quotient of the first two.
pub(super) type IndicatorOfShop = (usize, i64, i64, Option<i64>, Option<i64>, Option<i64>);

/// The place of its indicator, next tier, value to reach, gain of the score, and ways: the place of an event and how often.
pub(super) type Step = (usize, i64, f64, f64, Vec<(usize, i64)>);

/// Its place among the month ends, score, status, failures, failure limit.
pub(super) type MonthEndOfShop = (usize, Option<f64>, String, i64, Option<i64>);

/// Score, least score, verdict.
pub(super) type Outlook = (Option<f64>, Option<f64>, Option<String>);

/// What is read of each table.
pub(super) const SCORE_COLUMNS: [&str; 18] = [
    "shop_id",
    "shop_name",
    "primary_category",
    "primary_subcategory",
    "score",
    "product_score",
    "logistics_score",
    "after_sales_score",
    "dispute_score",
    "consultation_score",
    "product_weight_percent",
    "logistics_weight_percent",
    "after_sales_weight_percent",
    "dispute_weight_percent",
    "consultation_weight_percent",
    "marketing_min",
    "marketing_eligible",
    "unscored_reason",
];
pub(super) const INDICATOR_COLUMNS: [&str; 7] =
    ["shop_id", "indicator", "numerator", "denominator", "shops_better", "ranked", "tier"];
pub(super) const STEP_COLUMNS: [&str; 5] = ["shop_id", "indicator", "next_tier", "value_to_reach", "score_gain"];
pub(super) const MONTH_END_COLUMNS: [&str; 5] = ["shop_id", "score", "status", "failures", "failure_limit"];
pub(super) const OUTLOOK_COLUMNS: [&str; 4] = ["shop_id", "score", "monthly_min", "verdict"];

impl ShopPage {
    /// The page of a shop, by its rows of `scores`, `indicators` and `improvements`.
    pub(super) fn of(
        score: Row<'_>,
        indicators: impl Iterator<Item = Outcome<IndicatorOfShop>>,
        steps: impl Iterator<Item = Outcome<(usize, i64, f64, f64)>>,
    ) -> Outcome<Self> {
        let indicators = indicators.collect::<Outcome<Vec<_>>>()?;
        let steps = steps.map(|step| with_ways(step?, &indicators)).collect::<Outcome<_>>()?;
        let dimensions = sum::dimensions(score, None)?.into_iter();
        let has = score.has("unscored_reason");
        Ok(Self {
            shop_id: score.integer("shop_id")?,
            name: score.text("shop_name")?,
            subcategory: score.text_if_any("primary_subcategory")?,
            score: score.figure_if_any("score")?,
            reason: if has { score.text_if_any("unscored_reason")? } else { None },
            least: score.figure("marketing_min")?,
            admitted: score.boolean("marketing_eligible")?,
            dimensions: dimensions.map(|of| (of.score, of.weight_percent, of.adds)).collect(),
            indicators,
            steps,
            month_ends: Vec::new(),
            outlook: None,
        })
    }
}

pub(super) fn indicator(row: Row<'_>) -> Outcome<IndicatorOfShop> {
    Ok((
        place(row)?,
        row.integer("numerator")?,
        row.integer("denominator")?,
        row.integer_if_any("shops_better")?,
        row.integer_if_any("ranked")?,
        row.integer_if_any("tier")?,
    ))
}

pub(super) fn step(row: Row<'_>) -> Outcome<(usize, i64, f64, f64)> {
    Ok((place(row)?, row.integer("next_tier")?, row.figure("value_to_reach")?, row.figure("score_gain")?))
}

pub(super) fn month_end(place: usize, row: Row<'_>) -> Outcome<MonthEndOfShop> {
    let (failures, limit) = (row.integer("failures")?, row.integer_if_any("failure_limit")?);
    Ok((place, row.figure_if_any("score")?, row.text("status")?, failures, limit))
}

pub(super) fn outlook(row: Row<'_>) -> Outcome<Outlook> {
    Ok((row.figure_if_any("score")?, row.figure_if_any("monthly_min")?, row.text_if_any("verdict")?))
}

/// The place of a row's indicator.
fn place(row: Row<'_>) -> Outcome<usize> {
    let name = row.word("indicator")?;
    let place = Indicator::ALL.iter().position(|indicator| indicator.name() == name);
    place.ok_or_else(|| fault(STAGE, format!("an indicator {name}")))
}

fn with_ways(step: (usize, i64, f64, f64), indicators: &[IndicatorOfShop]) -> Outcome<Step> {
    let (of, next_tier, value_to_reach, score_gain) = step;
    let figures = indicators.iter().find(|(place, ..)| *place == of);
    let (figures, indicator) = figures
        .zip(Indicator::ALL.get(of))
        .ok_or_else(|| fault(STAGE, "an improvement of an indicator that the shop does not have"))?;
    let ways = ways(*indicator, figures.1, figures.2, value_to_reach).into_iter().map(|Way { event, count }| {
        let place = EVENTS.iter().position(|(known, ..)| *known == event);
        place.map(|place| (place, count)).ok_or_else(|| fault(STAGE, "an event without words"))
    });
    Ok((of, next_tier, value_to_reach, score_gain, ways.collect::<Outcome<_>>()?))
}
