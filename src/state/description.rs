//! The description of a stored table-day: what it was made of, what it counted and set aside, and which content it has.
//!
//! Grain: one table-day, as JSON. The names of its fields are part of the state's format.

use serde::{Deserialize, Serialize};

use crate::error::{Outcome, fault};
use crate::extracts::quarantine::{Counts, QuarantinedRow};
use crate::extracts::{identity::FileIdentity, verdicts::Reason};
use crate::partials::{daily::Version, records::TableDay};
use crate::state::checksummed::STAGE;

/// A part file that a table-day was made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) identity: FileIdentity,
    /// The hash of its bytes; empty for a manifest.
    pub(crate) hash: String,
}

/// All that is known of a stored table-day without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) counts: Counts,
    pub(crate) quarantine: Vec<QuarantinedRow>,
    /// The hash of what it depends on besides its files.
    pub(crate) basis: String,
    pub(crate) inputs: Vec<Input>,
    pub(crate) version: Version,
}

impl Stored {
    pub(crate) fn of(&self) -> TableDay {
        (self.counts.table, self.counts.day)
    }
}

/// The form in which [`Stored`] is written.
#[derive(Serialize, Deserialize)]
struct Description {
    rows: i64,
    broken: [i64; Reason::ALL.len()],
    /// Key, reason and row.
    quarantine: Vec<(Option<i64>, String, String)>,
    basis: String,
    inputs: Vec<Input>,
    version: Version,
}

pub(super) fn json(stored: &Stored) -> Outcome<Vec<u8>> {
    let Stored { counts, quarantine, basis, inputs, version } = stored.clone();
    let quarantine = quarantine.into_iter().map(|row| (row.key, row.reason.to_owned(), row.row)).collect();
    let described = Description { rows: counts.rows, broken: counts.broken, quarantine, basis, inputs, version };
    serde_json::to_vec(&described).map_err(|error| fault(STAGE, error))
}

/// What bytes describe; none where they describe nothing.
pub(super) fn read(json: &[u8], (table, day): TableDay) -> Option<Stored> {
    let Description { rows, broken, quarantine, basis, inputs, version } = serde_json::from_slice(json).ok()?;
    let quarantined = |(key, reason, row): (_, String, _)| {
        let reason = reason.parse::<Reason>().ok()?.name();
        Some(QuarantinedRow { table: table.name(), key, reason, row })
    };
    let quarantine = quarantine.into_iter().map(quarantined).collect::<Option<_>>()?;
    Some(Stored { counts: Counts { table, day, rows, broken }, quarantine, basis, inputs, version })
}
