//! How much of the extracts a run is made of, how much of it is read, and which rows are set aside.
//!
//! Grain in: what is stored of table-days. Grain out: counts of each, the quarantined rows by day, and the sums of each table in
//! days, files, rows and bytes; days without a partition are left out.

use std::collections::BTreeMap;

use crate::domain::Day;
use crate::extracts::quarantine::{Counts, QuarantinedRow};
use crate::extracts::tables::Table;
use crate::state::store::Stored;

/// What was read of table-days, and which rows were set aside.
#[derive(Default)]
pub(crate) struct SetAside {
    /// By table-day; days without a partition are left out.
    pub(crate) counts: Vec<Counts>,
    /// The rows, by day, sorted; no day without any.
    pub(crate) quarantine: BTreeMap<Day, Vec<QuarantinedRow>>,
    /// What the table-days of each table were made of.
    pub(crate) delivered: BTreeMap<Table, Delivered>,
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
    /// As their footers count them.
    pub(crate) rows: u64,
    pub(crate) size_bytes: u64,
}

impl SetAside {
    pub(super) fn of<'a>(table_days: impl Iterator<Item = &'a Stored>) -> Self {
        let mut set_aside = Self::default();
        for stored in table_days {
            set_aside.counts.push(stored.counts.clone());
            // A manifest is no part file.
            let files = || stored.inputs.iter().filter(|input| !input.hash.is_empty());
            let delivered = set_aside.delivered.entry(stored.counts.table).or_default();
            delivered.days += 1;
            delivered.files += files().count();
            delivered.rows += stored.counts.rows;
            delivered.size_bytes += files().map(|input| input.identity.size_bytes).sum::<u64>();
            if !stored.quarantine.is_empty() {
                let of_day = set_aside.quarantine.entry(stored.counts.day).or_default();
                of_day.extend(stored.quarantine.iter().cloned());
            }
        }
        set_aside.quarantine.values_mut().for_each(|rows| rows.sort_unstable());
        set_aside
    }

    pub(crate) fn quarantined_rows(&self) -> usize {
        self.quarantine.values().map(Vec::len).sum()
    }
}
