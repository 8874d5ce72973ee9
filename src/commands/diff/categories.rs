//! The answer of categories: how their scores moved, and how their shops are spread over each indicator's values and tiers.
//!
//! Grain: one row a primary category, the middle score that fell most first; one a category and indicator, in the order of the file.

use serde::Serialize;

use super::indicator_move::points;
use super::nights::{Nights, Side};
use super::spreads::{SpreadMove, told_spreads};
use super::words::{arrow, score, signed, tone};
use crate::answers::{Answer, Cell, Part, Table};
use crate::comparison::categories::{CategoryScores, Scores, of_scores, of_spreads};
use crate::error::Outcome;
use crate::rulebook::Decimal4;

/// How categories moved between two published nights.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct CategoriesDiff {
    /// The first night.
    from: Side,
    /// The second night.
    to: Side,
    /// The middle score that fell most first.
    categories: Vec<CategoryMove>,
    /// Each indicator's values and tiers, by category.
    spreads: Vec<SpreadMove>,
    #[serde(skip)]
    most: usize,
}

/// A primary category on both nights.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct CategoryMove {
    /// Its name.
    primary_category: String,
    /// Shops with a score on the first night.
    scored_before: usize,
    /// The same on the second night.
    scored_after: usize,
    /// Shops that were admitted to marketing on the first night.
    admitted_before: usize,
    /// The same on the second night.
    admitted_after: usize,
    /// The ⌈n/2⌉-th lowest score.
    median_before: Option<f64>,
    /// The same on the second night.
    median_after: Option<f64>,
    /// The second less the first, in points; null where one of both is.
    median_move: Option<f64>,
    /// Shops of both nights whose score rose.
    up: usize,
    /// Shops of both nights whose score fell.
    down: usize,
    #[serde(skip)]
    ten_thousandths: i64,
}

pub(super) fn diff(nights: &Nights, most: usize) -> Outcome<CategoriesDiff> {
    let Nights([first, second]) = nights;
    let spreads = of_spreads(nights.each(|night| (&night.generation, night.published.day)))?;
    Ok(CategoriesDiff {
        from: first.side()?,
        to: second.side()?,
        categories: of_scores(nights.each(|night| &night.published)).iter().map(CategoryMove::of).collect(),
        spreads: spreads.into_iter().map(SpreadMove::of).collect(),
        most,
    })
}

impl CategoryMove {
    fn of(category: &CategoryScores) -> Self {
        let [from, to]: [Scores; 2] = category.nights;
        Self {
            primary_category: category.category.to_string(),
            scored_before: from.scored,
            scored_after: to.scored,
            admitted_before: from.admitted,
            admitted_after: to.admitted,
            median_before: from.median.map(Decimal4::as_f64),
            median_after: to.median.map(Decimal4::as_f64),
            median_move: category.moved().map(points),
            up: category.up,
            down: category.down,
            ten_thousandths: category.moved().unwrap_or_default(),
        }
    }
}

impl Answer for CategoriesDiff {
    const SCHEMA: &'static str = "diff-categories/1";
    type Row = CategoryMove;
    const COLUMNS: &'static str = "\
        primary_category,scored_before,scored_after,admitted_before,admitted_after,median_before,median_after,median_move,up,down";

    fn rows(&self) -> Vec<CategoryMove> {
        self.categories.clone()
    }

    fn parts(&self) -> Vec<Part> {
        let shown: Vec<&CategoryMove> = self.categories.iter().take(self.most).collect();
        let more = self.categories.len() - shown.len();
        let days = format!("{} → {}", self.from.as_of, self.to.as_of);
        let mut parts = vec![
            Part::Line(format!("{days}: {} categories, the middle score that fell most first", self.categories.len())),
            Part::Table(told_scores(&shown)),
            Part::Line("what they are made of: medians, and the share of each tier in percent".to_owned()),
            Part::Table(told_spreads(
                &self.spreads,
                &shown.iter().map(|of| of.primary_category.as_str()).collect::<Vec<_>>(),
            )),
        ];
        parts.extend((more > 0).then(|| Part::Line(format!("and {more} more categories; --limit N shows more"))));
        parts
    }
}

fn told_scores(categories: &[&CategoryMove]) -> Table {
    let mut table = Table::new(["category", "scored", "admitted", "median", "move", "up", "down"]);
    for of in categories {
        let moved = of.ten_thousandths;
        let counts = |from: usize, to: usize| Cell::number(Some(arrow(&from.to_string(), &to.to_string())));
        table.add([
            Cell::text(&of.primary_category),
            counts(of.scored_before, of.scored_after),
            counts(of.admitted_before, of.admitted_after),
            Cell::number(Some(arrow(&score(of.median_before), &score(of.median_after)))),
            Cell::number((moved != 0).then(|| signed(moved))).toned(tone(moved)),
            Cell::number(Some(of.up)),
            Cell::number(Some(of.down)),
        ]);
    }
    table
}
