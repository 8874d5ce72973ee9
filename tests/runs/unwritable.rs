//! Where reports cannot be written the run says so, and ends as it would have.

use std::fs;

use super::{events, settings};
use crate::support::{AS_OF, Bench};

/// A night with some settings more, which ends with 0, and what it warns of.
fn warnings(bench: &Bench, lines: &str) -> String {
    bench.configure(lines);
    let ended = bench.nightly(&[]);
    ended.assert_done();
    assert!(bench.path(&format!("out/current/scores/dt={AS_OF}")).is_dir());
    ended.stderr
}

#[test]
fn files_of_reports_that_cannot_be_written_are_warned_of() {
    let bench = Bench::sound();
    let nowhere = settings().replace("'metrics.prom'", "'nowhere/m'").replace("'events.jsonl'", "'nowhere/e'");
    let said = warnings(&bench, &nowhere);
    for what in
        ["WARN metrics are not written: run record: ", "WARN an event of OpenLineage is not written: run record: "]
    {
        assert!(said.contains(what), "{what} in {said}");
    }
    assert_eq!(said.lines().count(), 3, "two events and the metrics: {said}");
}

#[test]
fn a_folder_of_records_that_is_none_is_warned_of() {
    let bench = Bench::sound();
    fs::create_dir(bench.path("out")).unwrap();
    fs::write(bench.path("out/runs"), "no folder").unwrap();
    let said = warnings(&bench, &settings());
    assert!(
        said.contains("WARN the beginning of this run is not recorded: run record: out/runs: found mkdir failed"),
        "{said}"
    );
    assert!(said.contains("WARN the end of this run is not recorded: "), "{said}");
    assert_eq!(events(&bench).len(), 2, "the rest is told");
}

#[test]
fn a_refused_run_whose_reports_cannot_be_written_ends_with_its_own_code() {
    let bench = Bench::sound();
    bench.configure("metrics_file = 'nowhere/m'\nwindow_days = 3");
    let ended = bench.night("2023-01-01".parse().unwrap(), &[]);
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    assert!(ended.stderr.contains("WARN metrics are not written"), "{}", ended.stderr);
}

#[test]
fn where_it_is_not_known_where_a_record_belongs_the_run_says_so() {
    let bench = Bench::sound();
    fs::write(bench.path("jobs/nightly.toml"), "no settings").unwrap();
    let ended = bench.nightly(&[]);
    assert_eq!(ended.code, Some(2));
    let is_said = |line: &String| line.ends_with("WARN this run is not recorded: its settings do not say where");
    assert!(ended.log.iter().any(is_said), "{:?}", ended.log);
    // Among the extracts nothing of ours may lie.
    bench.configure("");
    assert_eq!(bench.nightly(&["--out", "extracts/out"]).code, Some(2));
    assert!(!bench.path("extracts/out").exists());
}
