//! The days on which a rule is in force, both ends included; a missing end is open.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use super::file::STAGE;
use crate::domain::Day;
use crate::error::Finding;

/// A span of days from `effective_from` to `effective_to`, both included, either of them open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Effective {
    from: Option<Day>,
    to: Option<Day>,
}

impl Effective {
    /// The days between both ends; none where they are the wrong way round.
    pub(super) fn between(from: Option<Day>, to: Option<Day>) -> Option<Self> {
        in_order(from, to).then_some(Self { from, to })
    }

    pub(super) fn contains(self, day: Day) -> bool {
        in_order(self.from, Some(day)) && in_order(Some(day), self.to)
    }

    /// As known on `day`: none where it begins later, without an end where that had not come.
    pub(super) fn as_stood_on(self, day: Day) -> Option<Self> {
        let to = self.to.filter(|to| *to < day);
        in_order(self.from, Some(day)).then_some(Self { from: self.from, to })
    }

    fn overlaps(self, other: Self) -> bool {
        in_order(self.from, other.to) && in_order(other.from, self.to)
    }
}

fn in_order(from: Option<Day>, to: Option<Day>) -> bool {
    from.zip(to).is_none_or(|(from, to)| from <= to)
}

impl fmt::Display for Effective {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.from, self.to) {
            (Some(from), Some(to)) => write!(formatter, "{from} to {to}"),
            (Some(from), None) => write!(formatter, "{from} onwards"),
            (None, Some(to)) => write!(formatter, "all days until {to}"),
            (None, None) => write!(formatter, "all days"),
        }
    }
}

/// A rule, the line of its file that states it, and the days on which it is in force.
#[derive(Clone, Debug)]
pub(super) struct Dated<R> {
    pub(super) line: u64,
    pub(super) effective: Effective,
    pub(super) rule: R,
}

/// A finding for each row that shares days with an earlier row of its key; `key` describes the key in words, and no two
/// keys in the same words.
pub(super) fn overlaps<R>(path: &Path, rows: &[Dated<R>], key: impl Fn(&R) -> String) -> Vec<Finding> {
    let mut earlier: HashMap<String, Vec<&Dated<R>>> = HashMap::new();
    let mut findings = Vec::new();
    for row in rows {
        let key = key(&row.rule);
        let of_this_key = earlier.entry(key.clone()).or_default();
        if let Some(other) = of_this_key.iter().find(|other| other.effective.overlaps(row.effective)) {
            let found =
                format!("{key} on {}, which overlaps line {} on {}", row.effective, other.line, other.effective);
            let finding = Finding::new(STAGE, found, "at most one row for it on any day").line(path, row.line);
            let advice = "end one row on the day before the other begins, or remove one";
            findings.push(finding.column("effective_from").advice(advice));
        }
        of_this_key.push(row);
    }
    findings
}
