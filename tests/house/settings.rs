//! `shopscore config show`: what is declared, what was given, and where.

use std::fs;

use serde_json::Value;

use crate::support::disk::Disk;
use crate::support::library::SETTINGS;
use crate::support::{Bench, Ended};

fn settings(answer: &str) -> Vec<Value> {
    let answer: Value = serde_json::from_str(answer).unwrap();
    answer["settings"].as_array().unwrap().clone()
}

/// The value and the origin of a setting.
fn of<'a>(shown: &'a [Value], name: &str) -> [&'a str; 2] {
    let setting = shown.iter().find(|setting| setting["name"] == name).unwrap_or_else(|| panic!("no {name}"));
    ["value", "origin"].map(|field| setting[field].as_str().unwrap_or("none"))
}

#[test]
fn every_declared_setting_is_shown_in_order_with_its_default_where_nothing_is_given() {
    let bench = Bench::empty();
    fs::remove_dir_all(bench.path("jobs")).unwrap();
    let shown = settings(&bench.said("config show --format json"));
    let said = shown.iter().map(|setting| (setting["name"].as_str().unwrap(), setting["value"].as_str().unwrap_or("")));
    assert!(said.eq(SETTINGS.iter().map(|setting| (setting.name, setting.default))), "{shown:#?}");
    assert!(shown.iter().all(|setting| setting["origin"] == "default"));
    let folder = |name: &str| bench.path(name).display().to_string();
    assert_eq!(shown[1]["folder"], folder("sample_data"), "without a file, relative to the working folder");
    // One line a setting, besides the header, its rule and the frame; one with the file.
    assert_eq!(bench.said("config show").lines().count(), SETTINGS.len() + 5);
    assert_eq!(bench.said("config show --format csv").lines().count(), SETTINGS.len() + 1);
}

#[test]
fn a_value_is_shown_with_where_it_was_given() {
    let bench = Bench::empty();
    bench.configure("window_days = 7\nthreads = 2\n[tables.payments]\nfolder = 'trade/pay'");
    let mut command = bench.program(&["config", "show", "--format", "json", "--threads", "1"]);
    command.args(["--set", "rank_within=assessment_category", "--set", "tables.shops.folder=s"]);
    let ended = Ended::of(command.env("SHOPSCORE_TIME_ZONE", "UTC"));
    ended.assert_done();
    let shown = settings(&ended.stdout);
    assert_eq!(of(&shown, "root"), ["..", "file jobs/nightly.toml:1"]);
    assert_eq!(of(&shown, "window_days"), ["7", "file jobs/nightly.toml:6"]);
    assert_eq!(of(&shown, "time_zone"), ["UTC", "environment SHOPSCORE_TIME_ZONE"]);
    assert_eq!(of(&shown, "threads"), ["1", "flag --threads"]);
    assert_eq!(of(&shown, "rank_within"), ["assessment_category", "flag --set"]);
    assert_eq!(of(&shown, "history_starts_on"), ["none", "default"]);
    assert_eq!(of(&shown, "tables.shops.folder"), ["s", "flag --set"]);
    let [last] = &shown[SETTINGS.len()..SETTINGS.len() + 1] else { panic!("{shown:#?}") };
    assert_eq!(last["name"], "tables.payments.folder");
    assert_eq!(last["origin"], "file jobs/nightly.toml:9");
    assert_eq!(last["folder"], bench.path("extracts/trade/pay").display().to_string());
}

#[test]
fn one_is_shown_by_its_name_and_a_name_mistyped_is_refused_with_the_one_that_was_meant() {
    let bench = Bench::empty();
    bench.configure("[tables.payments.columns]\norder_id = { from = 'ORDER_NO' }");
    assert_eq!(bench.said("config show out --format csv").lines().count(), 2);
    let mapped = bench.said("config show tables.payments --format csv");
    assert!(
        mapped.contains("\ntables.payments.columns.order_id.from,ORDER_NO,file jobs/nightly.toml:7,\n"),
        "{mapped}"
    );
    let wanted = "wanted a known setting; did you mean `max_quarantined_rows`?";
    bench.run("config show max_quarantine_row").assert_refused(2, &[&["\"max_quarantine_row\"", wanted]]);
}

/// Folders that are not there, or lie in one another, are for `shopscore check` and the runs themselves.
#[test]
fn settings_of_folders_that_are_not_there_are_shown_and_nothing_is_written() {
    let bench = Bench::empty();
    let before = Disk::of(&bench);
    bench.said("config show --extracts nowhere --out nowhere/out --rules nowhere");
    before.assert_unchanged(&Disk::of(&bench));
    assert!(!bench.path("nowhere").exists());
    bench.run("config show --set window_days=0").assert_refused(2, &[&["flag --set: window_days = \"0\""]]);
}
