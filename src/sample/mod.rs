//! The generator behind `shopscore sample`: extracts of a marketplace that does not exist, in realistic shape.
//!
//! Nothing is simulated from day to day. Shop slots, orders and all that follows from them are pure functions of the
//! seed, so each table-day is made by itself, in any order and on any thread, and its bytes do not depend on the range.

mod appeals;
mod cast;
mod demo_cases;
mod dirty;
mod marketplace;
mod orders;
mod random;
mod records;
mod request;
mod rhythm;
mod service;
mod shops;
mod table_day;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::iter::{IntoParallelIterator, ParallelIterator};

pub(crate) use self::request::{Category, Request};

use self::marketplace::Marketplace;
use self::request::STAGE;
use self::table_day::TableDay;
use crate::domain::{Day, Span};
use crate::error::{ExitClass, Finding, Outcome};
use crate::extracts::tables::Table;

#[derive(Debug, Default)]
pub(crate) struct Summary {
    /// Rows, damaged ones included, by table.
    pub(crate) rows: BTreeMap<Table, usize>,
    pub(crate) files: usize,
    pub(crate) bytes: usize,
}

/// Writes the sample that `request` describes, on all threads of the current rayon pool.
pub(crate) fn write(request: &Request) -> Outcome<Summary> {
    request.check()?;
    let table_days: Vec<(Table, Day)> = Span { first: request.from, last: request.to }
        .days()
        .flat_map(|day| Table::ALL.map(|table| (table, day)))
        .filter(|(table, day)| demo_cases::has_partition(request, *table, *day))
        .collect();
    let mut folders = table_days.iter().map(|(table, day)| folder(&request.out, *table, *day));
    // A second sample in the same partitions would mix two marketplaces.
    if let Some(existing) = folders.find(|folder| folder.exists()) {
        let finding = Finding::new(STAGE, "a partition that exists", "a new one").path(&existing);
        return Err(finding.advice("choose another --out, or remove the folder first").fail(ExitClass::Usage));
    }
    let market = Marketplace::new(request)?;
    let written: Vec<(Table, usize, Vec<usize>)> =
        table_days.into_par_iter().map(|(table, day)| write_table_day(&market, table, day)).collect::<Outcome<_>>()?;
    let mut summary = Summary::default();
    for (table, rows, file_bytes) in written {
        *summary.rows.entry(table).or_default() += rows;
        summary.files += file_bytes.len();
        summary.bytes += file_bytes.iter().sum::<usize>();
    }
    Ok(summary)
}

/// Writes one partition; gives its table, its rows and the bytes of each file.
fn write_table_day(market: &Marketplace<'_>, table: Table, day: Day) -> Outcome<(Table, usize, Vec<usize>)> {
    let request = market.request;
    let has_rows = demo_cases::has_rows(request, table, day);
    let rows = if has_rows { records::of(market, table, day) } else { TableDay::new(table.spec()) };
    let sound = rows.finish(request.dirty)?;
    let batch = if request.dirty { dirty::added(sound, table.spec(), day)? } else { sound };
    let part_count = demo_cases::part_count(request, table, day);
    let file_bytes = table_day::write(&folder(&request.out, table, day), table.spec(), &batch, part_count)?;
    Ok((table, batch.num_rows(), file_bytes))
}

fn folder(out: &Path, table: Table, day: Day) -> PathBuf {
    out.join(table.name()).join(format!("dt={day}"))
}

#[cfg(test)]
mod tests;
