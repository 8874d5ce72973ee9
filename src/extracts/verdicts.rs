//! What becomes of each row of a table-day: it is sound, or set aside for one reason.

use arrow::buffer::BooleanBuffer;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// Why a row is quarantined; in files in snake case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, EnumString, IntoStaticStr, VariantArray)]
pub enum Reason {
    /// A required column is null.
    #[strum(serialize = "null_key")]
    NullKey,
    /// The natural day of the table's timestamp is not the partition's.
    #[strum(serialize = "wrong_partition")]
    WrongPartition,
    /// Stars, an amount or an enumeration outside what is listed.
    #[strum(serialize = "out_of_range")]
    OutOfRange,
    /// An end before its beginning.
    #[strum(serialize = "time_reversed")]
    TimeReversed,
    /// Another sound row of the partition has the same key and is greater.
    #[strum(serialize = "duplicate_key")]
    DuplicateKey,
}

impl Reason {
    /// All five, in the order in which they are tried.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The name in files.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// The verdict on each row of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdicts {
    sound: BooleanBuffer,
    /// The other rows, each with the first rule that it broke, in no order.
    broken: Vec<(usize, Reason)>,
}

impl Verdicts {
    pub(crate) fn all_sound(count: usize) -> Self {
        Self { sound: BooleanBuffer::new_set(count), broken: Vec::new() }
    }

    /// One bit a row: set for a sound one.
    pub(crate) fn sound(&self) -> &BooleanBuffer {
        &self.sound
    }

    /// The rows that broke a rule, with the first that they broke.
    pub(crate) fn broken(&self) -> &[(usize, Reason)] {
        &self.broken
    }

    /// The numbers of the sound rows.
    pub(crate) fn sound_rows(&self) -> impl Iterator<Item = usize> + '_ {
        self.sound.set_indices()
    }

    /// Marks every row that is sound so far and that broke the rule.
    pub(super) fn mark(&mut self, reason: Reason, broke: &BooleanBuffer) {
        let newly = &self.sound & broke;
        if newly.count_set_bits() > 0 {
            self.broken.extend(newly.set_indices().map(|row| (row, reason)));
            self.sound = &self.sound & &!&newly;
        }
    }
}
