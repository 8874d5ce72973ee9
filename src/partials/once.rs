//! Rows that agree in a few integer columns, counted once: the distinct behind the consultations.
//!
//! Grain in: one key of integers and one set of marks a row; the first column of the key is what is counted by. Grain out:
//! for each value of that column how many keys there are, how many of them have each mark in any of their rows, and how
//! many rows they stand for. The keys of a table-day are close to one another, so each is packed into one machine word,
//! marks in its lowest bits, and the words are sorted: that is several times as fast as hashing rows of columns. Keys too
//! far apart for a word are sorted as they are.

/// The counts by the first column of the keys, ascending; one entry each in every column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// The values of the first column.
    pub by: Vec<i64>,
    /// How many keys there are.
    pub keys: Vec<i64>,
    /// For each mark, lowest bit first, how many keys have it in any of their rows.
    pub marked: Vec<Vec<i64>>,
    /// How many rows there are.
    pub rows: Vec<i64>,
}

/// Counts the keys made of `columns`, which are as long as `marks`; marks use the lowest `mark_bits` bits.
pub fn count(columns: &[&[i64]], marks: &[u64], mark_bits: u32) -> Counted {
    match Packing::of(columns, mark_bits) {
        Some(packing) => packing.count(columns, marks),
        None => count_unpacked(columns, marks, mark_bits),
    }
}

impl Counted {
    fn new(mark_bits: u32) -> Self {
        Self { marked: vec![Vec::new(); mark_bits as usize], ..Self::default() }
    }

    /// Adds the rows of one key, which must come next in the order of keys.
    fn add(&mut self, by: i64, marks: u64, rows: i64) {
        if self.by.last() != Some(&by) {
            self.by.push(by);
            self.keys.push(0);
            self.rows.push(0);
            self.marked.iter_mut().for_each(|counts| counts.push(0));
        }
        let bump = |counts: &mut Vec<i64>, by: i64| {
            if let Some(count) = counts.last_mut() {
                *count += by;
            }
        };
        bump(&mut self.keys, 1);
        bump(&mut self.rows, rows);
        for (bit, counts) in self.marked.iter_mut().enumerate() {
            bump(counts, i64::from(marks >> bit & 1 == 1));
        }
    }
}

/// Where each column of a key lies in a word.
struct Packing {
    columns: Vec<Place>,
    mark_bits: u32,
    word_bits: u32,
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
        (shift < u64::BITS).then_some(Self { columns: places, mark_bits, word_bits: shift })
    }

    fn count(&self, columns: &[&[i64]], marks: &[u64]) -> Counted {
        let mut counted = Counted::new(self.mark_bits);
        let Some(first) = self.columns.first() else { return counted };
        let mut words = marks.to_vec();
        for (place, column) in self.columns.iter().zip(columns) {
            for (word, value) in words.iter_mut().zip(*column) {
                *word |= value.abs_diff(place.smallest) << place.shift;
            }
        }
        let words = sorted(&words, self.word_bits);
        let by_of = |word: u64| first.smallest.wrapping_add_unsigned(word >> first.shift);
        let mut open: Option<(u64, i64)> = None;
        for word in words {
            open = match open {
                Some((any, rows)) if any >> self.mark_bits == word >> self.mark_bits => {
                    Some((any | word, rows + 1))
                }
                Some((any, rows)) => {
                    counted.add(by_of(any), any, rows);
                    Some((word, 1))
                }
                None => Some((word, 1)),
            };
        }
        if let Some((any, rows)) = open {
            counted.add(by_of(any), any, rows);
        }
        counted
    }
}

/// The words in ascending order: dealt out by their highest bits first, so that each hand is small enough to sort fast.
fn sorted(words: &[u64], word_bits: u32) -> Vec<u64> {
    const HAND_BITS: u32 = 12;
    let shift = word_bits.saturating_sub(HAND_BITS);
    let hand_of = |word: u64| usize::try_from(word >> shift).unwrap_or(usize::MAX);
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
    dealt.chunk_by_mut(|one, next| hand_of(*one) == hand_of(*next)).for_each(<[u64]>::sort_unstable);
    dealt
}

fn count_unpacked(columns: &[&[i64]], marks: &[u64], mark_bits: u32) -> Counted {
    let key_of = |row: usize| columns.iter().map(move |column| column.get(row).copied().unwrap_or_default());
    let mut rows: Vec<usize> = (0..marks.len()).collect();
    rows.sort_unstable_by(|one, other| key_of(*one).cmp(key_of(*other)));
    let mut counted = Counted::new(mark_bits);
    for same_key in rows.chunk_by(|one, next| key_of(*one).eq(key_of(*next))) {
        let any = same_key.iter().filter_map(|row| marks.get(*row)).fold(0, |any, marks| any | marks);
        let by = same_key.first().and_then(|row| key_of(*row).next());
        counted.add(by.unwrap_or_default(), any, i64::try_from(same_key.len()).unwrap_or(i64::MAX));
    }
    counted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_counts_once_with_the_marks_of_any_of_its_rows() {
        let counted = count(&[&[7, 5, 7, 7], &[1, 1, 1, 2]], &[0b01, 0b00, 0b10, 0b00], 2);
        assert_eq!(counted.by, [5, 7]);
        assert_eq!(counted.keys, [1, 2]);
        assert_eq!(counted.marked, [[0, 1], [0, 1]]);
        assert_eq!(counted.rows, [1, 3]);
    }

    #[test]
    fn no_rows_make_no_counts() {
        assert_eq!(count(&[&[], &[]], &[], 1), Counted::new(1));
    }

    #[test]
    fn keys_too_far_apart_for_a_word_are_counted_all_the_same() {
        let (least, most) = (i64::MIN, i64::MAX);
        let counted = count(&[&[most, least, most], &[least, 0, least]], &[1, 0, 0], 1);
        assert_eq!(counted.by, [least, most]);
        assert_eq!((counted.keys, counted.rows, counted.marked), (vec![1, 1], vec![1, 2], vec![vec![0, 1]]));
    }

    proptest! {
        /// Packed and unpacked, near and far, the counts are the same.
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
            prop_assert_eq!(count(&columns, &marks, 2), count_unpacked(&columns, &marks, 2));
        }
    }
}
