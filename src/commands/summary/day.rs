//! What a published day says: tiers by category, the greatest gains, where the files are.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use comfy_table::Table;

use super::{Columns, Shown, table};
use crate::commands::say;
use crate::domain::{Day, Tier};
use crate::error::Outcome;
use crate::publish::outputs::{CATEGORIES, IMPROVEMENTS, NIGHTLY, SCORES};
use crate::publish::reading::read_day;

pub(super) fn show(shown: &Shown<'_>, day: Day, stdout: &mut impl Write) -> Outcome<()> {
    let scores = Columns(read_day(&shown.resolved, &SCORES, day)?);
    let categories = Columns(read_day(&shown.resolved, &CATEGORIES, day)?);
    let improvements = Columns(read_day(&shown.resolved, &IMPROVEMENTS, day)?);
    say(stdout, &format!("Tiers on {day}: shops that hold each, in the largest categories"));
    say(stdout, &tier_counts(&categories, shown.arguments.categories)?.to_string());
    say(stdout, &format!("Shops with most to gain on {day}: their best single step"));
    say(stdout, &greatest_gains(&scores, &improvements, shown.arguments.shops)?.to_string());
    say(stdout, "Published files:");
    for table in NIGHTLY {
        let folder = Path::new(table.name).join(format!("{}={day}", table.partition_key));
        say(stdout, &format!("  {}  {}", shown.link.join(folder).display(), table.grain));
    }
    Ok(())
}

/// One line a category and indicator; the categories with most ranked shops first.
fn tier_counts(categories: &Columns, most: usize) -> Outcome<Table> {
    let mut rows_of: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut size_of: BTreeMap<String, i64> = BTreeMap::new();
    for row in 0..categories.len() {
        let category = categories.text("primary_category", row)?;
        let size = size_of.entry(category.clone()).or_default();
        *size = categories.integer("ranked", row)?.max(*size);
        rows_of.entry(category).or_default().push(row);
    }
    let mut largest: Vec<(String, i64)> = size_of.into_iter().collect();
    largest.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    let mut table = table(&["category", "indicator", "ranked", "5", "4", "3", "2", "0"]);
    for (category, _) in largest.into_iter().take(most) {
        for row in rows_of.remove(&category).unwrap_or_default() {
            let mut cells = vec![
                category.clone(),
                categories.text("indicator", row)?,
                categories.integer("ranked", row)?.to_string(),
            ];
            for tier in Tier::ALL {
                let holders = categories.integer(&format!("tier_{}_shops", tier.points()), row)?;
                cells.push(holders.to_string());
            }
            table.add_row(cells);
        }
    }
    Ok(table)
}

/// One line a shop: its greatest gain by a single indicator.
fn greatest_gains(scores: &Columns, improvements: &Columns, most: usize) -> Outcome<Table> {
    let mut score_row_of = BTreeMap::new();
    for row in 0..scores.len() {
        score_row_of.insert(scores.integer("shop_id", row)?, row);
    }
    // The rows of a shop come with the greatest gain first.
    let mut best_row_of: BTreeMap<i64, usize> = BTreeMap::new();
    for row in 0..improvements.len() {
        best_row_of.entry(improvements.integer("shop_id", row)?).or_insert(row);
    }
    let mut best = Vec::new();
    for (shop, row) in best_row_of {
        best.push((improvements.figure("score_gain", row)?, shop, row));
    }
    best.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    let mut table = table(&["shop", "name", "category", "score", "gain", "indicator", "tier", "value"]);
    for (gain, shop, row) in best.into_iter().take(most) {
        let Some(score_row) = score_row_of.get(&shop).copied() else { continue };
        table.add_row([
            shop.to_string(),
            scores.text("shop_name", score_row)?,
            scores.text("primary_category", score_row)?,
            format!("{:.4}", scores.figure("score", score_row)?),
            format!("+{gain:.4}"),
            improvements.text("indicator", row)?,
            format!("{} → {}", improvements.integer("tier", row)?, improvements.integer("next_tier", row)?),
            format!(
                "{:.4} → {:.4}",
                improvements.figure("value", row)?,
                improvements.figure("value_to_reach", row)?
            ),
        ]);
    }
    Ok(table)
}
