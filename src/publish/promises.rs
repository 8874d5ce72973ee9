//! What section 11 of the specification promises of every published table, asserted before a byte is written.
//!
//! In: a night's tables, as the stages before made them. Out: nothing, or a fault that names the table, since each of
//! these was theirs to see to: the declared columns in order, no null where none is declared, no NaN and no infinity,
//! rows in the declared order (one row for each key), partitions named once.

use std::collections::BTreeSet;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Field, Float64Type};
use arrow::error::ArrowError;
use arrow::row::{OwnedRow, RowConverter, SortField};

use super::file_system::STAGE;
use super::outputs::OutputTable;
use super::parquet_file::sort_order;
use super::staging::NewPartition;
use crate::error::{Outcome, fault};

/// Asserts all of it for the partitions of a night.
///
/// # Errors
/// Fault, naming the partition.
pub(super) fn check(partitions: &[NewPartition]) -> Outcome<()> {
    let mut folders = BTreeSet::new();
    for partition in partitions {
        let broken = |promise: &str| fault(STAGE, format!("{}: {promise}", partition.folder));
        if !folders.insert(&partition.folder) {
            return Err(broken("a partition given twice"));
        }
        if !partition.value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(broken("a partition value that is no day, month or year"));
        }
        for batch in &partition.batches {
            check_columns(partition.table, batch).map_err(|promise| broken(&promise))?;
        }
        check_order(partition.table, &partition.batches).map_err(|promise| broken(&promise))?;
    }
    Ok(())
}

fn check_columns(table: &OutputTable, batch: &RecordBatch) -> Result<(), String> {
    let found: Vec<_> = batch.schema().fields().iter().map(|field| shape(field)).collect();
    let declared: Vec<_> = table.schema().fields().iter().map(|field| shape(field)).collect();
    if found != declared {
        return Err(format!("columns {found:?}, declared {declared:?}"));
    }
    for (column, values) in table.columns.iter().zip(batch.columns()) {
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

fn check_order(table: &OutputTable, batches: &[RecordBatch]) -> Result<(), String> {
    // Rows of a table that is sorted by all its columns have no key: two of them may be equal.
    let has_key = table.sorted_by.len() < table.columns.len();
    let sorted = rows_are_sorted(table, batches, has_key).map_err(|error| error.to_string())?;
    let relation = if has_key { "strictly sorted" } else { "sorted" };
    if sorted {
        Ok(())
    } else {
        Err(format!("rows that are not {relation} by {}", table.sorted_by.join(", ")))
    }
}

fn rows_are_sorted(table: &OutputTable, batches: &[RecordBatch], strictly: bool) -> Result<bool, ArrowError> {
    let order = sort_order(table);
    let schema = table.schema();
    let fields = order.iter().map(|(place, options)| {
        SortField::new_with_options(schema.field(*place).data_type().clone(), *options)
    });
    let converter = RowConverter::new(fields.collect())?;
    let mut last: Option<OwnedRow> = None;
    for batch in batches {
        let columns: Vec<_> = order.iter().map(|(place, _)| batch.column(*place).clone()).collect();
        let rows = converter.convert_columns(&columns)?;
        let in_order = last
            .iter()
            .map(OwnedRow::row)
            .chain(&rows)
            .is_sorted_by(|row, next| row < next || (!strictly && row == next));
        if !in_order {
            return Ok(false);
        }
        let end = rows.iter().last().map(|row| row.owned());
        last = end.or(last);
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ExitClass;
    use crate::publish::layout::{PartitionFolder, Root};
    use crate::publish::testing::{RowsOf, TINY, UNKEYED, day, tiny, unkeyed};

    fn checked(table: &'static OutputTable, value: &str, batches: &[RecordBatch]) -> Outcome<()> {
        let folder = PartitionFolder { root: Root::Published, path: format!("tiny/dt={value}") };
        check(&[partition(folder, value, table, batches)])
    }

    fn partition(
        folder: PartitionFolder,
        value: &str,
        table: &'static OutputTable,
        batches: &[RecordBatch],
    ) -> NewPartition {
        let day = day("2022-03-15");
        NewPartition { folder, value: value.to_owned(), day, place: 0, table, batches: batches.to_vec() }
    }

    fn tiny_checked(batches: &[RowsOf]) -> Outcome<()> {
        checked(&TINY, "2022-03-15", &batches.iter().map(|rows| tiny(rows)).collect::<Vec<_>>())
    }

    fn is_refused(outcome: Outcome<()>, reason: &str) {
        let failure = outcome.unwrap_err();
        assert_eq!(failure.class, ExitClass::Fault);
        assert!(failure.to_string().contains(reason), "{failure}");
    }

    #[test]
    fn rows_in_the_declared_order_pass_across_batches() {
        // By shop_id, then score descending; a null is lowest, so it comes last.
        tiny_checked(&[&[(1, Some(4.5)), (1, Some(3.0)), (1, None)], &[], &[(2, None), (3, Some(0.0))]])
            .unwrap();
        tiny_checked(&[]).unwrap();
    }

    #[test]
    fn rows_out_of_order_or_with_one_key_are_refused() {
        let unsorted: [&[RowsOf]; 5] = [
            &[&[(2, None), (1, None)]],
            &[&[(1, Some(1.0)), (1, Some(2.0))]],
            &[&[(1, None), (1, None)]],
            &[&[(2, None)], &[(1, None)]],
            &[&[(2, None)], &[], &[(2, None)]],
        ];
        for batches in unsorted {
            is_refused(tiny_checked(batches), "not strictly sorted by shop_id, score");
        }
    }

    #[test]
    fn a_table_sorted_by_all_its_columns_may_repeat_a_row() {
        checked(&UNKEYED, "2022-03-15", &[unkeyed(&["a", "a", "b"])]).unwrap();
        is_refused(checked(&UNKEYED, "2022-03-15", &[unkeyed(&["b", "a"])]), "not sorted by row");
    }

    #[test]
    fn nan_and_infinities_are_refused() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            is_refused(tiny_checked(&[&[(1, Some(value))]]), "column score: NaN or an infinity");
        }
    }

    #[test]
    fn other_columns_than_the_declared_are_refused() {
        is_refused(checked(&TINY, "2022-03-15", &[unkeyed(&["a"])]), "columns");
    }

    #[test]
    fn a_partition_value_that_leaves_the_folder_is_refused() {
        is_refused(checked(&TINY, "../2022-03-15", &[]), "a partition value");
    }

    #[test]
    fn a_partition_given_twice_is_refused() {
        let folder = PartitionFolder { root: Root::Published, path: "tiny/dt=2022-03-15".to_owned() };
        let partition = || partition(folder.clone(), "2022-03-15", &TINY, &[]);
        is_refused(check(&[partition(), partition()]), "given twice");
    }
}
