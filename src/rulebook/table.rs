//! What all rule tables share: reading, effective dates, the default row, looking up and describing.
//!
//! A table is its declaration ([`Line`]: columns, how a line is read and checked) and what its rules are looked up by
//! ([`Rule`]). All findings of a file are reported together. What needs the whole table (a default row, a set of cut-offs)
//! is checked only where every row is sound: one left out would be reported again as missing.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use super::effective::{Dated, overlaps};
use super::file::{self, Header, STAGE};
use super::row::{Categories, DEFAULT_SCOPE, Read, Row, Scope};
use super::texts::RuleTexts;
use crate::domain::Day;
use crate::error::{ExitClass, Failure, Finding, Outcome};

pub(super) trait Line: Sized {
    /// The columns besides the dates.
    const COLUMNS: &'static [&'static str];

    /// Reads a line, given the categories that may be named.
    fn read(row: &mut Row<'_>, known: Option<&Categories<'_>>) -> Read<Self>;
}

/// A rule as it is looked up.
pub trait Rule {
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

pub(super) fn path<R: Rule>(folder: &Path) -> PathBuf {
    folder.join(format!("{}.csv", R::TABLE))
}

/// The lines of the table at `path`, given its text; `key` describes in words what may have only one of them on any day.
pub(super) fn lines<L: Line>(
    (path, text): (&Path, Outcome<&str>),
    known: Option<&Categories<'_>>,
    key: impl Fn(&L) -> String,
) -> Outcome<Vec<Dated<L>>> {
    let mut records = file::records(path, text?)?.into_iter();
    let names = records.next().unwrap_or((1, csv::StringRecord::new()));
    let header = Header::read(path, &names, L::COLUMNS)?;

    let (mut lines, mut findings) = (Vec::new(), Vec::new());
    for record in records {
        if let Some(finding) = file::misshapen(path, &record, names.1.len()) {
            findings.push(finding);
            continue;
        }
        let (line, record) = record;
        let mut row = Row { path, line, header: &header, record: &record, findings: &mut findings };
        if let (Ok(effective), Ok(rule)) = (row.effective(), L::read(&mut row, known)) {
            lines.push(Dated { line, effective, rule });
        }
    }
    findings.extend(overlaps(path, &lines, key));
    Failure::unless_empty(ExitClass::Usage, findings)?;
    Ok(lines)
}

impl<R> RuleTable<R> {
    /// The rules in force on `day`, in the order of their file.
    pub fn on(&self, day: Day) -> impl Iterator<Item = &R> {
        self.rules.iter().filter(move |rule| rule.effective.contains(day)).map(|rule| &rule.rule)
    }

    /// The table as it was known on `day`, and nothing that came later: what was in force then stays.
    pub(super) fn as_stood_on(&self, day: Day) -> Self
    where
        R: Clone,
    {
        let stood = |rule: &Dated<R>| Some(Dated { effective: rule.effective.as_stood_on(day)?, ..rule.clone() });
        Self { rules: self.rules.iter().filter_map(stood).collect() }
    }

    pub(super) fn on_any_day(&self) -> impl Iterator<Item = &R> {
        self.rules.iter().map(|rule| &rule.rule)
    }
}

impl<R: Rule> RuleTable<R> {
    /// The table of a folder, one rule a line.
    pub(super) fn load(texts: &RuleTexts, known: Option<&Categories<'_>>) -> Outcome<Self>
    where
        R: Line,
    {
        let (path, text) = texts.of(R::TABLE);
        let key = |rule: &R| match rule.scope() {
            (category, Some(subcategory)) => format!("category {category:?} with subcategory {subcategory:?}"),
            (category, None) => format!("category {category:?}"),
        };
        Self::of(&path, lines((&path, text), known, key)?)
    }

    /// The table of these rules, which has the default row that it must have, on some day.
    pub(super) fn of(path: &Path, rules: Vec<Dated<R>>) -> Outcome<Self> {
        let table = Self { rules };
        let has_default = table.on_any_day().any(|rule| rule.scope() == DEFAULT_SCOPE);
        let Some(row) = R::DEFAULT.filter(|_| !has_default) else { return Ok(table) };
        let finding = Finding::new(STAGE, "no default row", row).path(path);
        Err(finding.advice("add the row that holds for all other categories").fail(ExitClass::Usage))
    }

    /// The rule in force on `day` for the first of `scopes` that has one.
    pub(super) fn first_of<const SCOPES: usize>(&self, day: Day, scopes: [Scope<'_>; SCOPES]) -> Option<&R> {
        self.line_of(day, scopes).map(|(_, rule)| rule)
    }

    /// As [`RuleTable::first_of`], with the line of the file that states it.
    pub(super) fn line_of<const SCOPES: usize>(&self, day: Day, scopes: [Scope<'_>; SCOPES]) -> Option<(u64, &R)> {
        let in_force = || self.rules.iter().filter(|dated| dated.effective.contains(day));
        let of = |scope| in_force().find(|dated| dated.rule.scope() == scope);
        scopes.into_iter().find_map(of).map(|dated| (dated.line, &dated.rule))
    }

    /// What is wrong where `row` is not in force on `day`: the default row of a table that must have one, else any.
    pub(super) fn lacking_on(&self, day: Day, folder: &Path, row: &str) -> Option<Finding> {
        let in_force = self.on(day).any(|rule| R::DEFAULT.is_none() || rule.scope() == DEFAULT_SCOPE);
        let finding = Finding::new(STAGE, "none", format!("{row} in force on {day}")).path(&path::<R>(folder));
        (!in_force).then(|| finding.advice("add one whose effective_from and effective_to include that day"))
    }

    /// The rules in force on some of `days`, each in one line: its table, what it is for, what it says, on which of them.
    pub(super) fn described_on(&self, days: &[Day]) -> impl Iterator<Item = String> {
        self.rules.iter().filter(|rule| days.iter().any(|day| rule.effective.contains(*day))).map(|dated| {
            let (rule, (category, within)) = (&dated.rule, dated.rule.scope());
            let in_force = days.iter().map(|day| if dated.effective.contains(*day) { '1' } else { '0' });
            let (within, in_force) = (or_dash(within.map(quoted)), in_force.collect::<String>());
            format!("{} {} {within} {} {in_force}", R::TABLE, quoted(category), rule.said())
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
