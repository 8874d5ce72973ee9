//! What the night refuses: exit code, one line a finding, and nothing published, whether it is the first night or
//! comes after another (specification, sections 2, 3 and the end of 11).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod columns;
mod days;
mod files;
mod limits;
mod manifests;
mod output;
mod rules;
mod settings;
#[path = "../support/mod.rs"]
mod support;
mod values;

use support::bench::{Bench, Ended, Published};

const USAGE: i32 = 2;
const REJECTED: i32 = 3;
const MISSING: i32 = 4;
const DISK: i32 = 5;
const BUSY: i32 = 75;

/// A day in the middle of the window.
const A_DAY: &str = "2022-03-14";

/// Checks that a night on the spoilt bench is refused and publishes nothing, as the first night and as a later one.
fn assert_refused(spoil: impl Fn(&Bench), flags: &[&str], code: i32, findings: &[&[&str]]) {
    assert_run_refused(spoil, |bench| bench.nightly(flags), code, findings);
}

/// As [`assert_refused`], however the night is run.
fn assert_run_refused(
    spoil: impl Fn(&Bench),
    run: impl Fn(&Bench) -> Ended,
    code: i32,
    findings: &[&[&str]],
) {
    let bench = Bench::sound();
    spoil(&bench);
    run(&bench).assert_refused(code, findings);
    assert_eq!(bench.published(), Published::default());

    let bench = Bench::sound();
    bench.nightly(&[]).assert_done();
    let before = bench.published();
    assert!(!before.files.is_empty());
    spoil(&bench);
    run(&bench).assert_refused(code, findings);
    assert_eq!(bench.published(), before);
}

/// Checks that a night on the changed bench is scored.
fn assert_scored(change: impl Fn(&Bench), flags: &[&str]) {
    let bench = Bench::sound();
    change(&bench);
    bench.nightly(flags).assert_done();
}
