//! The shops with most to gain: of each its best single step, the greatest gains first; equal ones by shop.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use serde::Serialize;

use super::STAGE;
use crate::answers::units::{self, Language};
use crate::answers::{Cell, Table};
use crate::error::{Outcome, fault};
use crate::indicators::{Indicator, Unit};
use crate::publish::cells::{Row, rows};

/// A shop's best single step.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct Gain {
    shop_id: i64,
    shop_name: String,
    /// Its main category.
    primary_category: String,
    /// Its score of the day.
    score: f64,
    score_gain: f64,
    indicator: String,
    /// The tier that it holds.
    tier: i64,
    next_tier: i64,
    /// In the unit of the indicator.
    value: f64,
    value_to_reach: f64,
    #[serde(skip)]
    unit: Unit,
}

/// One a shop: its greatest gain by a single indicator.
pub(super) fn greatest_gains(scores: &RecordBatch, improvements: &RecordBatch, most: usize) -> Outcome<Vec<Gain>> {
    let mut scored = BTreeMap::new();
    for row in rows(scores) {
        scored.insert(row.integer("shop_id")?, row);
    }
    // The rows of a shop come with the greatest gain first.
    let mut best_of: BTreeMap<i64, (f64, Row<'_>)> = BTreeMap::new();
    for row in rows(improvements) {
        best_of.entry(row.integer("shop_id")?).or_insert((row.figure("score_gain")?, row));
    }
    let mut greatest: Vec<_> = best_of.into_iter().collect();
    // Equal gains stay in the order of the shops.
    greatest.sort_by(|(_, (one, _)), (_, (other, _))| other.total_cmp(one));
    let gains = greatest.into_iter().take(most).map(|(shop_id, (score_gain, step))| {
        let unscored = || fault(STAGE, format!("improvements of shop {shop_id}, which has no score"));
        let name = step.text("indicator")?;
        let indicator = Indicator::from_name(&name).ok_or_else(|| fault(STAGE, format!("an indicator {name}")))?;
        let score = scored.get(&shop_id).ok_or_else(unscored)?;
        Ok(Gain {
            shop_id,
            shop_name: score.text("shop_name")?,
            primary_category: score.text("primary_category")?,
            score: score.figure("score")?,
            score_gain,
            indicator: name,
            tier: step.integer("tier")?,
            next_tier: step.integer("next_tier")?,
            value: step.figure("value")?,
            value_to_reach: step.figure("value_to_reach")?,
            unit: indicator.spec().unit,
        })
    });
    gains.collect()
}

pub(super) fn told_gains(gains: &[Gain]) -> Table {
    let mut table = Table::new(["shop", "name", "category", "score", "gain", "indicator", "tier", "value"]);
    for of in gains {
        let value = |value| units::value(value, of.unit, Language::En);
        table.add([
            Cell::number(Some(of.shop_id)),
            Cell::text(&of.shop_name),
            Cell::text(&of.primary_category),
            Cell::number(Some(of.score)),
            Cell::number(Some(format!("+{}", of.score_gain))),
            Cell::text(&of.indicator),
            Cell::text(format!("{} → {}", of.tier, of.next_tier)),
            Cell::text(format!("{} → {}", value(of.value), value(of.value_to_reach))),
        ]);
    }
    table
}
