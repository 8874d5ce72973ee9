//! What a run went by and was made of, and the files that it published.

use serde::{Deserialize, Serialize};

use crate::domain::Day;

/// A setting that the run went by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct UsedSetting {
    /// Of a table or column with dots between: `tables.payments.folder`.
    pub(crate) name: String,
    /// Null where it has none, and of commands, which may hold a secret.
    pub(crate) value: Option<String>,
    /// `default`, `file FILE:LINE`, `environment NAME` or `flag --NAME`.
    pub(crate) origin: String,
}

/// A rule table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct RuleTable {
    /// Its name.
    pub(crate) table: String,
    /// Of its text (XXH3, 128 bits).
    pub(crate) hash: String,
    /// Whether the last run that knew its rules had another text; null where there was none.
    pub(crate) is_changed: Option<bool>,
}

/// What a table-day was made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct InputDay {
    /// The extract.
    pub(crate) extract: String,
    /// Its day, YYYY-MM-DD.
    pub(crate) day: Day,
    /// How many part files it has.
    pub(crate) files: usize,
    /// The quarantined ones, too.
    pub(crate) row_count: i64,
    /// The size of its files.
    pub(crate) size_bytes: u64,
    /// Of its files' bytes, whatever their names and order (XXH3, 128 bits).
    pub(crate) hash: String,
}

/// A published file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct OutputFile {
    /// Below the folder of the generation.
    pub(crate) path: String,
    /// The generation that it was published in.
    pub(crate) generation: String,
    /// Its SHA-256, as recorded beside it.
    pub(crate) sha256: String,
    /// How many rows it has; null where this run found it there.
    pub(crate) row_count: Option<usize>,
    /// Its size; null where the file cannot be read any more.
    pub(crate) size_bytes: Option<u64>,
}
