//! The rows of a partition, made slice by slice while they are written: a run holds one slice of them at a time.
//!
//! Grain: one batch a slice, in the declared columns and order. A slice is made anew whenever it is asked for, and is always
//! the same. How rows are cut into slices reaches into no file.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;

use super::file_system::STAGE;
use super::outputs::OutputTable;
use crate::error::{Outcome, fault};

/// How many shops a slice has: of the widest table, one row a shop and indicator, some three megabytes.
const SHOPS_OF_A_SLICE: usize = 2_048;

/// The rows of a partition; one without rows has a file all the same.
#[derive(Clone)]
pub(crate) struct Rows<'a> {
    slices: usize,
    slice: Arc<dyn Fn(usize) -> Outcome<RecordBatch> + Send + Sync + 'a>,
}

impl<'a> Rows<'a> {
    /// Rows that are there already.
    pub(crate) fn made(batches: Vec<RecordBatch>) -> Self {
        let slices = batches.len();
        let lacking = move |slice| fault(STAGE, format!("slice {slice} of {slices}"));
        Self { slices, slice: Arc::new(move |slice| batches.get(slice).cloned().ok_or_else(|| lacking(slice))) }
    }

    /// Rows of the first `count` present shops; `slice` makes those of the shops at some places among them.
    pub(crate) fn of_shops(
        count: usize,
        slice: impl Fn(Range<usize>) -> Outcome<RecordBatch> + Send + Sync + 'a,
    ) -> Self {
        let places = move |at: usize| at * SHOPS_OF_A_SLICE..count.min((at + 1) * SHOPS_OF_A_SLICE);
        Self { slices: count.div_ceil(SHOPS_OF_A_SLICE), slice: Arc::new(move |at| slice(places(at))) }
    }

    /// The same rows with something done to each slice.
    pub(crate) fn then(self, next: impl Fn(RecordBatch) -> Outcome<RecordBatch> + Send + Sync + 'a) -> Self {
        Self { slices: self.slices, slice: Arc::new(move |at| next((self.slice)(at)?)) }
    }

    pub(super) fn count_of_slices(&self) -> usize {
        self.slices
    }

    /// The slices, each made when it is its turn.
    pub(crate) fn slices(&self) -> impl Iterator<Item = Outcome<RecordBatch>> + '_ {
        (0..self.slices).map(|at| (self.slice)(at))
    }

    /// All rows at once.
    pub(crate) fn whole(&self, table: &OutputTable) -> Outcome<RecordBatch> {
        let slices = self.slices().collect::<Outcome<Vec<_>>>()?;
        concat_batches(&table.schema(), &slices).map_err(|error| fault(STAGE, error))
    }
}
