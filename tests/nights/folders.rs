//! Settings mean the same from every working folder, and a run says which file it went by.

use std::ffi::OsStr;
use std::fs;

use tempfile::TempDir;

use crate::support::disk::{files_below, remove};
use crate::support::{AS_OF, Bench, Ended, Files};

/// Runs the night from a folder that has nothing, in an environment and with further flags.
fn from(folder: &TempDir, bench: &Bench, environment: &[(&str, &OsStr)], flags: &[&str]) -> Ended {
    let mut night = bench.command(AS_OF, flags);
    let ended = Ended::of(night.envs(environment.iter().copied()).current_dir(folder.path()));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "it left something in the working folder");
    ended
}

/// What is recorded of the rules and settings of the published nights.
fn terms(bench: &Bench) -> Files {
    let all = files_below(&bench.path(""), "out/generations").into_iter();
    all.filter(|(path, _)| path.ends_with("terms.json")).collect()
}

#[test]
fn a_night_from_another_working_folder_is_the_same_night() {
    let (bench, elsewhere) = (Bench::published_once(), tempfile::tempdir().unwrap());
    let (before, terms_before) = (bench.published(), terms(&bench));
    assert_eq!(terms_before.len(), 1);
    let file = bench.path("jobs/nightly.toml");

    let again = from(&elsewhere, &bench, &[], &["--config", file.to_str().unwrap()]);
    again.assert_said("already current in ");
    again.assert_said(&format!(": {}\n", bench.path("out/current").display()));
    assert_eq!(bench.published(), before);

    for folder in ["out", "state"] {
        remove(&bench.path(folder));
    }
    from(&elsewhere, &bench, &[("SHOPSCORE_CONFIG", file.as_os_str())], &[]).assert_done();
    assert!(bench.published().files == before.files, "other bytes");
    assert!(terms(&bench).into_values().eq(terms_before.into_values()), "other terms");
}

#[test]
fn paths_that_are_typed_are_relative_to_the_working_folder_and_those_of_the_file_to_its_root() {
    let bench = Bench::sound();
    let night =
        Ended::of(bench.command(AS_OF, &["--config", "nightly.toml", "--out", "out"]).current_dir(bench.path("jobs")));
    night.assert_done();
    let said = |words: &str| assert!(night.stdout.contains(words), "{}", night.stdout);
    said(": out/current");
    said(&format!("taken from {}", bench.path("state").display()));
    assert!(bench.path("jobs/out/current").exists() && !bench.path("out").exists());
}

#[test]
fn a_run_says_once_which_file_of_settings_it_went_by() {
    let (bench, elsewhere) = (Bench::published_once(), tempfile::tempdir().unwrap());
    let file = bench.path("jobs/nightly.toml").display().to_string();
    for words in ["verify", "config show", "plan --date 2022-03-15", "nightly --date 2022-03-15 --set colour=red"] {
        let ended = bench.run(words);
        let said = ended.settings();
        assert!(matches!(&said[..], [line] if line.ends_with(&format!(" INFO settings: {file}"))), "{words}: {said:?}");
    }
    let without = from(&elsewhere, &bench, &[("SHOPSCORE_CONFIG", OsStr::new(""))], &[]);
    assert!(matches!(&without.settings()[..], [line] if line.contains("settings: no file, ")), "{:?}", without.log);
}

/// As releases up to 0.2.0 took it: relative to the working folder.
#[test]
fn a_file_without_a_root_that_was_written_for_the_working_folder_is_told_so() {
    let bench = Bench::published_once();
    let file = "extracts = 'extracts'\nrules = 'rules'\nstate = 'state'\nout = 'out'\nwindow_days = 3\n";
    fs::write(bench.path("jobs/nightly.toml"), file).unwrap();
    let ended = bench.nightly(&[]);
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    for folder in ["extracts", "rules", "state", "out"] {
        let told = format!(
            "{folder} = {folder} means jobs/{folder}, which is not there, and not {folder} in the working folder"
        );
        assert!(ended.stderr.contains(&told), "{}", ended.stderr);
    }
    assert!(!bench.path("jobs/out/generations").exists());
}
