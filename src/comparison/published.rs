//! A published night as plain rows: each shop with its score, and with its figures by indicator.
//!
//! Grain in: the rows of `scores` and `indicators` of a day. Grain out: one row a present shop, sorted by id. An indicator by
//! which the shop is not assessed has no figures, one without data figures without a standing.

use std::sync::Arc;

use arrow::array::{BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};

use super::STAGE;
use crate::domain::{Day, Dimension, Tier};
use crate::error::{ExitClass, Finding, Outcome, all, fault};
use crate::indicators::Indicator;
use crate::publish::cells::cell;
use crate::publish::month_ends::decimal;
use crate::publish::outputs::{INDICATORS, OutputTable, SCORES};
use crate::publish::reading::{Current, column, lacks_columns};
use crate::ranking::{Measured, Standing};
use crate::rulebook::Decimal4;
use crate::shops::SharedNames;

/// By [`Indicator::index`].
pub(crate) type FiguresOfShop = [Option<Measured>; Indicator::ALL.len()];

/// What a night published of a shop.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PublishedShop {
    pub(crate) shop_id: i64,
    pub(crate) name: Arc<str>,
    pub(crate) primary_category: Arc<str>,
    pub(crate) primary_subcategory: Option<Arc<str>>,
    pub(crate) assessment_category: Option<Arc<str>>,
    pub(crate) score: Option<Decimal4>,
    /// In the order of [`Dimension::ALL`].
    pub(crate) dimensions: [Option<Decimal4>; Dimension::ALL.len()],
    pub(crate) marketing_min: Decimal4,
    pub(crate) is_admitted: bool,
    pub(crate) unscored_reason: Option<Arc<str>>,
    pub(crate) figures: FiguresOfShop,
}

impl PublishedShop {
    /// Whether it is in another category or subcategory than `before`.
    pub(crate) fn has_moved_from(&self, before: &Self) -> bool {
        (&self.primary_category, &self.primary_subcategory) != (&before.primary_category, &before.primary_subcategory)
    }
}

/// What a night published of all shops.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PublishedNight {
    pub(crate) day: Day,
    pub(crate) shops: Vec<PublishedShop>,
}

impl PublishedNight {
    /// The night of `day`, as a generation holds it.
    pub(crate) fn read(of: &Current, day: Day) -> Outcome<Self> {
        Self::of(day, &rows(of, &SCORES, day)?, &rows(of, &INDICATORS, day)?)
    }

    /// The night that these rows are of.
    pub(crate) fn of(day: Day, scores: &RecordBatch, indicators: &RecordBatch) -> Outcome<Self> {
        let mut shops = shops(scores)?;
        let ids = column::<Int64Array>(indicators, "shop_id")?.values();
        let figures = figures(indicators)?;
        for (shop_id, (indicator, measured)) in ids.iter().zip(figures) {
            let place = shops.binary_search_by_key(shop_id, |shop| shop.shop_id).ok();
            let shop = place.and_then(|place| shops.get_mut(place));
            let figures = shop.and_then(|shop| shop.figures.get_mut(indicator.index()));
            *figures.ok_or_else(|| fault(STAGE, format!("indicators of shop {shop_id}, which has no score row")))? =
                Some(measured);
        }
        Ok(Self { day, shops })
    }

    /// A shop that is present.
    pub(crate) fn shop(&self, shop_id: i64) -> Option<&PublishedShop> {
        let place = self.shops.binary_search_by_key(&shop_id, |shop| shop.shop_id).ok()?;
        self.shops.get(place)
    }
}

/// The rows of a table of a day, in the columns of today; missing where the day is not published there.
pub(super) fn rows(of: &Current, table: &OutputTable, day: Day) -> Outcome<RecordBatch> {
    let rows = of.read_day(table, day)?;
    if lacks_columns(&rows, table) {
        let found = format!("{} of {day} by an earlier release, in other columns", table.name);
        let advice = format!("`shopscore nightly --date {day}` publishes it anew");
        return Err(Finding::new(STAGE, found, "the columns of today").advice(advice).fail(ExitClass::State));
    }
    Ok(rows)
}

/// The score of each dimension.
fn dimension_scores(batch: &RecordBatch) -> Outcome<[&Float64Array; Dimension::ALL.len()]> {
    let columns = all(Dimension::ALL.map(|dimension| column(batch, &format!("{}_score", dimension.name()))))?;
    columns.try_into().map_err(|_| fault(STAGE, "another number of dimensions than declared"))
}

fn shops(scores: &RecordBatch) -> Outcome<Vec<PublishedShop>> {
    let ids = column::<Int64Array>(scores, "shop_id")?;
    let text = |name| column::<StringArray>(scores, name);
    let (names, categories) = (text("shop_name")?, text("primary_category")?);
    let subcategories = text("primary_subcategory")?;
    let (assessed, reasons) = (text("assessment_category")?, text("unscored_reason")?);
    let totals = column::<Float64Array>(scores, "score")?;
    let dimensions = dimension_scores(scores)?;
    let least = column::<Float64Array>(scores, "marketing_min")?;
    let admitted = column::<BooleanArray>(scores, "marketing_eligible")?;
    let mut shared = SharedNames::default();
    let mut shop = |row| {
        Some(PublishedShop {
            shop_id: cell(ids, row)?,
            name: cell(names, row)?.into(),
            primary_category: shared.of(cell(categories, row)?),
            primary_subcategory: cell(subcategories, row).map(|name| shared.of(name)),
            assessment_category: cell(assessed, row).map(|name| shared.of(name)),
            score: cell(totals, row).map(decimal),
            dimensions: dimensions.map(|column| cell(column, row).map(decimal)),
            marketing_min: decimal(cell(least, row)?),
            is_admitted: cell(admitted, row)?,
            unscored_reason: cell(reasons, row).map(|reason| shared.of(reason)),
            figures: FiguresOfShop::default(),
        })
    };
    let rows = 0..scores.num_rows();
    rows.map(|row| shop(row).ok_or_else(|| fault(STAGE, "a row of scores without its key columns"))).collect()
}

/// The indicator and the figures of each row.
fn figures(indicators: &RecordBatch) -> Outcome<Vec<(Indicator, Measured)>> {
    let names = column::<StringArray>(indicators, "indicator")?;
    let whole = |name| column::<Int64Array>(indicators, name);
    let (numerators, denominators) = (whole("numerator")?, whole("denominator")?);
    let (better, ranked, tiers) = (whole("shops_better")?, whole("ranked")?, whole("tier")?);
    let values = column::<Float64Array>(indicators, "value")?;
    let standing = |row| {
        let tier = Tier::from_points(cell(tiers, row)?)?;
        Some(Standing { value: cell(values, row)?, better: cell(better, row)?, ranked: cell(ranked, row)?, tier })
    };
    let figures = |row| {
        let (numerator, denominator) = (cell(numerators, row)?, cell(denominators, row)?);
        let indicator = Indicator::from_name(cell(names, row)?)?;
        Some((indicator, Measured { numerator, denominator, standing: standing(row) }))
    };
    let rows = 0..indicators.num_rows();
    rows.map(|row| figures(row).ok_or_else(|| fault(STAGE, "a row of indicators without its figures"))).collect()
}
