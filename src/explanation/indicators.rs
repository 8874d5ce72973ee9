//! A shop's indicators: its figures, its rank, how its category is spread, what the next tier takes, what appeals took out.
//!
//! Grain in: the shop's rows of `indicators` and `improvements`, the rows of `categories`, its stored days. Grain out: one row an
//! indicator that the shop is assessed by. All figures are the published ones, in the units of the indicator.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use serde::Serialize;

use super::asked::{Asked, STAGE};
use super::reach::{Way, ways};
use super::stored::{TakenOut, taken_out};
use crate::answers::units::Language;
use crate::error::{Outcome, fault};
use crate::guidance::{self, Step};
use crate::indicators::Indicator;
use crate::policies::RankWithin;
use crate::publish::cells::{Row, rows};
use crate::publish::month_ends::decimal;
use crate::publish::outputs::{CATEGORIES, IMPROVEMENTS, INDICATORS};
use crate::rulebook::Decimal4;
use crate::table_days::of_shop::ShopDays;

/// An indicator of a shop.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct IndicatorFigures {
    #[serde(skip)]
    pub(crate) of: Indicator,
    pub(crate) indicator: &'static str,
    pub(crate) dimension: &'static str,
    /// What values are counted in: stars, ratio or seconds.
    pub(crate) unit: &'static str,
    /// Which values are better: high or low.
    pub(crate) direction: &'static str,
    pub(crate) numerator: i64,
    pub(crate) denominator: i64,
    /// None where the denominator counts nothing.
    pub(crate) value: Option<f64>,
    /// How many shops are strictly better.
    pub(crate) shops_better: Option<i64>,
    /// How many shops are ranked together, this one among them.
    pub(crate) ranked: Option<i64>,
    /// 5, 4, 3, 2 or 0; null without a rank.
    pub(crate) tier: Option<i64>,
    /// How the shops that it is ranked with are spread.
    pub(crate) spread: Option<SpreadFigures>,
    /// None at the top, without a rank, and where nobody holds a higher tier.
    pub(crate) next: Option<NextTier>,
    /// What appeals took out of numerator and denominator; the stored days hold it still.
    pub(crate) taken_out: Option<TakenOut>,
    /// Why that is not known: days_unknown or changed_since.
    pub(crate) taken_out_unknown: Option<&'static str>,
}

/// How the values of a category are spread.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SpreadFigures {
    pub(crate) median: f64,
    /// None where an earlier release published the day.
    pub(crate) mean: Option<f64>,
    /// The value of the ⌈n/10⌉-th best; none where an earlier release published the day.
    pub(crate) best_tenth: Option<f64>,
    /// The worst value that holds tier 5; none where nobody does.
    pub(crate) tier_5_edge: Option<f64>,
    pub(crate) tier_4_edge: Option<f64>,
    pub(crate) tier_3_edge: Option<f64>,
    pub(crate) tier_2_edge: Option<f64>,
}

/// What the next tier takes and brings, all else standing still.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct NextTier {
    /// The lowest tier above its own that some shop ranked with it holds.
    pub(crate) tier: i64,
    pub(crate) value_to_reach: f64,
    pub(crate) score_gain: f64,
    /// The score with it.
    pub(crate) score: f64,
    /// What reaches it in events, each way by itself.
    pub(crate) ways: Vec<Way>,
    /// The step in a sentence without a full stop.
    pub(crate) step: String,
    /// The same in Chinese.
    pub(crate) step_zh: String,
    /// What a shop can do for the indicator.
    pub(crate) what_to_do: &'static str,
    /// The same in Chinese.
    pub(crate) what_to_do_zh: &'static str,
}

