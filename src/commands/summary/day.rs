//! What a published day says: tiers by category, the greatest gains, what lies ahead, where the files are.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use arrow::array::RecordBatch;
use comfy_table::Table;

use super::published::{Row, STAGE, Shown, rows, table};
use super::risk;
use crate::commands::say;
use crate::domain::{Day, Tier};
use crate::error::{Outcome, fault};
use crate::publish::outputs::{CATEGORIES, IMPROVEMENTS, NIGHTLY, SCORES};
use crate::publish::reading::read_day;

pub(super) fn show(shown: &Shown<'_>, day: Day, stdout: &mut impl Write) -> Outcome<()> {
    let scores = read_day(&shown.resolved, &SCORES, day)?;
    let categories = read_day(&shown.resolved, &CATEGORIES, day)?;
    let improvements = read_day(&shown.resolved, &IMPROVEMENTS, day)?;
    say(stdout, &format!("Tiers on {day}: shops that hold each, in the largest categories"));
    say(stdout, &tier_counts(&categories, shown.arguments.categories)?.to_string());
    say(stdout, &format!("Shops with most to gain on {day}: their best single step"));
    say(stdout, &greatest_gains(&scores, &improvements, shown.arguments.shops)?.to_string());
    risk::show(shown, day, stdout)?;
    say(stdout, "Published files:");
    for table in NIGHTLY {
        let folder = Path::new(table.name).join(format!("{}={day}", table.partition_key));
        say(stdout, &format!("  {}  {}", shown.link.join(folder).display(), table.grain));
    }
    Ok(())
}

/// One line a category and indicator; the categories with most ranked shops first.
fn tier_counts(categories: &RecordBatch, most: usize) -> Outcome<Table> {
    let mut rows_of: BTreeMap<String, (i64, Vec<Row<'_>>)> = BTreeMap::new();
    for row in rows(categories) {
        let (size, rows) = rows_of.entry(row.text("primary_category")?).or_default();
        *size = row.integer("ranked")?.max(*size);
        rows.push(row);
    }
    let mut largest: Vec<_> = rows_of.into_values().collect();
    largest.sort_by_key(|(size, _)| Reverse(*size));
    let mut table = table(["category", "indicator", "ranked", "5", "4", "3", "2", "0"]);
    for row in largest.into_iter().take(most).flat_map(|(_, rows)| rows) {
        let mut cells = vec![row.text("primary_category")?, row.text("indicator")?, row.text("ranked")?];
        for tier in Tier::ALL {
            cells.push(row.text(&format!("tier_{}_shops", tier.points()))?);
        }
        table.add_row(cells);
    }
    Ok(table)
}

/// One line a shop: its greatest gain by a single indicator.
fn greatest_gains(scores: &RecordBatch, improvements: &RecordBatch, most: usize) -> Outcome<Table> {
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
    let mut table = table(["shop", "name", "category", "score", "gain", "indicator", "tier", "value"]);
    for (shop, (gain, step)) in greatest.into_iter().take(most) {
        let unscored = || fault(STAGE, format!("improvements of shop {shop}, which has no score"));
        let score = scored.get(&shop).ok_or_else(unscored)?;
        table.add_row([
            shop.to_string(),
            score.text("shop_name")?,
            score.text("primary_category")?,
            format!("{:.4}", score.figure("score")?),
            format!("+{gain:.4}"),
            step.text("indicator")?,
            format!("{} → {}", step.text("tier")?, step.text("next_tier")?),
            format!("{:.4} → {:.4}", step.figure("value")?, step.figure("value_to_reach")?),
        ]);
    }
    Ok(table)
}
