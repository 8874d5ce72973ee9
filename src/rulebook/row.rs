//! One row of a rule table: its cells, trimmed and read as what they should be.
//!
//! A cell that is wrong becomes a finding and no value; the other cells of the row are read all the same, so that one
//! run names everything that is wrong.

use std::path::Path;

use super::decimal::{Decimal4, digits};
use super::effective::Effective;
use super::file::STAGE;
use super::header::Header;
use crate::domain::{Day, trimmed};
use crate::error::{Finding, fault};

/// A row that is being read.
pub(super) struct Row<'a> {
    pub(super) path: &'a Path,
    pub(super) line: u64,
    pub(super) header: &'a Header,
    pub(super) record: &'a csv::StringRecord,
    pub(super) findings: &'a mut Vec<Finding>,
}

impl<'a> Row<'a> {
    /// Reports what is wrong with a column of this row.
    pub(super) fn refuse(&mut self, column: &str, found: impl Into<String>, wanted: &str, advice: &str) {
        let finding = Finding::new(STAGE, found, wanted);
        self.findings.push(finding.line(self.path, self.line).column(column).advice(advice));
    }

    /// A cell's text, trimmed; empty where the cell is. A column that the table does not declare is a fault.
    pub(super) fn text(&mut self, column: &str) -> &'a str {
        let cell = self.header.place(column).and_then(|place| self.record.get(place));
        if cell.is_none() {
            self.findings.extend(fault(STAGE, format!("a rule table without a column {column}")).findings);
        }
        cell.map_or("", trimmed)
    }

    /// A name, which may not be empty.
    pub(super) fn name(&mut self, column: &str) -> Option<String> {
        let text = self.text(column);
        if text.is_empty() {
            self.refuse(column, "an empty cell", "a name", "fill the cell or remove the row");
        }
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// A name, none where the cell is empty.
    pub(super) fn optional_name(&mut self, column: &str) -> Option<String> {
        let text = self.text(column);
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// A decimal of 0 or more.
    pub(super) fn decimal(&mut self, column: &str) -> Option<Decimal4> {
        let read = self.text(column).parse().ok();
        self.figure(column, read, "a figure of 0 or more with at most 4 decimal places")
    }

    /// A decimal of 0 or more; the inner option is none where the cell is empty.
    pub(super) fn optional_decimal(&mut self, column: &str) -> Option<Option<Decimal4>> {
        if self.text(column).is_empty() { Some(None) } else { self.decimal(column).map(Some) }
    }

    /// A whole number of 0 or more.
    pub(super) fn whole(&mut self, column: &str) -> Option<i64> {
        let read = digits(self.text(column));
        self.figure(column, read, "a whole number of 0 or more")
    }

    /// A whole number of 0 or more; the inner option is none where the cell is empty.
    pub(super) fn optional_whole(&mut self, column: &str) -> Option<Option<i64>> {
        if self.text(column).is_empty() { Some(None) } else { self.whole(column).map(Some) }
    }

    fn figure<T>(&mut self, column: &str, read: Option<T>, wanted: &str) -> Option<T> {
        if read.is_none() {
            let found = match self.text(column) {
                "" => "an empty cell".to_owned(),
                text if text.starts_with('-') => format!("{text:?}, a negative figure"),
                text => format!("{text:?}"),
            };
            self.refuse(column, found, wanted, "correct the figure");
        }
        read
    }

    /// The days on which the row is in force.
    pub(super) fn effective(&mut self) -> Option<Effective> {
        let (from, to) = (self.date("effective_from"), self.date("effective_to"));
        let (from, to) = (from?, to?);
        let effective = Effective::between(from, to);
        if effective.is_none() {
            let found = format!("{} before effective_from {}", self.text("effective_to"), self.text("effective_from"));
            self.refuse("effective_to", found, "the same day or a later one", "correct one of the dates");
        }
        effective
    }

    /// A date; the inner option is none where the cell is empty.
    fn date(&mut self, column: &str) -> Option<Option<Day>> {
        let text = self.text(column);
        if text.is_empty() {
            return Some(None);
        }
        let day = text.parse().ok();
        if day.is_none() {
            let wanted = "a date of the form YYYY-MM-DD, or an empty cell";
            self.refuse(column, format!("{text:?}"), wanted, "correct the date");
        }
        day.map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Folder;

    #[test]
    fn a_date_that_is_none_or_an_end_before_the_beginning_is_refused() {
        let wanted = "wanted a date of the form YYYY-MM-DD, or an empty cell; correct the date";
        Folder::with("custom_made", "2022-02-30,2022/12/31,茶\n2022-03-02,2022-03-01,酒\n").assert_refused(&format!(
            "custom_made.csv:3: column effective_from: found \"2022-02-30\", {wanted}\n\
             custom_made.csv:3: column effective_to: found \"2022/12/31\", {wanted}\n\
             custom_made.csv:4: column effective_to: found 2022-03-01 before effective_from 2022-03-02, wanted the same \
             day or a later one; correct one of the dates"
        ));
    }
}
