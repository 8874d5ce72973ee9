//! What can go wrong, said once: findings (stage, file, column, found, wanted, advice) under one exit class.
//!
//! Every stage returns [`Failure`]; only `main` prints it. Text that comes from data is escaped here, so that no
//! control or right-to-left character of an input reaches a terminal or a log.

use std::fmt;
use std::path::Path;

pub use crate::exit_codes::ExitClass;

/// The result of every stage.
pub type Outcome<T> = Result<T, Failure>;

/// One thing that is wrong, in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub(crate) stage: &'static str,
    pub(crate) place: Option<String>,
    pub(crate) column: Option<String>,
    pub(crate) found: String,
    pub(crate) wanted: String,
    pub(crate) advice: Option<String>,
    table: Option<&'static str>,
    /// How many times it was found in its table, this the first.
    times: usize,
}

impl Finding {
    /// A finding of `stage` that found `found` where `wanted` was wanted.
    pub fn new(stage: &'static str, found: impl Into<String>, wanted: impl Into<String>) -> Self {
        let (found, wanted) = (found.into(), wanted.into());
        Self { stage, place: None, column: None, found, wanted, advice: None, table: None, times: 1 }
    }

    /// Says which table it is of: findings of one kind in a table are told once.
    pub(crate) fn of_table(mut self, table: &'static str) -> Self {
        self.table = Some(table);
        self
    }

    pub(crate) fn path(mut self, path: &Path) -> Self {
        self.place = Some(path.display().to_string());
        self
    }

    /// Names a line of a file (1 is the first).
    pub(crate) fn line(mut self, path: &Path, line: u64) -> Self {
        self.place = Some(format!("{}:{line}", path.display()));
        self
    }

    pub(crate) fn column(mut self, column: impl Into<String>) -> Self {
        self.column = Some(column.into());
        self
    }

    pub(crate) fn advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// Adds to what it advises.
    pub(crate) fn also(mut self, advice: &str) -> Self {
        self.advice = Some(self.advice.map_or(advice.to_owned(), |before| format!("{before}; {advice}")));
        self
    }

    /// Whether it is about what lies in a folder, or about the folder.
    pub(crate) fn is_in(&self, folder: &Path) -> bool {
        self.place.as_ref().is_some_and(|place| Path::new(place).starts_with(folder))
    }

    /// Ends the run with this finding alone.
    pub fn fail(self, class: ExitClass) -> Failure {
        Failure { class, findings: vec![self] }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stage, place, column, advice, .. } = self;
        let [place, column, advice] = [place, column, advice].map(|text| text.as_deref().map(escaped));
        let place = place.map_or(String::new(), |place| format!("{place}: "));
        let column = column.map_or(String::new(), |column| format!("column {column}: "));
        let advice = advice.map_or(String::new(), |advice| format!("; {advice}"));
        let (found, wanted) = (escaped(&self.found), escaped(&self.wanted));
        let others = if self.times == 1 { String::new() } else { format!(" ({} times, this the first)", self.times) };
        write!(formatter, "{stage}: {place}{column}found {found}{others}, wanted {wanted}{advice}")
    }
}

/// The end of a run: its exit class and every finding that led to it, in a fixed order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .findings.iter().map(Finding::to_string).collect::<Vec<_>>().join("\n"))]
pub struct Failure {
    /// The exit class.
    pub class: ExitClass,
    /// At least one finding.
    pub findings: Vec<Finding>,
}

impl Failure {
    /// Fails with all `findings`, or succeeds where there are none.
    pub(crate) fn unless_empty(class: ExitClass, findings: Vec<Finding>) -> Outcome<()> {
        if findings.is_empty() { Ok(()) } else { Err(Self { class, findings: merged(findings) }) }
    }
}

/// A failed call to the operating system: exit class 5, naming the call and the path.
pub(crate) fn disk(stage: &'static str, call: &str, path: &Path, error: &std::io::Error) -> Failure {
    Finding::new(stage, format!("{call} failed: {error}"), "a file system that allows it")
        .path(path)
        .advice("check space, permissions and the disk, then run again")
        .fail(ExitClass::Disk)
}

/// A fault of ours in `stage`: something that the stages before should have made impossible, or a library's error
/// on data that was already checked.
pub fn fault(stage: &'static str, error: impl fmt::Display) -> Failure {
    Finding::new(stage, error.to_string(), "no error on checked data")
        .advice("this is a fault of shopscore: report it with this line")
        .fail(ExitClass::Fault)
}

