//! Whether the times of a table-day would be right if they were shifted by the time zone's offset: what nobody can tell from
//! one row, but all of them together.
//!
//! Grain in: a table-day of which too many rows lie on another day. Grain out: a finding that names the setting that would
//! read it, where nearly all rows would then lie on their day.

use arrow::array::Array;

use crate::error::{Finding, Outcome, fault};
use crate::extracts::quarantine::Counts;
use crate::extracts::reader::{self, Source};
use crate::extracts::selection::Selection;
use crate::extracts::verdicts::Reason;
use crate::extracts::{contract::CheckedPartition, tables::Table};

const STAGE: &str = "quality";
const SECONDS_PER_MINUTE: i64 = 60;

/// Whether most rows that were set aside lie on another day.
pub(super) fn is_candidate(counts: &Counts) -> bool {
    let of_other_days = counts.broken.get(Reason::WrongPartition as usize).copied().unwrap_or_default();
    of_other_days * 2 > counts.quarantined()
}

/// What a shift would make of a table-day, where it would put at least 95 of 100 rows on their day.
pub(super) fn shift(checked: &CheckedPartition) -> Outcome<Option<Finding>> {
    let table: Table = checked.table;
    let Some(column) = table.spec().day_column else { return Ok(None) };
    let selection = Selection { columns: Some(vec![column]), ..Selection::default() };
    let offset_seconds = checked.offset_seconds();
    let (mut rows, mut earlier, mut later) = (0_usize, 0_usize, 0_usize);
    reader::decode(checked, Source::Files, &selection, &mut |batch| {
        let ticks = batch.ticks(column)?;
        let offset =
            offset_seconds.checked_mul(batch.ticks_per_second).ok_or_else(|| fault(STAGE, "an offset beyond ticks"))?;
        let lies_on_day = |tick: i64| batch.natural_day.iter().any(|span| span.contains(&tick));
        let count = |shift: i64| ticks.iter().flatten().filter(|tick| lies_on_day(tick.saturating_add(shift))).count();
        rows += ticks.len() - ticks.null_count();
        earlier += count(-offset);
        later += count(offset);
        Ok(())
    })?;
    let is_nearly_all = |right: usize| offset_seconds != 0 && rows > 0 && right * 100 >= rows * 95;
    let found = |right, hours: &str| {
        format!("{right} of {rows} rows of {} dt={} that would lie on their day {hours}", table.name(), checked.day)
    };
    let hours = format!("{} min", offset_seconds.abs() / SECONDS_PER_MINUTE);
    let (found, setting) = if is_nearly_all(earlier) {
        (found(earlier, &format!("if {column} were {hours} earlier")), "local")
    } else if is_nearly_all(later) {
        (found(later, &format!("if {column} were {hours} later")), "utc")
    } else {
        return Ok(None);
    };
    let finding =
        Finding::new(STAGE, found, "times that are what their types say").column(column).of_table(table.name());
    let are = if setting == "local" {
        "local times that are written as instants"
    } else {
        "instants that are written without a zone"
    };
    Ok(Some(finding.advice(format!("these look like {are}: set timestamps = {setting:?}"))))
}
