//! The file of a rule table: CSV in UTF-8, a header with each column once, in any order, then one rule a line.
//!
//! In: a path and the columns of its table. Out: where each column stands, and the records, each with its line. A last
//! column `source` is for people: it has no place among them, so nothing can read it and it is no part of any rule.

use std::path::Path;

use crate::domain::trimmed;
use crate::error::{ExitClass, Failure, Finding, Outcome, fault};

/// The stage that reads and checks the rules.
pub(super) const STAGE: &str = "rules";

/// The columns that every table has besides its own.
const DATES: [&str; 2] = ["effective_from", "effective_to"];

/// What every table may have as its last column: where a rule comes from, in free text that is read past.
const SOURCE: &str = "source";

/// A record of the file, and the line on which it begins, counted from 1.
pub(super) type Record = (u64, csv::StringRecord);

/// Where each column of a table stands in its file.
pub(super) struct Header {
    places: Vec<(&'static str, usize)>,
}

impl Header {
    /// The place of a column, counted from 0.
    pub(super) fn place(&self, column: &str) -> Option<usize> {
        self.places.iter().find(|(name, _)| *name == column).map(|(_, place)| *place)
    }

    /// Refuses a header that does not have each of the dates and `columns` once, or has others, but for a last [`SOURCE`].
    pub(super) fn read(path: &Path, (line, names): &Record, columns: &[&'static str]) -> Outcome<Self> {
        let wanted: Vec<&'static str> = DATES.iter().chain(columns).copied().collect();
        let mut found: Vec<&str> = names.iter().map(trimmed).collect();
        found.pop_if(|last| *last == SOURCE);
        let refusal = |column: &str, fault: &str, advice: &str| {
            let finding = Finding::new(STAGE, fault, format!("the columns {}", wanted.join(",")));
            finding.line(path, *line).column(column).advice(advice)
        };
        let (mut places, mut findings) = (Vec::new(), Vec::new());
        for column in &wanted {
            let mut seen = found.iter().enumerate().filter(|(_, name)| *name == column);
            match (seen.next(), seen.next()) {
                (Some((place, _)), None) => places.push((*column, place)),
                (Some(_), Some(_)) => findings.push(refusal(column, "it more than once", "keep one")),
                (None, _) => findings.push(refusal(column, "no such column", "add it")),
            }
        }
        let unknown = found.iter().filter(|name| !wanted.contains(name));
        findings.extend(unknown.map(|name| match *name {
            SOURCE => refusal(name, "it before the last column", "keep one, as the last column"),
            _ => refusal(name, "an unknown column", "correct its name or remove it"),
        }));
        Failure::unless_empty(ExitClass::Usage, findings)?;
        Ok(Self { places })
    }
}

/// The records of the `text` of the file at `path`, its header included; empty lines are none.
pub(super) fn records(path: &Path, text: &str) -> Outcome<Vec<Record>> {
    let line_feeds: Vec<usize> = text.match_indices('\n').map(|(place, _)| place).collect();
    let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let record = |record: csv::Result<csv::StringRecord>| {
        let record = record.map_err(|error| {
            let finding = Finding::new(STAGE, error.to_string(), "a CSV file").path(path);
            finding.advice("correct the file").fail(ExitClass::Usage)
        })?;
        let begin = first_byte(text, &record)
            .ok_or_else(|| fault(STAGE, format!("a record beyond the end of {}", path.display())))?;
        Ok((line_feeds.partition_point(|place| *place < begin) as u64 + 1, record))
    };
    reader.into_records().map(record).collect()
}

/// The text of the file at `path`.
pub(super) fn text(path: &Path) -> Outcome<String> {
    let bytes = std::fs::read(path).map_err(|error| {
        let place = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let place = if path.is_relative() { format!(", looked for at {}", place.display()) } else { String::new() };
        let finding = Finding::new(STAGE, format!("read failed: {error}{place}"), "a readable file").path(path);
        finding.advice("put the rule table there, or name another folder of rules").fail(ExitClass::Usage)
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let sound = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
        let line = sound.filter(|byte| **byte == b'\n').count() as u64 + 1;
        let finding = Finding::new(STAGE, "bytes that are no UTF-8", "text in UTF-8").line(path, line);
        finding.advice("save the file as UTF-8").fail(ExitClass::Usage)
    })
}

/// Where a record really begins. The reader's own position and line still lie before empty lines and before the second
/// byte of a Windows line end.
fn first_byte(text: &str, record: &csv::StringRecord) -> Option<usize> {
    let position = usize::try_from(record.position()?.byte()).ok()?;
    let rest = text.get(position..)?;
    Some(position + (rest.len() - rest.trim_start_matches(['\r', '\n']).len()))
}

/// What is wrong with a record of another width, or with one that runs over several lines, as an unclosed quotation mark
/// makes it: it would swallow the rules of those lines.
pub(super) fn misshapen(path: &Path, (line, record): &Record, width: usize) -> Option<Finding> {
    let finding = if record.iter().any(|cell| cell.contains(['\n', '\r'])) {
        Finding::new(STAGE, "a cell that runs over several lines", "one row a line").advice("close the quotation mark")
    } else if record.len() != width {
        Finding::new(STAGE, format!("{} fields", record.len()), format!("{width}, as the header has"))
            .advice("add or remove commas; a cell that holds one stands in quotation marks")
    } else {
        return None;
    };
    Some(finding.line(path, *line))
}
