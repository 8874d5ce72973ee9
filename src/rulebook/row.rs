//! One row of a rule table: its cells, trimmed and read as what they should be.
//!
//! A cell that is wrong becomes a finding and [`Refused`]; the other cells of the row are read all the same, so that one
//! run names everything that is wrong.

use std::collections::BTreeSet;
use std::path::Path;

use super::decimal::{Decimal4, digits};
use super::effective::Effective;
use super::file::{Header, STAGE};
use crate::domain::{Day, trimmed};
use crate::error::{Finding, fault};

/// What stands in a category or indicator cell for all that no other row names.
pub(super) const ANY: &str = "*";

/// A category or `*`, and within it a subcategory or indicator; none for all of them.
pub(super) type Scope<'a> = (&'a str, Option<&'a str>);

/// The scope of the row that holds for whatever no other row is for.
pub(super) const DEFAULT_SCOPE: Scope<'static> = (ANY, None);

/// The categories that have weights, each alone and with each subcategory that has weights of its own.
pub(super) type Categories<'a> = BTreeSet<Scope<'a>>;

/// What stands for a value whose cell was refused: its finding is among those of the row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refused;

pub(super) type Read<T> = Result<T, Refused>;

pub(super) struct Row<'a> {
    pub(super) path: &'a Path,
    pub(super) line: u64,
    pub(super) header: &'a Header,
    pub(super) record: &'a csv::StringRecord,
    pub(super) findings: &'a mut Vec<Finding>,
}

impl<'a> Row<'a> {
    /// Reports what is wrong with a column of this row.
    pub(super) fn refuse(&mut self, column: &str, found: impl Into<String>, wanted: &str, advice: &str) -> Refused {
        let finding = Finding::new(STAGE, found, wanted);
        self.findings.push(finding.line(self.path, self.line).column(column).advice(advice));
        Refused
    }

    /// A cell's text, trimmed; empty where the cell is. A column that the table does not declare is a fault.
    pub(super) fn text(&mut self, column: &str) -> &'a str {
        let cell = self.header.place(column).and_then(|place| self.record.get(place));
        if cell.is_none() {
            self.findings.extend(fault(STAGE, format!("a rule table without a column {column}")).findings);
        }
        cell.map_or("", trimmed)
    }

    /// What `read` makes of a cell; none where the cell is empty.
    pub(super) fn optional<T>(&mut self, column: &str, read: fn(&mut Self, &str) -> Read<T>) -> Read<Option<T>> {
        if self.text(column).is_empty() { Ok(None) } else { read(self, column).map(Some) }
    }

    pub(super) fn name(&mut self, column: &str) -> Read<String> {
        match self.text(column) {
            "" => Err(self.refuse(column, "an empty cell", "a name", "fill the cell or remove the row")),
            name => Ok(name.to_owned()),
        }
    }

    /// The category of a row of a table that has no default row: a `*` would silently mean nothing.
    pub(super) fn named_category(&mut self) -> Read<String> {
        let category = self.name("category")?;
        if category == ANY {
            let wanted = "a category: this table has no default row";
            return Err(self.refuse("category", "`*`", wanted, "name the category"));
        }
        Ok(category)
    }

    /// The category, where it is `*` alone or one of the `known`, together with the subcategory `within` it if the row has
    /// one: a misspelt one would be a rule for nobody. Where none are known any other will do.
    pub(super) fn known_category(&mut self, known: Option<&Categories<'_>>, within: Option<&str>) -> Read<String> {
        let category = self.name("category")?;
        let is_known = |within| {
            let scope = (category.as_str(), within);
            scope == DEFAULT_SCOPE || known.is_none_or(|known| known.contains(&scope))
        };
        if is_known(within) {
            return Ok(category);
        }
        let (column, found) = match within {
            Some(within) if is_known(None) => ("subcategory", format!("{category:?} with {within:?}")),
            _ => ("category", format!("{category:?}")),
        };
        let found = format!("{found}, which no row of weights.csv has");
        let advice = "correct the name, or add its weights first";
        Err(self.refuse(column, found, "a category and subcategory of weights.csv", advice))
    }

    pub(super) fn decimal(&mut self, column: &str) -> Read<Decimal4> {
        self.figure(column, "a figure of 0 or more with at most 4 decimal places", |text| text.parse().ok())
    }

    pub(super) fn whole(&mut self, column: &str) -> Read<i64> {
        self.figure(column, "a whole number of 0 or more", digits)
    }

    /// A count that cannot be none: where nothing is meant the cell is empty.
    pub(super) fn positive(&mut self, column: &str) -> Read<i64> {
        let above_0 = |text: &str| digits(text).filter(|count| *count > 0);
        self.figure(column, "a whole number of 1 or more, or an empty cell", above_0)
    }

    fn figure<T>(&mut self, column: &str, wanted: &str, read: impl FnOnce(&str) -> Option<T>) -> Read<T> {
        let text = self.text(column);
        read(text).ok_or_else(|| {
            let found = match text {
                "" => "an empty cell".to_owned(),
                _ if text.starts_with('-') => format!("{text:?}, a negative figure"),
                _ => format!("{text:?}"),
            };
            self.refuse(column, found, wanted, "correct the figure")
        })
    }

    pub(super) fn effective(&mut self) -> Read<Effective> {
        let from = self.optional("effective_from", Self::date);
        let to = self.optional("effective_to", Self::date);
        Effective::between(from?, to?).ok_or_else(|| {
            let found = format!("{} before effective_from {}", self.text("effective_to"), self.text("effective_from"));
            self.refuse("effective_to", found, "the same day or a later one", "correct one of the dates")
        })
    }

    fn date(&mut self, column: &str) -> Read<Day> {
        let text = self.text(column);
        let wanted = "a date of the form YYYY-MM-DD, or an empty cell";
        text.parse().map_err(|_| self.refuse(column, format!("{text:?}"), wanted, "correct the date"))
    }
}
