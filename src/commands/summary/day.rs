//! What a published day says: tiers by category, the greatest gains, what lies ahead, where the files are.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use serde::Serialize;

use super::Shown;
use super::gains::{Gain, greatest_gains, told_gains};
use super::risk::{self, Ahead};
use crate::answers::{Answer, Cell, Part, Table};
use crate::domain::Day;
use crate::error::Outcome;
use crate::publish::cells::{Row, rows};
use crate::publish::outputs::{CATEGORIES, IMPROVEMENTS, NIGHTLY, SCORES};

/// What a published day says.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct DaySummary {
    /// The published day, YYYY-MM-DD.
    as_of: Day,
    /// The categories with most ranked shops, each of their indicators.
    categories: Vec<TierCounts>,
    /// The shops with most to gain by a single step.
    gains: Vec<Gain>,
    #[serde(flatten)]
    ahead: Ahead,
    /// Where the published files lie.
    files: Vec<Published>,
}

/// How many shops of a category hold which tier of an indicator.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct TierCounts {
    /// The category.
    primary_category: String,
    indicator: String,
    ranked: i64,
    tier_5_shops: i64,
    tier_4_shops: i64,
    tier_3_shops: i64,
    tier_2_shops: i64,
    tier_0_shops: i64,
}

/// A folder of published files.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Published {
    /// Its path below the one that readers open.
    folder: String,
    /// What one row of it stands for.
    grain: String,
}

impl Answer for DaySummary {
    const SCHEMA: &'static str = "summary-day/1";
    type Row = TierCounts;
    const COLUMNS: &'static str = "\
        primary_category,indicator,ranked,tier_5_shops,tier_4_shops,tier_3_shops,tier_2_shops,tier_0_shops";

    fn rows(&self) -> Vec<TierCounts> {
        self.categories.clone()
    }

    fn parts(&self) -> Vec<Part> {
        let Self { as_of, categories, gains, ahead, files } = self;
        let mut parts = vec![
            Part::Line(format!("Tiers on {as_of}: shops that hold each, in the largest categories")),
            Part::Table(told_tiers(categories)),
            Part::Line(format!("Shops with most to gain on {as_of}: their best single step")),
            Part::Table(told_gains(gains)),
        ];
        parts.extend(ahead.parts(*as_of));
        parts.push(Part::Line("Published files:".to_owned()));
        parts.extend(files.iter().map(|of| Part::Line(format!("  {}  {}", of.folder, of.grain))));
        parts
    }
}

pub(super) fn summary(shown: &Shown<'_>, as_of: Day) -> Outcome<DaySummary> {
    let scores = shown.seen.read_day(&SCORES, as_of)?;
    let categories = shown.seen.read_day(&CATEGORIES, as_of)?;
    let improvements = shown.seen.read_day(&IMPROVEMENTS, as_of)?;
    let files = NIGHTLY.into_iter().map(|table| {
        let folder = shown.seen.link(table, as_of).display().to_string();
        Published { folder, grain: table.grain.to_owned() }
    });
    Ok(DaySummary {
        as_of,
        categories: tier_counts(&categories, shown.arguments.categories)?,
        gains: greatest_gains(&scores, &improvements, shown.arguments.shops)?,
        ahead: risk::ahead(shown, as_of)?,
        files: files.collect(),
    })
}

/// The categories with most ranked shops first.
fn tier_counts(categories: &RecordBatch, most: usize) -> Outcome<Vec<TierCounts>> {
    let mut rows_of: BTreeMap<String, (i64, Vec<Row<'_>>)> = BTreeMap::new();
    for row in rows(categories) {
        let (size, rows) = rows_of.entry(row.text("primary_category")?).or_default();
        *size = row.integer("ranked")?.max(*size);
        rows.push(row);
    }
    let mut largest: Vec<_> = rows_of.into_values().collect();
    largest.sort_by_key(|(size, _)| Reverse(*size));
    let rows = largest.into_iter().take(most).flat_map(|(_, rows)| rows);
    rows.map(|row| {
        Ok(TierCounts {
            primary_category: row.text("primary_category")?,
            indicator: row.text("indicator")?,
            ranked: row.integer("ranked")?,
            tier_5_shops: row.integer("tier_5_shops")?,
            tier_4_shops: row.integer("tier_4_shops")?,
            tier_3_shops: row.integer("tier_3_shops")?,
            tier_2_shops: row.integer("tier_2_shops")?,
            tier_0_shops: row.integer("tier_0_shops")?,
        })
    })
    .collect()
}

fn told_tiers(categories: &[TierCounts]) -> Table {
    let mut table = Table::new(["category", "indicator", "ranked", "5", "4", "3", "2", "0"]);
    for of in categories {
        let texts = [&of.primary_category, &of.indicator].map(Cell::text);
        let counts = [of.ranked, of.tier_5_shops, of.tier_4_shops, of.tier_3_shops, of.tier_2_shops, of.tier_0_shops];
        table.add(texts.into_iter().chain(counts.map(|count| Cell::number(Some(count)))));
    }
    table
}
