//! Keys of a few integer columns as one integer each, in the same order.
//!
//! Grain in: columns of integers, one value a row. Grain out: one word a row. The values of a table-day are mostly close to
//! one another, so that their distances from the smallest one fit side by side into 64 bits; where they do not, ranks take
//! the place of values, and these always fit.

use std::borrow::Cow;

use crate::error::{Outcome, fault};
use crate::partials::STAGE;

/// The keys made of `columns`, the first one highest, above `free_bits` bits that stay 0. It is a fault where there is no
/// column, where columns differ in length, or where there are more than 2^32 rows or 32 free bits.
pub(super) fn pack(columns: &[impl AsRef<[i64]>], free_bits: u32) -> Outcome<Vec<u64>> {
    let mut columns: Vec<Cow<'_, [i64]>> = columns.iter().map(|column| Cow::Borrowed(column.as_ref())).collect();
    let lengths: Vec<usize> = columns.iter().map(|column| column.len()).collect();
    if lengths.is_empty() || lengths.iter().any(|length| Some(length) != lengths.first()) {
        return Err(fault(STAGE, format!("keys of columns with {lengths:?} values")));
    }
    if let Some(words) = side_by_side(&columns, free_bits) {
        return Ok(words);
    }
    // A rank costs a search, so only values that are far apart give way, and mostly those of one column.
    for column in columns.iter_mut().filter(|column| span(column).1 > u32::BITS) {
        *column = Cow::Owned(ranks(column)?);
    }
    if let Some(words) = side_by_side(&columns, free_bits) {
        return Ok(words);
    }
    // Of two columns of ranks, each takes at most 32 bits, and so do the ranks of their keys.
    let too_long = || fault(STAGE, format!("keys of {lengths:?} values that 64 bits do not hold"));
    let mut keys: Option<Cow<'_, [i64]>> = None;
    for column in &columns {
        let column = Cow::Owned(ranks(column)?);
        keys = Some(match keys {
            None => column,
            Some(keys) => Cow::Owned(ranks(&side_by_side(&[keys, column], 0).ok_or_else(too_long)?)?),
        });
    }
    side_by_side(keys.as_slice(), free_bits).ok_or_else(too_long)
}

/// The smallest value of a column, and how many bits hold the distance of the greatest from it.
fn span(column: &[i64]) -> (i64, u32) {
    let first = column.first().copied().unwrap_or(0);
    let widened = |(smallest, greatest): (i64, i64), value: &i64| (smallest.min(*value), greatest.max(*value));
    let (smallest, greatest) = column.iter().fold((first, first), widened);
    (smallest, u64::BITS - greatest.abs_diff(smallest).leading_zeros())
}

/// The words where each column has bits of its own; none where 64 are too few.
fn side_by_side(columns: &[Cow<'_, [i64]>], free_bits: u32) -> Option<Vec<u64>> {
    let spans: Vec<(i64, u32)> = columns.iter().map(|column| span(column)).collect();
    if spans.iter().map(|(_, bits)| bits).sum::<u32>() + free_bits > u64::BITS {
        return None;
    }
    let mut words: Vec<u64> = Vec::new();
    let mut shift = free_bits;
    for (column, (smallest, bits)) in columns.iter().zip(spans).rev() {
        let distance = |value: &i64| value.wrapping_sub(smallest).cast_unsigned();
        // A column of one value adds nothing, and could not be shifted by all 64 bits.
        let shift_within = shift.min(u64::BITS - 1);
        let place = |value: &i64| distance(value) << shift_within;
        if words.is_empty() {
            words = column.iter().map(place).collect();
        } else {
            words.iter_mut().zip(column.iter()).for_each(|(word, value)| *word |= place(value));
        }
        shift += bits;
    }
    Some(words)
}

/// The place of each value among the different ones, in order.
fn ranks<T: Ord + Copy>(values: &[T]) -> Outcome<Vec<i64>> {
    let mut different = values.to_vec();
    different.sort_unstable();
    different.dedup();
    let rank = |value: &T| i64::try_from(different.partition_point(|other| other < value));
    values.iter().map(rank).collect::<Result<_, _>>().map_err(|error| fault(STAGE, error))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn near_values_lie_side_by_side_above_the_free_bits() {
        let packed = |columns: &[&[i64]], free_bits| pack(columns, free_bits).unwrap();
        assert_eq!(packed(&[&[7, 5], &[-1, 2]], 3), [2 << 5, 3 << 3]);
        assert_eq!(packed(&[&[9, 9]], 32), [0, 0]);
        assert_eq!(packed(&[&[], &[]], 1), Vec::<u64>::new());
        let (none, unequal): (&[&[i64]], [&[i64]; 2]) = (&[], [&[1], &[1, 2]]);
        assert!(pack(none, 1).is_err() && pack(&unequal, 1).is_err());
    }

    proptest! {
        /// Near or far, the words are in the order of the keys and leave the low bits free.
        #[test]
        fn words_are_in_the_order_of_their_keys(
            rows in prop::collection::vec((any::<i64>(), -2_i64..2, any::<i64>()), 2..40),
            squeeze in 0_u32..63,
            free_bits in 0_u32..=32,
        ) {
            let keys: Vec<_> = rows.iter().map(|row| (row.0 >> squeeze, row.1, row.2 >> squeeze)).collect();
            let column = |of: fn(&(i64, i64, i64)) -> i64| keys.iter().map(of).collect::<Vec<i64>>();
            let columns = [column(|key| key.0), column(|key| key.1), column(|key| key.2)];
            let words = pack(&columns, free_bits).unwrap();
            prop_assert_eq!(words.len(), keys.len());
            for (word, key) in words.iter().zip(&keys) {
                prop_assert_eq!(word.checked_rem(1 << free_bits), Some(0));
                for (other_word, other_key) in words.iter().zip(&keys) {
                    prop_assert_eq!(word.cmp(other_word), key.cmp(other_key));
                }
            }
        }
    }
}
