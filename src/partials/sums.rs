//! The sums of a daily partial: every measure, by group.
//!
//! Grain in: rows and their verdicts. Grain out: one row a group with its keys, its measures and `rows`, sorted by the keys.
//! The engine's sums wrap silently, so the exact total of each summed column must fit 64 bits; no sum within it can then be
//! larger, since nothing summed is negative. A null adds nothing.

use std::borrow::Cow;
use std::ops::Range;

use polars::prelude::*;
use polars::series::IsSorted;

use crate::columns::check_fits;
use crate::columns::of_integers;
use crate::error::Outcome;
use crate::extracts::rows::{Rows, Values};
use crate::extracts::verdicts::Verdicts;
use crate::partials::groups::{self, Grouped};
use crate::partials::meaning::{Meaning, whole_seconds};
use crate::partials::measures::{Amount, PartialSpec, ROWS};
use crate::partials::{STAGE, engine, take};

/// So near to 0 that even as many of them as row numbers can tell apart would fit; mostly all values are.
const SMALL: Range<i64> = -(1 << 31)..1 << 31;

/// Refuses rows of which a summed column has a total that does not fit, naming the shop of the greatest value.
pub(super) fn check_sums_fit(rows: &Rows, verdicts: &Verdicts, spec: &PartialSpec) -> Outcome<()> {
    let shops = rows.integers("shop_id")?;
    for measure in spec.measures {
        let (amounts, present) = match measure.amount {
            Amount::One => continue,
            Amount::Of(name) => (Cow::Borrowed(rows.integers(name)?), Some(rows.column(name)?)),
            Amount::WholeSeconds(from, to) => (Cow::Owned(whole_seconds(rows, from, to)?), None),
        };
        if amounts.iter().all(|amount| SMALL.contains(amount)) {
            continue;
        }
        let counts = |row| verdicts.is_sound(row) && present.is_none_or(|column| column.is_valid(row));
        let counted = || amounts.iter().zip(shops).enumerate().filter(|(row, _)| counts(*row));
        let total: i128 = counted().map(|(_, (amount, _))| i128::from(*amount)).sum();
        if let Some((_, (_, shop))) = counted().max_by_key(|(_, (amount, _))| **amount) {
            let (table, day) = (rows.table.name(), rows.day);
            let of = format_args!("in {table} of {day}, the greatest value of shop {shop}");
            check_fits(STAGE, measure.name, total, of)?;
        }
    }
    Ok(())
}

/// The sums of the sound rows, by what the partial groups them by.
pub(super) fn by_group(meaning: &Meaning<'_>, verdicts: &Verdicts) -> Outcome<DataFrame> {
    let Meaning { rows, spec, .. } = meaning;
    let Grouped { rows: taken, groups, firsts } = groups::sound_rows(rows, verdicts, spec.grouped_by)?;
    let keys = spec.grouped_by.iter().map(|name| key_column(rows, name, &firsts));
    let mut columns = keys.collect::<Outcome<Vec<Column>>>()?;
    if let Some(shops) = columns.first_mut() {
        shops.set_sorted_flag(IsSorted::Ascending);
    }
    let sums = measures_along(meaning.frame_of(&taken)?, groups, meaning)?;
    columns.extend(sums.into_columns());
    DataFrame::new(firsts.len(), columns).map_err(engine)
}

/// A key, one a group.
fn key_column(rows: &Rows, name: &str, firsts: &[IdxSize]) -> Outcome<Column> {
    let Values::Text(positions) = &rows.column(name)?.values else {
        return Ok(of_integers(name, take(rows.integers(name)?, firsts)?));
    };
    let texts = take(positions, firsts)?.into_iter().map(|position| rows.texts.text(position));
    let texts = texts.collect::<Outcome<Vec<&str>>>()?;
    Ok(StringChunked::from_iter_values(name.into(), texts.into_iter()).into_column())
}

/// The measures and `rows` of each group, in ascending order of `groups`, which is the group of each row and ascends.
fn measures_along(frame: DataFrame, groups: Vec<u64>, meaning: &Meaning<'_>) -> Outcome<DataFrame> {
    let measures = meaning.spec.measures.iter();
    if meaning.spec.once_per.is_empty() {
        let sums = measures.map(|measure| match (measure.amount, measure.conditions) {
            (Amount::One, []) => count_as(measure.name),
            _ => sum_of(meaning.addend(measure)).alias(measure.name),
        });
        return sum_along(frame, groups, sums.chain([count_as(ROWS)]).collect()).map_err(engine);
    }
    let (counted, groups) = groups::counted_once(&frame, &groups, meaning)?;
    let sums = measures.map(|measure| match measure.conditions {
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
