//! The commands of `on_success` and `on_failure`.

use super::{last, records};
use crate::support::disk::files_named;
use crate::support::{AS_OF, Bench};

#[test]
fn a_command_that_fails_or_does_not_read_is_a_warning_and_its_words_go_to_stderr() {
    let bench = Bench::sound();
    bench.configure("window_days = 3\non_success = 'echo told; exit 3'");
    let ended = bench.nightly(&[]);
    ended.assert_done();
    assert!(ended.stderr.starts_with("told\n"), "{}", ended.stderr);
    let warned = "WARN nobody may have been told of this run: run record: found on_success ended with exit status: 3";
    assert!(ended.stderr.contains(warned), "{}", ended.stderr);
    assert!(!ended.stdout.contains("told"));
}

#[test]
fn a_command_is_told_once_the_locks_are_free_and_its_text_is_no_part_of_the_record() {
    let bench = Bench::sound();
    let program = env!("CARGO_BIN_EXE_shopscore");
    bench.configure(&format!("window_days = 3\non_success = '{program} state --format csv >state.csv; : secret'"));
    let flags = ["--set", "on_failure=: secret too"];
    bench.nightly(&flags).assert_done();
    let record = last(&bench);
    assert!(!record.to_string().contains("secret"), "{record:#}");
    let hook = record["settings"].as_array().unwrap().iter().find(|setting| setting["name"] == "on_failure").unwrap();
    assert_eq!((hook["value"].is_null(), hook["origin"].as_str()), (true, Some("flag --set")));
    assert!(bench.path("state.csv").is_file());
    bench.configure(&format!("window_days = 3\non_success = '{program} nightly --date {AS_OF} --set on_success='"));
    bench.nightly(&[]).assert_done();
    assert_eq!(records(&bench).len(), 3, "a run that another one started took the locks");
}

#[test]
fn a_rehearsal_and_a_command_that_reads_leave_nothing() {
    let bench = Bench::published_once();
    bench.configure("window_days = 3\non_success = 'touch told'\nmetrics_file = 'metrics'");
    for words in [
        "nightly --date 2022-03-15 --dry-run",
        "backfill --stale --dry-run",
        "state",
        "generations",
        "verify",
        "history",
        "plan --stale",
        "state prune --keep-days 3 --dry-run",
    ] {
        bench.said(words);
    }
    assert_eq!(files_named(&bench.path("out/runs"), "", "").len(), 1, "of the night");
    assert!(!bench.path("told").exists() && !bench.path("metrics").exists());
}
