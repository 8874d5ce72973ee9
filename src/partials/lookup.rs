//! Single records of a table-day: all of them, or those that appeals name.
//!
//! Grain in: rows and their verdicts; the columns that no measure reads may be empty. Grain out: one sound record a key, with
//! what it added to the sums. A table without a key has no records.

use std::collections::BTreeSet;

use polars::prelude::*;

use crate::columns::{integers, of_integers};
use crate::error::{Outcome, fault};
use crate::extracts::rows::Rows;
use crate::extracts::verdicts::Verdicts;
use crate::partials::meaning::{Meaning, Surroundings};
use crate::partials::measures::PartialSpec;
use crate::partials::records::{AllRecords, Answers};
use crate::partials::sound::{frame_of, take};
use crate::partials::{STAGE, engine};

/// All sound records of a table-day.
///
/// # Errors
/// A fault where a column is not as declared.
pub fn all_records(
    rows: &Rows,
    verdicts: &Verdicts,
    spec: &PartialSpec,
    surroundings: Surroundings<'_>,
) -> Outcome<AllRecords> {
    let Some(key) = rows.spec().key else { return Ok(AllRecords::default()) };
    let keys = rows.integers(key)?.iter().copied().zip(0..);
    let sound = keys.zip(verdicts.sound()).filter_map(|(record, is_sound)| is_sound.then_some(record));
    records(rows, sound.collect(), spec, surroundings)
}

/// What became of the keys `record_ids`, out of rows that include all of theirs.
///
/// # Errors
/// A fault where a column is not as declared.
pub fn look_up(
    rows: &Rows,
    verdicts: &Verdicts,
    spec: &PartialSpec,
    record_ids: &BTreeSet<i64>,
    surroundings: Surroundings<'_>,
) -> Outcome<Answers> {
    let mut answers: Answers = record_ids.iter().map(|key| (*key, None)).collect();
    let Some(key) = rows.spec().key.filter(|_| !record_ids.is_empty()) else { return Ok(answers) };
    let mut named = Vec::new();
    for (row, key) in rows_with(rows.integers(key)?, record_ids) {
        if verdicts.is_sound(row) {
            named.push((key, IdxSize::try_from(row).map_err(|error| fault(STAGE, error))?));
        }
    }
    let found = records(rows, named, spec, surroundings)?;
    for key in &found.keys {
        answers.insert(*key, found.get(*key)?);
    }
    Ok(answers)
}

/// The numbers of the rows that have one of the keys `wanted`, each with its key.
fn rows_with(keys: &[i64], wanted: &BTreeSet<i64>) -> Vec<(usize, i64)> {
    // Producers mostly write keys in order: then the few that are wanted are looked up among the many.
    if keys.is_sorted() {
        let rows_of = |key: i64| {
            let start = keys.partition_point(|other| *other < key);
            (start..).zip(keys.iter().copied().skip(start)).take_while(move |(_, other)| *other == key)
        };
        return wanted.iter().copied().flat_map(rows_of).collect();
    }
    let wanted: PlHashSet<i64> = wanted.iter().copied().collect();
    keys.iter().copied().enumerate().filter(|(_, key)| wanted.contains(key)).collect()
}

/// The records with these keys and row numbers, in the order of their keys.
fn records(
    rows: &Rows,
    mut named: Vec<(i64, IdxSize)>,
    spec: &PartialSpec,
    surroundings: Surroundings<'_>,
) -> Outcome<AllRecords> {
    named.sort_unstable();
    let (keys, taken): (Vec<i64>, Vec<IdxSize>) = named.into_iter().unzip();
    let mut frame = frame_of(rows, &taken, spec)?;
    let shop_ids = take(rows.integers("shop_id")?, &taken)?;
    frame.with_column(of_integers("shop_id", shop_ids)).map_err(engine)?;
    let meaning = Meaning::of(rows, surroundings);
    let addends = spec.measures.iter().map(|measure| meaning.addend(measure).alias(measure.name));
    let added = [col("shop_id")].into_iter().chain(addends).map(|column| column.fill_null(lit(0_i64)));
    let added = frame.lazy().select(added.collect::<Vec<_>>()).collect().map_err(engine)?;
    let columns = added.columns().iter().map(|column| integers(STAGE, &added, column.name()));
    let columns = columns.map(|column| Ok(column?.collect())).collect::<Outcome<_>>()?;
    Ok(AllRecords { keys, columns })
}
