//! What lies ahead of shops: who is near exit since the last month end, and whose next month end would newly fail.
//!
//! In: the assessments of the newest month end before the day's month, and the day's outlook. What failed in the cycle that the
//! next month end belongs to goes on counting; a shop in exit fails nothing anew.

use std::collections::BTreeMap;
use std::io::Write;

use arrow::array::RecordBatch;
use comfy_table::Table;

use super::published::{Row, Shown, rows, table};
use crate::assessments::monthly::{Risk, Status};
use crate::calendar::Month;
use crate::commands::say;
use crate::domain::Day;
use crate::error::Outcome;
use crate::policies::CYCLE_MONTHS;
use crate::publish::outputs::{MONTHLY_ASSESSMENTS, OUTLOOK};

/// The nearest to exit first.
const RISKS: [Risk; 3] = [Risk::High, Risk::Medium, Risk::Low];

/// A shop in a list of these.
struct Listed<'a> {
    /// Its place among [`RISKS`], or theirs and one more.
    urgency: usize,
    /// A row with its score and the least one.
    row: Row<'a>,
    /// Its last assessment in the cycle.
    assessed: Option<Row<'a>>,
}

impl<'a> Listed<'a> {
    fn new(row: Row<'a>, assessed: Option<Row<'a>>) -> Outcome<Self> {
        let risk = assessed.map(|assessed| assessed.text("risk")).transpose()?;
        let place = RISKS.iter().position(|of| risk.as_deref() == Some(of.name()));
        Ok(Self { urgency: place.unwrap_or(RISKS.len()), row, assessed })
    }
}

pub(super) fn show(shown: &Shown<'_>, day: Day, stdout: &mut impl Write) -> Outcome<()> {
    let assessed = last_assessed(shown, day)?;
    match &assessed {
        None => say(stdout, &format!("No month end of the months before {day} is assessed yet")),
        Some((month_end, assessed)) => {
            let near = near_exit(assessed)?;
            let count = |urgency| near.iter().filter(|listed| listed.urgency == urgency).count();
            let counts = format!("one failure from exit {}, two {}", count(0), count(1));
            say(stdout, &format!("Shops at risk since {month_end}: {counts}"));
            say(stdout, &listing(near, shown.arguments.shops)?.to_string());
        }
    }
    let Some(outlook) = shown.read(&OUTLOOK, &day.to_string())? else {
        say(stdout, &format!("{day} was published by an earlier release, without an outlook"));
        return Ok(());
    };
    let assessed = assessed.as_ref().map(|(_, assessed)| assessed);
    if let Some(first) = rows(&outlook).next() {
        let (month_end, days_known) = (first.day("month_end")?, first.integer("days_known")?);
        let failing = newly_failing(&outlook, month_end, assessed)?;
        let known = format!("by the {days_known} days of its window that are over");
        say(stdout, &format!("Outlook on {month_end}, {known}: shops that would newly fail {}", failing.len()));
        say(stdout, &listing(failing, shown.arguments.shops)?.to_string());
    }
    Ok(())
}

/// The newest month end before the day's month that is assessed by cycles.
fn last_assessed(shown: &Shown<'_>, day: Day) -> Outcome<Option<(Day, RecordBatch)>> {
    for earlier in 1..CYCLE_MONTHS {
        let month_end = Month::of(day).plus(-earlier).last_day();
        let assessed = shown.read(&MONTHLY_ASSESSMENTS, &month_end.to_string())?;
        if let Some(assessed) = assessed.filter(|assessed| assessed.column_by_name("cycle_starts_on").is_some()) {
            return Ok(Some((month_end, assessed)));
        }
    }
    Ok(None)
}

/// The shops that one or two more failures would bring to exit.
fn near_exit(assessed: &RecordBatch) -> Outcome<Vec<Listed<'_>>> {
    let listed = rows(assessed).map(|row| Listed::new(row, Some(row))).collect::<Outcome<Vec<_>>>()?;
    Ok(listed.into_iter().filter(|listed| listed.urgency < RISKS.len() - 1).collect())
}

/// The shops whose month end would fail, and that are not in exit.
fn newly_failing<'a>(
    outlook: &'a RecordBatch,
    month_end: Day,
    assessed: Option<&'a RecordBatch>,
) -> Outcome<Vec<Listed<'a>>> {
    let mut of_cycle = BTreeMap::new();
    for row in assessed.into_iter().flat_map(rows) {
        let is_of_cycle = !row.is_null("cycle_starts_on")?
            && Month::of(month_end).since(Month::of(row.day("cycle_starts_on")?)) < CYCLE_MONTHS;
        if is_of_cycle {
            of_cycle.insert(row.integer("shop_id")?, row);
        }
    }
    let mut failing = Vec::new();
    for row in rows(outlook) {
        let assessed = of_cycle.get(&row.integer("shop_id")?).copied();
        let status = assessed.map(|assessed| assessed.text("status")).transpose()?;
        if row.text("verdict")? == Status::Fail.name() && status.as_deref() != Some(Status::Exit.name()) {
            failing.push(Listed::new(row, assessed)?);
        }
    }
    Ok(failing)
}

/// One line a shop, the nearest to exit first.
fn listing(mut shops: Vec<Listed<'_>>, most: usize) -> Outcome<Table> {
    shops.sort_by_key(|listed| listed.urgency);
    let mut table = table(["shop", "name", "category", "score", "least", "failures", "risk"]);
    for Listed { row, assessed, .. } in shops.into_iter().take(most) {
        let mut cells = Vec::new();
        for column in ["shop_id", "shop_name", "primary_category"] {
            cells.push(row.text(column)?);
        }
        cells.push(if row.is_null("score")? { String::new() } else { format!("{:.4}", row.figure("score")?) });
        cells.push(row.text("monthly_min")?);
        cells.push(match assessed {
            Some(assessed) => format!("{} of {}", assessed.text("failures")?, assessed.text("failure_limit")?),
            None => "0".to_owned(),
        });
        cells.push(assessed.map_or(Ok(String::new()), |assessed| assessed.text("risk"))?);
        table.add_row(cells);
    }
    Ok(table)
}
