//! How long each table's daily partials take, beside the decoding of the columns they need and nothing else.
//!
//! Both are measured in one run, in turn, on the same pool: `make bench-partials EXTRACTS=DIR DATE=DAY [RUNS=5] [TABLE=…]`. Seconds
//! are wall-clock medians for all days of the window; the floor is the `parquet` crate's Arrow reader over the same files
//! with the same projection, its batches dropped at once.

#![allow(clippy::print_stdout, missing_docs)]

mod shared;

use std::collections::BTreeSet;

use arrow::array::RecordBatch;
use rayon::prelude::*;
use shopscore::error::{Outcome, all};
use shopscore::extracts::contract::CheckedPartition;
use shopscore::extracts::reader::{self, Source, each_batch};
use shopscore::extracts::selection::Selection;
use shopscore::partials::daily::{Wanted, sum_up};
use shopscore::partials::measures::{self, PartialSpec};
use shopscore::threads;

fn main() {
    shared::run(measure);
}

fn measure() -> Outcome<()> {
    let extracts = shared::argument("EXTRACTS", "sample_data");
    let runs: usize = shared::argument("RUNS", "5").parse().unwrap_or(5);
    let as_of = shared::argument("DATE", "2022-03-15");
    let checked = shared::table_days(&extracts, |_| true)?;
    println!("{extracts}, 30 days to {as_of}, medians of {runs} runs in turn, seconds");
    println!("{:<14}{:>12}{:>10}{:>10}{:>8}", "table", "rows", "floor", "partials", "ratio");
    let (mut floors, mut partials) = (0.0, 0.0);
    let wanted = shared::argument("TABLE", "");
    for spec in measures::ALL.iter().filter(|spec| wanted.is_empty() || spec.table.name() == wanted) {
        let days: Vec<&CheckedPartition> = checked.iter().filter(|day| day.table == spec.table).collect();
        let rows: usize = days.iter().flat_map(|day| &day.files).filter_map(|file| file.rows).sum();
        let (floor, partial) = medians(runs, || decode(&days), || sum_all(&days, spec))?;
        println!("{:<14}{rows:>12}{floor:>10.3}{partial:>10.3}{:>8.2}", spec.table.name(), partial / floor);
        floors += floor;
        partials += partial;
    }
    println!("{:<14}{:>12}{floors:>10.3}{partials:>10.3}{:>8.2}", "all", "", partials / floors);
    Ok(())
}

fn decode(days: &[&CheckedPartition]) -> Outcome<()> {
    let decoded = threads::on_pool(|| {
        let each = days.par_iter().with_max_len(1).map(|day| {
            let spec = day.table.spec();
            let files = day.files.iter().zip(reader::load(day)?);
            files.into_iter().try_for_each(|(file, bytes)| {
                each_batch(spec, file, || Ok(bytes.clone()), &Selection::default(), |_: RecordBatch| Ok(()))
            })
        });
        each.collect::<Vec<_>>()
    });
    all(decoded).map(drop)
}

fn sum_all(days: &[&CheckedPartition], spec: &'static PartialSpec) -> Outcome<()> {
    let summed = threads::on_pool(|| {
        let each = days.par_iter().with_max_len(1).map(|day| {
            let wanted = Wanted { spec, custom_made: &BTreeSet::new(), with_records: false };
            let loaded = reader::load(day)?;
            let source = Source::Loaded(&loaded);
            sum_up((day.table, day.day), wanted, |consume| reader::decode(day, source, &Selection::default(), consume))
        });
        each.collect::<Vec<_>>()
    });
    all(summed).map(drop)
}

/// The median seconds of two pieces of work, run in turn.
fn medians(
    runs: usize,
    mut one: impl FnMut() -> Outcome<()>,
    mut other: impl FnMut() -> Outcome<()>,
) -> Outcome<(f64, f64)> {
    let mut seconds = [Vec::new(), Vec::new()];
    for _ in 0..runs {
        seconds[0].push(shared::timed(&mut one)?);
        seconds[1].push(shared::timed(&mut other)?);
    }
    let [one, other] = seconds.map(|mut seconds| {
        seconds.sort_by(f64::total_cmp);
        seconds.get(seconds.len() / 2).copied().unwrap_or(f64::NAN)
    });
    Ok((one, other))
}
