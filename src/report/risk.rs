//! Who is at risk at this month's end: whose score by the days that are over would fail, and who would have to leave.
//!
//! In: who would fail by the day's outlook ([`failing`]). Out: one row a shop; who would leave comes first, then who lacks most.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use super::listed::listed;
use crate::domain::Day;
use crate::error::Outcome;
use crate::publish::cells::Row;
use crate::publish::failing::{Failing, failing};
use crate::publish::month_ends::decimal;
use crate::publish::reading::Current;

/// How many shops are listed at most, but for a few of each category.
const MOST_LISTED: usize = 500;

/// Where this month's end is heading.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct AtRisk {
    pub(super) month_end: Day,
    /// How many days of its window are over.
    pub(super) days_known: i64,
    /// Shops that would fail.
    pub(super) failing: usize,
    /// Those of them whose failures would reach their limit.
    pub(super) leaving: usize,
    /// Both by category.
    pub(super) of_categories: BTreeMap<String, [usize; 2]>,
    pub(super) shops: Vec<ShopAtRisk>,
}

/// A shop that would fail.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct ShopAtRisk {
    pub(super) shop_id: i64,
    pub(super) shop_name: String,
    pub(super) primary_category: String,
    pub(super) score: f64,
    pub(super) monthly_min: f64,
    /// Months of its cycle that have failed before.
    pub(super) failures: i64,
    /// Null where none of them is assessed yet.
    pub(super) failure_limit: Option<i64>,
    pub(super) would_leave: bool,
}

impl ShopAtRisk {
    fn of(row: Row<'_>, before: Option<Row<'_>>) -> Outcome<Self> {
        let failures = before.map(|row| row.integer("failures")).transpose()?.unwrap_or(0);
        let failure_limit = before.map(|row| row.integer_if_any("failure_limit")).transpose()?.flatten();
        Ok(Self {
            shop_id: row.integer("shop_id")?,
            shop_name: row.text("shop_name")?,
            primary_category: row.text("primary_category")?,
            score: row.figure("score")?,
            monthly_min: row.figure("monthly_min")?,
            failures,
            failure_limit,
            would_leave: failure_limit.is_some_and(|limit| failures + 1 >= limit),
        })
    }

    /// How much its score lacks, in ten-thousandths.
    fn lacks(&self) -> i64 {
        decimal(self.monthly_min).ten_thousandths() - decimal(self.score).ten_thousandths()
    }
}

/// None where the day was published without an outlook, or no shop is present.
pub(super) fn at_risk(seen: &Current, day: Day) -> Outcome<Option<AtRisk>> {
    let Some(Failing { month_end, days_known, mut shops }) = failing(seen, day, ShopAtRisk::of)? else {
        return Ok(None);
    };
    shops.sort_by_key(|shop| (Reverse(shop.would_leave), Reverse(shop.lacks())));
    let leaving = shops.iter().filter(|shop| shop.would_leave).count();
    let failing = shops.len();
    let mut of_categories: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    for shop in &shops {
        let [failing, leaving] = of_categories.entry(shop.primary_category.clone()).or_default();
        *failing += 1;
        *leaving += usize::from(shop.would_leave);
    }
    let shops = listed(shops, MOST_LISTED, |shop| &shop.primary_category);
    Ok(Some(AtRisk { month_end, days_known, failing, leaving, of_categories, shops }))
}
