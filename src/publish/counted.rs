//! The table-days that a published night counted, out of its table `quality`.
//!
//! Grain in: one row a table-day and reason. Grain out: one a table-day, with all its rows; missing where the night is not published.

use std::collections::BTreeMap;

use super::cells::rows;
use super::outputs::QUALITY;
use super::reading::Current;
use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::extracts::tables::Table;
use crate::partials::records::TableDay;
use crate::quality::ALL_ROWS;

pub(crate) fn counted(of: &Current, night: Day) -> Outcome<BTreeMap<TableDay, i64>> {
    let quality = of.read_day(&QUALITY, night)?;
    let mut counted = BTreeMap::new();
    for row in rows(&quality) {
        if row.text("reason")? == ALL_ROWS {
            let name = row.text("extract")?;
            let table = Table::ALL.into_iter().find(|table| table.name() == name);
            let table = table.ok_or_else(|| fault(QUALITY.name, format!("a table {name}")))?;
            counted.insert((table, row.day("day")?), row.integer("row_count")?);
        }
    }
    Ok(counted)
}
