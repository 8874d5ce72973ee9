//! Rows of a group that agree in a few integer columns, counted once: the distinct behind the consultations.
//!
//! Grain in: one group, one key of integers and one set of marks a row, groups one after another. Grain out: one entry for
//! each key that occurs in a group, with the marks that any of its rows has, and how many rows it stands for; in the order
//! of the groups. Keys are packed into words above their marks, and the words of each group sorted by themselves.

use crate::partials::packing::pack;

/// The keys that occur, each once a group; one entry a key in every column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Distinct {
    /// The group.
    pub(super) groups: Vec<u64>,
    /// The marks that any of its rows has.
    pub(super) marks: Vec<u64>,
    /// How many rows it stands for.
    pub(super) rows: Vec<i64>,
}

/// The distinct keys made of `columns`, which are as long as `groups` and `marks`; marks use the lowest `mark_bits` bits,
/// at most 32.
pub(super) fn distinct(groups: &[u64], columns: &[&[i64]], marks: &[u64], mark_bits: u32) -> Distinct {
    let mut words = pack(columns, mark_bits);
    words.iter_mut().zip(marks).for_each(|(word, marks)| *word |= marks);
    let mut distinct = Distinct::default();
    let mut rest = words.as_mut_slice();
    for group in groups.chunk_by(|one, next| one == next) {
        let (words, after) = rest.split_at_mut(group.len());
        words.sort_unstable();
        for same_key in words.chunk_by(|one, next| one >> mark_bits == next >> mark_bits) {
            let any = same_key.iter().fold(0, |any, word| any | word);
            distinct.groups.extend(group.first());
            distinct.marks.push(any & ((1 << mark_bits) - 1));
            distinct.rows.push(i64::try_from(same_key.len()).unwrap_or(i64::MAX));
        }
        rest = after;
    }
    distinct
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_counts_once_a_group_with_the_marks_of_any_of_its_rows() {
        let groups = [0, 0, 0, 0, 1];
        let columns: [&[i64]; 2] = [&[7, 5, 7, 7, 7], &[1, 1, 1, 2, 1]];
        let found = distinct(&groups, &columns, &[0b01, 0b00, 0b10, 0b00, 0b00], 2);
        let expected = Distinct {
            groups: vec![0, 0, 0, 1],
            marks: vec![0b00, 0b11, 0b00, 0b00],
            rows: vec![1, 2, 1, 1],
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn no_rows_have_no_keys() {
        assert_eq!(distinct(&[], &[&[], &[]], &[], 1), Distinct::default());
    }

    #[test]
    fn keys_far_apart_count_once_all_the_same() {
        let (least, most) = (i64::MIN, i64::MAX);
        let columns: [&[i64]; 2] = [&[most, least, most], &[least, most, least]];
        let found = distinct(&[0, 0, 0], &columns, &[1, 0, 0], 1);
        assert_eq!(found, Distinct { groups: vec![0, 0], marks: vec![0, 1], rows: vec![1, 2] });
    }
}
