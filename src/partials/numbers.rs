//! Dense numbers for keys of a few integers, in the order in which the keys are first seen.
//!
//! Grain in: a key. Grain out: its number, from 0, by which sums lie in plain columns. The engine's own group-bys, one a batch
//! and one that merges them, take three to five times as long (`benches/pieces`): a rebuild would take a third more.

use crate::error::{Outcome, fault};
use crate::partials::STAGE;

/// Keys of `N` integers with their numbers.
#[derive(Debug)]
pub(super) struct Numbers<const N: usize> {
    /// The number of a key, plus 1, where its hash says or in the next places after that; 0 where there is none. A power of
    /// two of places, at most half of them taken.
    places: Vec<u32>,
    keys: Vec<[i64; N]>,
}

impl<const N: usize> Default for Numbers<N> {
    fn default() -> Self {
        Self { places: vec![0; 1 << 10], keys: Vec::new() }
    }
}

impl<const N: usize> Numbers<N> {
    /// All keys, by their numbers.
    pub(super) fn keys(&self) -> &[[i64; N]] {
        &self.keys
    }

    /// Forgets all keys, and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.places.fill(0);
        self.keys.clear();
    }

    /// The number of each of many keys; a fault where there are more keys than numbers.
    pub(super) fn of_all(&mut self, keys: impl Iterator<Item = [i64; N]>) -> Outcome<Vec<u32>> {
        let numbers = keys.map(|key| self.of(key)).collect::<Option<_>>();
        numbers.ok_or_else(|| fault(STAGE, "more keys than numbers"))
    }

    /// The number of a key, a new one where it was not seen before; none where there are more keys than numbers.
    pub(super) fn of(&mut self, key: [i64; N]) -> Option<u32> {
        let last = self.places.len() - 1;
        let mut place = hash(&key) & last;
        while let Some(number) = self.places.get(place)?.checked_sub(1) {
            if self.keys.get(number as usize) == Some(&key) {
                return Some(number);
            }
            place = (place + 1) & last;
        }
        self.add(key, place)
    }

    #[cold]
    fn add(&mut self, key: [i64; N], place: usize) -> Option<u32> {
        let number = u32::try_from(self.keys.len()).ok().filter(|number| *number < u32::MAX)?;
        self.keys.push(key);
        *self.places.get_mut(place)? = number + 1;
        if self.keys.len() * 2 > self.places.len() {
            self.spread_out();
        }
        Some(number)
    }

    fn spread_out(&mut self) {
        let mut places = vec![0; self.places.len() * 2];
        let last = places.len() - 1;
        for (key, number) in self.keys.iter().zip(1..) {
            let mut place = hash(key) & last;
            while places.get(place).is_some_and(|taken| *taken > 0) {
                place = (place + 1) & last;
            }
            places.get_mut(place).into_iter().for_each(|place| *place = number);
        }
        self.places = places;
    }
}

/// A hash of which all bits are as good as any: both halves of each product.
#[allow(clippy::cast_possible_truncation, reason = "the halves of a product, and as many bits as there are places")]
pub(super) fn hash<const N: usize>(key: &[i64; N]) -> usize {
    const MIXER: u128 = 0x9E37_79B9_7F4A_7C15;
    let mixed = key.iter().fold(0x2545_F491_4F6C_DD1D, |mixed: u64, part| {
        let product = u128::from(mixed ^ part.cast_unsigned()) * MIXER;
        product as u64 ^ (product >> 64) as u64
    });
    mixed as usize
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_key_has_one_number_and_numbers_count_up_as_keys_are_first_seen(
            keys in prop::collection::vec((-40_i64..40, prop_oneof![Just(i64::MIN), Just(i64::MAX), 0_i64..30]), 0..4_000),
        ) {
            let (mut numbers, mut expected) = (Numbers::default(), HashMap::new());
            for batch in keys.chunks(1_500) {
                let batch = batch.iter().map(|(one, other)| [*one, *other]);
                let found = numbers.of_all(batch.clone()).unwrap();
                for (key, number) in batch.zip(found) {
                    let next = u32::try_from(expected.len()).unwrap();
                    prop_assert_eq!(number, *expected.entry(key).or_insert(next));
                }
            }
            prop_assert!(numbers.keys().iter().zip(0..).all(|(key, number)| expected[key] == number));
            prop_assert_eq!(numbers.keys().len(), expected.len());
        }
    }
}
