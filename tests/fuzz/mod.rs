//! Property-based fuzzing of what reads foreign bytes first: the rule tables, the settings and the footer check. Any bytes
//! are read or refused: no panic, no hang, and every refusal is a finding that names its file, in plain characters.
//!
//! `PROPTEST_CASES` says how many inputs each target gets. Proptest runs on the stable toolchain; what coverage would guide
//! an engine to is reached by edits that know the grammar of the sound input.

mod edits;
mod footers;
mod rule_tables;
mod settings_files;

use std::time::{Duration, Instant};

use proptest::prelude::*;

use crate::support::library::{ExitClass, Failure};
use crate::support::runner::cases;

fn config() -> ProptestConfig {
    cases(300)
}

/// What `read` comes to; it may take its time, but not for ever.
fn in_time<T>(read: impl FnOnce() -> T) -> Result<T, TestCaseError> {
    const LONGEST: Duration = Duration::from_secs(5);
    let started = Instant::now();
    let outcome = read();
    prop_assert!(started.elapsed() < LONGEST, "took {:?}", started.elapsed());
    Ok(outcome)
}

/// Checks that a refusal is of this class, and that each of its findings names one of `places` in plain characters.
fn assert_refusal(failure: &Failure, class: ExitClass, places: &[&str]) -> Result<(), TestCaseError> {
    prop_assert_eq!(failure.class, class, "{}", failure);
    for finding in &failure.findings {
        let line = finding.to_string();
        prop_assert!(places.iter().any(|place| line.contains(place)), "{} is not named: {}", places[0], line);
        prop_assert!(!line.chars().any(char::is_control), "{:?}", line);
        prop_assert!(!line.contains("a panic"), "{}", line);
    }
    Ok(())
}
