//! The pages of all shops: in the page itself, or, where they are many, in files by category that it loads when asked.
//!
//! Grain in: the tables of the night and of month ends, read in parts of so many shops. Grain out: pages as JSON, by category. Each part is
//! made and written by itself ([`shop_files`](super::shop_files)), so that a million shops take no more memory than a few parts.

use std::collections::BTreeMap;
use std::path::Path;

use arrow::array::RecordBatch;
use rayon::prelude::*;
use serde::Serialize;

use super::Report;
use super::shop_files::{Names, Part, Sizes};
use super::shop_page::{
    INDICATOR_COLUMNS, MONTH_END_COLUMNS, OUTLOOK_COLUMNS, SCORE_COLUMNS, STEP_COLUMNS, ShopPage, indicator, month_end,
    outlook, step,
};
use crate::domain::Day;
use crate::error::{Outcome, all};
use crate::publish::by_shop::{ByShop, OfShops};
use crate::publish::cells::{Row, rows};
use crate::publish::outputs::{IMPROVEMENTS, INDICATORS, MONTHLY_ASSESSMENTS, OUTLOOK, OutputTable, SCORES};
use crate::publish::reading::Current;
use crate::threads::on_pool;

/// The pages of shops: all of them, or lists of the files that hold them.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct Pages {
    in_page: BTreeMap<String, Vec<ShopPage>>,
    /// Of each list of shops by id its first id and its file.
    ids: Vec<(i64, String)>,
    /// Of each list of shops by name its first name, in small letters, and its file.
    names: Vec<(String, String)>,
}

/// Makes the pages, and writes those that are no part of the first one below `folder`.
pub(super) fn write(seen: &Current, report: &Report, folder: &Path, sizes: &Sizes) -> Outcome<Pages> {
    let categories = report.categories.iter().enumerate();
    let categories =
        categories.filter_map(|(place, of)| Some((of.primary_category.clone()?, place))).collect::<BTreeMap<_, _>>();
    let parts = Parts { tables: Tables::open(seen, report)?, number: 0, shops: sizes.part };
    if report.head.present <= sizes.in_page {
        let mut pages = Pages::default();
        for part in parts {
            for (category, page) in part?.1.pages()? {
                pages.in_page.entry(category).or_default().push(page);
            }
        }
        return Ok(pages);
    }
    let written = on_pool(|| {
        let written = parts.par_bridge().map(|part| {
            part.and_then(|(number, rows)| {
                Part { number, pages: rows.pages()?, categories: &categories }.write(folder, sizes)
            })
        });
        all(written.collect::<Vec<_>>())
    })?;
    let (mut ids, names): (Vec<_>, Vec<_>) = written.into_iter().unzip();
    ids.sort_unstable();
    let names = on_pool(|| Names::of(names.into_iter().flatten().collect()).write(folder, sizes))?;
    Ok(Pages { in_page: BTreeMap::new(), ids, names })
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

    /// The rows of the next shops, so many at most; none after the last one.
    fn next(&mut self, most: usize) -> Outcome<Option<RowsOfPart>> {
        let Some(scores) = self.scores.as_mut().map(|scores| scores.next_rows(most)).transpose()?.flatten() else {
            return Ok(None);
        };
        let last = rows(&scores).last().map(|row| row.integer("shop_id")).transpose()?.unwrap_or_default();
        let up_to = |table: &mut Option<ByShop>| match table {
            Some(table) => table.up_to(last),
            None => Ok(None),
        };
        Ok(Some(RowsOfPart {
            indicators: up_to(&mut self.indicators)?,
            improvements: up_to(&mut self.improvements)?,
            outlook: up_to(&mut self.outlook)?,
            month_ends: self.month_ends.iter_mut().map(up_to).collect::<Outcome<_>>()?,
            scores,
        }))
    }
}

/// Part after part, each with its number.
struct Parts {
    tables: Tables,
    number: usize,
    shops: usize,
}

impl Iterator for Parts {
    type Item = Outcome<(usize, RowsOfPart)>;

    fn next(&mut self) -> Option<Self::Item> {
        let part = self.tables.next(self.shops).transpose()?;
        self.number += 1;
        Some(part.map(|part| (self.number, part)))
    }
}

/// The rows of some shops, one a shop of `scores`.
struct RowsOfPart {
    scores: RecordBatch,
    indicators: Option<RecordBatch>,
    improvements: Option<RecordBatch>,
    outlook: Option<RecordBatch>,
    month_ends: Vec<Option<RecordBatch>>,
}

impl RowsOfPart {
    /// Their pages, each with its category.
    fn pages(&self) -> Outcome<Vec<(String, ShopPage)>> {
        let (mut indicators, mut steps) =
            (OfShops::of(self.indicators.as_ref())?, OfShops::of(self.improvements.as_ref())?);
        let mut outlooks = OfShops::of(self.outlook.as_ref())?;
        let mut month_ends: Vec<OfShops<'_>> =
            self.month_ends.iter().map(|table| OfShops::of(table.as_ref())).collect::<Outcome<_>>()?;
        let page = |score: Row<'_>| {
            let shop_id = score.integer("shop_id")?;
            let (indicators, steps) = (indicators.rows_of(shop_id), steps.rows_of(shop_id));
            let mut page = ShopPage::of(score, indicators.map(indicator), steps.map(step))?;
            for (place, table) in month_ends.iter_mut().enumerate() {
                for row in table.rows_of(shop_id) {
                    page.month_ends.push(month_end(place, row)?);
                }
            }
            page.outlook = outlooks.rows_of(shop_id).next().map(outlook).transpose()?;
            Ok((score.text("primary_category")?, page))
        };
        rows(&self.scores).map(page).collect()
    }
}
