//! What came of a night of a run.
//!
//! Grain: one as-of day that the run published, or found published.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::Day;
use crate::pipeline::standing::Standing;

/// What came of a night.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct NightRun {
    /// The as-of day, YYYY-MM-DD.
    pub(crate) as_of: Day,
    /// The hash of what it was made of: the same night of the same ingredients is the same.
    pub(crate) ingredients: String,
    /// The generation that readers see it in.
    pub(crate) generation: String,
    /// Whether this run published it; else it was published before, and nothing was new.
    pub(crate) is_published: bool,
    /// How long it took.
    pub(crate) seconds: f64,
    /// How many daily partials were computed.
    pub(crate) computed_partials: usize,
    /// How many daily partials were taken from the state folder.
    pub(crate) reused_partials: usize,
    /// How many shops are present on the day.
    pub(crate) present_shops: usize,
    /// How many of them have no score.
    pub(crate) unscored_shops: usize,
    /// The rows of the window that were set aside.
    pub(crate) quarantined: Vec<QuarantinedRows>,
    /// The rows of the window of shops that the snapshot does not have.
    pub(crate) rows_of_unknown_shops: i64,
    /// The table-days of the window without a row, `TABLE DAY`.
    pub(crate) without_rows: Vec<String>,
    /// `closed`, or `frozen` where it was before; null where the day ends no month.
    pub(crate) month_end: Option<String>,
    /// The frozen month ends that news touch, with how many rows a restatement would change.
    pub(crate) to_restate: BTreeMap<String, usize>,
    /// What of rules and settings is otherwise than the night before went by, in words.
    pub(crate) terms_changed: Vec<String>,
    /// The other published nights that it made stale.
    pub(crate) made_stale: Vec<Day>,
    /// How shops stand after it, and who moved; null where that could not be read.
    pub(crate) standing: Option<Standing>,
}

/// Rows that were set aside for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct QuarantinedRows {
    /// The extract.
    pub(crate) extract: String,
    /// Why, as in the quarantine.
    pub(crate) reason: String,
    /// How many rows.
    pub(crate) row_count: i64,
}
