//! `shopscore sample`: write extracts of a made-up marketplace, in the categories of the rule tables.

use std::io::Write;

use super::{begin, say};
use crate::cli::{Sample, SettingFlags};
use crate::domain::Day;
use crate::error::Outcome;
use crate::rulebook::{LogisticsRule, Rulebook};
use crate::sample::{self, Category, Request};
use crate::threads::on_pool;

pub(super) fn run(arguments: &Sample, stdout: &mut impl Write) -> Outcome<()> {
    let given = [("rules", &arguments.rules), ("threads", &arguments.threads)]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)))
        .collect();
    let settings = begin(&SettingFlags { config: None, given })?;
    let rulebook = Rulebook::load(&settings.rules)?;
    let to = arguments.request.to;
    rulebook.check_in_force(to)?;
    let request = Request {
        categories: categories(&rulebook, to),
        custom_made: rulebook.custom_made.categories_on(to).into_iter().map(str::to_owned).collect(),
        ..arguments.request.clone()
    };
    let summary = on_pool(|| sample::write(&request))?;
    for (table, rows) in &summary.rows {
        say(stdout, &format!("{:<14} {rows:>12} rows", table.name()));
    }
    say(stdout, &format!("{} files, {} bytes: {}", summary.files, summary.bytes, request.out.display()));
    Ok(())
}

/// The rows of the weight table in force on `day`, in its order.
fn categories(rulebook: &Rulebook, day: Day) -> Vec<Category> {
    let rows = rulebook.weights.on(day).map(|row| {
        let subcategory = row.subcategory.as_deref();
        let ships = rulebook.logistics.rule(day, &row.category, subcategory) != Some(LogisticsRule::Exempt);
        Category { primary: row.category.clone(), subcategory: row.subcategory.clone(), ships }
    });
    rows.collect()
}
