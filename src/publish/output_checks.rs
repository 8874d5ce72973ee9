//! What section 11 of the specification promises of every published table, checked before a byte is written.
//!
//! In: a run's tables, as the stages before made them. Out: nothing, or a fault that names the table, since each of
//! these was theirs to see to: the declared columns in order, no null where none is declared, no NaN and no infinity,
//! rows in the declared order (one row for each key), partitions named once.

use std::collections::BTreeSet;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Field, Float64Type};
use arrow::row::{OwnedRow, Row, RowConverter, SortField};

use super::file_system::STAGE;
use super::outputs::OutputTable;
use super::partition::NewPartition;
use crate::error::{Outcome, fault};

pub(super) fn check(partitions: &[NewPartition]) -> Outcome<()> {
    let mut folders = BTreeSet::new();
    for partition in partitions {
        let broken = |promise: String| fault(STAGE, format!("{}: {promise}", partition.folder));
        if !folders.insert(&partition.folder) {
            return Err(broken("a partition given twice".to_owned()));
        }
        if !partition.period.to_string().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(broken("a partition value that is no day, month or year".to_owned()));
        }
        for batch in &partition.batches {
            check_columns(partition.table, batch).map_err(broken)?;
        }
        if !rows_are_sorted(partition.table, &partition.batches)? {
            let relation = if has_key(partition.table) { "strictly sorted" } else { "sorted" };
            let order = partition.table.sorted_by.join(", ");
            return Err(broken(format!("rows that are not {relation} by {order}")));
        }
    }
    Ok(())
}

fn check_columns(table: &OutputTable, batch: &RecordBatch) -> Result<(), String> {
    let found: Vec<_> = batch.schema().fields().iter().map(|field| shape(field)).collect();
    let declared: Vec<_> = table.schema().fields().iter().map(|field| shape(field)).collect();
    if found != declared {
        return Err(format!("columns {found:?}, declared {declared:?}"));
    }
    for (column, values) in table.columns().zip(batch.columns()) {
        if !column.nullable && values.null_count() > 0 {
            return Err(format!("column {}: a null", column.name));
        }
        if let Some(floats) = values.as_primitive_opt::<Float64Type>()
            && !floats.iter().flatten().all(f64::is_finite)
        {
            return Err(format!("column {}: NaN or an infinity", column.name));
        }
    }
    Ok(())
}

fn shape(field: &Field) -> (String, DataType) {
    (field.name().clone(), field.data_type().clone())
}

/// Rows of a table that is sorted by all its columns have no key: two of them may be equal.
fn has_key(table: &OutputTable) -> bool {
    table.sorted_by.len() < table.columns().count()
}

fn rows_are_sorted(table: &OutputTable, batches: &[RecordBatch]) -> Outcome<bool> {
    let (schema, order) = (table.schema(), table.sort_order()?);
    let kind = |place: usize| schema.field(place).data_type().clone();
    let fields = order.iter().map(|(place, options)| SortField::new_with_options(kind(*place), *options));
    let converter = RowConverter::new(fields.collect()).map_err(|error| fault(STAGE, error))?;
    let mut last: Option<OwnedRow> = None;
    for batch in batches {
        let columns: Vec<_> = order.iter().map(|(place, _)| batch.column(*place).clone()).collect();
        let rows = converter.convert_columns(&columns).map_err(|error| fault(STAGE, error))?;
        let follows = |row: &Row<'_>, next: &Row<'_>| row < next || (!has_key(table) && row == next);
        if !last.iter().map(OwnedRow::row).chain(&rows).is_sorted_by(follows) {
            return Ok(false);
        }
        last = rows.iter().last().map(|row| row.owned()).or(last);
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::StringArray;

    use super::*;
    use crate::domain::Day;
    use crate::error::ExitClass;
    use crate::publish::partition::{OutputPartition, Period};
    use crate::publish::testing::{NAME, RowsOf, TINY, day, tiny};

    /// A table sorted by all its columns.
    const UNKEYED: OutputTable =
        OutputTable { name: "unkeyed", sorted_by: &["name"], column_groups: &[&[NAME]], ..TINY };

    fn partition(table: &'static OutputTable, on: Day, batches: Vec<RecordBatch>) -> NewPartition {
        NewPartition::published(&OutputPartition { table, period: Period::Day(on), batches }, true)
    }

    fn checked(table: &'static OutputTable, batches: Vec<RecordBatch>) -> Outcome<()> {
        check(&[partition(table, day("2022-03-15"), batches)])
    }

    fn tiny_checked(batches: &[RowsOf]) -> Outcome<()> {
        checked(&TINY, batches.iter().map(|rows| tiny(rows)).collect())
    }

    fn unkeyed(names: &[&str]) -> Vec<RecordBatch> {
        let names = Arc::new(StringArray::from(names.to_vec()));
        vec![RecordBatch::try_new(UNKEYED.schema(), vec![names]).unwrap()]
    }

    #[test]
    fn rows_in_the_declared_order_pass_across_batches() {
        // By shop_id, then score descending; a null is lowest, so it comes last.
        tiny_checked(&[&[(1, Some(4.5)), (1, Some(3.0)), (1, None)], &[], &[(2, None), (3, Some(0.0))]]).unwrap();
        tiny_checked(&[]).unwrap();
        // A table sorted by all its columns may repeat a row.
        checked(&UNKEYED, unkeyed(&["a", "a", "b"])).unwrap();
    }

    #[test]
    fn what_breaks_a_promise_is_a_fault() {
        const UNSORTED: &str = "not strictly sorted by shop_id, score";
        const NOT_FINITE: &str = "column score: NaN or an infinity";
        let tiny_cases: [(&[RowsOf], &str); 8] = [
            (&[&[(2, None), (1, None)]], UNSORTED),
            (&[&[(1, Some(1.0)), (1, Some(2.0))]], UNSORTED),
            (&[&[(1, None), (1, None)]], UNSORTED),
            (&[&[(2, None)], &[(1, None)]], UNSORTED),
            (&[&[(2, None)], &[], &[(2, None)]], UNSORTED),
            (&[&[(1, Some(f64::NAN))]], NOT_FINITE),
            (&[&[(1, Some(f64::INFINITY))]], NOT_FINITE),
            (&[&[(1, Some(f64::NEG_INFINITY))]], NOT_FINITE),
        ];
        let twice = || partition(&TINY, day("2022-03-15"), Vec::new());
        let beyond_the_calendar = partition(&TINY, Day::from_epoch_days(i32::MAX), Vec::new());
        let cases = [
            (checked(&UNKEYED, unkeyed(&["b", "a"])), "not sorted by name"),
            (checked(&TINY, unkeyed(&["a"])), "columns"),
            (check(&[beyond_the_calendar]), "a partition value"),
            (check(&[twice(), twice()]), "given twice"),
        ];
        let tiny_cases = tiny_cases.map(|(batches, reason)| (tiny_checked(batches), reason));
        for (outcome, reason) in cases.into_iter().chain(tiny_cases) {
            let failure = outcome.unwrap_err();
            assert_eq!(failure.class, ExitClass::Fault);
            assert!(failure.to_string().contains(reason), "{failure}, not {reason}");
        }
    }
}
