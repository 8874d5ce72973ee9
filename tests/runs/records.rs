//! What a record says of a night, held against what is published and what the run printed.

use std::fs;

use serde_json::{Value, json};

use super::{events, last, metrics, telling};
use crate::support::{A_DAY, AS_OF, Bench, Table, day};

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value}"))
}

#[test]
fn a_record_has_the_night_its_inputs_and_the_files_that_were_published() {
    let bench = Bench::sound();
    telling(&bench);
    let ended = bench.nightly(&[]);
    ended.assert_done();
    let record = last(&bench);
    assert_eq!((text(&record, "schema"), text(&record, "asked")), ("run/1", "nightly --date 2022-03-15"));
    assert!(record["settings"].as_array().unwrap().iter().any(|of| of["origin"] == "file jobs/nightly.toml:6"));
    assert_eq!(text(&record, "settings_file"), bench.path("jobs/nightly.toml").to_str().unwrap());
    let [night] = record["nights"].as_array().unwrap().as_slice() else { panic!("{record:#}") };
    let generation = text(night, "generation");
    assert!(ended.stdout.contains(&format!("published as {generation}")), "{}", ended.stdout);
    let computed = usize::try_from(night["computed_partials"].as_u64().unwrap()).unwrap();
    assert_eq!((computed, 0), ended.partials());
    for input in record["inputs"].as_array().unwrap() {
        assert!(input["files"].as_u64().unwrap() > 0 && text(input, "hash").len() == 32, "{input}");
    }
    let rows: u64 = record["inputs"].as_array().unwrap().iter().map(|of| of["row_count"].as_u64().unwrap()).sum();
    let printed = ended.stdout.lines().filter(|line| line.contains(" files ")).map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words[words.iter().position(|word| *word == "rows").unwrap() - 1].parse::<u64>().unwrap()
    });
    assert_eq!(rows, printed.sum::<u64>());
    let outputs = record["outputs"].as_array().unwrap();
    assert!(outputs.len() > 5, "{outputs:#?}");
    for output in outputs {
        let file = bench.path("out/generations").join(generation).join(text(output, "path"));
        let sums = fs::read_to_string(bench.path("out/generations").join(generation).join("SHA256SUMS")).unwrap();
        assert!(sums.contains(&format!("{}  {}\n", text(output, "sha256"), text(output, "path"))), "{output}");
        assert_eq!(output["size_bytes"].as_u64().unwrap(), fs::metadata(&file).unwrap().len());
    }
    let stages: Vec<&str> = record["stages"].as_array().unwrap().iter().map(|of| text(of, "stage")).collect();
    assert_eq!(stages, ["survey", "partials", "window", "scores", "assessments", "publication"]);
    assert!(record["peak_memory_bytes"].as_u64().unwrap() > 1 << 20);
    assert_eq!(record["disk"].as_array().unwrap().len(), 2);
}

#[test]
fn a_record_says_what_changed_in_rules_and_which_nights_became_stale() {
    let bench = Bench::week();
    telling(&bench);
    bench.said(&format!("backfill --from 2022-03-13 --to {AS_OF}"));
    assert_eq!(last(&bench)["rules"][0]["is_changed"], Value::Null, "no run before");
    bench.put(Table::Reviews, day(A_DAY), &[]);
    bench.add_rule("custom_made.csv", "2022-03-15,9999-12-31,女装");
    bench.nightly(&[]).assert_done();
    let record = last(&bench);
    let changed = record["rules"].as_array().unwrap().iter().filter(|of| of["is_changed"] == true);
    assert_eq!(changed.map(|of| text(of, "table")).collect::<Vec<_>>(), ["custom_made"]);
    assert_eq!(record["stale_nights"], json!([A_DAY]));
    assert_eq!(metrics(&bench)["shopscore_stale_nights"], 1.0);
    bench.said("backfill --stale");
    assert_eq!(last(&bench)["stale_nights"], json!([]));
}

#[test]
fn events_name_what_was_read_and_what_was_published_with_their_rows() {
    let bench = Bench::sound();
    telling(&bench);
    bench.nightly(&[]).assert_done();
    let record = last(&bench);
    let (_, _, complete) = events(&bench).pop().unwrap();
    assert_eq!(complete["inputs"].as_array().unwrap().len(), Table::ALL.len());
    let payments = bench.path("extracts/payments");
    let input = complete["inputs"].as_array().unwrap().iter().find(|of| of["name"] == payments.to_str().unwrap());
    let rows: u64 = record["inputs"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|of| of["extract"] == "payments")
        .map(|of| of["row_count"].as_u64().unwrap())
        .sum();
    assert_eq!(input.unwrap()["inputFacets"]["inputStatistics"]["rowCount"], rows);
    let scores = bench.path("out/current/scores");
    let output =
        complete["outputs"].as_array().unwrap().iter().find(|of| of["name"] == scores.to_str().unwrap()).unwrap();
    assert_eq!(output["outputFacets"]["outputStatistics"]["rowCount"], record["nights"][0]["present_shops"]);
    assert_eq!(output["facets"]["schema"]["fields"][0]["name"], "shop_id");
    let time = &complete["run"]["facets"]["nominalTime"];
    assert_eq!(
        (text(time, "nominalStartTime"), text(time, "nominalEndTime")),
        ("2022-03-15T00:00:00Z", "2022-03-16T00:00:00Z")
    );
}

