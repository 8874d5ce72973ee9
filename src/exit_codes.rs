//! The exit codes, declared once: what a run ends with, the help, the manual pages and docs/REFERENCE.md go by this.

use signal_hook::consts::{SIGINT, SIGTERM};

/// Why a run ended, and the exit code that tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(strum::VariantArray))]
pub enum ExitClass {
    /// A fault of ours, a panic in a library below included.
    Fault = 1,
    /// Usage, configuration or rule tables.
    Usage = 2,
    /// Input that breaks the contract or a limit.
    Rejected = 3,
    /// Input that is missing or stale.
    Missing = 4,
    /// Disk or permission.
    Disk = 5,
    /// State or published files that cannot be used.
    State = 6,
    /// Another run holds the lock.
    Busy = 75,
}

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

/// All exit codes, in ascending order.
pub static EXIT_CODES: [ExitCode; 10] = [
    code(0, "done", "done, or nothing to do"),
    of(
        ExitClass::Fault,
        "fault",
        "a fault of shopscore, or a panic in a library below that no input file is to blame for",
    ),
    of(ExitClass::Usage, "usage", "command line, settings or rule tables"),
    of(ExitClass::Rejected, "rejected", "input rejected: its form, a damaged file, or rows beyond a limit"),
    of(ExitClass::Missing, "missing", "input missing or stale"),
    of(ExitClass::Disk, "disk", "disk or permission"),
    of(ExitClass::State, "state", "published files or state that cannot be used"),
    of(ExitClass::Busy, "busy", "another run holds the lock"),
    code(after_signal(SIGINT), "SIGINT", "ended by SIGINT"),
    code(after_signal(SIGTERM), "SIGTERM", "ended by SIGTERM"),
];

const fn code(code: i32, name: &'static str, meaning: &'static str) -> ExitCode {
    ExitCode { code, name, meaning }
}

const fn of(class: ExitClass, name: &'static str, meaning: &'static str) -> ExitCode {
    code(class as i32, name, meaning)
}

/// What a run ends with where a signal ends it, as shells have it.
pub(crate) const fn after_signal(signal: i32) -> i32 {
    128 + signal
}

/// One line a code, as the help lists them.
pub(crate) fn listed() -> String {
    let lines = EXIT_CODES.iter().map(|ExitCode { code, meaning, .. }| format!("  {code:<3}  {meaning}"));
    ["Exit codes:".to_owned()].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    #[test]
    fn every_class_has_its_code_and_they_ascend() {
        let codes = EXIT_CODES.map(|exit| exit.code);
        assert!(codes.is_sorted(), "{codes:?}");
        for class in ExitClass::VARIANTS {
            assert_eq!(codes.iter().filter(|code| **code == *class as i32).count(), 1, "{class:?}");
        }
        assert_eq!(codes.len(), ExitClass::VARIANTS.len() + 3);
    }
}
