//! The sound rows of a table-day as a frame of the engine: the columns that the measures read, and their durations.
//!
//! Units: timestamps in ticks, texts as positions, durations in whole seconds, rounded down. Column data is handed over, not
//! copied.

use std::collections::BTreeSet;

use polars::prelude::*;

use crate::extracts::instants::whole_seconds_between;
use crate::extracts::row_rules::Verdicts;
use crate::extracts::rows::{ColumnData, Rows, Values};
use crate::partials::measures::{Amount, PartialSpec};

/// The sound rows as a frame of the columns that the measures read.
pub(super) fn sound_rows(rows: Rows, spec: &PartialSpec, verdicts: &Verdicts) -> PolarsResult<DataFrame> {
    let wanted = spec.columns();
    let mut columns: Vec<Column> = durations(spec)
        .map(|(from, to)| {
            let seconds = whole_seconds(&rows, from, to).collect();
            Int64Chunked::from_vec(seconds_column(from, to).into(), seconds).into_column()
        })
        .collect();
    let declared = rows.table.spec().columns.iter().map(|column| column.name);
    let read = declared.zip(rows.columns).filter(|(name, _)| wanted.contains(name));
    columns.extend(read.map(|(name, column)| as_column(name, column)));
    let frame = DataFrame::new(rows.count, columns)?;
    if verdicts.broken().next().is_none() {
        return Ok(frame);
    }
    frame.filter_seq(&verdicts.sound().collect_ca(PlSmallStr::EMPTY))
}

/// The pairs of timestamps whose durations are summed, each once.
fn durations(spec: &PartialSpec) -> impl Iterator<Item = (&'static str, &'static str)> {
    let pairs: BTreeSet<_> = spec
        .measures
        .iter()
        .filter_map(|measure| match measure.amount {
            Amount::WholeSeconds { from, to } => Some((from, to)),
            Amount::One | Amount::Of(_) => None,
        })
        .collect();
    pairs.into_iter()
}

/// The name that a duration has in the frame of sound rows.
pub(super) fn seconds_column(from: &str, to: &str) -> String {
    format!("{from}..{to}")
}

/// The whole seconds between two timestamps, for each row.
pub(super) fn whole_seconds<'a>(rows: &'a Rows, from: &str, to: &str) -> impl Iterator<Item = i64> + 'a {
    let ticks = |name: &str| rows.column(name).map(ColumnData::ticks).unwrap_or_default();
    let pairs = ticks(from).iter().zip(ticks(to));
    pairs.map(|(from, to)| whole_seconds_between(*from, *to, rows.ticks_per_second))
}

fn as_column(name: &str, column: ColumnData) -> Column {
    let name = PlSmallStr::from_str(name);
    match (column.values, column.validity) {
        (Values::Integer(values) | Values::Timestamp(values), None) => {
            Int64Chunked::from_vec(name, values).into_column()
        }
        (Values::Integer(values) | Values::Timestamp(values), Some(validity)) => {
            let values = values.into_iter().zip(validity).map(|(value, is_valid)| is_valid.then_some(value));
            let column: Int64Chunked = values.collect_ca(name);
            column.into_column()
        }
        (Values::Text(positions), _) => UInt32Chunked::from_vec(name, positions).into_column(),
        (Values::Boolean(values), _) => BooleanChunked::new(name, values).into_column(),
        (Values::Date(values), _) => Int32Chunked::from_vec(name, values).into_column(),
    }
}
