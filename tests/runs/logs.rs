//! The log on stderr: its form, how much of it, and what a backfill says of each night.

use serde_json::Value;

use crate::support::{AS_OF, Bench};

#[test]
fn a_line_of_json_has_time_level_stage_and_what_is_said_and_so_has_a_finding() {
    let bench = Bench::published_once();
    let said = bench.run(&format!("nightly --date {AS_OF} --log-format json --set warn_unscored_percent=0 --rehash"));
    said.assert_done();
    let refused = bench.run("nightly --date 2023-01-01 --log-format json");
    assert_eq!(refused.code, Some(4));
    let lines = [said.stderr, refused.stderr].concat();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for line in &lines {
        for field in ["timestamp", "level", "message"] {
            assert!(line[field].is_string(), "{line}");
        }
    }
    let error = lines.iter().find(|line| line["level"] == "ERROR").unwrap();
    assert_eq!(error["stage"], "listing");
    assert!(error["found"].is_string() && error["wanted"].is_string() && error["place"].is_string(), "{error}");
}

#[test]
fn verbose_adds_how_long_stages_took_and_quiet_leaves_warnings_and_errors() {
    let bench = Bench::sound();
    let verbose = bench.nightly(&["-v"]);
    verbose.assert_done();
    for stage in ["survey", "partials", "window", "scores", "assessments", "publication"] {
        let is_closed =
            |line: &String| line.contains(&format!("{stage}: close")) || line.contains(&format!(":{stage}{{"));
        assert!(verbose.log.iter().any(is_closed), "{stage}: {:#?}", verbose.log);
    }
    assert!(
        verbose
            .log
            .iter()
            .any(|line| line.contains("partials: computing payments 2022-03-15, since nothing was stored"))
    );
    let quiet = bench.nightly(&["--quiet", "--rehash"]);
    quiet.assert_done();
    assert!(quiet.log.is_empty() && quiet.stderr.is_empty(), "{:?}", quiet.log);
    assert!(!quiet.stdout.is_empty(), "results are no log");
    bench.run(&format!("nightly --date {AS_OF} --quiet -v")).code.filter(|code| *code == 2).unwrap();
}

#[test]
fn a_backfill_says_each_night_with_its_generation_and_seconds() {
    let bench = Bench::week();
    let backfill = bench.run(&format!("backfill --from 2022-03-13 --to {AS_OF}"));
    backfill.assert_done();
    let nights: Vec<&String> = backfill.log.iter().filter(|line| line.contains(" published as ")).collect();
    assert_eq!(nights.len(), 3, "{:#?}", backfill.log);
    for (line, (day, number)) in nights.iter().zip([("2022-03-13", 1), ("2022-03-14", 2), (AS_OF, 3)]) {
        assert!(line.contains(&format!("{day} published as {number:06}-")) && line.ends_with(" s"), "{line}");
    }
}
