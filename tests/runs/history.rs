//! `shopscore history` and how long records are kept.

use std::fs;

use serde_json::Value;

use super::{last, records};
use crate::support::disk::files_named;
use crate::support::{AS_OF, Bench};

fn listed(bench: &Bench, flags: &str) -> Vec<String> {
    let answer: Value = serde_json::from_str(&bench.said(&format!("history --format json{flags}"))).unwrap();
    let runs = answer["runs"].as_array().unwrap().iter();
    runs.map(|run| format!("{} {}", run["asked"].as_str().unwrap(), run["exit_class"].as_str().unwrap())).collect()
}

#[test]
fn runs_are_listed_the_newest_first_and_by_what_they_were() {
    let bench = Bench::week();
    for day in ["2022-03-13", "2022-03-14", "2023-01-01"] {
        bench.night(day.parse().unwrap(), &[]);
    }
    bench.said(&format!("backfill --from 2022-03-13 --to {AS_OF}"));
    bench.said("rollback --to 1");
    let all = [
        "rollback --to 1 done",
        "backfill --from 2022-03-13 --to 2022-03-15 done",
        "nightly --date 2023-01-01 missing",
        "nightly --date 2022-03-14 done",
        "nightly --date 2022-03-13 done",
    ];
    assert_eq!(listed(&bench, ""), all);
    assert_eq!(listed(&bench, " --limit 2"), all[..2]);
    assert_eq!(listed(&bench, " --command nightly"), all[2..]);
    assert_eq!(listed(&bench, " --failed"), all[2..3]);
    assert_eq!(listed(&bench, " --date 2022-03-13"), [all[4]]);
    assert_eq!(listed(&bench, &format!(" --date {AS_OF}")), [all[1]], "the other two days were current");
    assert_eq!(listed(&bench, " --since 2100-01-01"), [""; 0]);
    let shown = bench.said("history");
    assert!(shown.contains("nightly --date 2023-01-01") && shown.contains("4 missing"), "{shown}");
    assert!(shown.contains("found the newest shop snapshot"), "{shown}");
}

#[test]
fn the_whole_record_of_one_run_is_told_by_its_id() {
    let bench = Bench::published_once();
    let record = last(&bench);
    let id = record["run_id"].as_str().unwrap();
    for name in [id, &id[..23], id.rsplit('-').next().unwrap()] {
        let told: Value = serde_json::from_str(&bench.said(&format!("history --run {name}"))).unwrap();
        assert_eq!(told, record);
    }
    bench.run("history --run 01").assert_refused(2, &[&["0 runs called 01", "lists them"]]);
    bench.run("history --run ffffff").assert_refused(2, &[&["0 runs called ffffff"]]);
}

#[test]
fn records_go_when_they_are_older_than_they_are_kept_and_what_is_none_stays() {
    let bench = Bench::published_once();
    let runs = bench.path("out/runs");
    let put = |name: &str| fs::write(runs.join(name), fs::read(&files_named(&runs, "", ".json")[0]).unwrap()).unwrap();
    for name in ["20200101T000000.000Z-nightly-0.json", "20200101T000000.000Z-nightly-1.json.tmp", "notes.txt"] {
        put(name);
    }
    bench.nightly(&["--set", "keep_runs_days=36600"]).assert_done();
    assert_eq!(records(&bench).len(), 3);
    bench.nightly(&[]).assert_done();
    assert_eq!(records(&bench).len(), 3, "without the oldest");
    let others = fs::read_dir(&runs).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let others: Vec<_> = others.filter(|name| !name.ends_with(".json")).collect();
    assert_eq!(others, ["notes.txt"]);
}
