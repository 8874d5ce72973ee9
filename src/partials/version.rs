//! Which sums a table-day has: those that were made of just these inputs.

use serde::{Deserialize, Serialize};

/// Which sums a table-day has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// What they depend on.
    pub fingerprint: String,
    /// The hash of their file.
    pub sums_hash: String,
}
