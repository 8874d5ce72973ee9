//! Which keys more than one row of a table-day has.
//!
//! Grain in: the keys of its sound rows, batch by batch. Grain out: the repeated ones; mostly there is none.

use std::collections::HashSet;

use arrow::array::Int64Array;

use crate::error::Outcome;
use crate::extracts::batch::Batch;

/// The keys that were seen so far.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    keys: Vec<i64>,
    /// Whether one does not lie above the one before it.
    are_mixed: bool,
}

impl Keys {
    /// Adds the keys of rows; where the table has no key, none.
    pub(crate) fn add(&mut self, batch: &Batch) -> Outcome<()> {
        let Some(keys) = batch.keys()?.map(Int64Array::values) else { return Ok(()) };
        let begins_above = self.keys.last().zip(keys.first()).is_none_or(|(last, first)| last < first);
        self.are_mixed |= !begins_above || !keys.is_sorted_by(|one, next| one < next);
        self.keys.extend_from_slice(keys);
        Ok(())
    }

    /// Those that occur more than once.
    pub(crate) fn repeated(mut self) -> HashSet<i64> {
        // Producers mostly write keys in order: then none is repeated.
        if !self.are_mixed {
            return HashSet::new();
        }
        self.keys.sort_unstable();
        let pairs = self.keys.iter().zip(self.keys.iter().skip(1));
        pairs.filter(|(one, next)| one == next).map(|(key, _)| *key).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::readable::rows;
    use crate::extracts::tables::Table::{Consultations, Payments};

    #[test]
    fn a_key_is_repeated_wherever_it_occurs_again() {
        let repeated = |batches: &[&str]| {
            let mut keys = Keys::default();
            for batch in batches {
                keys.add(&rows(Payments, "2022-03-15", &format!("order_id\n{batch}"))).unwrap();
            }
            let mut repeated: Vec<i64> = keys.repeated().into_iter().collect();
            repeated.sort_unstable();
            repeated
        };
        for (batches, expected) in [
            (&["1\n2", "3", "7"][..], &[][..]),
            (&["7\n2", "3"], &[]),
            (&["1\n2\n2", "3"], &[2]),
            (&["1\n2", "2\n3"], &[2]),
            (&["5\n1\n2\n5", "1", "5"], &[1, 5]),
            (&["9223372036854775807\n-9223372036854775808", "0", "9223372036854775807"], &[i64::MAX]),
            (&[], &[]),
        ] {
            assert_eq!(repeated(batches), expected, "{batches:?}");
        }
        let mut none = Keys::default();
        none.add(&rows(Consultations, "2022-03-15", "shop_id\n1\n1")).unwrap();
        assert!(none.repeated().is_empty(), "a table without a key");
    }
}
