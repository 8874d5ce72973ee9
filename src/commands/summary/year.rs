//! What a published year says: how many shops pass at each month end, and how the shops that left or joined were settled.

use std::io::Write;

use arrow::array::RecordBatch;
use comfy_table::Table;

use super::published::{Row, STAGE, Shown, rows, table};
use crate::assessments::monthly::Status;
use crate::calendar::Year;
use crate::commands::say;
use crate::error::{ExitClass, Finding, Outcome};
use crate::publish::outputs::{ANNUAL_SETTLEMENTS, MONTHLY_ASSESSMENTS};

const STATUSES: [Status; 6] =
    [Status::Pass, Status::Fail, Status::Exit, Status::NotScored, Status::NotAssessed, Status::Exempt];

pub(super) fn show(shown: &Shown<'_>, year: Year, stdout: &mut impl Write) -> Outcome<()> {
    say(stdout, &format!("Monthly assessments of {year}: shops by status"));
    say(stdout, &statuses(shown, year)?.to_string());
    let Some(settled) = shown.read(&ANNUAL_SETTLEMENTS, &year.to_string())? else {
        say(stdout, &format!("{year} is not settled yet; `shopscore settle --year {year}` does it"));
        return Ok(());
    };
    if settled.schema() != ANNUAL_SETTLEMENTS.schema() {
        let advice = format!("`shopscore settle --year {year}` brings it up to date");
        say(stdout, &format!("{year} was settled by an earlier release, in fewer columns; {advice}"));
        return Ok(());
    }
    say(stdout, &format!("Settlements of {year}: shops that left or joined in it, each with its arithmetic"));
    for line in partial(&settled)?.iter().take(shown.arguments.shops) {
        say(stdout, line);
    }
    Ok(())
}

/// The settlements on another basis than the whole year, or with fewer charged months than others.
fn partial(settled: &RecordBatch) -> Outcome<Vec<String>> {
    let charged = |row: Row<'_>| row.integer("charged_months");
    let most = rows(settled).map(charged).collect::<Outcome<Vec<_>>>()?.into_iter().max();
    let mut partial = Vec::new();
    for row in rows(settled) {
        if row.text("basis")? != "year" || Some(charged(row)?) != most {
            partial.push(settlement(row)?);
        }
    }
    Ok(partial)
}

/// One line a month end.
fn statuses(shown: &Shown<'_>, year: Year) -> Outcome<Table> {
    let mut table = table(["month end"].into_iter().chain(STATUSES.map(Status::name)));
    for month_end in year.month_ends() {
        let Some(assessed) = shown.read(&MONTHLY_ASSESSMENTS, &month_end.to_string())? else { continue };
        let found = rows(&assessed).map(|row| row.text("status")).collect::<Outcome<Vec<_>>>()?;
        let count = |status: Status| found.iter().filter(|name| *name == status.name()).count().to_string();
        table.add_row([month_end.to_string()].into_iter().chain(STATUSES.map(count)));
    }
    if table.is_empty() {
        return Err(Finding::new(STAGE, format!("no month end of {year}"), "published month ends")
            .advice("publish the nights that end its months")
            .fail(ExitClass::Missing));
    }
    Ok(table)
}

/// A shop's settlement in one line: basis, scores and their mean, sales, months, fee and refund.
fn settlement(row: Row<'_>) -> Outcome<String> {
    let average = if row.is_null("average_score")? {
        "no average".to_owned()
    } else {
        let mean = row.figure("average_score")?;
        format!("({}) / {} = {mean}", counted_scores(row)?, row.text("months_counted")?)
    };
    let qualified = if row.text("qualified")? == "true" { "at least" } else { "not at least" };
    let category = if row.is_null("top_sales_category")? {
        "no payments".to_owned()
    } else {
        format!("highest in {}", row.text("top_sales_category")?)
    };
    Ok(format!(
        "  shop {}, {}: {average}, {qualified} {}; sales {} fen, {category}; fee {} fen * {} / 12 months = {} fen, {} of it \
         paid back",
        row.text("shop_id")?,
        row.text("basis")?,
        row.figure("annual_min")?,
        row.text("sales_fen")?,
        row.text("annual_fee_fen")?,
        row.text("charged_months")?,
        row.text("fee_fen")?,
        row.text("refund_fen")?,
    ))
}

/// The scores that count, as `2022-01-31: 3.55 + 2022-02-28: 4.2`.
fn counted_scores(row: Row<'_>) -> Outcome<String> {
    let months = row.list("months")?;
    let score = |month: Row<'_>| Ok(format!("{}: {}", month.text("month_end")?, month.figure("score")?));
    Ok(rows(&months).map(score).collect::<Outcome<Vec<_>>>()?.join(" + "))
}
