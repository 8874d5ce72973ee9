//! What a shop's score decides: marketing admission, the monthly assessment, where the month end is heading, the annual refund.
//!
//! In: the shop's rows of `scores`, `monthly_assessments` (the newest up to the day) and `outlook`; its row of `thresholds.csv`.
//! Out: one part each; none where nothing is published of it. Scores in points, money in fen.

use serde::Serialize;

use super::asked::{Asked, RulePlace};
use crate::domain::Day;
use crate::error::Outcome;
use crate::publish::cells::{Row, rows};
use crate::publish::month_ends::{decimal, newest_assessed};
use crate::publish::outputs::OUTLOOK;
use crate::rulebook::Decimal4;

/// Marketing admission.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Marketing {
    pub(crate) marketing_min: f64,
    pub(crate) marketing_eligible: bool,
    /// How much the score lacks; none where it does not, or there is no score.
    pub(crate) short_by: Option<f64>,
}

/// The newest monthly assessment up to the day.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Assessed {
    /// Its day, YYYY-MM-DD.
    pub(crate) month_end: Day,
    /// The month end's score.
    pub(crate) score: Option<f64>,
    /// The least score that passes; null where the category has no such assessment.
    pub(crate) monthly_min: Option<f64>,
    /// exempt, not_assessed, exit, not_scored, fail or pass.
    pub(crate) status: String,
    /// The first day of the cycle that failures count in; none while the shop is exempt.
    pub(crate) cycle_starts_on: Option<Day>,
    pub(crate) failures: i64,
    pub(crate) failure_limit: Option<i64>,
    pub(crate) failures_left: Option<i64>,
    /// high, medium or low; none in exit and without assessment.
    pub(crate) risk: Option<String>,
}

/// Where the month end is heading.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Heading {
    /// Its day, YYYY-MM-DD.
    pub(crate) month_end: Day,
    pub(crate) days_known: i64,
    /// The score that the known days alone would give.
    pub(crate) score: Option<f64>,
    /// The least score that passes; null where the category has no such assessment.
    pub(crate) monthly_min: Option<f64>,
    pub(crate) verdict: Option<String>,
}

/// The row of `thresholds.csv` that holds for the shop's category on the day, as the rule tables are now.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Thresholds {
    /// Where the row stands.
    pub(crate) row: RulePlace,
    pub(crate) marketing_min: f64,
    /// None where the category has no monthly assessment.
    pub(crate) monthly_min: Option<f64>,
    /// Failed months of a cycle that mean exit; null where the category has no monthly assessment.
    pub(crate) failure_limit: Option<i64>,
    pub(crate) annual_min: f64,
    pub(crate) annual_fee_fen: i64,
    /// Sales of a year from which half of the fee is paid back, in fen.
    pub(crate) sales_half_refund_fen: i64,
    /// Sales of a year from which all of it is, in fen.
    pub(crate) sales_full_refund_fen: i64,
}

pub(super) fn marketing(row: Row<'_>) -> Outcome<Marketing> {
    let (marketing_min, score) = (row.figure("marketing_min")?, row.figure_if_any("score")?);
    let lacking = score.map(|score| decimal(marketing_min).ten_thousandths() - decimal(score).ten_thousandths());
    let lacking = lacking.filter(|lacking| *lacking > 0);
    Ok(Marketing {
        marketing_min,
        marketing_eligible: row.boolean("marketing_eligible")?,
        short_by: lacking.map(|lacking| Decimal4::from_ten_thousandths(lacking).as_f64()),
    })
}

/// The newest assessment of the shop up to the day; none where there is none.
pub(super) fn assessed(asked: &Asked<'_>) -> Outcome<Option<Assessed>> {
    let newest = newest_assessed(asked.seen, asked.as_of, Some(asked.shop_id))?;
    let row = newest.as_ref().and_then(|(month_end, assessed)| Some((*month_end, rows(assessed).next()?)));
    let Some((month_end, row)) = row else { return Ok(None) };
    Ok(Some(Assessed {
        month_end,
        score: row.figure_if_any("score")?,
        monthly_min: row.figure_if_any("monthly_min")?,
        status: row.text("status")?,
        cycle_starts_on: row.day_if_any("cycle_starts_on")?,
        failures: row.integer("failures")?,
        failure_limit: row.integer_if_any("failure_limit")?,
        failures_left: row.integer_if_any("failures_left")?,
        risk: row.text_if_any("risk")?,
    }))
}

/// The outlook of the day; none where an earlier release published it without.
pub(super) fn heading(asked: &Asked<'_>) -> Outcome<Option<Heading>> {
    let outlook = asked.seen.read_shop(&OUTLOOK, asked.as_of, asked.shop_id)?;
    let Some(row) = outlook.as_ref().and_then(|outlook| rows(outlook).next()) else { return Ok(None) };
    Ok(Some(Heading {
        month_end: row.day("month_end")?,
        days_known: row.integer("days_known")?,
        score: row.figure_if_any("score")?,
        monthly_min: row.figure_if_any("monthly_min")?,
        verdict: row.text_if_any("verdict")?,
    }))
}

/// The thresholds in force on the day for a primary category; none where no row is.
pub(super) fn thresholds(asked: &Asked<'_>, primary_category: &str) -> Option<Thresholds> {
    let in_force = asked.rulebook.thresholds_in_force(asked.as_of, primary_category)?;
    let rule = in_force.rule;
    Some(Thresholds {
        row: RulePlace::of(&in_force),
        marketing_min: rule.marketing_min.as_f64(),
        monthly_min: rule.monthly_min.map(Decimal4::as_f64),
        failure_limit: rule.failure_limit,
        annual_min: rule.annual_min.as_f64(),
        annual_fee_fen: rule.annual_fee_fen,
        sales_half_refund_fen: rule.sales_half_refund_fen,
        sales_full_refund_fen: rule.sales_full_refund_fen,
    })
}
