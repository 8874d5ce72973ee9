//! Output folders that another run holds, or that are not ours.

use std::time::Duration;

use std::fs;
use std::os::unix::fs::symlink;

use shopscore::publish::lock::{Holder, Lock};
use shopscore::publish::lock_folder;

use crate::support::bench::{Bench, Published};
use crate::support::marketplace::AS_OF;
use crate::{BUSY, DISK, MISSING, USAGE, assert_refused, assert_run_refused, assert_scored};

fn holder() -> Holder {
    Holder {
        pid: 4_242,
        host: "scores-1".to_owned(),
        started_at: "2022-03-16T01:00:00Z".parse().unwrap(),
        command: format!("nightly --date {AS_OF}"),
    }
}

#[test]
fn a_second_run_at_once_is_refused_with_the_name_of_the_first() {
    for folder in ["out", "state"] {
        assert_run_refused(
            |_| {},
            |bench| {
                let _held =
                    Lock::acquire(&lock_folder(&bench.path(folder)), &holder(), Duration::ZERO).unwrap();
                bench.nightly(&[])
            },
            BUSY,
            &[&[
                &format!("lock: {folder}/locks/run.lock: "),
                "found the lock held by process 4242 on scores-1, started 2022-03-16T01:00:00Z: nightly --date 2022-03-15",
            ]],
        );
    }
}

#[test]
fn a_lock_file_that_a_dead_run_left_is_no_fault() {
    assert_scored(
        |bench| drop(Lock::acquire(&lock_folder(&bench.path("out")), &holder(), Duration::ZERO).unwrap()),
        &[],
    );
}

#[test]
fn one_folder_for_output_and_state_is_refused_as_a_setting() {
    assert_refused(|_| {}, &["--state", "out"], USAGE, &[&["settings: "]]);
}

#[test]
fn an_output_folder_whose_current_is_not_ours_is_refused_and_left_alone() {
    let bench = Bench::sound();
    fs::create_dir_all(bench.path("out/current")).unwrap();
    fs::write(bench.path("out/current/thesis.txt"), "years of work").unwrap();
    bench.nightly(&[]).assert_refused(
        USAGE,
        &[&["out/current: found a file or folder, wanted a link to generations/NAME/published"]],
    );
    assert_eq!(fs::read_to_string(bench.path("out/current/thesis.txt")).unwrap(), "years of work");
    assert_eq!(bench.published(), Published::default());

    let bench = Bench::sound();
    fs::create_dir(bench.path("out")).unwrap();
    symlink("../extracts", bench.path("out/current")).unwrap();
    bench.nightly(&[]).assert_refused(USAGE, &[&["out/current: found a link to ../extracts"]]);
    assert_eq!(fs::read_link(bench.path("out/current")).unwrap().to_str(), Some("../extracts"));
}

#[test]
fn an_output_folder_that_is_a_file_is_refused_and_left_alone() {
    let bench = Bench::sound();
    fs::write(bench.path("out"), "years of work").unwrap();
    let ended = bench.nightly(&[]);
    assert_eq!(ended.code, Some(DISK), "{}", ended.stderr);
    assert_eq!(fs::read_to_string(bench.path("out")).unwrap(), "years of work");
}

#[test]
fn a_log_that_cannot_be_written_leaves_the_exit_code_as_it_is() {
    let bench = Bench::sound();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let status = bench.program(&["nightly", "--date", "2050-01-01"]).stderr(full).status().unwrap();
    assert_eq!(status.code(), Some(MISSING));
}
