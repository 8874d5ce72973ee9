//! Rows that agree in a few integer columns, counted once: the distinct behind the consultations.
//!
//! Grain in: one key of integers and one set of marks a row. Grain out: one entry for each key that occurs, with the marks
//! that any of its rows has, and how many rows it stands for; in no order that means anything. The keys of a table-day are
//! close to one another, so each is packed into one word of 128 bits, marks in the lowest; the words are dealt out by a
//! hash and sorted hand by hand, which stays in the cache and does not mind that a few shops have most of the rows. Keys
//! too far apart for a word are sorted as they are.

/// A packed key and its marks.
type Word = u128;

/// The keys that occur, each once; one entry a key in every column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Distinct {
    /// The first column of the key.
    pub first: Vec<i64>,
    /// The marks that any of its rows has.
    pub marks: Vec<u64>,
    /// How many rows it stands for.
    pub rows: Vec<i64>,
}

/// The distinct keys made of `columns`, which are as long as `marks`; marks use the lowest `mark_bits` bits.
pub fn distinct(columns: &[&[i64]], marks: &[u64], mark_bits: u32) -> Distinct {
    match Packing::of(columns, mark_bits) {
        Some(packing) => packing.distinct(columns, marks),
        None => distinct_unpacked(columns, marks),
    }
}

impl Distinct {
    fn push(&mut self, first: i64, marks: u64, rows: i64) {
        self.first.push(first);
        self.marks.push(marks);
        self.rows.push(rows);
    }
}

/// Where each column of a key lies in a word.
struct Packing {
    columns: Vec<Place>,
    mark_bits: u32,
}

/// A column's smallest value, and how far up its distance from it lies.
struct Place {
    smallest: i64,
    shift: u32,
}

impl Packing {
    /// The packing that holds all of `columns`, the first one highest; none where a word is too short.
    fn of(columns: &[&[i64]], mark_bits: u32) -> Option<Self> {
        let mut places = Vec::new();
        let mut shift = mark_bits;
        for column in columns.iter().rev() {
            let smallest = column.iter().copied().min().unwrap_or(0);
            let greatest = column.iter().copied().max().unwrap_or(0);
            places.push(Place { smallest, shift });
            shift += u64::BITS - greatest.abs_diff(smallest).leading_zeros();
        }
        places.reverse();
        // A shift by the whole word is no shift, so one bit always stays free.
        (shift < Word::BITS).then_some(Self { columns: places, mark_bits })
    }

    fn distinct(&self, columns: &[&[i64]], marks: &[u64]) -> Distinct {
        let mut distinct = Distinct::default();
        let Some(first) = self.columns.first() else { return distinct };
        let mut words: Vec<Word> = marks.iter().map(|marks| Word::from(*marks)).collect();
        for (place, column) in self.columns.iter().zip(columns) {
            for (word, value) in words.iter_mut().zip(*column) {
                *word |= Word::from(value.abs_diff(place.smallest)) << place.shift;
            }
        }
        let marks_of = |word: Word| lowest(word & ((1 << self.mark_bits) - 1));
        let first_of = |word: Word| first.smallest.wrapping_add_unsigned(lowest(word >> first.shift));
        let mut open: Option<(Word, i64)> = None;
        for word in self.equal_keys_together(&words) {
            open = match open {
                Some((any, rows)) if any >> self.mark_bits == word >> self.mark_bits => {
                    Some((any | word, rows + 1))
                }
                Some((any, rows)) => {
                    distinct.push(first_of(any), marks_of(any), rows);
                    Some((word, 1))
                }
                None => Some((word, 1)),
            };
        }
        if let Some((any, rows)) = open {
            distinct.push(first_of(any), marks_of(any), rows);
        }
        distinct
    }

