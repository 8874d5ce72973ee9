//! Rows that an engine has read and judged: those that it set aside, as they would read if they had been read here.
//!
//! Grain in: a struct of the declared columns, typed as a [`Batch`] has them, but for texts, which are texts. Grain out: a
//! quarantined row.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, UInt32Array};
use arrow::compute::cast;
use arrow::datatypes::DataType;

use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::extracts::batch::{Batch, intern};
use crate::extracts::contract::CheckedPartition;
use crate::extracts::instants::MICROS;
use crate::extracts::quarantine::{QuarantinedRow, as_json};
use crate::extracts::schema::ColumnKind;
use crate::extracts::tables::Table;
use crate::extracts::verdicts::Reason;
use crate::zone::Zone;

const STAGE: &str = "engine's answers";

/// A table-day whose rows an engine reads.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    without_rows: Batch,
}

impl Answered {
    pub(crate) fn of(checked: &CheckedPartition) -> Self {
        let CheckedPartition { table, day, zone, earliest_day, .. } = checked;
        Self::of_day((*table, *day), zone, *earliest_day)
    }

    /// A table-day of a time zone, where times before a day are no real ones.
    pub(crate) fn of_day(of: (Table, Day), zone: &Zone, earliest_day: Day) -> Self {
        Self { without_rows: Batch::without_rows(of, MICROS, zone, earliest_day) }
    }

    pub(crate) fn day(&self) -> Day {
        self.without_rows.day
    }

    /// The ticks that lie on the natural day.
    pub(crate) fn natural_day(&self) -> &[Range<i64>] {
        &self.without_rows.natural_day
    }

    /// The ticks of real times.
    pub(crate) fn real_times(&self) -> &Range<i64> {
        &self.without_rows.real_times
    }

    /// One row of a column of structs, set aside for a reason.
    pub(crate) fn quarantined(&self, structs: &ArrayRef, row: usize, reason: Reason) -> Outcome<QuarantinedRow> {
        let structs = structs.as_struct_opt().ok_or_else(|| fault(STAGE, "rows that are no structs"))?;
        let mut batch = self.without_rows.clone();
        let mut columns = Vec::new();
        for declared in batch.spec().columns {
            let Some(column) = structs.column_by_name(declared.name) else {
                columns.push(None);
                continue;
            };
            let of_row = column.slice(row, 1);
            columns.push(Some(match declared.kind {
                ColumnKind::Text => positions(&of_row, &mut batch)?,
                kind => cast(&of_row, &kind.held_as()).map_err(|error| fault(STAGE, error))?,
            }));
        }
        batch.columns = columns;
        batch.count = 1;
        let keys = batch.keys()?;
        Ok(QuarantinedRow {
            table: batch.table.name(),
            key: keys.filter(|keys| keys.is_valid(0)).map(|keys| keys.value(0)),
            reason: reason.name(),
            row: as_json(&batch, 0)?,
        })
    }
}

fn positions(texts: &ArrayRef, batch: &mut Batch) -> Outcome<ArrayRef> {
    let texts = cast(texts, &DataType::Utf8).map_err(|error| fault(STAGE, error))?;
    let texts = texts.as_string_opt::<i32>().ok_or_else(|| fault(STAGE, "texts that are none"))?;
    let positions = texts.iter().map(|text| text.map(|text| intern(&mut batch.texts, text)).transpose());
    let positions = positions.collect::<Result<UInt32Array, String>>().map_err(|error| fault(STAGE, error))?;
    Ok(Arc::new(positions))
}
