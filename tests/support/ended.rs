//! How a run of the program ended.

use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// What the log has besides what needs a person: what informs, and that a run whose settings are refused is not recorded.
const IN_THE_LOG: [&str; 3] = [" INFO ", " DEBUG ", " WARN this run is not recorded: "];

#[derive(Debug)]
pub(crate) struct Ended {
    /// Its exit code; none where a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    /// Without those lines of the log.
    pub(crate) stderr: String,
    /// Those lines.
    pub(crate) log: Vec<String>,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let said = String::from_utf8(output.stderr).unwrap();
        let (log, others): (Vec<&str>, Vec<&str>) =
            said.split_inclusive('\n').partition(|line| IN_THE_LOG.iter().any(|words| line.contains(words)));
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: others.concat(),
            log: log.into_iter().map(|line| line.trim_end().to_owned()).collect(),
        }
    }
}

impl Ended {
    /// Runs a command to its end.
    pub(crate) fn of(command: &mut Command) -> Self {
        command.output().unwrap().into()
    }

    /// The lines that say which file of settings it went by.
    pub(crate) fn settings(&self) -> Vec<&String> {
        self.log.iter().filter(|line| line.contains(" INFO settings: ")).collect()
    }

    /// How many daily partials it computed, and how many it took from the state folder.
    pub(crate) fn partials(&self) -> (usize, usize) {
        let line = self.stdout.lines().find(|line| line.contains(" daily partials computed, "));
        let line = line.unwrap_or_else(|| panic!("no partials: {}{}", self.stdout, self.stderr));
        let numbers: Vec<usize> = line.split(' ').filter_map(|word| word.parse().ok()).collect();
        (numbers[0], numbers[1])
    }

    /// Checks that the run did what it was asked to do.
    #[track_caller]
    pub(crate) fn assert_done(&self) {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
    }

    /// Checks that the run did what it was asked to do and said these words.
    #[track_caller]
    pub(crate) fn assert_said(&self, words: &str) {
        self.assert_done();
        assert!(self.stdout.contains(words), "{words:?} in {}", self.stdout);
    }

    /// Checks that the run did what it was asked to do and warned in these words.
    #[track_caller]
    pub(crate) fn assert_warned(&self, words: &str) {
        self.assert_done();
        let is_said = self.stderr.lines().any(|line| line.contains(" WARN ") && line.contains(words));
        assert!(is_said, "{words:?} in {}", self.stderr);
    }

    /// Checks the exit code, and that stderr has one line a finding, with the words given for it, and nothing else.
    #[track_caller]
    pub(crate) fn assert_refused(&self, code: i32, findings: &[&[&str]]) {
        let lines: Vec<&str> = self.stderr.lines().collect();
        assert_eq!(self.code, Some(code), "{}", self.stderr);
        assert_eq!(lines.len(), findings.len(), "one line a finding, in\n{}", self.stderr);
        for (line, words) in lines.iter().zip(findings) {
            assert!(line.starts_with("error: "), "{line}");
            assert!(line.contains("found ") && line.contains(", wanted "), "{line}");
            for word in *words {
                assert!(line.contains(word), "{word:?} in {line}");
            }
        }
        assert_eq!(self.stdout, "");
    }
}

/// Starts a command and kills it after `delay`; whether it was still running.
pub(crate) fn is_killed(command: &mut Command, delay: Duration) -> bool {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(delay);
    child.kill().unwrap();
    !child.wait().unwrap().success()
}
