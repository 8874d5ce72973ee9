//! What all rule tables share: reading, effective dates, the default row, looking up and describing.
//!
//! A table is its declaration ([`Line`]: columns, how a line is read and checked) and what its rules are looked up by
//! ([`Rule`]). All findings of a file are reported together. What needs the whole table (a default row, a set of cut-offs)
//! is checked only where every row is sound: one left out would be reported again as missing.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use super::category::{Categories, DEFAULT_SCOPE, Scope, key};
use super::effective::{Dated, refuse_overlaps};
use super::file::{self, STAGE};
use super::header::Header;
use super::row::Row;
use crate::domain::Day;
use crate::error::{ExitClass, Failure, Finding, Outcome};

/// A line of a rule table.
pub(super) trait Line: Sized {
    /// The columns besides the dates.
    const COLUMNS: &'static [&'static str];

    /// Reads a line, given the categories that may be named; none where it reported a finding.
    fn read(row: &mut Row<'_>, known: Option<&Categories>) -> Option<Self>;
}

/// A rule as it is looked up.
pub(super) trait Rule {
    /// The name of its table; the file has it too.
    const TABLE: &'static str;
    /// The row that the table must have, in words, if it must have one for [`DEFAULT_SCOPE`].
    const DEFAULT: Option<&'static str> = None;

    /// What it is for.
    fn scope(&self) -> Scope<'_>;

    /// What it says, in the words of its file: equal words, equal rules.
    fn said(&self) -> String;
}

/// The rules of one table, with the days on which each is in force.
#[derive(Clone, Debug)]
pub struct RuleTable<R> {
    rules: Vec<Dated<R>>,
}

/// The file of a table in a folder of rules.
pub(super) fn path<R: Rule>(folder: &Path) -> PathBuf {
    folder.join(format!("{}.csv", R::TABLE))
}

/// The lines of the table at `path`; `key` describes in words what may have only one of them on any day.
pub(super) fn lines<L: Line>(
    path: &Path,
    known: Option<&Categories>,
    key: impl Fn(&L) -> String,
) -> Outcome<Vec<Dated<L>>> {
    let mut records = file::records(path)?.into_iter();
    let (header_line, names) = records.next().unwrap_or((1, csv::StringRecord::new()));
    let header = Header::read(path, header_line, &names, L::COLUMNS)?;

    let (mut lines, mut findings) = (Vec::new(), Vec::new());
    for record in records {
        if let Some(finding) = file::misshapen(path, &record, names.len()) {
            findings.push(finding);
            continue;
        }
        let (line, record) = record;
        let mut row = Row { path, line, header: &header, record: &record, findings: &mut findings };
        let (effective, rule) = (row.effective(), L::read(&mut row, known));
        if let Some((effective, rule)) = effective.zip(rule) {
            lines.push(Dated { line, effective, rule });
        }
    }
    refuse_overlaps(path, &lines, key, &mut findings);
    Failure::unless_empty(ExitClass::Usage, findings)?;
    Ok(lines)
}

impl<R> RuleTable<R> {
    /// The rules in force on `day`, in the order of their file.
    pub fn on(&self, day: Day) -> impl Iterator<Item = &R> {
        self.rules.iter().filter(move |rule| rule.effective.contains(day)).map(|rule| &rule.rule)
    }

    /// All rules, whenever they are in force.
    pub(super) fn on_any_day(&self) -> impl Iterator<Item = &R> {
        self.rules.iter().map(|rule| &rule.rule)
    }

    /// The table of a folder, one rule a line.
    pub(super) fn load(folder: &Path, known: Option<&Categories>) -> Outcome<Self>
    where
        R: Line + Rule,
    {
        let path = path::<R>(folder);
        Self::of(&path, lines(&path, known, |rule: &R| key(rule.scope()))?)
    }

    /// The table of these rules, which has the default row that it must have, on some day.
    pub(super) fn of(path: &Path, rules: Vec<Dated<R>>) -> Outcome<Self>
    where
        R: Rule,
    {
        let table = Self { rules };
        let has_default = table.on_any_day().any(|rule| rule.scope() == DEFAULT_SCOPE);
        match R::DEFAULT.filter(|_| !has_default) {
            None => Ok(table),
            Some(row) => Err(Finding::new(STAGE, "no default row", row)
                .path(path)
                .advice("add the row that holds for all other categories")
                .fail(ExitClass::Usage)),
        }
    }

    /// The rule in force on `day` for the first of `scopes` that has one.
    pub(super) fn first_of<const SCOPES: usize>(&self, day: Day, scopes: [Scope<'_>; SCOPES]) -> Option<&R>
    where
        R: Rule,
    {
        scopes.into_iter().find_map(|scope| self.on(day).find(|rule| rule.scope() == scope))
    }

    /// What is wrong where `row` is not in force on `day`: the default row of a table that must have one, else any.
    pub(super) fn lacking_on(&self, day: Day, folder: &Path, row: &str) -> Option<Finding>
    where
        R: Rule,
    {
        let in_force = self.on(day).any(|rule| R::DEFAULT.is_none() || rule.scope() == DEFAULT_SCOPE);
        let finding = || {
            Finding::new(STAGE, "none", format!("{row} in force on {day}"))
                .path(&path::<R>(folder))
                .advice("add one whose effective_from and effective_to include that day")
        };
        (!in_force).then(finding)
    }

    /// The rules in force on `day`, each in one line: its table, what it is for, what it says.
    pub(super) fn described_on(&self, day: Day) -> impl Iterator<Item = String>
    where
        R: Rule,
    {
        self.on(day).map(|rule| {
            let (category, within) = rule.scope();
            format!("{} {} {} {}", R::TABLE, quoted(category), or_dash(within.map(quoted)), rule.said())
        })
    }
}

/// A name in quotation marks, those in it doubled: no two names look the same.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// What stands for an empty cell in the description of a rule.
pub(super) fn or_dash(cell: Option<impl Display>) -> String {
    cell.map_or("-".to_owned(), |cell| cell.to_string())
}
