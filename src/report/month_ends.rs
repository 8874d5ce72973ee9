//! What month ends and years decided: how many shops each month end gave which status, and what settlements paid back.
//!
//! Grain in: the rows of `monthly_assessments` and `annual_settlements`. Grain out: one row a month end, one a year. Money in fen.

use std::collections::{BTreeMap, HashMap};

use arrow::array::StringArray;
use rayon::prelude::*;
use serde::Serialize;

use super::night;
use crate::assessments::monthly::Status;
use crate::domain::Day;
use crate::error::Outcome;
use crate::publish::cells::rows;
use crate::publish::outputs::{ANNUAL_SETTLEMENTS, MONTHLY_ASSESSMENTS};
use crate::publish::reading::{Current, column};
use crate::threads::on_pool;

/// How many month ends are told, the newest last.
const MOST_MONTH_ENDS: usize = 24;

/// How many shops have each status, in the order of [`Status::ALL`].
pub(super) type Statuses = [usize; Status::ALL.len()];

/// A month end.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct MonthEnd {
    pub(super) month_end: Day,
    pub(super) statuses: Statuses,
    pub(super) of_categories: BTreeMap<String, Statuses>,
}

/// A settled year.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct Year {
    year: String,
    shops: usize,
    qualified: usize,
    /// Whether the year was not over when it was settled.
    is_provisional: bool,
    fee_fen: i64,
    refund_fen: i64,
}

/// The newest month ends up to a day.
pub(super) fn newest(seen: &Current, day: Day) -> Outcome<Vec<Day>> {
    let days = night::days(seen, &MONTHLY_ASSESSMENTS, day)?;
    Ok(days.get(days.len().saturating_sub(MOST_MONTH_ENDS)..).unwrap_or_default().to_vec())
}

pub(super) fn month_ends(seen: &Current, day: Day) -> Outcome<Vec<MonthEnd>> {
    let newest = newest(seen, day)?;
    on_pool(|| newest.par_iter().map(|month_end| counted(seen, *month_end)).collect())
}

fn counted(seen: &Current, month_end: Day) -> Outcome<MonthEnd> {
    let mut found = MonthEnd { month_end, statuses: Statuses::default(), of_categories: BTreeMap::new() };
    let read = seen.read_columns(&MONTHLY_ASSESSMENTS, month_end, &["primary_category", "status"])?;
    let Some(read) = read else { return Ok(found) };
    let categories = column::<StringArray>(&read, "primary_category")?.iter().flatten();
    let mut of_categories: HashMap<&str, Statuses> = HashMap::new();
    for (category, status) in categories.zip(column::<StringArray>(&read, "status")?.iter().flatten()) {
        let of_category = of_categories.entry(category).or_default();
        for ((all, own), known) in found.statuses.iter_mut().zip(of_category).zip(Status::ALL) {
            let is_it = usize::from(known.name() == status);
            (*all, *own) = (*all + is_it, *own + is_it);
        }
    }
    found.of_categories = of_categories.into_iter().map(|(category, of)| (category.to_owned(), of)).collect();
    Ok(found)
}

pub(super) fn years(seen: &Current) -> Outcome<Vec<Year>> {
    const COLUMNS: [&str; 4] = ["provisional", "qualified", "fee_fen", "refund_fen"];
    let mut years = Vec::new();
    for year in seen.values(&ANNUAL_SETTLEMENTS)? {
        let read = seen.read_columns(&ANNUAL_SETTLEMENTS, &year, &COLUMNS)?;
        let mut sum = Year { year, ..Year::default() };
        for row in read.iter().flat_map(rows) {
            sum.shops += 1;
            sum.qualified += usize::from(row.boolean("qualified")?);
            sum.is_provisional |= row.boolean("provisional")?;
            sum.fee_fen += row.integer("fee_fen")?;
            sum.refund_fen += row.integer("refund_fen")?;
        }
        years.push(sum);
    }
    Ok(years)
}
