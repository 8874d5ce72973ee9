//! What a reader of the published files sees.

use arrow::array::RecordBatch;

use crate::cli::Summary;
use crate::error::Outcome;
pub(super) use crate::publish::cells::{Row, rows};
use crate::publish::outputs::OutputTable;
use crate::publish::seen::Seen;

/// How messages name this command.
pub(super) const STAGE: &str = "summary";

/// What is shown, and how much of it.
pub(super) struct Shown<'a> {
    pub(super) arguments: &'a Summary,
    /// What readers see: all tables are of one generation.
    pub(super) seen: Seen,
}

impl Shown<'_> {
    /// The rows of a partition, given the value of its key; none where it is not there.
    pub(super) fn read(&self, table: &OutputTable, value: &str) -> Outcome<Option<RecordBatch>> {
        self.seen.read(table, value)
    }
}
