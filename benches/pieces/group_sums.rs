//! The sums of a table-day by numbered groups, beside group-bys of the engine: one a batch, and one that merges them.
//!
//! Both begin with the decoded batches and what each row adds, and work on the table-days of the window in parallel.

use polars::prelude::*;
use rayon::prelude::*;
use shopscore::error::{Outcome, all};
use shopscore::extracts::batch::Batch;
use shopscore::extracts::reader::{self, Source};
use shopscore::extracts::selection::Selection;
use shopscore::extracts::{contract::CheckedPartition, tables::Table};
use shopscore::partials::meaning::{Addends, addends};
use shopscore::partials::measures::{self, PartialSpec};
use shopscore::partials::sums::Sums;
use shopscore::threads;

use crate::shared::{bench_fault, say_piece, table_days, timed};

const INSTEAD: &str = "the engine's group-bys, merged";

/// The batches of a table-day, with what their rows add.
type Batches = Vec<(Batch, Vec<Addends>)>;

pub(crate) fn measure(extracts: &str, runs: usize) -> Outcome<()> {
    for (table, piece) in [
        (Table::Payments, "sums by shop and text (payments)"),
        (Table::Reviews, "sums by shop (reviews)"),
        (Table::Consultations, "what counts once (consultations)"),
    ] {
        let spec = measures::of(table).ok_or_else(|| bench_fault("no partial"))?;
        let days = table_days(extracts, |of| of.table == table)?;
        let batches = days.iter().map(|day| batches_of(day, spec)).collect::<Outcome<Vec<_>>>()?;
        let mut seconds = [Vec::new(), Vec::new()];
        for _ in 0..runs {
            let mut sums = [Vec::new(), Vec::new()];
            for (way, (seconds, sums)) in [by_hand, by_engine].into_iter().zip(seconds.iter_mut().zip(&mut sums)) {
                seconds.push(timed(|| {
                    let of_days = days.par_iter().zip(&batches).with_max_len(1);
                    let of_days = of_days.map(|(day, batches)| way(day, spec, batches));
                    *sums = all(threads::on_pool(|| of_days.collect::<Vec<_>>()))?;
                    Ok(())
                })?);
            }
            if sums[0] != sums[1] {
                return Err(bench_fault("other sums"));
            }
        }
        say_piece(piece, extracts, &mut seconds, INSTEAD);
    }
    Ok(())
}

fn batches_of(day: &CheckedPartition, spec: &'static PartialSpec) -> Outcome<Batches> {
    let mut batches = Vec::new();
    let selection = Selection { columns: Some(spec.record_columns()), ..Selection::default() };
    reader::decode(day, Source::Files, &selection, &mut |batch| {
        let addends = addends(&batch, spec, &Default::default())?;
        batches.push((batch, addends));
        Ok(())
    })?;
    Ok(batches)
}

/// How many groups there are, and the total of each figure.
type Totals = (usize, Vec<i64>);

fn totals(sums: &DataFrame, spec: &PartialSpec) -> Outcome<Totals> {
    let total = |name: &str| sums.column(name)?.i64().map(|sums| sums.sum().unwrap_or(0));
    let totals = spec.figures().into_iter().map(total).collect::<PolarsResult<_>>().map_err(bench_fault)?;
    Ok((sums.height(), totals))
}

fn by_hand(day: &CheckedPartition, spec: &'static PartialSpec, batches: &Batches) -> Outcome<Totals> {
    let mut sums = Sums::none(spec)?;
    batches.iter().try_for_each(|(batch, addends)| sums.add(batch, addends))?;
    totals(&sums.finish((day.table, day.day))?, spec)
}

fn by_engine(_: &CheckedPartition, spec: &'static PartialSpec, batches: &Batches) -> Outcome<Totals> {
    let is_once = !spec.once_per.is_empty();
    let keys = if is_once { spec.once_per } else { spec.grouped_by };
    let merged = |frame: LazyFrame| {
        let figures =
            spec.measures.iter().map(|measure| if is_once { col(measure.name).max() } else { col(measure.name).sum() });
        frame
            .group_by(keys.iter().map(|key| col(*key)).collect::<Vec<_>>())
            .agg(figures.chain([col(measures::ROWS).sum()]).collect::<Vec<_>>())
    };
    let sums = || {
        let of_batches = batches.iter().map(|batch| Ok(merged(frame(batch, keys, spec)?.lazy()).collect()?.lazy()));
        let whole = merged(concat(of_batches.collect::<PolarsResult<Vec<_>>>()?, UnionArgs::default())?);
        let figures = spec.figures().into_iter().map(|name| col(name).sum()).collect::<Vec<_>>();
        let grouped = spec.grouped_by.iter().map(|key| col(*key)).collect::<Vec<_>>();
        let whole = if is_once { whole.group_by(grouped).agg(figures) } else { whole };
        whole.sort(spec.grouped_by.iter().copied(), SortMultipleOptions::default()).collect()
    };
    totals(&sums().map_err(bench_fault)?, spec)
}

/// A batch as a frame: keys, texts by their positions, and figures.
fn frame((batch, addends): &(Batch, Vec<Addends>), keys: &[&str], spec: &PartialSpec) -> PolarsResult<DataFrame> {
    let mut columns: Vec<Column> = Vec::new();
    for key in keys {
        columns.push(match (batch.integers(key), batch.text_positions(key)) {
            (Ok(integers), _) => Column::new((*key).into(), integers.values().as_ref()),
            (_, Ok(texts)) => Column::new((*key).into(), texts.values().as_ref()),
            (Err(failure), _) => polars_bail!(ComputeError: "{failure}"),
        });
    }
    for (measure, addends) in spec.measures.iter().zip(addends) {
        columns.push(Column::new(measure.name.into(), addends.of_rows().as_ref()));
    }
    columns.push(Column::new_scalar(measures::ROWS.into(), Scalar::from(1_i64), batch.count));
    DataFrame::new(batch.count, columns)
}