    /// The words dealt out by a hash of their keys, each hand sorted, so that equal keys lie together.
    fn equal_keys_together(&self, words: &[Word]) -> Vec<Word> {
        const HAND_BITS: u32 = 12;
        /// 2^64 divided by the golden ratio: its multiples spread evenly over the highest bits.
        const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
        let hand_of = |word: Word| {
            let key = word >> self.mark_bits;
            let hash = (lowest(key) ^ lowest(key >> u64::BITS)).wrapping_mul(SPREAD);
            usize::try_from(hash >> (u64::BITS - HAND_BITS)).unwrap_or_default()
        };
        let mut ends = vec![0_usize; 1 << HAND_BITS];
        for word in words {
            if let Some(size) = ends.get_mut(hand_of(*word)) {
                *size += 1;
            }
        }
        let mut start = 0;
        for end in &mut ends {
            start += std::mem::replace(end, start);
        }
        let mut dealt = vec![0; words.len()];
        for word in words {
            if let Some(end) = ends.get_mut(hand_of(*word)) {
                if let Some(place) = dealt.get_mut(*end) {
                    *place = *word;
                }
                *end += 1;
            }
        }
        let mut rest = dealt.as_mut_slice();
        let mut start = 0;
        for end in ends {
            let (hand, after) = rest.split_at_mut(end - start);
            hand.sort_unstable();
            (rest, start) = (after, end);
        }
        dealt
    }
}

/// The lowest 64 bits.
#[allow(clippy::cast_possible_truncation)]
const fn lowest(word: Word) -> u64 {
    word as u64
}

fn distinct_unpacked(columns: &[&[i64]], marks: &[u64]) -> Distinct {
    let key_of = |row: usize| columns.iter().map(move |column| column.get(row).copied().unwrap_or_default());
    let mut rows: Vec<usize> = (0..marks.len()).collect();
    rows.sort_unstable_by(|one, other| key_of(*one).cmp(key_of(*other)));
    let mut distinct = Distinct::default();
    for same_key in rows.chunk_by(|one, next| key_of(*one).eq(key_of(*next))) {
        let any = same_key.iter().filter_map(|row| marks.get(*row)).fold(0, |any, marks| any | marks);
        let first = same_key.first().and_then(|row| key_of(*row).next());
        distinct.push(first.unwrap_or_default(), any, i64::try_from(same_key.len()).unwrap_or(i64::MAX));
    }
    distinct
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The distinct keys in ascending order of what is shown of them.
    fn sorted(distinct: &Distinct) -> Vec<(i64, u64, i64)> {
        let rest = distinct.marks.iter().zip(&distinct.rows);
        let keys = distinct.first.iter().zip(rest);
        let mut keys: Vec<_> = keys.map(|(first, (marks, rows))| (*first, *marks, *rows)).collect();
        keys.sort_unstable();
        keys
    }

    #[test]
    fn a_key_counts_once_with_the_marks_of_any_of_its_rows() {
        let found = distinct(&[&[7, 5, 7, 7], &[1, 1, 1, 2]], &[0b01, 0b00, 0b10, 0b00], 2);
        assert_eq!(sorted(&found), [(5, 0b00, 1), (7, 0b00, 1), (7, 0b11, 2)]);
    }

    #[test]
    fn no_rows_have_no_keys() {
        assert_eq!(distinct(&[&[], &[]], &[], 1), Distinct::default());
    }

    #[test]
    fn keys_too_far_apart_for_a_word_count_once_all_the_same() {
        let (least, most) = (i64::MIN, i64::MAX);
        let columns: [&[i64]; 2] = [&[most, least, most], &[least, most, least]];
        assert!(Packing::of(&columns, 1).is_none());
        assert_eq!(sorted(&distinct(&columns, &[1, 0, 0], 1)), [(least, 0, 1), (most, 1, 2)]);
    }

    proptest! {
        /// Packed and unpacked, near and far, the keys are the same.
        #[test]
        fn packing_changes_nothing(
            rows in prop::collection::vec((-3_i64..3, -2_i64..2000, 0_u64..4), 0..60),
            far in any::<i64>(),
        ) {
            let one: Vec<i64> = rows.iter().map(|row| far.saturating_add(row.0)).collect();
            let other: Vec<i64> = rows.iter().map(|row| row.1).collect();
            let marks: Vec<u64> = rows.iter().map(|row| row.2).collect();
            let columns: [&[i64]; 2] = [&one, &other];
            prop_assert!(Packing::of(&columns, 2).is_some());
            let (packed, unpacked) = (distinct(&columns, &marks, 2), distinct_unpacked(&columns, &marks));
            prop_assert_eq!(sorted(&packed), sorted(&unpacked));
        }
    }
}
