//! How much of the extracts a run is made of, how much of it is read, and which rows are set aside.
//!
//! Grain in: what is stored of table-days. Grain out: counts of each, the quarantined rows by day, what each was made of, and the
//! sums of each table in days, files, rows and bytes; days without a partition are left out.

use std::collections::BTreeMap;

use crate::domain::Day;
use crate::extracts::quarantine::{Counts, QuarantinedRow};
use crate::extracts::tables::Table;
use crate::hashing::hash_of;
use crate::partials::records::TableDay;
use crate::state::store::Stored;

/// What was read of table-days, and which rows were set aside.
#[derive(Default)]
pub(crate) struct SetAside {
    /// By table-day; days without a partition are left out.
    pub(crate) counts: Vec<Counts>,
    /// The rows, by day, sorted; no day without any.
    pub(crate) quarantine: BTreeMap<Day, Vec<QuarantinedRow>>,
    /// What each was made of.
    pub(crate) inputs: BTreeMap<TableDay, Input>,
}

/// What a table-day was made of, read now or before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Input {
    pub(crate) files: usize,
    /// The quarantined ones, too.
    pub(crate) rows: i64,
    pub(crate) size_bytes: u64,
    /// The hash of the hashes of its files, whatever their names and order.
    pub(crate) hash: String,
}

/// How much a table's extracts hold that a night is made of, read now or before.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Delivered {
    pub(crate) days: usize,
    pub(crate) files: usize,
    /// The quarantined ones, too.
    pub(crate) rows: i64,
    pub(crate) size_bytes: u64,
}

/// What a run reads of the extracts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ToRead {
    pub(crate) files: usize,
    /// As they were counted when they were read.
    pub(crate) rows: u64,
    pub(crate) size_bytes: u64,
}

impl SetAside {
    pub(super) fn of<'a>(table_days: impl Iterator<Item = &'a Stored>) -> Self {
        let mut set_aside = Self::default();
        for stored in table_days {
            set_aside.counts.push(stored.counts.clone());
            set_aside.inputs.insert((stored.counts.table, stored.counts.day), Input::of(stored));
            if !stored.quarantine.is_empty() {
                let of_day = set_aside.quarantine.entry(stored.counts.day).or_default();
                of_day.extend(stored.quarantine.iter().cloned());
            }
        }
        set_aside.quarantine.values_mut().for_each(|rows| rows.sort_unstable());
        set_aside
    }

    /// What the table-days of each table were made of.
    pub(crate) fn delivered(&self) -> BTreeMap<Table, Delivered> {
        let mut by_table = BTreeMap::<Table, Delivered>::new();
        for ((table, _), input) in &self.inputs {
            let delivered = by_table.entry(*table).or_default();
            delivered.days += 1;
            delivered.files += input.files;
            delivered.rows += input.rows;
            delivered.size_bytes += input.size_bytes;
        }
        by_table
    }

    pub(crate) fn quarantined_rows(&self) -> usize {
        self.quarantine.values().map(Vec::len).sum()
    }

    /// The table-days whose partition has no row, in order.
    pub(crate) fn without_rows(&self) -> Vec<TableDay> {
        self.inputs.iter().filter(|(_, input)| input.rows == 0).map(|(of, _)| *of).collect()
    }
}

impl Input {
    fn of(stored: &Stored) -> Self {
        // A manifest is no part file.
        let files: Vec<_> = stored.inputs.iter().filter(|input| !input.hash.is_empty()).collect();
        let mut hashes: Vec<&str> = files.iter().map(|file| file.hash.as_str()).collect();
        hashes.sort_unstable();
        Self {
            files: files.len(),
            rows: stored.counts.rows,
            size_bytes: files.iter().map(|file| file.identity.size_bytes).sum(),
            hash: hash_of(hashes.join("\n").as_bytes()),
        }
    }
}
