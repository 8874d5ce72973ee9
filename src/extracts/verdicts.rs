//! What becomes of each row of a table-day: it is sound, or set aside for one reason.

use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::error::{Outcome, fault};

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

/// One verdict a row: none for a sound row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdicts(pub(super) Vec<Option<Reason>>);

impl Verdicts {
    pub(crate) fn all_sound(count: usize) -> Self {
        Self(vec![None; count])
    }

    pub(crate) fn is_sound(&self, row: usize) -> bool {
        self.0.get(row).is_some_and(Option::is_none)
    }

    /// The rows that broke a rule, with the first that they broke.
    pub(crate) fn broken(&self) -> impl Iterator<Item = (usize, Reason)> + '_ {
        self.0.iter().enumerate().filter_map(|(row, verdict)| verdict.map(|reason| (row, reason)))
    }

    /// One boolean a row: true for a sound one.
    pub(crate) fn sound(&self) -> impl Iterator<Item = bool> + '_ {
        self.0.iter().map(Option::is_none)
    }

    /// The numbers of the sound rows.
    pub(crate) fn sound_rows(&self) -> impl Iterator<Item = usize> + '_ {
        self.sound().enumerate().filter_map(|(row, is_sound)| is_sound.then_some(row))
    }

    /// Marks every row that is sound so far and that `breaks` the rule.
    pub(super) fn mark(&mut self, reason: Reason, breaks: impl Fn(usize) -> bool) {
        for (row, verdict) in self.0.iter_mut().enumerate() {
            if verdict.is_none() && breaks(row) {
                *verdict = Some(reason);
            }
        }
    }

    pub(super) fn mark_row(&mut self, reason: Reason, row: usize) -> Outcome<()> {
        *self.0.get_mut(row).ok_or_else(|| fault("row rules", format!("no row {row} to judge")))? = Some(reason);
        Ok(())
    }
}
