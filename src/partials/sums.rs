//! The sums of a daily partial: every measure, by group.
//!
//! Grain in: rows and their verdicts. Grain out: one row a group with its keys, its measures and `rows`, sorted by the keys.

use polars::prelude::*;
use polars::series::IsSorted;

use crate::columns::of_integers;
use crate::error::Outcome;
use crate::extracts::rows::{Rows, Values};
use crate::extracts::verdicts::Verdicts;
use crate::partials::distinct;
use crate::partials::engine;
use crate::partials::groups::{self, Grouped};
use crate::partials::meaning::{Meaning, Surroundings};
use crate::partials::measures::{Amount, PartialSpec, ROWS};
use crate::partials::sound::{frame_of, take};

/// The sums of the sound rows, by what the partial groups them by.
pub(super) fn by_group(
    rows: &Rows,
    verdicts: &Verdicts,
    spec: &PartialSpec,
    surroundings: Surroundings<'_>,
) -> Outcome<DataFrame> {
    let Grouped { rows: taken, groups, firsts } = groups::sound_rows(rows, verdicts, spec.grouped_by)?;
    let keys = spec.grouped_by.iter().map(|name| key_column(rows, name, &firsts));
    let mut columns = keys.collect::<Outcome<Vec<Column>>>()?;
    if let Some(shops) = columns.first_mut() {
        shops.set_sorted_flag(IsSorted::Ascending);
    }
    let meaning = Meaning::of(rows, surroundings);
    let sums = measures_along(frame_of(rows, &taken, spec)?, groups, spec, &meaning)?;
    columns.extend(sums.into_columns());
    DataFrame::new(firsts.len(), columns).map_err(engine)
}

/// A key, one a group.
fn key_column(rows: &Rows, name: &str, firsts: &[IdxSize]) -> Outcome<Column> {
    let Values::Text(positions) = &rows.column(name)?.values else {
        return Ok(of_integers(name, take(rows.integers(name)?, firsts)?));
    };
    let positions = take(positions, firsts)?;
    let texts = positions.into_iter().map(|position| rows.texts.text(position));
    let texts = texts.collect::<Outcome<Vec<&str>>>()?;
    Ok(StringChunked::from_iter_values(name.into(), texts.into_iter()).into_column())
}

/// The measures and `rows` of each group, in ascending order of `groups`, which is the group of each row and ascends.
fn measures_along(frame: DataFrame, groups: Vec<u64>, spec: &PartialSpec, meaning: &Meaning<'_>) -> Outcome<DataFrame> {
    if spec.once_per.is_empty() {
        let sums = spec.measures.iter().map(|measure| match (measure.amount, measure.conditions) {
            (Amount::One, []) => count_as(measure.name),
            _ => sum_of(meaning.addend(measure)).alias(measure.name),
        });
        return sum_along(frame, groups, sums.chain([count_as(ROWS)]).collect()).map_err(engine);
    }
    let (counted, groups) = distinct::counted_once(&frame, &groups, spec, meaning)?;
    let sums = spec.measures.iter().map(|measure| match measure.conditions {
        [] => count_as(measure.name),
        _ => sum_of(col(measure.name)),
    });
    sum_along(counted, groups, sums.chain([sum_of(col(ROWS))]).collect()).map_err(engine)
}

/// `sums` over each of `groups`, which ascend: the engine then looks for no group but runs along them.
fn sum_along(mut frame: DataFrame, groups: Vec<u64>, sums: Vec<Expr>) -> PolarsResult<DataFrame> {
    const GROUP: &str = "group";
    let mut groups = UInt64Chunked::from_vec(GROUP.into(), groups);
    groups.set_sorted_flag(IsSorted::Ascending);
    frame.with_column(groups.into_column())?;
    frame.lazy().group_by([col(GROUP)]).agg(sums).collect()?.drop(GROUP)
}

/// The sum over a group, in which a null adds nothing. The engine's plain sum makes a column of every group that it runs
/// along, which costs more than adding it up; its sum over lists does not.
fn sum_of(addend: Expr) -> Expr {
    addend.fill_null(lit(0_i64)).implode(true).list().sum()
}

fn count_as(name: &str) -> Expr {
    len().cast(DataType::Int64).alias(name)
}
