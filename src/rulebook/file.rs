//! The file of a rule table as records: CSV in UTF-8, one rule a line, each record with the line on which it stands.

use std::path::Path;

use crate::error::{ExitClass, Finding, Outcome, fault};

/// The stage that reads and checks the rules.
pub(super) const STAGE: &str = "rules";

/// A record of the file, and the line on which it begins, counted from 1.
pub(super) type Record = (u64, csv::StringRecord);

/// The records of the file at `path`, its header included; empty lines are none.
pub(super) fn records(path: &Path) -> Outcome<Vec<Record>> {
    let text = text(path)?;
    let line_feeds: Vec<usize> = text.match_indices('\n').map(|(place, _)| place).collect();
    let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    reader
        .into_records()
        .map(|record| {
            let record = record.map_err(|error| {
                Finding::new(STAGE, error.to_string(), "a CSV file")
                    .path(path)
                    .advice("correct the file")
                    .fail(ExitClass::Usage)
            })?;
            let begin = first_byte(&text, &record)
                .ok_or_else(|| fault(STAGE, format!("a record beyond the end of {}", path.display())))?;
            Ok((line_number(line_feeds.partition_point(|place| *place < begin)), record))
        })
        .collect()
}

fn text(path: &Path) -> Outcome<String> {
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

/// Where a record really begins. The reader's own position and line still lie before empty lines and before the second
/// byte of a Windows line end.
fn first_byte(text: &str, record: &csv::StringRecord) -> Option<usize> {
    let position = usize::try_from(record.position()?.byte()).ok()?;
    let rest = text.get(position..)?;
    Some(position + (rest.len() - rest.trim_start_matches(['\r', '\n']).len()))
}

fn line_number(line_feeds_before: usize) -> u64 {
    line_feeds_before as u64 + 1
}

/// What is wrong with a record of another width, or with one that runs over several lines, as an unclosed quotation mark
/// makes it: it would swallow the rules of those lines.
pub(super) fn misshapen(path: &Path, (line, record): &Record, width: usize) -> Option<Finding> {
    let finding = if record.iter().any(|cell| cell.contains(['\n', '\r'])) {
        Finding::new(STAGE, "a cell that runs over several lines", "one row a line").advice("close the quotation mark")
    } else if record.len() != width {
        Finding::new(STAGE, format!("{} fields", record.len()), format!("{width}, as the header has"))
            .advice("add or remove commas")
    } else {
        return None;
    };
    Some(finding.line(path, *line))
}

#[cfg(test)]
mod tests {
    use super::super::testing::Folder;

    const TABLE: &str = "custom_made";
    const HEADER: &str = "effective_from,effective_to,category\n";

    fn accepted(content: &str) -> Vec<String> {
        let custom_made = Folder::holding(TABLE, content).load().unwrap().custom_made;
        custom_made.categories_on("2022-03-15".parse().unwrap()).into_iter().map(str::to_owned).collect()
    }

    fn holding(rows: &str) -> Folder {
        Folder::holding(TABLE, format!("{HEADER}{rows}"))
    }

    #[test]
    fn columns_in_any_order_white_space_and_a_byte_order_mark_are_accepted() {
        assert_eq!(accepted(&format!("{HEADER} 2022-01-01 ,\t,\u{b}\u{c}茶 \r\n")), ["茶"]);
        let with_mark = "\u{feff}category, effective_to,effective_from\r\n\"茶\",,2022-01-01\r\n";
        assert_eq!(accepted(with_mark), ["茶"]);
        // Only ASCII white space is trimmed.
        assert_eq!(accepted(&format!("{HEADER},,\u{3000}茶\n")), ["\u{3000}茶"]);
    }

    #[test]
    fn a_row_with_too_few_or_too_many_fields_is_refused() {
        holding("2022-01-01,茶\n,,茶\n,,酒,\n").assert_refused(
            "custom_made.csv:2: found 2 fields, wanted 3, as the header has; add or remove commas\n\
             custom_made.csv:4: found 4 fields, wanted 3, as the header has; add or remove commas",
        );
    }

    #[test]
    fn the_line_is_the_editor_s_after_empty_lines_and_windows_line_ends() {
        let unix = format!("{HEADER}\n\n,,茶\n\n,,\n");
        for content in [unix.replace('\n', "\r\n"), unix] {
            Folder::holding(TABLE, content).assert_refused("custom_made.csv:6: column category: found an empty cell…");
        }
    }

    #[test]
    fn an_unclosed_quotation_mark_does_not_swallow_the_rules_below_it() {
        holding(",,\"茶\n,,酒\n").assert_refused(
            "custom_made.csv:2: found a cell that runs over several lines, wanted one row a line; close the quotation \
             mark",
        );
    }

    #[test]
    fn a_file_that_is_missing_or_unreadable_or_no_utf_8_is_refused() {
        let gbk = [HEADER.as_bytes(), b",,\xe8\x8c\xb6\n,,\xb2\xe8\n"].concat();
        Folder::holding(TABLE, gbk).assert_refused(
            "custom_made.csv:3: found bytes that are no UTF-8, wanted text in UTF-8; save the file as UTF-8",
        );
        let folder = Folder::sound();
        std::fs::remove_file(folder.path(TABLE)).unwrap();
        folder.assert_refused("custom_made.csv: found read failed: …");
        std::fs::create_dir(folder.path(TABLE)).unwrap();
        folder.assert_refused("custom_made.csv: found read failed: …");
    }
}
