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
        Self::in_order(from, to).then_some(Self { from, to })
    }

    /// Whether `day` is one of them.
    pub(super) fn contains(self, day: Day) -> bool {
        Self::in_order(self.from, Some(day)) && Self::in_order(Some(day), self.to)
    }

    fn overlaps(self, other: Self) -> bool {
        Self::in_order(self.from, other.to) && Self::in_order(other.from, self.to)
    }

    fn in_order(from: Option<Day>, to: Option<Day>) -> bool {
        from.zip(to).is_none_or(|(from, to)| from <= to)
    }
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

/// Refuses each row that shares days with an earlier row of its key; `key` describes the key in words, and no two keys
/// in the same words.
pub(super) fn refuse_overlaps<R>(
    path: &Path,
    rows: &[Dated<R>],
    key: impl Fn(&R) -> String,
    findings: &mut Vec<Finding>,
) {
    let mut earlier: HashMap<String, Vec<&Dated<R>>> = HashMap::new();
    for row in rows {
        let key = key(&row.rule);
        let of_this_key = earlier.entry(key.clone()).or_default();
        if let Some(other) = of_this_key.iter().find(|other| other.effective.overlaps(row.effective)) {
            findings.push(overlap(path, &key, other, row));
        }
        of_this_key.push(row);
    }
}

fn overlap<R>(path: &Path, key: &str, other: &Dated<R>, row: &Dated<R>) -> Finding {
    let found = format!("{key} on {}, which overlaps line {} on {}", row.effective, other.line, other.effective);
    Finding::new(STAGE, found, "at most one row for it on any day")
        .line(path, row.line)
        .column("effective_from")
        .advice("end one row on the day before the other begins, or remove one")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: &str, to: &str) -> Effective {
        Effective::between(from.parse().ok(), to.parse().ok()).unwrap()
    }

    #[test]
    fn both_ends_are_in_force_and_an_empty_end_is_open() {
        let day = |text: &str| text.parse().unwrap();
        let may = span("2022-05-01", "2022-05-31");
        assert!(may.contains(day("2022-05-01")) && may.contains(day("2022-05-31")));
        assert!(!may.contains(day("2022-04-30")) && !may.contains(day("2022-06-01")));
        assert!(span("", "2022-05-31").contains(day("1900-01-01")));
        assert!(span("2022-05-01", "").contains(day("2900-01-01")));
    }

    #[test]
    fn spans_overlap_where_they_share_a_day() {
        let until_may = span("", "2022-05-31");
        assert!(until_may.overlaps(span("2022-05-31", "")));
        assert!(!until_may.overlaps(span("2022-06-01", "")));
        assert!(!span("2022-06-01", "").overlaps(until_may));
        assert!(until_may.overlaps(span("", "2021-01-01")));
        assert!(span("", "").overlaps(span("2022-06-01", "2022-06-01")));
    }

    #[test]
    fn a_span_that_ends_before_it_begins_is_none() {
        assert_eq!(Effective::between("2022-05-02".parse().ok(), "2022-05-01".parse().ok()), None);
    }
}
