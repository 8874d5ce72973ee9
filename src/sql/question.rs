//! A query about days whose files were checked.
//!
//! In: what is wanted, the days, and for an engine the way to it. Out: what its text is made of, or the question that the engine is
//! asked.

use std::collections::BTreeSet;

use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::extracts::answered::Answered;
use crate::extracts::contract::CheckedPartition;
use crate::extracts::remote::{Question, Remote};
use crate::extracts::tables::Table;
use crate::partials::measures::PartialSpec;
use crate::sql::asked::{Asked, AskedDay, Source, Wanted};
use crate::sql::{STAGE, dialect::Dialect, query, sources};

/// A day that a query is about.
pub(crate) struct AboutDay<'a> {
    pub(crate) checked: &'a CheckedPartition,
    /// The categories of goods that are made to order on it.
    pub(crate) custom_made: &'a BTreeSet<String>,
    /// The keys that are wanted of it, where single rows are.
    pub(crate) keys: BTreeSet<i64>,
}

/// What a query about days of one table is asked for, given where their rows come from.
pub(crate) fn asked<'a>(
    (dialect, spec, wanted): (Dialect, &'static PartialSpec, Wanted),
    days: Vec<AboutDay<'a>>,
    sources: Vec<Source<'a>>,
) -> Outcome<Asked<'a>> {
    let Some(AboutDay { checked: first, .. }) = days.first() else { return Err(fault(STAGE, "a query about no day")) };
    let (zone, real_times) = (&first.zone, Answered::of(first).real_times().clone());
    let days = days.into_iter().map(|AboutDay { checked, custom_made, keys }| {
        let (written, natural_day) = (sources::written(checked)?, Answered::of(checked).natural_day().to_vec());
        Ok(AskedDay { day: checked.day, written, natural_day, custom_made, keys })
    });
    Ok(Asked { dialect, spec, days: days.collect::<Outcome<_>>()?, sources, zone, real_times, wanted })
}

/// The question that an engine is asked about days, by the words for them in messages; none where there is no file to read.
pub(crate) fn to_engine(
    remote: &dyn Remote,
    (spec, wanted): (&'static PartialSpec, Wanted),
    days: Vec<AboutDay<'_>>,
    what: String,
) -> Outcome<Option<Question>> {
    let partitions: Vec<&CheckedPartition> = days.iter().map(|day| day.checked).collect();
    let (sources, reads) = sources::of_engine(&partitions, remote.reads_keys()?)?;
    if sources.is_empty() {
        return Ok(None);
    }
    let asked = asked((Dialect::Spark, spec, wanted), days, sources)?;
    Ok(Some(Question { what, sql: query::text(&asked)?, reads }))
}

/// A table and its days, in words for messages.
pub(crate) fn what(table: Table, days: impl Iterator<Item = Day>) -> String {
    let days: Vec<Day> = days.collect();
    match days.as_slice() {
        [only] => format!("{} of {only}", table.name()),
        [first, .., last] => format!("{} of {first} to {last}", table.name()),
        [] => table.name().to_owned(),
    }
}
