//! What stays of a run for those who operate the job: records, metrics, events of lineage, who is told, and the log.

mod ends;
mod history;
mod logs;
mod records;
mod signals;
mod told;
mod unwritable;

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::support::disk::files_named;
use crate::support::{Bench, WINDOW_DAYS};

/// Lets runs tell all that they can: metrics, events, and commands that keep what they get.
fn telling(bench: &Bench) {
    bench.configure(&settings());
}

fn settings() -> String {
    format!(
        "window_days = {WINDOW_DAYS}\nmetrics_file = 'metrics.prom'\nopenlineage_file = 'events.jsonl'\n\
         on_success = 'cat >succeeded.json'\non_failure = 'cat >failed.json'"
    )
}

/// The records of runs, the oldest first.
fn records(bench: &Bench) -> Vec<Value> {
    let files = files_named(&bench.path("out/runs"), "", ".json");
    files.iter().map(|file| serde_json::from_slice(&fs::read(file).unwrap()).unwrap()).collect()
}

/// The record of the last run.
fn last(bench: &Bench) -> Value {
    records(bench).pop().unwrap()
}

/// The events of all runs, in order: type, run id, and all of it.
fn events(bench: &Bench) -> Vec<(String, String, Value)> {
    let text = fs::read_to_string(bench.path("events.jsonl")).unwrap();
    let event = |line: &str| {
        let event: Value = serde_json::from_str(line).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&event["eventType"]), text(&event["run"]["runId"]), event)
    };
    text.lines().map(event).collect()
}

/// The samples of the metrics file, by name with labels.
fn metrics(bench: &Bench) -> BTreeMap<String, f64> {
    let text = fs::read_to_string(bench.path("metrics.prom")).unwrap();
    let sample = |line: &str| {
        let (name, figure) = line.rsplit_once(' ').unwrap();
        (name.to_owned(), figure.parse().unwrap())
    };
    text.lines().filter(|line| !line.starts_with('#')).map(sample).collect()
}

/// Checks that the last run is told of everywhere, with this exit code and class.
#[track_caller]
fn assert_told(bench: &Bench, code: u64, class: &str) {
    let record = last(bench);
    assert_eq!((&record["exit_code"], &record["exit_class"]), (&code.into(), &class.into()), "{record:#}");
    let command = record["command"].as_str().unwrap();
    let metrics = metrics(bench);
    let code_sample = metrics[&format!("shopscore_last_run_exit_code{{command=\"{command}\"}}")];
    assert_eq!(code_sample.to_string(), code.to_string());
    let class_sample = metrics[&format!("shopscore_last_run_exit_class{{command=\"{command}\",class=\"{class}\"}}")];
    assert_eq!(class_sample.to_string(), "1");
    let events = events(bench);
    let [.., (start, started, _), (end, ended, _)] = events.as_slice() else { panic!("{events:?}") };
    let expected = if code == 0 { "COMPLETE" } else { "FAIL" };
    assert_eq!((start.as_str(), end.as_str()), ("START", expected));
    assert_eq!([started, ended], [&record["run_id"]; 2].map(|id| id.as_str().unwrap()));
    let told = if code == 0 { "succeeded.json" } else { "failed.json" };
    let told: Value = serde_json::from_slice(&fs::read(bench.path(told)).unwrap()).unwrap();
    assert_eq!(told, record, "on stdin of the command that is told");
}
