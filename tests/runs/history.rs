//! `shopscore history` and how long records are kept.

use std::fs::{self, File};

use serde_json::{Value, json};

use super::{last, records};
use crate::support::disk::files_named;
use crate::support::{AS_OF, Bench, Ended};

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
    assert_eq!(listed(&bench, " --date 2022-03-14"), [all[0], all[3]], "the rollback holds it; it was current before");
    assert_eq!(listed(&bench, &format!(" --date {AS_OF}")), all[..2]);
    assert_eq!(listed(&bench, " --failed --date 2023-01-01"), all[2..3]);
    assert_eq!(listed(&bench, " --since 2100-01-01"), [""; 0]);
    let shown = bench.said("history");
    assert!(shown.contains("nightly --date 2023-01-01") && shown.contains("4 missing"), "{shown}");
    assert!(shown.contains("found the newest shop snapshot"), "{shown}");
}

/// The night of the 13th is published, that of the 14th held, and that of the 16th has no extracts.
#[test]
fn a_run_is_found_by_each_day_that_it_was_about_whatever_became_of_it() {
    let bench = Bench::week();
    bench.said("nightly --date 2022-03-13");
    bench.said("nightly --date 2022-03-14");
    bench.said("rollback --to 1");
    let words = "backfill --from 2022-03-13 --to 2022-03-17";
    assert_eq!(bench.run(words).code, Some(4));
    let record = last(&bench);
    assert_eq!(record["days"], json!(["2022-03-14", "2022-03-15", "2022-03-16", "2022-03-17"]));
    assert_eq!((&record["failed_on"], &record["held_nights"]), (&json!("2022-03-16"), &json!(["2022-03-14"])));
    for day in ["2022-03-14", "2022-03-15", "2022-03-16", "2022-03-17"] {
        assert_eq!(listed(&bench, &format!(" --failed --date {day}")), [format!("{words} missing")], "{day}");
    }
    let shown = bench.said("history --limit 1");
    assert!(shown.contains("2022-03-15, 2022-03-14 held, 2022-03-16 failed"), "{shown}");

    bench.said("rollback --release 2022-03-14");
    assert_eq!(last(&bench)["released_nights"], json!(["2022-03-14"]));
    let of_day = ["rollback --release 2022-03-14 done", &format!("{words} missing"), "rollback --to 1 done"];
    assert_eq!(listed(&bench, " --date 2022-03-14")[..3], of_day);
    assert!(bench.said("history --limit 1").contains("2022-03-14 released"));
}

/// It ends before the night begins, and has no date.
#[test]
fn a_run_that_was_kept_out_is_found_by_the_day_that_it_came_for() {
    let bench = Bench::published_once();
    let lock = File::open(bench.path("out/locks/run.lock")).unwrap();
    lock.lock().unwrap();
    assert_eq!(bench.run("nightly").code, Some(75));
    let record = last(&bench);
    let [yesterday] = record["days"].as_array().unwrap().as_slice() else { panic!("{record:#}") };
    assert_eq!(record["failed_on"], Value::Null);
    assert_eq!(listed(&bench, &format!(" --date {}", yesterday.as_str().unwrap())), ["nightly busy"]);
    assert_eq!(bench.run(&format!("backfill --from {AS_OF} --to {AS_OF}")).code, Some(75));
    assert_eq!(
        listed(&bench, &format!(" --failed --date {AS_OF}")),
        [format!("backfill --from {AS_OF} --to {AS_OF} busy")]
    );
}

#[test]
fn every_command_that_leaves_a_record_can_be_asked_for_and_no_other() {
    let bench = Bench::published_once();
    bench.said("gc");
    bench.said("state prune --keep-days 30");
    assert_eq!(listed(&bench, " --command gc"), ["gc done"]);
    let pruned = Ended::of(&mut bench.program(&["history", "--command", "state prune"]));
    assert!(pruned.stdout.contains("state prune --keep-days 30"), "{}", pruned.stdout);
    let other = bench.run("history --command verify");
    assert_eq!(other.code, Some(2));
    assert!(
        other.stderr.contains("nightly, backfill, restate, settle, rollback, \"state prune\", gc"),
        "{}",
        other.stderr
    );
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
