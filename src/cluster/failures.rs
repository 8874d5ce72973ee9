//! What an engine's refusals come to: a fault of the data, which ends a run as the same fault would that was found here, or one of
//! the engine or the way to it.
//!
//! In: a failed call. Out: a failure; rejected where a file or a value is to blame, else disk, with what was asked.

use std::path::Path;

use super::connect::failed::{Failed, Kind};
use crate::error::{ExitClass, Failure, Finding};
use crate::extracts::tables::Table;
use crate::sql::dialect::REFUSED;

const STAGE: &str = "engine";
/// As much of a message as is told: what comes behind is a trace of the engine's own code.
const MOST_CHARACTERS: usize = 600;

/// Error classes of Spark that speak of files: damaged ones, such that are gone, and such as are no Parquet that it reads.
const OF_FILES: [&str; 9] = [
    "FAILED_READ_FILE",
    "CANNOT_READ_FILE",
    "CANNOT_MERGE_SCHEMAS",
    "MALFORMED_",
    "PARQUET_",
    "PATH_NOT_FOUND",
    "UNABLE_TO_INFER_SCHEMA",
    "INVALID_PARQUET",
    "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
];
/// The words of servers without such classes, unless they go on to say that the store of the files has failed.
const OF_FILES_IN_WORDS: [&str; 2] = ["Parquet error: ", "Parquet argument error: "];
const OF_STORES_IN_WORDS: &str = "External: Generic ";
/// Such that speak of values.
const OF_VALUES: [&str; 4] =
    ["ARITHMETIC_OVERFLOW", "CAST_OVERFLOW", "CAST_INVALID_INPUT", "NUMERIC_VALUE_OUT_OF_RANGE"];

/// Why a query has not been answered to its end.
pub(super) enum Told {
    /// What was made of its batches failed here.
    Here(Failure),
    /// It was larger than is allowed here, and was given up.
    TooLarge,
    There(Failed),
}

impl From<Failed> for Told {
    fn from(failed: Failed) -> Self {
        Self::There(failed)
    }
}

/// Whether a listing failed because there is no such folder.
pub(super) fn is_no_such_path(failed: &Failed) -> bool {
    failed.class.as_deref() == Some("PATH_NOT_FOUND") || failed.message.contains("PATH_NOT_FOUND")
}

/// Whether a server has given up an answer that is larger than it allows.
pub(super) fn is_too_large(failed: &Failed) -> bool {
    failed.message.contains("spark.driver.maxResultSize")
}

/// The failure of a question about `what`.
pub(super) fn failure(address: &str, what: &str, failed: &Failed) -> Failure {
    if let Some(refused) = refused_value(&failed.message) {
        return refused;
    }
    let said = said(failed);
    if has_class(failed, &OF_FILES) || speaks_of_files(&failed.message) {
        let finding =
            Finding::new(STAGE, format!("files that {address} cannot read, of {what}: {said}"), "sound Parquet files");
        let finding = file_of(&failed.message).into_iter().fold(finding, |finding, path| finding.path(Path::new(path)));
        let advice = "deliver the file again, written and compressed as the engine can read it";
        return finding.advice(advice).fail(ExitClass::Rejected);
    }
    if has_class(failed, &OF_VALUES) {
        let finding = Finding::new(
            STAGE,
            format!("values beyond 64 bits, of {what}: {said}"),
            "values and sums that fit 64 bits",
        );
        return finding.advice("correct the values").fail(ExitClass::Rejected);
    }
    let (wanted, advice) = match failed.kind {
        Kind::Refused => {
            ("an answer", "look at the query with `shopscore sql` and at the engine's log; then run again")
        }
        Kind::Gone => (
            "an engine that answers to the end",
            "start it again, or see to the way there; the next run goes on with what is stored",
        ),
        Kind::Old => ("a server of Spark Connect 4.0 or later", "upgrade it"),
        Kind::Setting => ("an address, a token and settings that hold", "correct the engine's settings"),
        Kind::Protocol => ("the protocol Spark Connect", "ask for help with this message and the engine's log"),
    };
    let class =
        if failed.kind == Kind::Setting || failed.kind == Kind::Old { ExitClass::Usage } else { ExitClass::Disk };
    Finding::new(STAGE, format!("{address}, asked for {what}: {said}"), wanted).advice(advice).fail(class)
}

/// The failure of a question about a single file, whose own fault it is where the engine refuses it.
pub(super) fn of_file(address: &str, path: &str, failed: &Failed) -> Failure {
    if failed.kind != Kind::Refused {
        return failure(address, path, failed);
    }
    let finding = Finding::new(
        "contract",
        format!("a file that {address} cannot read: {}", said(failed)),
        "a complete Parquet file",
    );
    finding.path(Path::new(path)).advice("write the file again").fail(ExitClass::Rejected)
}

