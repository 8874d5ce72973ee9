//! A table-day as far as its rows were taken in: each batch is judged and summed at once, while the cache holds it.
//!
//! Grain in: batches of rows, of which those with repeated keys are held back to the end and judged together. Grain out: the
//! daily partial.

use std::collections::{BTreeSet, HashSet};

use arrow::buffer::BooleanBuffer;
use polars::prelude::DataFrame;

use crate::error::Outcome;
use crate::extracts::batch::Batch;
use crate::extracts::quarantine::{Counts, QuarantinedRow, rows_set_aside};
use crate::extracts::repeated_keys::Keys;
use crate::extracts::row_rules::{judge, judge_all};
use crate::extracts::verdicts::Verdicts;
use crate::partials::all_records::AllRecords;
use crate::partials::meaning::addends;
use crate::partials::measures::PartialSpec;
use crate::partials::records::TableDay;
use crate::partials::sums::Sums;

/// What is kept of one table-day.
#[derive(Clone, Debug)]
pub struct DailyPartial {
    /// One row a group with its measures and `rows`.
    pub sums: DataFrame,
    /// All sound records, where they were asked for.
    pub records: Option<AllRecords>,
    /// Which table-day it is, how many rows there were, and how many broke which rule.
    pub counts: Counts,
    /// The rows that were set aside, sorted.
    pub quarantine: Vec<QuarantinedRow>,
}

/// What is wanted of a table-day.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Its sums.
    pub spec: &'static PartialSpec,
    /// The categories of goods that are made to order on its day.
    pub custom_made: &'a BTreeSet<String>,
    /// Whether all records are wanted, to be found by their keys later.
    pub with_records: bool,
}

/// A table-day as far as its rows were taken in.
pub(super) struct Tally<'a> {
    wanted: Wanted<'a>,
    /// Keys that more than one sound row has, where they are known.
    repeated: HashSet<i64>,
    /// The rows with such keys.
    held_back: Vec<Batch>,
    /// The keys of the other sound rows.
    pub(super) keys: Keys,
    sums: Sums,
    records: AllRecords,
    counts: Counts,
    quarantine: Vec<QuarantinedRow>,
}

impl<'a> Tally<'a> {
    pub(super) fn new((table, day): TableDay, wanted: Wanted<'a>, repeated: HashSet<i64>) -> Outcome<Self> {
        Ok(Self {
            wanted,
            repeated,
            held_back: Vec::new(),
            keys: Keys::default(),
            sums: Sums::none(wanted.spec)?,
            records: AllRecords::none(wanted.spec),
            counts: Counts::nothing(table, day),
            quarantine: Vec::new(),
        })
    }

    pub(super) fn take_in(&mut self, mut batch: Batch) -> Outcome<()> {
        if let Some(keys) = batch.keys()?.filter(|_| !self.repeated.is_empty()) {
            let is_repeated = |key: Option<i64>| key.is_some_and(|key| self.repeated.contains(&key));
            let is_repeated: BooleanBuffer = keys.iter().map(is_repeated).collect();
            self.held_back.push(batch.filtered(&is_repeated)?);
            batch = batch.filtered(&!&is_repeated)?;
        }
        let verdicts = judge(&batch)?;
        self.add(batch, &verdicts)
    }

    fn add(&mut self, mut batch: Batch, verdicts: &Verdicts) -> Outcome<()> {
        self.counts.add(&batch, verdicts)?;
        if !verdicts.broken().is_empty() {
            self.quarantine.extend(rows_set_aside(&batch, verdicts)?);
            batch = batch.filtered(verdicts.sound())?;
        }
        let Wanted { spec, custom_made, with_records } = self.wanted;
        let addends = addends(&batch, spec, custom_made)?;
        self.sums.add(&batch, &addends)?;
        self.keys.add(&batch)?;
        if with_records {
            self.records.add(&batch, &addends)?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self, of: TableDay) -> Outcome<DailyPartial> {
        if let Some(first) = self.held_back.first().cloned() {
            let held_back = first.of_all(&std::mem::take(&mut self.held_back))?;
            let verdicts = judge_all(&held_back)?;
            self.add(held_back, &verdicts)?;
        }
        self.quarantine.sort_unstable();
        Ok(DailyPartial {
            sums: self.sums.finish(of)?,
            records: self.wanted.with_records.then(|| self.records.sorted()).transpose()?,
            counts: self.counts,
            quarantine: self.quarantine,
        })
    }
}
