//! What a published year says: how many shops pass at each month end, and how the shops that left or joined were settled.

use serde::Serialize;

use super::settled::{Settled, Settlements, settled};
use super::{STAGE, Shown};
use crate::answers::{Answer, Cell, Part, Table};
use crate::assessments::monthly::Status;
use crate::calendar::Year;
use crate::domain::Day;
use crate::error::{ExitClass, Finding, Outcome};
use crate::publish::cells::{Row, rows};
use crate::publish::outputs::MONTHLY_ASSESSMENTS;

/// What a published year says.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct YearSummary {
    /// YYYY.
    year: String,
    /// The month ends of the year that are assessed, the oldest first.
    month_ends: Vec<Statuses>,
    /// Null where the year is not settled, or was by an earlier release.
    settlements: Option<Settlements>,
    /// Why there are none, and what to do.
    unsettled_reason: Option<String>,
}

/// How many shops a month end gave which status.
#[derive(Clone, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct Statuses {
    month_end: String,
    /// Shops that passed.
    pass: usize,
    /// Shops that failed.
    fail: usize,
    /// Shops in exit.
    exit: usize,
    /// Shops without a score.
    not_scored: usize,
    /// Shops of categories without a monthly assessment.
    not_assessed: usize,
    /// Shops in their exempt months.
    exempt: usize,
}

impl Answer for YearSummary {
    const SCHEMA: &'static str = "summary-year/1";
    type Row = Statuses;
    const COLUMNS: &'static str = "month_end,pass,fail,exit,not_scored,not_assessed,exempt";

    fn rows(&self) -> Vec<Statuses> {
        self.month_ends.clone()
    }

    fn parts(&self) -> Vec<Part> {
        let year = &self.year;
        let mut parts = vec![Part::Line(format!("Monthly assessments of {year}: shops by status"))];
        let mut table = Table::new(["month end", "pass", "fail", "exit", "not_scored", "not_assessed", "exempt"]);
        for of in &self.month_ends {
            let counts = [of.pass, of.fail, of.exit, of.not_scored, of.not_assessed, of.exempt];
            table.add([Cell::text(&of.month_end)].into_iter().chain(counts.map(|count| Cell::number(Some(count)))));
        }
        parts.push(Part::Table(table));
        match &self.settlements {
            Some(settlements) => parts.extend(settlements.parts(year)),
            None => parts.extend(self.unsettled_reason.clone().map(Part::Line)),
        }
        parts
    }
}

pub(super) fn summary(shown: &Shown<'_>, year: Year) -> Outcome<YearSummary> {
    let month_ends = statuses(shown, year)?;
    let (settlements, unsettled_reason) = match settled(shown, year)? {
        Settled::Yes(settlements) => (Some(settlements), None),
        Settled::No(reason) => (None, Some(reason)),
    };
    Ok(YearSummary { year: year.to_string(), month_ends, settlements, unsettled_reason })
}

/// One a month end.
fn statuses(shown: &Shown<'_>, year: Year) -> Outcome<Vec<Statuses>> {
    let mut month_ends = Vec::new();
    for month_end in year.month_ends() {
        if let Some(assessed) = shown.seen.read(&MONTHLY_ASSESSMENTS, month_end)? {
            let found = rows(&assessed).map(|row: Row<'_>| row.text("status")).collect::<Outcome<Vec<_>>>()?;
            month_ends.push(counted(month_end, &found));
        }
    }
    if month_ends.is_empty() {
        return Err(Finding::new(STAGE, format!("no month end of {year}"), "published month ends")
            .advice("publish the nights that end its months")
            .fail(ExitClass::Missing));
    }
    Ok(month_ends)
}

fn counted(month_end: Day, found: &[String]) -> Statuses {
    let count = |status: Status| found.iter().filter(|name| *name == status.name()).count();
    Statuses {
        month_end: month_end.to_string(),
        pass: count(Status::Pass),
        fail: count(Status::Fail),
        exit: count(Status::Exit),
        not_scored: count(Status::NotScored),
        not_assessed: count(Status::NotAssessed),
        exempt: count(Status::Exempt),
    }
}
