//! Why a shop has its score on a published day, or none: all that it is made of, and what it decides.
//!
//! In: the published files of the day, the shop's daily figures out of the state folder, the rule tables for where a row stands.
//! Out: plain data in the units of the published columns. Nothing is scored anew: every figure is published or a sum of stored ones.
//! [`indicators`] has the figures of each indicator and [`reach`] what its next tier takes, [`sum`] the sum that the score is,
//! [`verdicts`] what it decides, [`stored`] the days behind it; [`days`] tells an indicator day by day,
//! [`records`] by the records behind it, of which [`wanted_rows`] tells which are read, [`retracted`] which do not count and [`damage`] what
//! each lacks; [`one_indicator`] gathers them as [`told_records`].

mod absent;
mod asked;
mod damage;
pub(crate) mod days;
pub(crate) mod indicators;
mod one_indicator;
pub(crate) mod reach;
pub(crate) mod records;
mod retracted;
pub(crate) mod stored;
pub(crate) mod sum;
pub(crate) mod told_records;
pub(crate) mod verdicts;
mod wanted_rows;

use serde::Serialize;

use self::absent::Absence;
pub(crate) use self::asked::{Asked, RulePlace};
use self::indicators::IndicatorFigures;
use self::stored::UnknownDays;
use self::sum::DimensionScore;
use self::verdicts::{Assessed, Heading, Marketing, Thresholds};
use crate::domain::Day;
use crate::error::Outcome;
use crate::publish::cells::{Row, rows};
use crate::publish::counted;
use crate::publish::outputs::SCORES;
use crate::rulebook::InForce;
use crate::table_days::of_shop::ShopDays;

/// Why a shop has its score, or none.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Explanation {
    pub(crate) shop_id: i64,
    /// The published day, YYYY-MM-DD.
    pub(crate) as_of: Day,
    /// The generation that was read.
    pub(crate) generation: String,
    pub(crate) shop_name: String,
    /// Its main category.
    pub(crate) primary_category: String,
    pub(crate) primary_subcategory: Option<String>,
    /// The row of the weight table: category, or category_subcategory.
    pub(crate) assessment_category: Option<String>,
    /// Present shops of the primary category with an assessment category; none where the shop is not present.
    pub(crate) category_shops: Option<i64>,
    /// Its basic service score; null where there is none.
    pub(crate) score: Option<f64>,
    /// category_without_weights, no_data or not_present.
    pub(crate) unscored_reason: Option<String>,
    /// Why it is not present, where it is not.
    pub(crate) absence: Option<Absence>,
    /// The row of `weights.csv` in force on the day; none where no row is for the shop.
    pub(crate) weights: Option<RulePlace>,
    /// Whether that row weighs the dimensions as they were weighed; false where it was edited since.
    pub(crate) weights_are_as_published: Option<bool>,
    /// They add up to the score.
    pub(crate) dimensions: Vec<DimensionScore>,
    /// Those that it is assessed by.
    pub(crate) indicators: Vec<IndicatorFigures>,
    /// Its admission to marketing; null where the shop is not present.
    pub(crate) marketing: Option<Marketing>,
    /// Its newest monthly assessment up to the day; null where there is none.
    pub(crate) assessed: Option<Assessed>,
    /// Where its month end is heading; null where that is not published.
    pub(crate) outlook: Option<Heading>,
    /// What its category demands; null where no row is in force.
    pub(crate) thresholds: Option<Thresholds>,
    /// Days of which no daily figures are known.
    pub(crate) unknown_days: Vec<UnknownDays>,
    /// The days themselves.
    #[serde(skip)]
    pub(crate) days: ShopDays,
}

/// Explains a shop's score; missing where the day is not published or the shop is not known.
pub(crate) fn explain(asked: &Asked<'_>) -> Outcome<Explanation> {
    let scores = asked.seen.read_shop(&SCORES, asked.as_of, asked.shop_id)?;
    let scores = scores.ok_or_else(|| asked.seen.not_published(&SCORES, asked.as_of))?;
    match rows(&scores).next() {
        Some(row) => of_present(asked, row),
        None => of_absent(asked),
    }
}

fn of_present(asked: &Asked<'_>, row: Row<'_>) -> Outcome<Explanation> {
    let primary_category = row.text("primary_category")?;
    let primary_subcategory = row.text_if_any("primary_subcategory")?;
    let assessment_category = row.text_if_any("assessment_category")?;
    let score = row.figure_if_any("score")?;
    let weights = asked.rulebook.weights_in_force(asked.as_of, &primary_category, primary_subcategory.as_deref());
    let dimensions = sum::dimensions(row, weights.as_ref().map(|weights| weights.rule))?;
    let is_as_published = |weights: &InForce<'_, _>| sum::is_as_published(&dimensions, weights.rule);
    let days = stored::days(asked, &counted(asked.seen, asked.as_of)?)?;
    let categories = (primary_category.as_str(), assessment_category.as_deref());
    Ok(Explanation {
        shop_id: asked.shop_id,
        as_of: asked.as_of,
        generation: asked.seen.name()?,
        shop_name: row.text("shop_name")?,
        category_shops: Some(row.integer("category_shops")?),
        score,
        unscored_reason: row.text_if_any("unscored_reason")?,
        absence: None,
        weights_are_as_published: weights.as_ref().filter(|_| score.is_some()).map(is_as_published),
        weights: weights.as_ref().map(RulePlace::of),
        indicators: indicators::of_shop(asked, categories, score, &days)?,
        marketing: Some(verdicts::marketing(row)?),
        assessed: verdicts::assessed(asked)?,
        outlook: verdicts::heading(asked)?,
        thresholds: verdicts::thresholds(asked, &primary_category),
        unknown_days: stored::unknown(&days),
        days,
        dimensions,
        primary_category,
        primary_subcategory,
        assessment_category,
    })
}

fn of_absent(asked: &Asked<'_>) -> Outcome<Explanation> {
    /// Why a shop without a row has no score.
    const NOT_PRESENT: &str = "not_present";
    let (shop, absence) = absent::find(asked, &counted(asked.seen, asked.as_of)?)?;
    Ok(Explanation {
        shop_id: asked.shop_id,
        as_of: asked.as_of,
        generation: asked.seen.name()?,
        shop_name: shop.name,
        primary_category: shop.primary_category.to_string(),
        primary_subcategory: shop.primary_subcategory.as_deref().map(str::to_owned),
        assessment_category: None,
        category_shops: None,
        score: None,
        unscored_reason: Some(NOT_PRESENT.to_owned()),
        absence: Some(absence),
        weights: None,
        weights_are_as_published: None,
        dimensions: Vec::new(),
        indicators: Vec::new(),
        marketing: None,
        assessed: verdicts::assessed(asked)?,
        outlook: None,
        thresholds: None,
        unknown_days: Vec::new(),
        days: ShopDays::default(),
    })
}
