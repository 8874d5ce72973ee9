//! The charts of the report as SVG: drawn once, when the report is made, without words, so that they serve both languages.
//!
//! In: the report. Out: each chart under the name that the page asks for it by. What a chart shows stands as figures in the table beside it.
//! [`canvas`] has the colours, each of which the style sheet may give another value (dark, print).

mod canvas;
mod distribution;
mod lines;
mod spread;
mod statuses;
mod tiers;

use std::collections::BTreeMap;

use super::Report;
use crate::error::Outcome;

/// All charts by name: `distribution-0`, the number being the place of a category, of a table or of a shop in its list.
pub(super) fn all(report: &Report) -> Outcome<BTreeMap<String, String>> {
    let mut charts = BTreeMap::new();
    for (place, category) in report.categories.iter().enumerate() {
        charts.insert(format!("distribution-{place}"), distribution::chart(&category.distribution)?);
        charts.insert(format!("tiers-{place}"), tiers::chart(&category.tiers)?);
        let medians: Vec<Option<f64>> = category.trend.iter().map(|(_, median)| *median).collect();
        charts.insert(format!("trend-{place}"), lines::trend(&medians)?);
        for spread in &category.spreads {
            charts.insert(format!("spread-{place}-{}", spread.indicator), spread::chart(spread)?);
        }
    }
    for (place, shop) in report.risk.iter().flat_map(|risk| &risk.shops).enumerate() {
        charts.insert(format!("risk-{place}"), lines::towards(shop.score, shop.monthly_min)?);
    }
    for (place, extract) in report.quality.iter().enumerate() {
        let rows = extract.days.iter().map(|(_, rows)| *rows as f64);
        charts.insert(format!("rows-{place}"), lines::from_zero(&rows.collect::<Vec<_>>())?);
    }
    charts.insert("statuses-0".to_owned(), statuses::chart(&report.month_ends, None)?);
    for (place, category) in report.categories.iter().enumerate() {
        if let Some(name) = &category.primary_category {
            charts.insert(format!("statuses-{place}"), statuses::chart(&report.month_ends, Some(name))?);
        }
    }
    Ok(charts)
}