/// Findings, those of one kind in a table once: of one stage and column, that want the same. The first stands for all.
pub(crate) fn merged(findings: Vec<Finding>) -> Vec<Finding> {
    let mut merged: Vec<Finding> = Vec::new();
    for finding in findings {
        let is_of_kind = |other: &&mut Finding| {
            finding.table.is_some()
                && (other.table, other.stage, &other.column) == (finding.table, finding.stage, &finding.column)
                && (&other.wanted, &other.advice) == (&finding.wanted, &finding.advice)
        };
        match merged.iter_mut().find(is_of_kind) {
            Some(other) => other.times += finding.times,
            None => merged.push(finding),
        }
    }
    merged
}

/// Runs `work` on one file; a panic below becomes a failure that names the file.
pub(crate) fn caught<T>(stage: &'static str, path: &Path, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    caught_panic(work).unwrap_or_else(|said| {
        Err(Finding::new(stage, format!("a panic below ({said})"), "a file that the reader can read")
            .path(path)
            .advice("nothing was published; check the file, and report it with this line")
            .fail(ExitClass::Fault))
    })
}

/// Runs a whole command; a panic that no stage caught becomes a failure of ours.
pub fn caught_anywhere<T>(work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    caught_panic(work).unwrap_or_else(|said| Err(fault("shopscore", format!("a panic ({said})"))))
}

/// The result of `work`, or what its panic said.
pub(crate) fn caught_panic<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).map_err(|payload| {
        let said = payload.downcast_ref::<String>().map(String::as_str);
        said.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no message").to_owned()
    })
}

/// Gathers the results of independent work: all of them, or the findings of all that failed, in the order given.
/// The first failure gives the exit class.
pub fn all<T>(results: impl IntoIterator<Item = Outcome<T>>) -> Outcome<Vec<T>> {
    let (mut values, mut failed) = (Vec::new(), None::<Failure>);
    for result in results {
        match (result, &mut failed) {
            (Ok(value), _) => values.push(value),
            (Err(failure), Some(first)) => first.findings.extend(failure.findings),
            (Err(failure), None) => failed = Some(failure),
        }
    }
    match failed {
        None => Ok(values),
        Some(Failure { class, findings }) => Err(Failure { class, findings: merged(findings) }),
    }
}

/// `text` with control, format and bidirectional characters written as escapes, cut at 300 characters.
pub(crate) fn escaped(text: &str) -> String {
    const LONGEST_CHARACTERS: usize = 300;
    let cut = if text.chars().nth(LONGEST_CHARACTERS).is_some() { "…" } else { "" };
    visible(&text.chars().take(LONGEST_CHARACTERS).collect::<String>()) + cut
}

/// As [`escaped`], however long.
pub(crate) fn visible(text: &str) -> String {
    let shown = |character: char| match character {
        // Zero-width, line-separating and bidirectional characters.
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{61c}' => {
            character.escape_unicode().to_string()
        }
        _ if character.is_control() => character.escape_unicode().to_string(),
        _ => character.to_string(),
    };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_one_line_that_names_everything() {
        let finding = Finding::new("contract", "double", "int64").column("amount_fen").advice("write integers");
        let finding = finding.path(Path::new("x/part-0.parquet"));
        let said = "contract: x/part-0.parquet: column amount_fen: found double, wanted int64; write integers";
        assert_eq!(finding.to_string(), said);
    }

    #[test]
    fn a_panic_below_becomes_a_fault_that_names_the_file() {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let failure = caught::<()>("reading", Path::new("x.parquet"), || panic!("odd page")).unwrap_err();
        let anywhere = caught_anywhere::<()>(|| panic!("odd sum")).unwrap_err();
        std::panic::set_hook(hook);
        assert_eq!((failure.class, anywhere.class), (ExitClass::Fault, ExitClass::Fault));
        assert!(failure.to_string().starts_with("reading: x.parquet: found a panic below (odd page)"), "{failure}");
        assert!(anywhere.to_string().contains("odd sum"), "{anywhere}");
    }

    #[test]
    fn independent_failures_are_reported_together() {
        let fail = |found: &str| Err(Finding::new("contract", found, "sound").fail(ExitClass::Rejected));
        let failure = all([fail("one"), Ok(1), fail("two")]).unwrap_err();
        assert_eq!(failure.to_string(), "contract: found one, wanted sound\ncontract: found two, wanted sound");
        assert_eq!(all([Ok(1), Ok(2)]), Ok(vec![1, 2]));
    }

    #[test]
    fn hostile_text_is_escaped_and_cut() {
        assert_eq!(escaped("a\n\u{202e}b\u{1b}[0m"), "a\\u{a}\\u{202e}b\\u{1b}[0m");
        assert_eq!(escaped(&"x".repeat(400)).chars().count(), 301);
    }
}
