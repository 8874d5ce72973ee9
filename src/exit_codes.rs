//! The exit codes, declared once: what a run ends with, the help, the manual pages and docs/REFERENCE.md go by this.

use signal_hook::consts::{SIGALRM, SIGHUP, SIGINT, SIGIO, SIGPROF, SIGQUIT};
use signal_hook::consts::{SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU};
use strum::VariantArray;

/// Why a run ended, and the exit code that tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
pub enum ExitClass {
    /// A fault of ours, a panic in a library below included.
    Fault = 1,
    /// Usage, configuration or rule tables.
    Usage = 2,
    /// Input that breaks the contract or a limit.
    Rejected = 3,
    /// Input that is missing or stale.
    Missing = 4,
    /// Disk or permission, or an engine that does not answer to the end.
    Disk = 5,
    /// State or published files that cannot be used.
    State = 6,
    /// Another run holds the lock.
    Busy = 75,
}

impl ExitClass {
    /// Its name, in one word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fault => "fault",
            Self::Usage => "usage",
            Self::Rejected => "rejected",
            Self::Missing => "missing",
            Self::Disk => "disk",
            Self::State => "state",
            Self::Busy => "busy",
        }
    }
}

/// The signals that end a run in order, by number: those that end a process and are not raised by its own instructions.
pub static SIGNALS: [(i32, &str); 11] = [
    (SIGHUP, "SIGHUP"),
    (SIGINT, "SIGINT"),
    (SIGQUIT, "SIGQUIT"),
    (SIGUSR1, "SIGUSR1"),
    (SIGUSR2, "SIGUSR2"),
    (SIGALRM, "SIGALRM"),
    (SIGTERM, "SIGTERM"),
    (SIGXCPU, "SIGXCPU"),
    (SIGVTALRM, "SIGVTALRM"),
    (SIGPROF, "SIGPROF"),
    (SIGIO, "SIGIO"),
];

/// An exit code.
#[derive(Clone, Copy, Debug)]
pub struct ExitCode {
    /// The number that the process ends with.
    pub code: i32,
    /// Its name, in one word.
    pub name: &'static str,
    /// What it says.
    pub meaning: &'static str,
}

/// The exit codes of a run that ends by itself, in ascending order. One that a signal ends has [`after_signal`].
pub static EXIT_CODES: [ExitCode; 8] = [
    code(0, "done", "done, or nothing to do"),
    of(ExitClass::Fault, "a fault of shopscore, or a panic in a library below that no input file is to blame for"),
    of(ExitClass::Usage, "command line, settings or rule tables"),
    of(ExitClass::Rejected, "input rejected: its form, a damaged file, or rows beyond a limit"),
    of(ExitClass::Missing, "input missing or stale"),
    of(ExitClass::Disk, "disk or permission, or an engine that does not answer to the end"),
    of(ExitClass::State, "published files or state that cannot be used"),
    of(ExitClass::Busy, "another run holds the lock"),
];

const fn code(code: i32, name: &'static str, meaning: &'static str) -> ExitCode {
    ExitCode { code, name, meaning }
}

const fn of(class: ExitClass, meaning: &'static str) -> ExitCode {
    code(class as i32, class.name(), meaning)
}

/// What a run ends with where a signal ends it, as shells have it.
pub(crate) const fn after_signal(signal: i32) -> i32 {
    128 + signal
}

/// All exit codes, in ascending order, each with its name and what it says.
pub fn all() -> Vec<(i32, &'static str, String)> {
    let by_itself = EXIT_CODES.iter().map(|exit| (exit.code, exit.name, exit.meaning.to_owned()));
    let by_signals = SIGNALS.iter().map(|(signal, name)| (after_signal(*signal), *name, format!("ended by {name}")));
    by_itself.chain(by_signals).collect()
}

/// One line a code, as the help lists them.
pub(crate) fn listed() -> String {
    let by_itself = EXIT_CODES.iter().map(|ExitCode { code, meaning, .. }| format!("  {code:<5}  {meaning}"));
    let by_signals = "  128+n  ended by signal n: 130 SIGINT, 143 SIGTERM, …".to_owned();
    let lines = ["Exit codes:".to_owned()].into_iter().chain(by_itself).chain([by_signals]);
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_its_code_and_they_ascend() {
        let codes: Vec<i32> = all().iter().map(|(code, _, _)| *code).collect();
        assert!(codes.is_sorted(), "{codes:?}");
        for class in ExitClass::VARIANTS {
            assert_eq!(codes.iter().filter(|code| **code == *class as i32).count(), 1, "{class:?}");
        }
        assert_eq!(codes.len(), 1 + ExitClass::VARIANTS.len() + SIGNALS.len());
    }
}
