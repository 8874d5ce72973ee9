//! Reads one rule table: a CSV file in UTF-8 with a header, columns in any order, one rule a line.
//!
//! All findings of a file are reported together. What needs the whole table (a default row, a set of cut-offs) is left
//! to the callers, who get rows only where every row is sound: one left out would be reported again as missing.

use std::path::Path;

use super::STAGE;
use super::effective::{Dated, refuse_overlaps};
use super::header::Header;
use super::row::Row;
use crate::error::{ExitClass, Failure, Finding, Outcome};

/// The rows of the table at `path`, which has `columns` besides its dates. `rule` reads a row and returns none where
/// it reported a finding; `key` describes in words what may have only one row a day.
pub(super) fn read<R>(
    path: &Path,
    columns: &[&'static str],
    rule: impl Fn(&mut Row<'_>) -> Option<R>,
    key: impl Fn(&R) -> String,
) -> Outcome<Vec<Dated<R>>> {
    let text = read_text(path)?;
    let mut records = records(path, &text)?.into_iter();
    let (header_line, names) = records.next().unwrap_or((1, csv::StringRecord::new()));
    let header = Header::read(path, header_line, &names, columns)?;

    let (mut rows, mut findings) = (Vec::new(), Vec::new());
    for (line, record) in records {
        if let Some(finding) = misshapen(path, line, &record, names.len()) {
            findings.push(finding);
            continue;
        }
        let mut row = Row { path, line, header: &header, record: &record, findings: &mut findings };
        let (effective, rule) = (row.effective(), rule(&mut row));
        if let Some((effective, rule)) = effective.zip(rule) {
            rows.push(Dated { line, effective, rule });
        }
    }
    refuse_overlaps(path, &rows, key, &mut findings);
    Failure::unless_empty(ExitClass::Usage, findings)?;
    Ok(rows)
}

fn read_text(path: &Path) -> Outcome<String> {
    let bytes = std::fs::read(path).map_err(|error| {
        Finding::new(STAGE, format!("read failed: {error}"), "a readable file")
            .path(path)
            .advice("put the rule table there, or name another folder of rules")
            .fail(ExitClass::Usage)
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let sound = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
        let line_feeds = sound.filter(|byte| **byte == b'\n').count();
        Finding::new(STAGE, "bytes that are no UTF-8", "text in UTF-8")
            .line(path, line_number(line_feeds))
            .advice("save the file as UTF-8")
            .fail(ExitClass::Usage)
    })
}

/// The records of `text`, each with the line on which it begins; empty lines are none.
fn records(path: &Path, text: &str) -> Outcome<Vec<(u64, csv::StringRecord)>> {
    let line_feeds: Vec<usize> = text.match_indices('\n').map(|(place, _)| place).collect();
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes())
        .into_records()
        .map(|record| {
            let record = record.map_err(|error| {
                Finding::new(STAGE, error.to_string(), "a CSV file")
                    .path(path)
                    .advice("correct the file")
                    .fail(ExitClass::Usage)
            })?;
            let begin = record.position().map_or(0, |position| first_byte(text, position.byte()));
            Ok((line_number(line_feeds.partition_point(|place| *place < begin)), record))
        })
        .collect()
}

/// Where a record really begins. The reader's own position and line still lie before empty lines and before the second
/// byte of a Windows line end.
fn first_byte(text: &str, position: u64) -> usize {
    let position = usize::try_from(position).unwrap_or(text.len());
    let rest = text.get(position..).unwrap_or_default();
    position + (rest.len() - rest.trim_start_matches(['\r', '\n']).len())
}

fn line_number(line_feeds_before: usize) -> u64 {
    line_feeds_before as u64 + 1
}

/// What is wrong with a record of another width, or with one that runs over several lines, as an unclosed quotation mark
/// makes it: it would swallow the rules of those lines.
fn misshapen(path: &Path, line: u64, record: &csv::StringRecord, width: usize) -> Option<Finding> {
    let finding = if record.iter().any(|cell| cell.contains(['\n', '\r'])) {
        Finding::new(STAGE, "a cell that runs over several lines", "one row a line")
            .advice("close the quotation mark")
    } else if record.len() != width {
        Finding::new(STAGE, format!("{} fields", record.len()), format!("{width}, as the header has"))
            .advice("add or remove commas")
    } else {
        return None;
    };
    Some(finding.line(path, line))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Folder, refusals};

    const FILE: &str = "custom_made.csv";
    const HEADER: &str = "effective_from,effective_to,category\n";

    /// How `custom_made.csv` with this content is refused.
    fn refused(content: impl AsRef<[u8]>) -> Vec<String> {
        let folder = Folder::sound();
        folder.write(FILE, content);
        refusals(&folder)
    }

    fn accepted(content: &str) -> Vec<String> {
        let folder = Folder::sound();
        folder.write(FILE, content);
        let custom_made = folder.load().unwrap().custom_made;
        custom_made.on("2022-03-15".parse().unwrap()).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn columns_in_any_order_white_space_and_a_byte_order_mark_are_accepted() {
        assert_eq!(accepted(&format!("{HEADER} 2022-01-01 ,\t,\u{b}\u{c}茶 \r\n")), ["茶"]);
        assert_eq!(
            accepted("\u{feff}category, effective_to,effective_from\r\n\"茶\",,2022-01-01\r\n"),
            ["茶"]
        );
        // Only ASCII white space is trimmed.
        assert_eq!(accepted(&format!("{HEADER},,\u{3000}茶\n")), ["\u{3000}茶"]);
    }

    #[test]
    fn a_row_with_too_few_or_too_many_fields_is_refused() {
        assert_eq!(
            refused(format!("{HEADER}2022-01-01,茶\n,,茶\n,,酒,\n")),
            [
                "rules: custom_made.csv:2: found 2 fields, wanted 3, as the header has; add or remove commas",
                "rules: custom_made.csv:4: found 4 fields, wanted 3, as the header has; add or remove commas",
            ]
        );
    }

    #[test]
    fn the_line_is_the_editor_s_after_empty_lines_and_windows_line_ends() {
        for content in
            [format!("{HEADER}\n\n,,茶\n\n,,\n"), format!("{HEADER}\n\n,,茶\n\n,,\n").replace('\n', "\r\n")]
        {
            assert_eq!(
                refused(content),
                [
                    "rules: custom_made.csv:6: column category: found an empty cell, wanted a name; fill the cell or \
                  remove the row"
                ]
            );
        }
    }

    #[test]
    fn an_unclosed_quotation_mark_does_not_swallow_the_rules_below_it() {
        assert_eq!(
            refused(format!("{HEADER},,\"茶\n,,酒\n")),
            [
                "rules: custom_made.csv:2: found a cell that runs over several lines, wanted one row a line; close the \
              quotation mark"
            ]
        );
    }

    #[test]
    fn text_that_is_no_utf_8_is_refused_with_its_line() {
        let gbk = [HEADER.as_bytes(), b",,\xe8\x8c\xb6\n,,\xb2\xe8\n"].concat();
        assert_eq!(
            refused(gbk),
            [
                "rules: custom_made.csv:3: found bytes that are no UTF-8, wanted text in UTF-8; save the file as UTF-8"
            ]
        );
    }

    #[test]
    fn a_missing_or_unreadable_file_is_refused() {
        let folder = Folder::sound();
        folder.remove(FILE);
        let missing = refusals(&folder).concat();
        assert!(missing.starts_with("rules: custom_made.csv: found read failed: "), "{missing}");
        folder.make_folder(FILE);
        let unreadable = refusals(&folder).concat();
        assert!(unreadable.starts_with("rules: custom_made.csv: found read failed: "), "{unreadable}");
    }

    #[test]
    fn a_date_that_is_none_or_an_end_before_the_beginning_is_refused() {
        assert_eq!(
            refused(format!("{HEADER}2022-02-30,2022/12/31,茶\n2022-03-02,2022-03-01,酒\n")),
            [
                "rules: custom_made.csv:2: column effective_from: found \"2022-02-30\", wanted a date of the form \
                 YYYY-MM-DD, or an empty cell; correct the date",
                "rules: custom_made.csv:2: column effective_to: found \"2022/12/31\", wanted a date of the form \
                 YYYY-MM-DD, or an empty cell; correct the date",
                "rules: custom_made.csv:3: column effective_to: found 2022-03-01 before effective_from 2022-03-02, \
                 wanted the same day or a later one; correct one of the dates",
            ]
        );
    }
}
