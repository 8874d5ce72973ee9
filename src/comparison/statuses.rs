//! What monthly assessments came to, as known on two nights: of each the newest month end up to it.
//!
//! Grain in: the rows of `monthly_assessments`. Grain out: one a shop whose status, failures or risk differ.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Float64Array, Int64Array, StringArray};

use super::STAGE;
use super::published::cell;
use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::publish::Period;
use crate::publish::month_ends::decimal;
use crate::publish::outputs::MONTHLY_ASSESSMENTS;
use crate::publish::reading::{Current, column, lacks_columns};
use crate::rulebook::Decimal4;

/// What a month end came to for a shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assessed {
    pub(crate) name: Arc<str>,
    pub(crate) primary_category: Arc<str>,
    pub(crate) score: Option<Decimal4>,
    pub(crate) monthly_min: Option<Decimal4>,
    pub(crate) status: Arc<str>,
    pub(crate) failures: i64,
    pub(crate) failure_limit: Option<i64>,
}

/// The assessments of the newest month end up to a day, by shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MonthEnd {
    pub(crate) day: Day,
    shops: BTreeMap<i64, Assessed>,
}

impl MonthEnd {
    /// As a generation holds it; none where it holds no month end up to `day`, or one that a release before assessed otherwise.
    pub(crate) fn up_to(of: &Current, day: Day) -> Outcome<Option<Self>> {
        let values = of.values(&MONTHLY_ASSESSMENTS)?;
        let days = values.iter().filter_map(|value| value.parse::<Day>().ok()).filter(|month_end| *month_end <= day);
        let Some(day) = days.max() else { return Ok(None) };
        let rows = of.read(&MONTHLY_ASSESSMENTS, Period::Day(day))?;
        let Some(rows) = rows.filter(|rows| !lacks_columns(rows, &MONTHLY_ASSESSMENTS)) else { return Ok(None) };
        let text = |name| column::<StringArray>(&rows, name);
        let (whole, figure) = (|name| column::<Int64Array>(&rows, name), |name| column::<Float64Array>(&rows, name));
        let (ids, names, categories, statuses) =
            (whole("shop_id")?, text("shop_name")?, text("primary_category")?, text("status")?);
        let (scores, least) = (figure("score")?, figure("monthly_min")?);
        let (failures, limits) = (whole("failures")?, whole("failure_limit")?);
        let shop = |row| {
            let assessed = Assessed {
                name: cell(names, row)?.into(),
                primary_category: cell(categories, row)?.into(),
                score: cell(scores, row).map(decimal),
                monthly_min: cell(least, row).map(decimal),
                status: cell(statuses, row)?.into(),
                failures: cell(failures, row)?,
                failure_limit: cell(limits, row),
            };
            Some((cell(ids, row)?, assessed))
        };
        let shops = (0..rows.num_rows()).map(|row| shop(row).ok_or_else(|| fault(STAGE, "an assessment of no shop")));
        Ok(Some(Self { day, shops: shops.collect::<Outcome<_>>()? }))
    }
}

/// The shops whose status or failures differ, each with what it was and is, by id; none where a night knows no month end.
pub(crate) fn changed([first, second]: [Option<&MonthEnd>; 2]) -> Vec<(i64, [&Assessed; 2])> {
    let Some((first, second)) = first.zip(second) else { return Vec::new() };
    let both = first.shops.iter().filter_map(|(shop, before)| Some((*shop, [before, second.shops.get(shop)?])));
    let moved = |of: &Assessed| (Arc::clone(&of.status), of.failures);
    both.filter(|(_, [before, after])| moved(before) != moved(after)).collect()
}
