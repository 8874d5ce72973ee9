//! Whether the times of a table-day would be right if they were shifted by the time zone's offset: what nobody can tell from
//! one row, but all of them together.
//!
//! Grain in: a table-day of which too many rows lie on another day. Grain out: a finding that names the setting that would
//! read it, where nearly all rows would then lie on their day.

use crate::error::{Finding, Outcome, fault};
use crate::extracts::batch::Batch;
use crate::extracts::instants::MICROS;
use crate::extracts::quarantine::Counts;
use crate::extracts::reader::{self, Source};
use crate::extracts::remote::Remote;
use crate::extracts::selection::Selection;
use crate::extracts::verdicts::Reason;
use crate::extracts::{contract::CheckedPartition, elsewhere_read, tables::Table};
use crate::partials::measures;
use crate::table_days::elsewhere_rows::Elsewhere;

const STAGE: &str = "quality";
const SECONDS_PER_MINUTE: i64 = 60;

/// Whether most rows that were set aside lie on another day.
pub(super) fn is_candidate(counts: &Counts) -> bool {
    let of_other_days = counts.broken.get(Reason::WrongPartition as usize).copied().unwrap_or_default();
    of_other_days * 2 > counts.quarantined()
}

/// What a shift would make of a table-day, where it would put at least 95 of 100 rows on their day.
pub(super) fn shift(checked: &CheckedPartition, remote: Option<&dyn Remote>) -> Outcome<Option<Finding>> {
    let table: Table = checked.table;
    let Some(column) = table.spec().day_column else { return Ok(None) };
    let offset_seconds = checked.offset_seconds();
    let [rows, earlier, later] = match (remote, measures::of(table)) {
        (None, _) => counted_here(checked, column)?,
        (Some(remote), Some(spec)) => {
            Elsewhere { remote, spec, days: &[checked] }.shifted(offset_of(MICROS, offset_seconds)?)?
        }
        (Some(remote), None) => {
            let batches = elsewhere_read::read(remote, &[checked])?;
            let counted = batches.iter().map(|batch| counted(batch, column, offset_seconds));
            counted.collect::<Outcome<Vec<_>>>()?.into_iter().fold([0; 3], both)
        }
    };
    let is_nearly_all = |right: i64| offset_seconds != 0 && rows > 0 && right * 100 >= rows * 95;
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

/// How many rows have a time, and how many of them would lie on their day if it were earlier by the offset, and later.
fn counted_here(checked: &CheckedPartition, column: &'static str) -> Outcome<[i64; 3]> {
    let selection = Selection { columns: Some(vec![column]), ..Selection::default() };
    let mut sum = [0; 3];
    reader::decode(checked, Source::Files, &selection, &mut |batch| {
        sum = both(sum, counted(&batch, column, checked.offset_seconds())?);
        Ok(())
    })?;
    Ok(sum)
}

fn counted(batch: &Batch, column: &str, offset_seconds: i64) -> Outcome<[i64; 3]> {
    let ticks = batch.ticks(column)?;
    let offset = offset_of(batch.ticks_per_second, offset_seconds)?;
    let lies_on_day = |tick: i64| batch.natural_day.iter().any(|span| span.contains(&tick));
    let count = |is_counted: &dyn Fn(i64) -> bool| -> i64 {
        ticks.iter().flatten().map(|tick| i64::from(is_counted(tick))).sum()
    };
    let if_moved_by = |shift: i64| count(&|tick| lies_on_day(tick.saturating_add(shift)));
    Ok([count(&|_| true), if_moved_by(-offset), if_moved_by(offset)])
}

/// An offset in ticks.
fn offset_of(ticks_per_second: i64, offset_seconds: i64) -> Outcome<i64> {
    offset_seconds.checked_mul(ticks_per_second).ok_or_else(|| fault(STAGE, "an offset beyond ticks"))
}

fn both(one: [i64; 3], other: [i64; 3]) -> [i64; 3] {
    let mut sum = one;
    sum.iter_mut().zip(other).for_each(|(sum, more)| *sum += more);
    sum
}
