//! Unknown settings and unsound values, from file, environment and command line.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::{USAGE, assert_refused, assert_refused_with, assert_run_refused};
use crate::support::{Bench, Published};

#[test]
fn an_unknown_setting_is_refused_wherever_it_comes_from() {
    let wanted = "no setting of the name \"colour\", wanted a known setting";
    assert_refused(
        USAGE,
        |bench| bench.configure("colour = 'red'"),
        &[&["settings: jobs/nightly.toml:6: found ", wanted]],
    );
    let in_flags: &[&str] = &["settings: found flag --set: ", wanted];
    assert_refused_with(&["--set", "colour=red"], USAGE, |_| {}, &[in_flags]);
    assert_run_refused(
        USAGE,
        |_| {},
        |bench| bench.nightly_in(&[("SHOPSCORE_COLOUR", OsStr::new("red"))], &[]),
        &[&["settings: found environment SHOPSCORE_COLOUR: ", wanted]],
    );
}

#[test]
fn an_unsound_value_is_refused_whatever_the_setting() {
    for (setting, wanted) in [
        ("threads=0", "a number of threads from 1 to 1024"),
        ("threads=1025", "a number of threads from 1 to 1024"),
        ("time_zone=Mars/Olympus", "a time zone of the IANA database"),
        ("window_days=0", "a number of days from 1 to 366"),
        ("window_days=367", "a number of days from 1 to 366"),
        ("window_days=", "a number of days from 1 to 366"),
        ("window_days=3.0", "a number of days from 1 to 366"),
        ("history_starts_on=2022-3-1", "a day YYYY-MM-DD"),
        ("max_snapshot_age_days=-1", "a number of days, 0 or more"),
        ("require_manifest=yes", "true or false"),
        ("appeal_effect_days=-1", "a number of days, 0 or more"),
        ("rank_within=country", "primary_category or assessment_category"),
        ("after_sales_mix=mean", "equal or volume"),
        ("max_quarantined_percent=-1", "a percentage"),
        ("max_quarantined_percent=NaN", "a percentage"),
        ("max_quarantined_rows=1e3", "a number of rows, 0 or more"),
        ("max_unscored_percent=five", "a percentage"),
        ("min_rows_percent=20%", "a percentage"),
        ("min_rows_median=-1000", "a number of rows, 0 or more"),
        ("quarantine_days=-1", "a number of days, 0 or more"),
        ("keep_generations=0", "a number of runs, 1 or more"),
        ("keep_generations_days=-1", "a number of days, 0 or more"),
        ("extracts=", "the folder of the extracts"),
        ("out=", "the folder of the published files"),
    ] {
        let (name, value) = setting.split_once('=').unwrap();
        let found = format!(": {name} = {value:?}");
        let finding: &[&str] = &["found flag --", &found, &format!(", wanted {wanted}")];
        assert_refused_with(&["--set", setting], USAGE, |_| {}, &[finding]);
    }
}

#[test]
fn all_faults_of_the_settings_are_reported_together() {
    assert_run_refused(
        USAGE,
        |bench| bench.configure("colour = 'red'\nwindow_days = 0"),
        |bench| bench.nightly_in(&[("SHOPSCORE_TIME_ZONE", OsStr::new("UTC+8"))], &["--set", "after_sales_mix=max"]),
        &[
            &["jobs/nightly.toml:6: found no setting of the name \"colour\""],
            &["environment SHOPSCORE_TIME_ZONE: time_zone = \"UTC+8\""],
            &["jobs/nightly.toml:7: found window_days = \"0\""],
            &["flag --set: after_sales_mix = \"max\""],
        ],
    );
}

#[test]
fn a_file_of_settings_that_is_not_there_or_no_toml_is_refused() {
    let nowhere: &[&str] = &["settings: nowhere.toml: found "];
    assert_refused_with(&["--config", "nowhere.toml"], USAGE, |_| {}, &[nowhere]);
    for text in ["window_days = ", "[window]\ndays = 3", "window_days = [[3]]", "\"window_days"] {
        assert_refused(
            USAGE,
            |bench| bench.configure(text),
            &[&["settings: jobs/nightly.toml:", ": found ", "wanted a TOML file of settings, name = value"]],
        );
    }
}

#[test]
fn a_setting_of_the_environment_that_is_no_utf_8_is_refused_and_a_variable_of_another_program_is_no_fault() {
    let odd = OsStr::from_bytes(b"\xff\xfe");
    Bench::sound().nightly_in(&[("OTHER", odd)], &[]).assert_done();
    assert_run_refused(
        USAGE,
        |_| {},
        |bench| bench.nightly_in(&[("SHOPSCORE_OUT", odd)], &[]),
        &[&["settings: found environment SHOPSCORE_OUT"]],
    );
}

#[test]
fn one_folder_for_output_and_state_is_refused() {
    assert_refused_with(&["--state", "out"], USAGE, |_| {}, &[&["settings: "]]);
}

#[test]
fn what_cannot_be_typed_is_refused_with_the_usage() {
    for flags in [&["--colour", "red"][..], &["--date", "2022-03-15"], &["--set", "window_days"], &["tomorrow"]] {
        let bench = Bench::sound();
        let ended = bench.nightly(flags);
        assert_eq!(ended.code, Some(USAGE), "{}", ended.stderr);
        assert!(ended.stderr.starts_with("error: "), "{}", ended.stderr);
        assert_eq!(bench.published(), Published::default());
    }
}