/// Shop 3 loses the reviews that made it the best of its category.
#[test]
fn a_month_end_says_whose_status_is_another_one_and_how_many_came_to_which() {
    let bench = Bench::two_months();
    bench.said("backfill --from 2022-01-27 --to 2022-02-28");
    let record = last(&bench);
    let night = record["nights"].as_array().unwrap().last().unwrap();
    assert_eq!((text(night, "as_of"), text(night, "month_end")), ("2022-02-28", "closed"));
    let standing = &night["standing"];
    assert_eq!((text(standing, "month_end"), text(standing, "compared_with")), ("2022-02-28", "2022-02-27"));
    let statuses = standing["shops_by_status"].as_object().unwrap().values().map(|shops| shops.as_u64().unwrap());
    assert_eq!(statuses.sum::<u64>(), night["present_shops"].as_u64().unwrap());
    assert_eq!(standing["status_changes"], json!([]), "every day is alike");
}

#[test]
fn metrics_speak_of_the_newest_night_that_readers_see_and_of_what_is_held_and_stays_stale() {
    const NEWEST: &str = "shopscore_newest_night_timestamp_seconds";
    let seconds = |of: &str| f64::from(day(of).epoch_days()) * 86_400.0;
    let bench = Bench::week();
    telling(&bench);
    bench.said("backfill --from 2022-03-13 --to 2022-03-14");
    bench.nightly(&[]).assert_done();
    assert_eq!((metrics(&bench)[NEWEST], metrics(&bench)["shopscore_held_nights"]), (seconds(AS_OF), 0.0));
    bench.said("rollback --to 2");
    assert_eq!((metrics(&bench)[NEWEST], metrics(&bench)["shopscore_held_nights"]), (seconds(A_DAY), 1.0));
    let rows = metrics(&bench)["shopscore_input_rows{extract=\"payments\"}"];
    bench.nightly(&[]).assert_done();
    assert_eq!(last(&bench)["held_nights"], json!([AS_OF]));
    assert_eq!(metrics(&bench)[NEWEST], seconds(A_DAY), "it was held");
    assert_eq!(metrics(&bench)["shopscore_input_rows{extract=\"payments\"}"], rows);
    bench.put(Table::Reviews, day("2022-03-13"), &[]);
    bench.said("backfill --stale");
    assert_eq!(last(&bench)["stale_nights"], json!([]));
    bench.said("rollback --to 2 --because spoilt");
    bench.said("backfill --stale");
    assert_eq!(last(&bench)["stale_nights"], last(&bench)["held_nights"], "what is held stays stale");
    assert_eq!(metrics(&bench)["shopscore_stale_nights"], 2.0);
}

#[test]
fn a_failed_night_stays_in_the_metrics_until_a_night_succeeds_whatever_else_runs() {
    let bench = Bench::sound();
    telling(&bench);
    let of_nightly = |name: &str| metrics(&bench).get(&format!("shopscore_last_run_{name}")).copied();
    bench.nightly(&[]).assert_done();
    let late = bench.partition(Table::Payments, day(AS_OF));
    fs::rename(&late, bench.path("late")).unwrap();
    assert_eq!(bench.nightly(&[]).code, Some(4));
    bench.said("gc");
    bench.said("rollback --to 1");
    assert_eq!(of_nightly("exit_code{command=\"nightly\"}"), Some(4.0));
    assert_eq!(of_nightly("exit_class{command=\"nightly\",class=\"missing\"}"), Some(1.0));
    assert_eq!(of_nightly("exit_class{command=\"gc\",class=\"done\"}"), Some(1.0));
    assert!(metrics(&bench)["shopscore_stage_seconds{command=\"nightly\",stage=\"survey\"}"] > 0.0);
    assert!(metrics(&bench)["shopscore_peak_memory_bytes{command=\"nightly\"}"] > 0.0);
    fs::rename(bench.path("late"), &late).unwrap();
    bench.nightly(&[]).assert_done();
    assert_eq!(of_nightly("exit_class{command=\"nightly\",class=\"missing\"}"), Some(0.0));
    assert_eq!(of_nightly("exit_class{command=\"nightly\",class=\"done\"}"), Some(1.0));
}

/// A rollback puts back an earlier night of the same day.
#[test]
fn metrics_speak_of_the_night_that_readers_see_and_not_of_another_one_of_its_day() {
    const ROWS: &str = "shopscore_input_rows{extract=\"reviews\"}";
    let bench = Bench::sound();
    telling(&bench);
    bench.nightly(&[]).assert_done();
    let rows = metrics(&bench)[ROWS];
    bench.put(Table::Reviews, day(A_DAY), &[]);
    bench.nightly(&[]).assert_done();
    let fewer = metrics(&bench)[ROWS];
    assert!(fewer < rows, "{fewer} of {rows}");
    bench.said("rollback --to 1");
    assert_eq!(metrics(&bench)[ROWS], rows);
    bench.said("rollback --to 2");
    assert_eq!(metrics(&bench)[ROWS], fewer);
}