/// The indicators of a shop in this category and assessment category, given its score and days.
pub(super) fn of_shop(
    asked: &Asked<'_>,
    categories: (&str, Option<&str>),
    score: Option<f64>,
    days: &ShopDays,
) -> Outcome<Vec<IndicatorFigures>> {
    let Asked { seen, as_of, shop_id, .. } = asked;
    let of_shop = seen.read_shop(&INDICATORS, as_of, *shop_id)?;
    let improvements = seen.read_shop(&IMPROVEMENTS, as_of, *shop_id)?;
    let mut next = BTreeMap::new();
    for row in improvements.iter().flat_map(rows) {
        next.insert(row.text("indicator")?, row);
    }
    let spreads = seen.read(&CATEGORIES, as_of)?;
    let mut figures = Vec::new();
    for row in of_shop.iter().flat_map(rows) {
        let mut indicator = published(row, days)?;
        let spread = spreads.as_ref().map(|spreads| spread(asked, spreads, categories, &indicator)).transpose()?;
        indicator.spread = spread.flatten();
        let improvement = next.get(indicator.indicator).copied().zip(score);
        indicator.next = improvement.map(|(row, score)| next_tier(row, score, &indicator)).transpose()?;
        figures.push(indicator);
    }
    Ok(figures)
}

fn published(row: Row<'_>, days: &ShopDays) -> Outcome<IndicatorFigures> {
    let name = row.text("indicator")?;
    let of = Indicator::from_name(&name).ok_or_else(|| fault(STAGE, format!("an indicator {name}")))?;
    let (numerator, denominator) = (row.integer("numerator")?, row.integer("denominator")?);
    let taken_out = taken_out(days, of, (numerator, denominator));
    Ok(IndicatorFigures {
        of,
        indicator: of.name(),
        dimension: of.spec().dimension.name(),
        unit: of.spec().unit.into(),
        direction: of.spec().better.into(),
        numerator,
        denominator,
        value: row.figure_if_any("value")?,
        shops_better: row.integer_if_any("shops_better")?,
        ranked: row.integer_if_any("ranked")?,
        tier: row.integer_if_any("tier")?,
        spread: None,
        next: None,
        taken_out: taken_out.ok(),
        taken_out_unknown: taken_out.err(),
    })
}

/// The spread of the shops that are ranked with this one: those of its primary category, or of its row of the weight table.
fn spread(
    asked: &Asked<'_>,
    spreads: &RecordBatch,
    (category, assessment_category): (&str, Option<&str>),
    indicator: &IndicatorFigures,
) -> Outcome<Option<SpreadFigures>> {
    let group = match asked.settings.rank_within {
        RankWithin::PrimaryCategory => category,
        RankWithin::AssessmentCategory => assessment_category.unwrap_or(category),
    };
    for row in rows(spreads) {
        let is_wanted = row.text("primary_category")? == group && row.text("indicator")? == indicator.indicator;
        // Another choice of groups since the night would show in their size.
        if is_wanted && Some(row.integer("ranked")?) == indicator.ranked {
            let if_known = |column| if row.has(column) { row.figure_if_any(column) } else { Ok(None) };
            return Ok(Some(SpreadFigures {
                median: row.figure("median")?,
                mean: if_known("mean")?,
                best_tenth: if_known("best_tenth")?,
                tier_5_edge: row.figure_if_any("tier_5_edge")?,
                tier_4_edge: row.figure_if_any("tier_4_edge")?,
                tier_3_edge: row.figure_if_any("tier_3_edge")?,
                tier_2_edge: row.figure_if_any("tier_2_edge")?,
            }));
        }
    }
    Ok(None)
}

fn next_tier(row: Row<'_>, score: f64, indicator: &IndicatorFigures) -> Outcome<NextTier> {
    let (value_to_reach, score_gain) = (row.figure("value_to_reach")?, row.figure("score_gain")?);
    let score =
        Decimal4::from_ten_thousandths(decimal(score).ten_thousandths() + decimal(score_gain).ten_thousandths());
    let (of, tier, value) = (indicator.of, row.integer("next_tier")?, row.figure("value")?);
    let step = Step { indicator: of, value, value_to_reach, next_tier: tier, score_gain };
    Ok(NextTier {
        tier,
        value_to_reach,
        score_gain,
        score: score.as_f64(),
        ways: ways(of, indicator.numerator, indicator.denominator, value_to_reach),
        step: guidance::step(&step, Language::En),
        step_zh: guidance::step(&step, Language::Zh),
        what_to_do: guidance::what_to_do(of, Language::En),
        what_to_do_zh: guidance::what_to_do(of, Language::Zh),
    })
}
