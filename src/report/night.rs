//! The shops of a published night, in the few columns that several sections read.
//!
//! Grain in: the rows of `scores`, or of `month_end_scores`. Grain out: one row a present shop, by shop. A shop without a score has none.

use std::sync::Arc;

use arrow::array::RecordBatch;

use crate::domain::Day;
use crate::error::Outcome;
use crate::publish::cells::rows;
use crate::publish::month_ends::decimal;
use crate::publish::outputs::{MONTH_END_SCORES, OutputTable, SCORES};
use crate::publish::reading::Current;
use crate::rulebook::Decimal4;
use crate::shops::SharedNames;

/// What is read of a shop.
const COLUMNS: [&str; 6] = ["shop_id", "shop_name", "primary_category", "score", "marketing_min", "marketing_eligible"];

/// A shop of a night.
#[derive(Clone, Debug)]
pub(super) struct ShopOfNight {
    pub(super) shop_id: i64,
    pub(super) shop_name: Arc<str>,
    /// Its main category.
    pub(super) primary_category: Arc<str>,
    pub(super) score: Option<Decimal4>,
    /// The least score for marketing admission.
    pub(super) marketing_min: Decimal4,
    pub(super) is_admitted: bool,
}

/// A night, or the scores of a month end as they are now.
#[derive(Clone, Debug)]
pub(super) struct Night {
    pub(super) day: Day,
    pub(super) shops: Vec<ShopOfNight>,
}

impl Night {
    /// The night of a day; none where it is not published.
    pub(super) fn read(seen: &Current, day: Day) -> Outcome<Option<Self>> {
        Self::of_table(seen, &SCORES, day)
    }

    fn of_table(seen: &Current, table: &OutputTable, day: Day) -> Outcome<Option<Self>> {
        let read = seen.read_columns(table, day, &COLUMNS)?;
        read.map(|scores| Ok(Self { day, shops: shops(&scores)? })).transpose()
    }
}

fn shops(scores: &RecordBatch) -> Outcome<Vec<ShopOfNight>> {
    let mut categories = SharedNames::default();
    let shop = |row: crate::publish::cells::Row<'_>| {
        Ok(ShopOfNight {
            shop_id: row.integer("shop_id")?,
            shop_name: Arc::from(row.text("shop_name")?),
            primary_category: categories.of(&row.text("primary_category")?),
            score: row.figure_if_any("score")?.map(decimal),
            marketing_min: decimal(row.figure("marketing_min")?),
            is_admitted: row.boolean("marketing_eligible")?,
        })
    };
    rows(scores).map(shop).collect()
}

/// The newest published night before a day; none where it is the first.
pub(super) fn before(seen: &Current, day: Day) -> Outcome<Option<Night>> {
    newest(seen, &SCORES, day.plus(-1))
}

/// The newest published month end up to a day; none where there is none.
pub(super) fn newest_month_end(seen: &Current, day: Day) -> Outcome<Option<Night>> {
    newest(seen, &MONTH_END_SCORES, day)
}

fn newest(seen: &Current, table: &OutputTable, until: Day) -> Outcome<Option<Night>> {
    match days(seen, table, until)?.last() {
        Some(day) => Night::of_table(seen, table, *day),
        None => Ok(None),
    }
}

/// The published days of a table up to a day, in order.
pub(super) fn days(seen: &Current, table: &OutputTable, until: Day) -> Outcome<Vec<Day>> {
    let values = seen.values(table)?;
    Ok(values.iter().filter_map(|value| value.parse().ok()).filter(|day| *day <= until).collect())
}
