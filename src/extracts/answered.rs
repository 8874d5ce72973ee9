//! Rows that an engine has read: those that it set aside, and those that it was asked for, as if they had been read here.
//!
//! Grain in: the declared columns, typed as a [`Batch`] has them, but for texts, which are texts; of rows that were set aside as a
//! struct. Grain out: a quarantined row, or a batch.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, UInt32Array};
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

    /// The rows of a batch that has all declared columns. Batches of one after another agree on their texts.
    pub(crate) fn rows(&mut self, batch: &RecordBatch) -> Outcome<Batch> {
        let columns = self.without_rows.spec().columns.iter().map(|declared| {
            let column = batch.column_by_name(declared.name);
            let column = column.ok_or_else(|| fault(STAGE, format!("rows without {}", declared.name)))?;
            held(column, declared.kind, &mut self.without_rows).map(Some)
        });
        let columns = columns.collect::<Outcome<_>>()?;
        Ok(Batch { columns, count: batch.num_rows(), ..self.without_rows.clone() })
    }

    /// The rows of `batches`, one after another.
    pub(crate) fn all(self, batches: &[Batch]) -> Outcome<Batch> {
        self.without_rows.of_all(batches)
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
            columns.push(Some(held(&column.slice(row, 1), declared.kind, &mut batch)?));
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

/// A column as a batch holds it, whose texts are among those of the batch from then on.
fn held(column: &ArrayRef, kind: ColumnKind, batch: &mut Batch) -> Outcome<ArrayRef> {
    match kind {
        ColumnKind::Text => positions(column, batch),
        kind => cast(column, &kind.held_as()).map_err(|error| fault(STAGE, error)),
    }
}

fn positions(texts: &ArrayRef, batch: &mut Batch) -> Outcome<ArrayRef> {
    let texts = cast(texts, &DataType::Utf8).map_err(|error| fault(STAGE, error))?;
    let texts = texts.as_string_opt::<i32>().ok_or_else(|| fault(STAGE, "texts that are none"))?;
    let positions = texts.iter().map(|text| text.map(|text| intern(&mut batch.texts, text)).transpose());
    let positions = positions.collect::<Result<UInt32Array, String>>().map_err(|error| fault(STAGE, error))?;
    Ok(Arc::new(positions))
}
