//! How a command last ended: carried on from record to record, so that a run of another command does not hide it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::RunRecord;

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

impl LastRun {
    /// A run as its command's last one; none where it has not ended.
    pub(crate) fn of(record: &RunRecord) -> Option<Self> {
        Some(Self {
            ended_at: record.ended_at?,
            seconds: record.seconds?,
            exit_code: record.exit_code?,
            exit_class: record.exit_class.clone(),
            warnings: record.warnings.len(),
            stage_seconds: record.stages.iter().map(|of| (of.stage.clone(), of.seconds)).collect(),
            peak_memory_bytes: record.peak_memory_bytes,
        })
    }
}
