//! The generator behind `shopscore sample`: extracts of a marketplace that does not exist, in realistic shape.
//!
//! Nothing is simulated from day to day. Stalls, orders and all that follows from them are pure functions of the seed,
//! so each table-day is made by itself, in any order and on any thread, and its bytes do not depend on the range.

mod categories;
mod dirty;
mod frame;
mod marketplace;
mod occasions;
mod orders;
mod random;
mod request;
mod rhythm;
mod service;
mod stalls;
mod tables;
mod writer;

use std::collections::BTreeMap;
use std::path::PathBuf;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

pub use self::request::{Category, Request};

use self::frame::Frame;
use self::marketplace::Marketplace;
use self::occasions::Partition;
use self::writer::Written;
use crate::domain::Day;
use crate::error::{ExitClass, Finding, Outcome};
use crate::extracts::tables::Table;

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows, damaged ones included, by table.
    pub rows: BTreeMap<Table, u64>,
    /// Part files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Writes the sample that `request` describes, on all threads of the current rayon pool.
///
/// # Errors
/// Exit class usage where the request cannot be met or a partition of it exists already, disk where a write fails.
pub fn write(request: &Request) -> Outcome<Summary> {
    request.check()?;
    let table_days: Vec<(Table, Day)> = request
        .days()
        .flat_map(|day| Table::ALL.map(|table| (table, day)))
        .filter(|(table, day)| occasions::partition(request, *table, *day) != Partition::Absent)
        .collect();
    refuse_existing(request, &table_days)?;
    let market = Marketplace::new(request)?;
    let written: Vec<(Table, Written)> = table_days
        .into_par_iter()
        .map(|(table, day)| Ok((table, write_table_day(&market, table, day)?)))
        .collect::<Outcome<_>>()?;
    let mut summary = Summary::default();
    for (table, written) in written {
        *summary.rows.entry(table).or_default() += written.rows;
        summary.files += written.files;
        summary.bytes += written.bytes;
    }
    Ok(summary)
}

fn write_table_day(market: &Marketplace<'_>, table: Table, day: Day) -> Outcome<Written> {
    let request = market.request;
    let mut frame = match occasions::partition(request, table, day) {
        Partition::Filled => tables::fill(market, table, day),
        Partition::Empty | Partition::Absent => Frame::new(table.spec()),
    };
    if request.dirty {
        dirty::add(&mut frame, day);
    }
    let batch = frame.finish(request.dirty)?;
    let part_count = occasions::part_count(request, table, day);
    writer::write(&folder(request, table, day), table.spec(), &batch, part_count)
}

fn folder(request: &Request, table: Table, day: Day) -> PathBuf {
    request.out.join(table.name()).join(format!("dt={day}"))
}

/// A second sample in the same partitions would mix two marketplaces.
fn refuse_existing(request: &Request, table_days: &[(Table, Day)]) -> Outcome<()> {
    let folders = table_days.iter().map(|(table, day)| folder(request, *table, *day));
    match folders.into_iter().find(|folder| folder.exists()) {
        None => Ok(()),
        Some(folder) => Err(Finding::new("sample", "a partition that exists", "a new one")
            .path(&folder)
            .advice("choose another --out, or remove the folder first")
            .fail(ExitClass::Usage)),
    }
}

#[cfg(test)]
mod tests;
