//! What the dictionary covers: all outputs, in which order, and where they lie below OUT.

use crate::publish::outputs::{
    ANNUAL_SETTLEMENTS, MONTH_END_REVISIONS, MONTH_END_SCORES, MONTHLY_ASSESSMENTS, NIGHTLY, OutputTable, QUARANTINE,
};

/// The folder of the tables below OUT.
pub(crate) const TABLES_IN_OUT: &str = "current";

/// What every reader may read. What is there only after a first month end, settlement or restatement comes last.
pub(crate) fn published() -> impl Iterator<Item = &'static OutputTable> {
    let later = [&MONTH_END_SCORES, &MONTHLY_ASSESSMENTS, &ANNUAL_SETTLEMENTS, &MONTH_END_REVISIONS];
    NIGHTLY.into_iter().chain(later)
}

/// All outputs, with the folder below OUT that their partitions lie in.
pub(super) fn outputs() -> impl Iterator<Item = (&'static OutputTable, String)> {
    let of = |table: &'static OutputTable| (table, format!("{TABLES_IN_OUT}/{}", table.name));
    published().map(of).chain([(&QUARANTINE, QUARANTINE.name.to_owned())])
}
