//! The sound rows of a table-day in the order of their groups, and those that count once in a group (a buyer's consultations).
//!
//! Grain in: rows and their verdicts. Grain out: row numbers, group by group, and where each group begins; and one row for each
//! key that occurs in a group. Keys are packed into words, above row numbers or marks. The engine's own group-by hashes every
//! key once for each of its threads; sorting packed keys costs less, and the sums then run over neighbours.

use std::borrow::Cow;

use polars::prelude::*;

use crate::columns::of_integers;
use crate::error::{Outcome, fault};
use crate::extracts::rows::{Rows, Values};
use crate::extracts::verdicts::Verdicts;
use crate::partials::{STAGE, engine, meaning::Meaning, measures::ROWS, packing::pack, take};

/// Rows in the order of their groups.
pub(super) struct Grouped {
    /// The numbers of the rows, groups in ascending order.
    pub(super) rows: Vec<IdxSize>,
    /// The group of each, as a number that ascends.
    pub(super) groups: Vec<u64>,
    /// The number of one row of each group.
    pub(super) firsts: Vec<IdxSize>,
}

/// The sound rows, grouped by `columns`: integers, or texts in the order of their bytes.
pub(super) fn sound_rows(rows: &Rows, verdicts: &Verdicts, columns: &[&str]) -> Outcome<Grouped> {
    let row_bits = usize::BITS - rows.count.leading_zeros();
    let keys = columns.iter().map(|name| key(rows, name)).collect::<Outcome<Vec<_>>>()?;
    let mut words = pack(&keys, row_bits)?;
    words.iter_mut().zip(0..).for_each(|(word, row)| *word |= row);
    if verdicts.broken().next().is_some() {
        let mut sound = verdicts.sound();
        words.retain(|_| sound.next() == Some(true));
    }
    let words = by_digits(words, row_bits);
    let row_of = |word: &u64| lowest(word & ((1 << row_bits) - 1));
    let same_group = |one: &u64, next: &u64| one >> row_bits == next >> row_bits;
    Ok(Grouped {
        rows: words.iter().map(row_of).collect(),
        firsts: words.chunk_by(same_group).filter_map(|group| group.first().map(row_of)).collect(),
        groups: words.into_iter().map(|word| word >> row_bits).collect(),
    })
}

/// A column that rows are grouped by, texts as their ranks.
fn key<'a>(rows: &'a Rows, name: &str) -> Outcome<Cow<'a, [i64]>> {
    match &rows.column(name)?.values {
        Values::Text(positions) => Ok(Cow::Owned(take(&text_ranks(rows), positions)?)),
        _ => Ok(Cow::Borrowed(rows.integers(name)?)),
    }
}

/// The place of each text of a table-day among all of them, by their bytes.
fn text_ranks(rows: &Rows) -> Vec<i64> {
    let mut texts: Vec<(&String, usize)> = rows.texts.all().iter().zip(0..).collect();
    texts.sort_unstable();
    let mut ranks: Vec<(usize, i64)> = texts.into_iter().map(|(_, position)| position).zip(0..).collect();
    ranks.sort_unstable();
    ranks.into_iter().map(|(_, rank)| rank).collect()
}

/// The words in ascending order of what lies above `free_bits`: dealt out digit by digit, the lowest first.
fn by_digits(mut words: Vec<u64>, free_bits: u32) -> Vec<u64> {
    const DIGIT_BITS: u32 = 11;
    let used_bits = u64::BITS - words.iter().fold(0, |used, word| used | word).leading_zeros();
    let digits = used_bits.saturating_sub(free_bits).div_ceil(DIGIT_BITS);
    let mut dealt = vec![0; words.len()];
    for digit in 0..digits {
        let shift = free_bits + digit * DIGIT_BITS;
        let digit_of = |word: u64| lowest(word >> shift) as usize % (1 << DIGIT_BITS);
        let mut ends = [0_usize; 1 << DIGIT_BITS];
        for word in &words {
            if let Some(size) = ends.get_mut(digit_of(*word)) {
                *size += 1;
            }
        }
        let mut start = 0;
        ends.iter_mut().for_each(|end| start += std::mem::replace(end, start));
        for word in &words {
            if let Some(end) = ends.get_mut(digit_of(*word)) {
                if let Some(place) = dealt.get_mut(*end) {
                    *place = *word;
                }
                *end += 1;
            }
        }
        std::mem::swap(&mut words, &mut dealt);
    }
    words
}

/// The lowest 32 bits.
#[allow(clippy::cast_possible_truncation)]
const fn lowest(word: u64) -> IdxSize {
    word as IdxSize
}

/// The rows that count once, in the order of their groups, and the group of each: for each measure with conditions whether any
/// of the rows that one stands for fulfils them, as 1 or 0, and in `rows` how many these are.
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
    use proptest::prelude::*;

    use super::*;
    use crate::extracts::readable::{rows, shanghai};
    use crate::extracts::{row_rules::judge, tables::Table};

    #[test]
    fn sound_rows_lie_group_by_group_in_the_order_of_shops_and_of_the_bytes_of_categories() {
        let text = "shop_id category amount_fen
                    2       b        1
                    1       男装     1
                    1       b        -1
                    1       z        1
                    2       b        1
                    -7      男装     1";
        let rows = rows(Table::Payments, "2022-03-15", text);
        let found = sound_rows(&rows, &judge(&rows, &shanghai()).unwrap(), &["shop_id", "category"]).unwrap();
        assert_eq!((found.rows, found.firsts), (vec![5, 3, 1, 0, 4], vec![5, 3, 1, 0]));
        assert!(found.groups.is_sorted());
        assert_eq!(found.groups.chunk_by(u64::eq).map(<[u64]>::len).collect::<Vec<_>>(), [1, 1, 1, 2]);
    }

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

    proptest! {
        /// The free bits tell equal keys apart: these keep their order.
        #[test]
        fn words_dealt_out_by_digits_are_sorted_and_equal_keys_keep_their_order(
            keys in prop::collection::vec(any::<u64>(), 0..300),
            squeeze in 10_u32..64,
        ) {
            let words: Vec<u64> = keys.iter().zip(0..).map(|(key, row)| (key >> squeeze) << 9 | row).collect();
            let mut sorted = words.clone();
            sorted.sort_unstable();
            prop_assert_eq!(by_digits(words, 9), sorted);
        }
    }
}
