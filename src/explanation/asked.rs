//! What is asked of an explanation, and where a rule stands.

use serde::Serialize;

use crate::domain::Day;
use crate::publish::reading::Current;
use crate::rulebook::{InForce, Rulebook};
use crate::settings::Settings;

/// How messages name this stage.
pub(super) const STAGE: &str = "explanation";

/// What is asked: a shop on a published day.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) rulebook: &'a Rulebook,
    /// The published files.
    pub(crate) seen: &'a Current,
    pub(crate) shop_id: i64,
    pub(crate) as_of: Day,
}

/// A row of a rule table, as the tables are now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct RulePlace {
    /// Its path.
    pub(crate) file: String,
    /// Counted from 1.
    pub(crate) line: u64,
}

impl RulePlace {
    pub(super) fn of<R>(in_force: &InForce<'_, R>) -> Self {
        Self { file: in_force.file.display().to_string(), line: in_force.line }
    }
}
