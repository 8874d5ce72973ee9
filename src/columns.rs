//! Columns of the engine's frames by their name, as the one type that they must have, and what their figures add up to.
//!
//! In: frames of keys and int64 figures. Out: one value a row, one row a group, or one exact total. A column that is missing,
//! of another type or with nulls is a fault of the stage that asks for it. The engine's sums wrap silently; figures are never
//! negative, so that no group's sum is greater than the total: it is the total that is checked.

use std::fmt::Display;

use polars::prelude::*;

use crate::error::{ExitClass, Finding, Outcome, fault};

/// The values of an int64 column.
pub(crate) fn integers(stage: &'static str, frame: &DataFrame, name: &str) -> Outcome<impl Iterator<Item = i64>> {
    let column = without_nulls(stage, frame, name)?.i64().map_err(|error| fault(stage, error))?;
    Ok(column.into_no_null_iter())
}

/// The values of a text column.
pub(crate) fn texts<'a>(
    stage: &'static str,
    frame: &'a DataFrame,
    name: &str,
) -> Outcome<impl Iterator<Item = &'a str>> {
    let column = without_nulls(stage, frame, name)?.str().map_err(|error| fault(stage, error))?;
    Ok(column.iter().flatten())
}

fn without_nulls<'a>(stage: &'static str, frame: &'a DataFrame, name: &str) -> Outcome<&'a Column> {
    let column = frame.column(name).map_err(|error| fault(stage, error))?;
    match column.null_count() {
        0 => Ok(column),
        nulls => Err(fault(stage, format!("{nulls} nulls in the column {name}"))),
    }
}

/// An int64 column with these values.
pub(crate) fn of_integers(name: &str, values: Vec<i64>) -> Column {
    Int64Chunked::from_vec(name.into(), values).into_column()
}

/// Every frame as it is, one after another.
const ONE_AFTER_ANOTHER: UnionArgs = UnionArgs {
    parallel: false,
    rechunk: false,
    to_supertypes: false,
    diagonal: false,
    strict: true,
    from_partitioned_ds: false,
    maintain_order: true,
};

/// The rows of all frames, of which there is at least one, added up: one row for each combination of the `keys`, in no
/// order, with the `figures`.
pub(crate) fn by_group(
    frames: impl IntoIterator<Item = LazyFrame>,
    keys: &[&str],
    figures: &[&str],
) -> PolarsResult<LazyFrame> {
    let columns = |names: &[&str]| names.iter().map(|name| col(*name)).collect::<Vec<_>>();
    let read = [columns(keys), columns(figures)].concat();
    let frames = frames.into_iter().map(|frame| frame.select(read.clone())).collect::<Vec<_>>();
    let sums = columns(figures).into_iter().map(Expr::sum).collect::<Vec<_>>();
    Ok(concat(frames, ONE_AFTER_ANOTHER)?.group_by(columns(keys)).agg(sums))
}

/// The exact total of a column.
pub(crate) fn total(stage: &'static str, frame: &DataFrame, column: &str) -> Outcome<i128> {
    Ok(integers(stage, frame, column)?.map(i128::from).sum())
}

/// Refuses a total of `column` that 64 bits do not hold; `of` says where it was found, such as `in payments of 2022-03-15`.
pub(crate) fn check_fits(stage: &'static str, column: &str, total: i128, of: impl Display) -> Outcome<()> {
    if i64::try_from(total).is_ok() {
        return Ok(());
    }
    Err(Finding::new(stage, format!("a total of {total} {of}"), "a sum that fits 64 bits")
        .column(column)
        .advice("correct the values")
        .fail(ExitClass::Rejected))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_is_not_as_it_must_be_is_a_fault_that_names_it() {
        let frame = df!("sound" => [1_i64, 2], "text" => ["a", "b"], "null" => [Some(1_i64), None]).unwrap();
        assert_eq!(integers("test", &frame, "sound").unwrap().collect::<Vec<_>>(), [1, 2]);
        assert_eq!(texts("test", &frame, "text").unwrap().collect::<Vec<_>>(), ["a", "b"]);
        for name in ["missing", "text", "null"] {
            let failure = integers("test", &frame, name).err().unwrap();
            assert!(failure.to_string().contains(name), "{failure}");
        }
        assert!(texts("test", &frame, "sound").is_err());
    }
}