/// The failure of a question about the bytes of files, in which nothing can be wrong: a file is to blame only if it is gone.
pub(super) fn of_bytes(address: &str, what: &str, failed: &Failed) -> Failure {
    let is_gone = ["FILE_NOT_EXIST", "PATH_NOT_FOUND"].iter().any(|class| failed.message.contains(class));
    let failure = failure(address, what, failed);
    if is_gone || failure.class != ExitClass::Rejected {
        return failure;
    }
    let wanted = "files that the engine can reach";
    let finding = Finding::new(STAGE, format!("{address}, asked for {what}: {}", said(failed)), wanted);
    finding.advice("see to the store that holds them, and to what the engine may read there").fail(ExitClass::Disk)
}

fn has_class(failed: &Failed, classes: &[&str]) -> bool {
    let begins = |class: &str| classes.iter().any(|of| class.starts_with(of));
    // The innermost class may be of a library below; the message begins with the outermost.
    let outermost = failed.message.strip_prefix('[').and_then(|rest| rest.split(']').next());
    failed.class.as_deref().is_some_and(begins)
        || outermost.is_some_and(begins)
        || classes.iter().any(|of| failed.message.contains(&format!("[{of}")))
}

fn speaks_of_files(message: &str) -> bool {
    OF_FILES_IN_WORDS.iter().any(|words| message.contains(words)) && !message.contains(OF_STORES_IN_WORDS)
}

/// The beginning of a message.
fn said(failed: &Failed) -> String {
    let whole = failed.to_string();
    let first = whole.split("\n\tat ").next().unwrap_or_default().split("JVM stacktrace").next().unwrap_or_default();
    first.trim().chars().take(MOST_CHARACTERS).collect::<String>().replace('\n', " ")
}

/// The file that a message names.
fn file_of(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("reading file ").or_else(|| message.split_once("file "))?;
    let path = rest.split_whitespace().next()?.trim_end_matches(['.', ',', ':']);
    path.contains(":/").then_some(path)
}

/// What a query itself refused: the value that no form can hold, as it would be told if it had been found here.
fn refused_value(message: &str) -> Option<Failure> {
    // Messages about other faults quote the query, and with it what it would say.
    let said = message.trim_start();
    let said = said.strip_prefix("[USER_RAISED_EXCEPTION]").unwrap_or(said).trim_start();
    let rest = said.strip_prefix(REFUSED)?;
    let mut fields = rest.trim_start_matches('\t').split('\t');
    let (file, column, found) = (fields.next()?, fields.next()?, fields.next()?);
    let declared = Table::ALL.iter().flat_map(|table| table.spec().columns).find(|declared| declared.name == column)?;
    let finding = Finding::new("reading", found, declared.kind.wanted()).column(column);
    let finding = if file.is_empty() { finding } else { finding.path(Path::new(file)) };
    Some(finding.advice("correct the value").fail(ExitClass::Rejected))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(kind: Kind, class: Option<&str>, message: &str) -> Failed {
        Failed { kind, class: class.map(str::to_owned), message: message.to_owned(), sql_state: None }
    }

    #[test]
    fn what_the_data_is_to_blame_for_is_rejected_and_all_else_is_the_engines() {
        let gone = failed(Kind::Gone, None, "connection refused");
        let refused = failed(Kind::Refused, Some("TABLE_OR_VIEW_NOT_FOUND"), "no such view");
        let damaged = failed(
            Kind::Refused,
            Some("FAILED_READ_FILE.NO_HINT"),
            "[FAILED_READ_FILE.NO_HINT] Encountered error while reading file file:///x/a.parquet. SQLSTATE: KD001\n\tat org",
        );
        let value = format!(
            "[USER_RAISED_EXCEPTION] {REFUSED}\tfile:///x/a\tlogistics_stars\tthe number 1.5\t SQLSTATE: P0001"
        );
        let in_words = |words: &str| failed(Kind::Refused, None, &format!("Parquet argument error: {words}"));
        for (failed, class, wanted) in [
            (in_words("Parquet error: Required field is missing"), ExitClass::Rejected, "Required field is missing"),
            (in_words("External: Data corruption detected"), ExitClass::Rejected, "Data corruption detected"),
            (in_words("External: Generic S3 error: no route"), ExitClass::Disk, "Generic S3 error"),
            (gone, ExitClass::Disk, "connection refused"),
            (refused, ExitClass::Disk, "asked for reviews"),
            (damaged, ExitClass::Rejected, "file:///x/a.parquet"),
            (failed(Kind::Refused, None, &value), ExitClass::Rejected, "the number 1.5"),
        ] {
            let failure = failure("sc://host:1", "reviews", &failed);
            assert_eq!(failure.class, class, "{failure}");
            assert!(failure.to_string().contains(wanted) && !failure.to_string().contains("\n\tat"), "{failure}");
        }
    }
}
