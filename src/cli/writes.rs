//! Commands that write, and so leave a record: their names, declared once, and what of what was typed the record needs.

use clap::ValueEnum;

use super::settings::SettingFlags;
use crate::domain::Span;

/// A command that leaves a record, by its name alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, strum::Display)]
#[strum(serialize_all = "lowercase")]
pub(crate) enum Recorded {
    Nightly,
    Backfill,
    Restate,
    Settle,
    Rollback,
    #[strum(serialize = "state prune")]
    #[value(name = "state prune")]
    StatePrune,
    Gc,
}

/// What was typed after such a command.
pub(crate) trait Writes {
    const COMMAND: Recorded;

    /// The command with what it was asked, without settings: for the record, and for those who wait for its locks.
    fn told(&self) -> String;

    /// The days that it was asked for by their dates.
    fn days(&self) -> Option<Span> {
        None
    }

    fn settings(&self) -> &SettingFlags;

    /// Whether it only says what it would do, or lists what is there.
    fn is_rehearsal(&self) -> bool;
}
