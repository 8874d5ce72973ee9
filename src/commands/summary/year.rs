//! What a published year says: how many shops pass at each month end, and how the shops that left were settled.

use std::collections::BTreeMap;
use std::io::Write;

use arrow::array::AsArray;
use arrow::datatypes::{Date32Type, Float64Type};
use comfy_table::Table;

use super::{Columns, STAGE, Shown, table};
use crate::assessments::monthly::Status;
use crate::calendar::Year;
use crate::commands::say;
use crate::domain::Day;
use crate::error::{ExitClass, Finding, Outcome, fault};
use crate::publish::outputs::{ANNUAL_SETTLEMENTS, MONTHLY_ASSESSMENTS, OutputTable};
use crate::publish::reading::read_partition;

const STATUSES: [Status; 5] =
    [Status::Pass, Status::Fail, Status::Exit, Status::NotScored, Status::NotAssessed];

pub(super) fn show(shown: &Shown<'_>, year: Year, stdout: &mut impl Write) -> Outcome<()> {
    say(stdout, &format!("Monthly assessments of {year}: shops by status"));
    say(stdout, &statuses(shown, year)?.to_string());
    let Some(settled) = read(shown, &ANNUAL_SETTLEMENTS, &year.to_string())? else {
        let advice = format!("`shopscore settle --year {year}` does it");
        say(stdout, &format!("{year} is not settled yet; {advice}"));
        return Ok(());
    };
    say(stdout, &format!("Settlements of {year}: shops that left, each with its arithmetic"));
    let left =
        (0..settled.len()).filter(|row| settled.text("basis", *row).is_ok_and(|basis| basis != "year"));
    for row in left.take(shown.arguments.shops) {
        say(stdout, &settlement(&settled, row)?);
    }
    Ok(())
}

fn read(shown: &Shown<'_>, table: &OutputTable, value: &str) -> Outcome<Option<Columns>> {
    let folder = shown.resolved.join(table.name).join(format!("{}={value}", table.partition_key));
    folder.is_dir().then(|| read_partition(&folder, table).map(Columns)).transpose()
}

/// One line a month end.
fn statuses(shown: &Shown<'_>, year: Year) -> Outcome<Table> {
    let mut header = vec!["month end"];
    header.extend(STATUSES.map(Status::name));
    let mut table = table(&header);
    for month_end in year.month_ends() {
        let Some(assessed) = read(shown, &MONTHLY_ASSESSMENTS, &month_end.to_string())? else { continue };
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for row in 0..assessed.len() {
            *counts.entry(assessed.text("status", row)?).or_default() += 1;
        }
        let count = |status: Status| counts.get(status.name()).copied().unwrap_or(0).to_string();
        table.add_row([month_end.to_string()].into_iter().chain(STATUSES.map(count)));
    }
    if table.is_empty() {
        return Err(Finding::new(STAGE, format!("no month end of {year}"), "published month ends")
            .advice("publish the nights that end its months")
            .fail(ExitClass::Missing));
    }
    Ok(table)
}

/// A shop's settlement in one line: basis, scores and their mean, sales, fee and refund.
fn settlement(settled: &Columns, row: usize) -> Outcome<String> {
    let average = if settled.is_null("average_score", row)? {
        "no average".to_owned()
    } else {
        let count = settled.integer("months_counted", row)?;
        let mean = settled.figure("average_score", row)?;
        format!("({}) / {count} = {mean}", counted_scores(settled, row)?.join(" + "))
    };
    let least = settled.figure("annual_min", row)?;
    let is_qualified = settled.get("qualified")?.as_boolean_opt().is_some_and(|column| column.value(row));
    let qualified = if is_qualified { "at least" } else { "not at least" };
    let category = if settled.is_null("top_sales_category", row)? {
        "no payments".to_owned()
    } else {
        format!("highest in {}", settled.text("top_sales_category", row)?)
    };
    Ok(format!(
        "  shop {}, {}: {average}, {qualified} {least}; sales {} fen, {category}; {} of {} fen paid back",
        settled.integer("shop_id", row)?,
        settled.text("basis", row)?,
        settled.integer("sales_fen", row)?,
        settled.integer("refund_fen", row)?,
        settled.integer("annual_fee_fen", row)?,
    ))
}

/// The scores that count, as `2022-01-31: 3.55`.
fn counted_scores(settled: &Columns, row: usize) -> Outcome<Vec<String>> {
    let unlike = || fault(STAGE, "months hold no counted scores");
    let months = settled.get("months")?.as_list_opt::<i32>().ok_or_else(unlike)?.value(row);
    let months = months.as_struct_opt().ok_or_else(unlike)?;
    let column = |name: &str| months.column_by_name(name).ok_or_else(unlike);
    let days = column("month_end")?.as_primitive_opt::<Date32Type>().ok_or_else(unlike)?;
    let scores = column("score")?.as_primitive_opt::<Float64Type>().ok_or_else(unlike)?;
    let shown = |(day, score): (&i32, &f64)| format!("{}: {score}", Day::from_epoch_days(*day));
    Ok(days.values().iter().zip(scores.values()).map(shown).collect())
}
