//! Rows of a group that agree in a few integer columns, counted once: consultations of one buyer.
//!
//! Grain in: one row of the frame of sound rows, groups one after another. Grain out: one row for each key that occurs in a
//! group, with what any of its rows fulfils as a mark of 1 or 0, and how many rows it stands for; in the order of the groups.
//! Keys are packed into words above their marks, and the words of each group sorted by themselves.

use polars::prelude::*;

use crate::columns::of_integers;
use crate::error::{Outcome, fault};
use crate::partials::{STAGE, engine, meaning::Meaning, measures::ROWS, packing::pack};

/// The rows that count, and the group of each: one column for each measure with conditions, and `rows`.
pub(super) fn counted_once(frame: &DataFrame, groups: &[u64], meaning: &Meaning<'_>) -> Outcome<(DataFrame, Vec<u64>)> {
    let measures = meaning.spec.measures.iter();
    let conditions = measures.filter_map(|measure| Some(meaning.all(measure.conditions)?.alias(measure.name)));
    let fulfilled = frame.clone().lazy().select(conditions.collect::<Vec<_>>()).collect().map_err(engine)?;
    let mut marks = vec![0_u64; frame.height()];
    for (bit, column) in fulfilled.columns().iter().enumerate() {
        for (mark, holds) in marks.iter_mut().zip(column.bool().map_err(engine)?.iter()) {
            *mark |= u64::from(holds == Some(true)) << bit;
        }
    }
    let keys = meaning.spec.once_within_group().iter().map(|name| frame.column(name)?.i64()?.cont_slice());
    let keys = keys.collect::<PolarsResult<Vec<&[i64]>>>().map_err(engine)?;
    let mark_bits = u32::try_from(fulfilled.width()).map_err(|error| fault(STAGE, error))?;
    let Distinct { groups, marks, rows } = distinct(groups, &keys, &marks, mark_bits)?;
    let mut counted = vec![of_integers(ROWS, rows)];
    for (bit, fulfilled) in fulfilled.columns().iter().enumerate() {
        let holds = marks.iter().map(|marks| i64::from(marks >> bit & 1 == 1));
        counted.push(of_integers(fulfilled.name(), holds.collect()));
    }
    Ok((DataFrame::new(groups.len(), counted).map_err(engine)?, groups))
}

/// The keys that occur, each once a group; one entry a key in every column.
#[derive(Default)]
struct Distinct {
    groups: Vec<u64>,
    /// The marks that any of its rows has.
    marks: Vec<u64>,
    /// How many rows it stands for.
    rows: Vec<i64>,
}

/// The distinct keys made of `columns`, which are as long as `groups` and `marks`; marks use the lowest `mark_bits` bits,
/// at most 32.
fn distinct(groups: &[u64], columns: &[&[i64]], marks: &[u64], mark_bits: u32) -> Outcome<Distinct> {
    let mut words = pack(columns, mark_bits)?;
    if words.len() != groups.len() || words.len() != marks.len() {
        return Err(fault(STAGE, format!("{} keys of {} rows", words.len(), groups.len())));
    }
    words.iter_mut().zip(marks).for_each(|(word, marks)| *word |= marks);
    let mut distinct = Distinct::default();
    let mut rest = words.as_mut_slice();
    for group in groups.chunk_by(|one, next| one == next) {
        let (words, after) = rest.split_at_mut(group.len());
        words.sort_unstable();
        for same_key in words.chunk_by(|one, next| one >> mark_bits == next >> mark_bits) {
            let (any, rows) = same_key.iter().fold((0, 0), |(any, rows), word| (any | word, rows + 1));
            distinct.groups.extend(group.first());
            distinct.marks.push(any & ((1 << mark_bits) - 1));
            distinct.rows.push(rows);
        }
        rest = after;
    }
    Ok(distinct)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_counts_once_a_group_with_the_marks_of_any_of_its_rows() {
        let columns: [&[i64]; 2] = [&[7, 5, 7, 7, 7], &[1, 1, 1, 2, 1]];
        let found = distinct(&[0, 0, 0, 0, 1], &columns, &[0b01, 0b00, 0b10, 0b00, 0b00], 2).unwrap();
        assert_eq!((found.groups, found.marks, found.rows), (vec![0, 0, 0, 1], vec![0, 0b11, 0, 0], vec![1, 2, 1, 1]));

        let (least, most) = (i64::MIN, i64::MAX);
        let far_apart: [&[i64]; 2] = [&[most, least, most], &[least, most, least]];
        let found = distinct(&[0, 0, 0], &far_apart, &[1, 0, 0], 1).unwrap();
        assert_eq!((found.groups, found.marks, found.rows), (vec![0, 0], vec![0, 1], vec![1, 2]));

        let of_no_rows = distinct(&[], &[&[], &[]], &[], 1).unwrap();
        assert!(of_no_rows.groups.is_empty());
    }
}
