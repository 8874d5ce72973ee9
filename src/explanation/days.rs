//! A shop's indicators day by day, as the state folder keeps the days.
//!
//! Grain in: the shop's stored sums by table and day. Grain out: one row an indicator and day of the window, in the units of the
//! indicator; appeals have taken nothing out of a day. The days less what appeals took out are the published figures.

use serde::Serialize;

use super::Explanation;
use super::asked::Asked;
use super::stored::TakenOut;
use crate::domain::Day;
use crate::indicators::{Indicator, value};
use crate::partials::measures;
use crate::table_days::of_shop::{ShopDays, WhyUnknown};

/// An indicator on one day.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct DayFigures {
    pub(crate) indicator: &'static str,
    /// The day, YYYY-MM-DD.
    pub(crate) day: Day,
    /// None where the day is not known.
    pub(crate) numerator: Option<i64>,
    pub(crate) denominator: Option<i64>,
    /// None where the denominator counts nothing, too.
    pub(crate) value: Option<f64>,
    /// Why the day is not known: not_stored, damaged or changed_since.
    pub(crate) unknown_reason: Option<&'static str>,
}

/// An indicator over the window: its days, and what they come to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct IndicatorDays {
    #[serde(skip)]
    pub(crate) of: Indicator,
    pub(crate) indicator: &'static str,
    /// The days of the window, the oldest first.
    pub(crate) days: Vec<DayFigures>,
    /// What appeals took out of their sum; none where that is not known.
    pub(crate) taken_out: Option<TakenOut>,
    /// As published.
    pub(crate) numerator: i64,
    pub(crate) denominator: i64,
    /// Null where the denominator counts nothing.
    pub(crate) value: Option<f64>,
}

/// The days of each indicator of an explained shop, or of one of them.
pub(crate) fn by_day(asked: &Asked<'_>, explained: &Explanation, only: Option<Indicator>) -> Vec<IndicatorDays> {
    let wanted = explained.indicators.iter().filter(|figures| only.is_none_or(|only| only == figures.of));
    let by_day = wanted.map(|figures| IndicatorDays {
        of: figures.of,
        indicator: figures.indicator,
        days: asked.settings.window(asked.as_of).days().map(|day| of_day(figures.of, day, &explained.days)).collect(),
        taken_out: figures.taken_out,
        numerator: figures.numerator,
        denominator: figures.denominator,
        value: figures.value,
    });
    by_day.collect()
}

fn of_day(indicator: Indicator, day: Day, known: &ShopDays) -> DayFigures {
    let sum_of = |measure: &str| {
        match measures::with(measure).and_then(|spec| known.0.get(&(spec.table, day))) {
            Some(Ok(sums)) => Ok(sums.get(measure).copied().unwrap_or_default()),
            Some(Err(why)) => Err(*why),
            // A day that the night did not count added nothing to it.
            None => Ok(0),
        }
    };
    let spec = indicator.spec();
    let figures = sum_of(spec.numerator).and_then(|numerator| Ok((numerator, sum_of(spec.denominator)?)));
    let known = figures.ok();
    DayFigures {
        indicator: indicator.name(),
        day,
        numerator: known.map(|(numerator, _)| numerator),
        denominator: known.map(|(_, denominator)| denominator),
        value: known.and_then(|(numerator, denominator)| value(numerator, denominator)),
        unknown_reason: figures.err().map(WhyUnknown::name),
    }
}
