//! What section 11 of the specification promises of every published table, checked on the way to the file.
//!
//! In: a run's tables, as the stages before made them. Out: the same rows, or a fault that names the table, since each of
//! these was theirs to see to: the declared columns in order, no null where none is declared, no NaN and no infinity,
//! rows in the declared order (one row for each key), partitions named once. What breaks a promise is published nowhere.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use arrow::array::{Array, AsArray, DynComparator, RecordBatch, make_comparator};
use arrow::datatypes::{DataType, Field, Float64Type};

use super::file_system::STAGE;
use super::outputs::OutputTable;
use super::partition::NewPartition;
use crate::error::{Outcome, fault};

/// Refuses partitions that are given twice, or are called what is no day, month or year.
pub(super) fn check_folders(partitions: &[NewPartition<'_>]) -> Outcome<()> {
    let mut folders = BTreeSet::new();
    for NewPartition { folder, period, .. } in partitions {
        let broken = |promise: &str| fault(STAGE, format!("{folder}: {promise}"));
        if !folders.insert(folder) {
            return Err(broken("a partition given twice"));
        }
        if !period.to_string().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(broken("a partition value that is no day, month or year"));
        }
    }
    Ok(())
}

/// The rows of a partition, each slice checked before it is handed on.
pub(super) fn checked(partition: &NewPartition<'_>) -> impl Iterator<Item = Outcome<RecordBatch>> {
    let NewPartition { table, folder, rows, .. } = partition;
    let mut before: Option<RecordBatch> = None;
    rows.slices().map(move |slice| {
        let slice = slice?;
        let broken = |promise: String| fault(STAGE, format!("{folder}: {promise}"));
        check_columns(table, &slice).map_err(broken)?;
        if !is_sorted(table, before.as_ref(), &slice)? {
            let relation = if has_key(table) { "strictly sorted" } else { "sorted" };
            return Err(broken(format!("rows that are not {relation} by {}", table.sorted_by.join(", "))));
        }
        if slice.num_rows() > 0 {
            before = Some(slice.clone());
        }
        Ok(slice)
    })
}

fn check_columns(table: &OutputTable, batch: &RecordBatch) -> Result<(), String> {
    let found: Vec<_> = batch.schema().fields().iter().map(|field| shape(field)).collect();
    let declared: Vec<_> = table.schema().fields().iter().map(|field| shape(field)).collect();
    if found != declared {
        return Err(format!("columns {found:?}, declared {declared:?}"));
    }
    for (column, values) in table.columns().zip(batch.columns()) {
        if !column.is_nullable() && values.null_count() > 0 {
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

/// Whether the rows of a slice follow one another, and the first of them the last one of the rows `before`.
fn is_sorted(table: &OutputTable, before: Option<&RecordBatch>, slice: &RecordBatch) -> Outcome<bool> {
    let follow = |comparators: &[DynComparator], row, next| {
        let differing = comparators.iter().map(|compare| compare(row, next)).find(|order| order.is_ne());
        differing.map_or(!has_key(table), Ordering::is_lt)
    };
    let inside = comparators(table, slice, slice)?;
    if !(1..slice.num_rows()).all(|next| follow(&inside, next - 1, next)) {
        return Ok(false);
    }
    let Some(before) = before.filter(|_| slice.num_rows() > 0) else { return Ok(true) };
    Ok(follow(&comparators(table, before, slice)?, before.num_rows() - 1, 0))
}

/// How rows of two slices compare, by each of the columns that the table is sorted by.
fn comparators(table: &OutputTable, left: &RecordBatch, right: &RecordBatch) -> Outcome<Vec<DynComparator>> {
    let comparator = |(place, options)| make_comparator(left.column(place), right.column(place), options);
    let comparators = table.sort_order()?.into_iter().map(comparator);
    comparators.collect::<Result<_, _>>().map_err(|error| fault(STAGE, error))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::StringArray;

    use super::*;
    use crate::domain::Day;
    use crate::error::ExitClass;
    use crate::publish::partition::{OutputPartition, Period};
    use crate::publish::rows::Rows;
    use crate::publish::testing::{NAME, RowsOf, TINY, day, tiny};

    /// A table sorted by all its columns.
    const UNKEYED: OutputTable =
        OutputTable { name: "unkeyed", sorted_by: &["name"], column_groups: &[&[NAME]], ..TINY };

    fn partition(table: &'static OutputTable, on: Day, batches: Vec<RecordBatch>) -> NewPartition<'static> {
        let rows = Rows::made(batches);
        NewPartition::published(&OutputPartition { table, period: Period::Day(on), rows }, true)
    }

    fn checked(table: &'static OutputTable, batches: Vec<RecordBatch>) -> Outcome<()> {
        super::checked(&partition(table, day("2022-03-15"), batches)).try_for_each(|slice| slice.map(drop))
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
            (check_folders(&[beyond_the_calendar]), "a partition value"),
            (check_folders(&[twice(), twice()]), "given twice"),
        ];
        let tiny_cases = tiny_cases.map(|(batches, reason)| (tiny_checked(batches), reason));
        for (outcome, reason) in cases.into_iter().chain(tiny_cases) {
            let failure = outcome.unwrap_err();
            assert_eq!(failure.class, ExitClass::Fault);
            assert!(failure.to_string().contains(reason), "{failure}, not {reason}");
        }
    }
}
