//! The text of every rule table, read once: what a rulebook is made of, and what a night is recorded to have gone by.
//!
//! In: a folder, or the record of a published night. Out: one text a table, by the table's name; what cannot be read is told where
//! its table is asked for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::file;
use super::table::{Rule, path};
use super::{CustomMade, Thresholds, Tiers, Weights, logistics::Logistics, table::RuleTable};
use crate::error::{Failure, Outcome, fault};

#[derive(Clone, Debug, Default)]
pub(super) struct RuleTexts {
    pub(super) folder: PathBuf,
    by_table: BTreeMap<&'static str, Outcome<String>>,
}

/// The name of a table's rules.
const fn name_of<R: Rule>(_: Option<&RuleTable<R>>) -> &'static str {
    R::TABLE
}

/// Every table that a rulebook has.
pub(super) const TABLES: [&str; 5] = [
    name_of(None::<&Weights>),
    name_of(None::<&Logistics>),
    name_of(None::<&CustomMade>),
    name_of(None::<&Tiers>),
    name_of(None::<&Thresholds>),
];

impl RuleTexts {
    pub(super) fn read(folder: &Path) -> Self {
        let text = |table: &'static str| (table, file::text(&folder.join(format!("{table}.csv"))));
        Self { folder: folder.to_owned(), by_table: TABLES.map(text).into() }
    }

    /// Those of a record; none where it lacks a table.
    pub(super) fn recorded(texts: &BTreeMap<String, String>) -> Option<Self> {
        let text = |table: &'static str| Some((table, Ok(texts.get(table)?.clone())));
        let by_table = TABLES.into_iter().map(text).collect::<Option<_>>()?;
        Some(Self { folder: PathBuf::from("the rules of a published night"), by_table })
    }

    /// The path and the text of a table.
    pub(super) fn of<R: Rule>(&self) -> (PathBuf, Outcome<&str>) {
        (path::<R>(&self.folder), self.text(R::TABLE))
    }

    pub(super) fn text(&self, table: &str) -> Outcome<&str> {
        match self.by_table.get(table) {
            Some(text) => text.as_deref().map_err(Failure::clone),
            None => Err(fault(file::STAGE, format!("no text of {table}"))),
        }
    }
}
