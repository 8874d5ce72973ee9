//! Integer figures of frames, added up: by group, and in all, where 64 bits must hold them.
//!
//! In: frames of keys and int64 figures. Out: one row a group, or one exact total. The engine's sums wrap silently. Figures
//! are never negative, so that no group's sum is greater than the total: it is the total that is checked.

use std::fmt::Display;

use polars::prelude::*;

use crate::columns::integers;
use crate::error::{ExitClass, Finding, Outcome};

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
