//! How a command last ended: carried on from record to record, so that a run of another command does not hide it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The last run of a command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct LastRun {
    /// When it ended, as an instant in UTC.
    #[cfg_attr(test, schemars(with = "String"))]
    pub(crate) ended_at: Timestamp,
    /// How long it took.
    pub(crate) seconds: f64,
    /// Its exit code.
    pub(crate) exit_code: u8,
    /// `done`, `interrupted`, or the class of its exit code.
    pub(crate) exit_class: String,
    /// How many warnings it gave.
    pub(crate) warnings: usize,
    /// How long each stage of its work took, over all nights.
    pub(crate) stage_seconds: BTreeMap<String, f64>,
    /// The most memory that it took at a time; null where the system does not tell.
    pub(crate) peak_memory_bytes: Option<u64>,
}
