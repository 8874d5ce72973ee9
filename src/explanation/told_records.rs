//! What is told of the records behind an indicator.
//!
//! Grain: one record, and one indicator with its records. Units: what is lacking in stars, rows or seconds; shares of 1.

use serde::Serialize;

use super::stored::UnknownDays;
use crate::domain::Day;
use crate::indicators::Indicator;

/// A record.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct TheRecord {
    pub(crate) indicator: &'static str,
    /// counted, retracted (appeals took it out) or quarantined.
    pub(crate) standing: &'static str,
    /// The day of its partition, YYYY-MM-DD.
    pub(crate) day: Day,
    /// Its key; none of consultations.
    pub(crate) record_id: Option<i64>,
    /// What it lacks to the best: stars, rows or seconds; none where it does not count.
    pub(crate) lacks: Option<i64>,
    /// Its share of what the published figures lack, of 1; none where it does not count.
    pub(crate) share: Option<f64>,
    /// Why it is quarantined.
    pub(crate) reason: Option<&'static str>,
    /// Its columns as JSON, without buyers, times in UTC; of consultations the first row.
    pub(crate) row: String,
}

/// The records behind an indicator.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct IndicatorRecords {
    #[serde(skip)]
    pub(crate) of: Indicator,
    pub(crate) indicator: &'static str,
    /// What the published figures lack to the best: stars, rows or seconds.
    pub(crate) lacks: i64,
    /// Whether the records that count add up to the published figures: they do where every day is known.
    pub(crate) add_up: bool,
    /// The first of those that lack something.
    pub(crate) records: Vec<TheRecord>,
    /// How many more of these there are.
    pub(crate) more: usize,
    /// All that do not count: retracted and quarantined ones.
    pub(crate) aside: Vec<TheRecord>,
    /// Days whose records are not known.
    pub(crate) unknown_days: Vec<UnknownDays>,
}
