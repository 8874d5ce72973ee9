//! The header of a rule table: each column once, in any order, and no others.

use std::path::Path;

use super::file::STAGE;
use crate::domain::trimmed;
use crate::error::{ExitClass, Failure, Finding, Outcome};

/// The columns that every table has besides its own.
const DATES: [&str; 2] = ["effective_from", "effective_to"];

/// Where each column of a table stands in its file.
pub(super) struct Header {
    places: Vec<(&'static str, usize)>,
}

impl Header {
    /// The place of a column, counted from 0.
    pub(super) fn place(&self, column: &str) -> Option<usize> {
        self.places.iter().find(|(name, _)| *name == column).map(|(_, place)| *place)
    }

    /// Refuses a header that does not have each of the dates and `columns` once, or has others.
    pub(super) fn read(path: &Path, line: u64, names: &csv::StringRecord, columns: &[&'static str]) -> Outcome<Self> {
        let wanted: Vec<&'static str> = DATES.iter().chain(columns).copied().collect();
        let found: Vec<&str> = names.iter().map(trimmed).collect();
        let refusal = |column: &str, fault: &str, advice: &str| {
            Finding::new(STAGE, fault, format!("the columns {}", wanted.join(",")))
                .line(path, line)
                .column(column)
                .advice(advice)
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
        findings.extend(unknown.map(|name| refusal(name, "an unknown column", "correct its name or remove it")));
        Failure::unless_empty(ExitClass::Usage, findings)?;
        Ok(Self { places })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Folder;

    #[test]
    fn a_header_with_a_missing_a_repeated_or_an_unknown_column_is_refused() {
        let wanted = "wanted the columns effective_from,effective_to,category";
        Folder::holding("custom_made", "effective_from,effective_from,categories\n").assert_refused(&format!(
            "custom_made.csv:1: column effective_from: found it more than once, {wanted}; keep one\n\
             custom_made.csv:1: column effective_to: found no such column, {wanted}; add it\n\
             custom_made.csv:1: column category: found no such column, {wanted}; add it\n\
             custom_made.csv:1: column categories: found an unknown column, {wanted}; correct its name or remove it"
        ));
        Folder::holding("custom_made", "").assert_refused(&["custom_made.csv:1: column …"; 3].join("\n"));
    }
}
