//! Rows that count once in a group for each combination of two further columns (a buyer's consultations of a day).
//!
//! Grain in: rows with their groups, and for each a mark, one bit a measure that it counts for. Grain out: for each combination
//! and measure that any of its rows counts for, one. The rows are dealt out by their keys and told apart at the end, share by
//! share, each of which stays in the processor's cache. The engine's group-bys take ten times as long (`benches/pieces`): a
//! rebuild would take two thirds more.

use crate::error::{Outcome, fault};
use crate::extracts::batch::Batch;
use crate::partials::STAGE;
use crate::partials::measures::PartialSpec;
use crate::partials::numbers::{Numbers, hash};

/// How many shares rows are dealt out in.
const SHARES: usize = 256;

/// The rows that were added so far.
#[derive(Default)]
pub(super) struct Once {
    shares: Vec<Vec<Row>>,
}

#[derive(Clone, Copy)]
struct Row {
    /// The values of the two columns.
    within: [i64; 2],
    group: u32,
    marks: u8,
}

impl Row {
    fn key(&self) -> [i64; 3] {
        [self.group.into(), self.within[0], self.within[1]]
    }
}

impl Once {
    /// Adds rows, given the group and the marks of each.
    pub(super) fn add(&mut self, batch: &Batch, spec: &PartialSpec, groups: &[u32], marks: &[u8]) -> Outcome<()> {
        let [one, other] = spec.once_within_group() else {
            return Err(fault(STAGE, format!("rows that count once for {:?}", spec.once_per)));
        };
        self.shares.resize_with(SHARES, Vec::new);
        let within = batch.integers(one)?.values().iter().zip(batch.integers(other)?.values());
        for ((group, marks), (one, other)) in groups.iter().zip(marks).zip(within) {
            let row = Row { within: [*one, *other], group: *group, marks: *marks };
            // The highest bits, as the lowest decide within a share.
            let share = hash(&row.key()) >> (usize::BITS - SHARES.ilog2());
            self.shares.get_mut(share).into_iter().for_each(|share| share.push(row));
        }
        Ok(())
    }

    /// Gives `add` the group and the measure, by its bit, of each combination that counts for it.
    pub(super) fn each(self, mut add: impl FnMut(u32, u32)) -> Outcome<()> {
        let (mut keys, mut counted_for) = (Numbers::default(), Vec::new());
        for share in self.shares {
            keys.clear();
            counted_for.clear();
            for row in &share {
                let number = keys.of(row.key()).ok_or_else(|| fault(STAGE, "more keys than numbers"))? as usize;
                if number == counted_for.len() {
                    counted_for.push(0_u8);
                }
                let lacking = || fault(STAGE, "a row that counts once without a place");
                let counted_for = counted_for.get_mut(number).ok_or_else(lacking)?;
                let mut newly = row.marks & !*counted_for;
                *counted_for |= row.marks;
                while newly > 0 {
                    add(row.group, newly.trailing_zeros());
                    newly &= newly - 1;
                }
            }
        }
        Ok(())
    }
}
