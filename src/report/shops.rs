//! The pages of all shops: in the page itself, or, where they are many, in files by category that it loads when asked.
//!
//! Grain in: the tables of the night and of month ends, read shop by shop. Grain out: pages as JSON, by category. A file holds so many
//! shops of a category, a list so many ids with the files' categories; each is a script, since a page that was opened from a disk may load nothing else.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Serialize;

use super::shop_page::{
    INDICATOR_COLUMNS, MONTH_END_COLUMNS, OUTLOOK_COLUMNS, SCORE_COLUMNS, STEP_COLUMNS, ShopPage, indicator, month_end,
    outlook, step,
};
use super::{Report, STAGE};
use crate::domain::Day;
use crate::error::{Outcome, disk, fault};
use crate::publish::by_shop::ByShop;
use crate::publish::cells::rows;
use crate::publish::outputs::{IMPROVEMENTS, INDICATORS, MONTHLY_ASSESSMENTS, OUTLOOK, OutputTable, SCORES};
use crate::publish::reading::Current;

/// Up to so many shops, one file has it all.
const MOST_IN_PAGE: usize = 20_000;
/// How many shops a file of pages has at most.
const SHOPS_A_FILE: usize = 1_000;
/// How many shops a list of ids has at most.
const SHOPS_A_LIST: usize = 10_000;

/// The pages of shops by category, all of them or as files.
#[derive(Debug, Default, Serialize)]
pub(super) struct Pages {
    in_page: BTreeMap<String, Vec<ShopPage>>,
    /// Of a category, the first and last shop that a file has.
    files: Vec<PageFile>,
    /// Of each list of ids its first one and its file.
    lists: Vec<(i64, String)>,
}

/// A file of pages.
#[derive(Debug, Serialize)]
struct PageFile {
    category: String,
    first: i64,
    last: i64,
    file: String,
}

/// Makes the pages, and writes those that are no part of the first one below `folder`.
pub(super) fn write(seen: &Current, report: &Report, folder: &Path) -> Outcome<Pages> {
    let mut tables = Tables::open(seen, report)?;
    let mut pages = Pages::default();
    let are_in_page = report.head.present <= MOST_IN_PAGE;
    let mut listed: Vec<(i64, String, String)> = Vec::new();
    while let Some((category, page)) = tables.next()? {
        if !are_in_page {
            listed.push((page.shop_id, page.name.clone(), category.clone()));
            if listed.len() == SHOPS_A_LIST {
                pages.list(&mut listed, folder)?;
            }
        }
        let of_category = pages.in_page.entry(category.clone()).or_default();
        of_category.push(page);
        if !are_in_page && of_category.len() == SHOPS_A_FILE {
            pages.file(&category, folder)?;
        }
    }
    if !are_in_page {
        pages.list(&mut listed, folder)?;
        for category in pages.in_page.keys().cloned().collect::<Vec<_>>() {
            pages.file(&category, folder)?;
        }
    }
    Ok(pages)
}

impl Pages {
    /// Moves the pages of a category into a file.
    fn file(&mut self, category: &str, folder: &Path) -> Outcome<()> {
        let Some(pages) = self.in_page.remove(category) else { return Ok(()) };
        let Some((first, last)) = pages.first().zip(pages.last()) else { return Ok(()) };
        let file = format!("shops-{:06}.js", self.files.len());
        let (first, last) = (first.shop_id, last.shop_id);
        script(folder, &file, &pages)?;
        self.files.push(PageFile { category: category.to_owned(), first, last, file });
        Ok(())
    }

    /// Writes a list of ids, and empties it.
    fn list(&mut self, listed: &mut Vec<(i64, String, String)>, folder: &Path) -> Outcome<()> {
        let Some((first, ..)) = listed.first() else { return Ok(()) };
        let file = format!("list-{:06}.js", self.lists.len());
        script(folder, &file, listed)?;
        self.lists.push((*first, file));
        listed.clear();
        Ok(())
    }
}

/// Writes data as a script that hands it to the page under the name of its file.
fn script(folder: &Path, file: &str, data: &impl Serialize) -> Outcome<()> {
    let json = serde_json::to_string(data).map_err(|error| fault(STAGE, error))?;
    let path = folder.join(file);
    let text = format!("shopscore.loaded({file:?}, {json});\n");
    fs::write(&path, text).map_err(|error| disk(STAGE, "write", &path, &error))
}

/// The tables that pages are made of, read side by side.
struct Tables {
    scores: Option<ByShop>,
    indicators: Option<ByShop>,
    improvements: Option<ByShop>,
    outlook: Option<ByShop>,
    month_ends: Vec<Option<ByShop>>,
}

impl Tables {
    fn open(seen: &Current, report: &Report) -> Outcome<Self> {
        let of_day = |table: &OutputTable, columns: &[&str]| seen.by_shop(table, report.as_of, columns);
        let of_month_end = |day: Day| seen.by_shop(&MONTHLY_ASSESSMENTS, day, &MONTH_END_COLUMNS);
        Ok(Self {
            scores: of_day(&SCORES, &SCORE_COLUMNS)?,
            indicators: of_day(&INDICATORS, &INDICATOR_COLUMNS)?,
            improvements: of_day(&IMPROVEMENTS, &STEP_COLUMNS)?,
            outlook: of_day(&OUTLOOK, &OUTLOOK_COLUMNS)?,
            month_ends: report.month_ends.iter().map(|of| of_month_end(of.month_end)).collect::<Outcome<_>>()?,
        })
    }

    /// The page of the next shop, with its category; none after the last one.
    fn next(&mut self) -> Outcome<Option<(String, ShopPage)>> {
        let Some(scores) = &mut self.scores else { return Ok(None) };
        let Some(shop_id) = scores.next_shop()? else { return Ok(None) };
        let of_shop = |table: &mut Option<ByShop>| match table {
            Some(table) => table.rows_of(shop_id),
            None => Ok(Vec::new()),
        };
        let scores = scores.rows_of(shop_id)?;
        let (indicators, steps) = (of_shop(&mut self.indicators)?, of_shop(&mut self.improvements)?);
        let score = scores.iter().flat_map(rows).next();
        let score = score.ok_or_else(|| fault(STAGE, format!("shop {shop_id} without a row")))?;
        let (indicators, steps) = (indicators.iter().flat_map(rows), steps.iter().flat_map(rows));
        let mut page = ShopPage::of(score, indicators.map(indicator), steps.map(step))?;
        for (place, table) in self.month_ends.iter_mut().enumerate() {
            for row in of_shop(table)?.iter().flat_map(rows) {
                page.month_ends.push(month_end(place, row)?);
            }
        }
        page.outlook = of_shop(&mut self.outlook)?.iter().flat_map(rows).next().map(outlook).transpose()?;
        Ok(Some((score.text("primary_category")?, page)))
    }
}
