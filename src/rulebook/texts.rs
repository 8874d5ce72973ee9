//! The text of every rule table, read once: what a rulebook is made of, and what a night is recorded to have gone by.
//!
//! In: a folder, or the record of a published night. Out: one text a table, by the table's name; what cannot be read is told where
//! its table is asked for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::file;
use crate::error::{Failure, Outcome, fault};

/// Every table that a rulebook has.
pub(super) const TABLES: [&str; 5] = ["weights", "logistics", "custom_made", "tiers", "thresholds"];

#[derive(Clone, Debug, Default)]
pub(super) struct RuleTexts {
    pub(super) folder: PathBuf,
    by_table: BTreeMap<&'static str, Outcome<String>>,
}

impl RuleTexts {
    pub(super) fn read(folder: &Path) -> Self {
        let text = |table: &'static str| (table, file::text(&path(folder, table)));
        Self { folder: folder.to_owned(), by_table: TABLES.map(text).into() }
    }

    /// Those of a record; none where it lacks a table.
    pub(super) fn recorded(texts: &BTreeMap<String, String>) -> Option<Self> {
        let text = |table: &'static str| Some((table, Ok(texts.get(table)?.clone())));
        let by_table = TABLES.into_iter().map(text).collect::<Option<_>>()?;
        Some(Self { folder: PathBuf::from("the rules of a published night"), by_table })
    }

    /// The path of a table, and its text.
    pub(super) fn of(&self, table: &str) -> (PathBuf, Outcome<&str>) {
        (path(&self.folder, table), self.text(table))
    }

    pub(super) fn text(&self, table: &str) -> Outcome<&str> {
        match self.by_table.get(table) {
            Some(text) => text.as_deref().map_err(Failure::clone),
            None => Err(fault(file::STAGE, format!("no text of {table}"))),
        }
    }
}

fn path(folder: &Path, table: &str) -> PathBuf {
    folder.join(format!("{table}.csv"))
}
