//! What monthly assessments came to, as known on two nights: of each the newest month end up to it.
//!
//! Grain in: the rows of `monthly_assessments`. Grain out: one a shop whose status, failures or risk differ.

use std::collections::BTreeMap;

use crate::domain::Day;
use crate::error::Outcome;
use crate::publish::cells::{Row, rows};
use crate::publish::month_ends::{decimal, newest_assessed};
use crate::publish::reading::Current;
use crate::rulebook::Decimal4;

/// What a month end came to for a shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assessed {
    pub(crate) name: String,
    pub(crate) primary_category: String,
    pub(crate) score: Option<Decimal4>,
    pub(crate) monthly_min: Option<Decimal4>,
    pub(crate) status: String,
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
    /// As a generation holds it; none where it holds none.
    pub(crate) fn up_to(of: &Current, day: Day) -> Outcome<Option<Self>> {
        let Some((day, assessed)) = newest_assessed(of, day, None)? else { return Ok(None) };
        let shop = |row: Row<'_>| Ok((row.integer("shop_id")?, Assessed::of(row)?));
        Ok(Some(Self { day, shops: rows(&assessed).map(shop).collect::<Outcome<_>>()? }))
    }
}

impl Assessed {
    fn of(row: Row<'_>) -> Outcome<Self> {
        Ok(Self {
            name: row.text("shop_name")?,
            primary_category: row.text("primary_category")?,
            score: row.figure_if_any("score")?.map(decimal),
            monthly_min: row.figure_if_any("monthly_min")?.map(decimal),
            status: row.text("status")?,
            failures: row.integer("failures")?,
            failure_limit: row.integer_if_any("failure_limit")?,
        })
    }
}

/// The shops whose status or failures differ, each with what it was and is, by id; none where a night knows no month end.
pub(crate) fn changed([first, second]: [Option<&MonthEnd>; 2]) -> Vec<(i64, [&Assessed; 2])> {
    let Some((first, second)) = first.zip(second) else { return Vec::new() };
    let both = first.shops.iter().filter_map(|(shop, before)| Some((*shop, [before, second.shops.get(shop)?])));
    both.filter(|(_, [before, after])| (&before.status, before.failures) != (&after.status, after.failures)).collect()
}
