//! Other processes, alive and dead: faults 9, 10 and 45.

use std::fs::{self, File};
use std::io::Read;
use std::process::Stdio;
use std::time::Duration;

use super::output::with_news;
use super::{BUSY, assert_clean, assert_run_refused};
use crate::support::library::{Holder, Lock, lock_folder};
use crate::support::{AS_OF, Bench};

#[test]
fn fault_09_of_runs_at_once_one_publishes_and_the_others_are_told_who_it_is() {
    let bench = Bench::sound();
    let start = |_| bench.command(AS_OF, &[]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let running: Vec<_> = (0..6).map(start).collect();
    let ended: Vec<_> = running.into_iter().map(|run| run.wait_with_output().unwrap()).collect();
    let with_code = |code| ended.iter().filter(|output| output.status.code() == Some(code)).count();
    assert!(with_code(0) >= 1 && with_code(0) + with_code(BUSY) == 6, "{ended:?}");
    let at_once = bench.published();
    bench.nightly(&[]).assert_done();
    assert_eq!(bench.published(), at_once, "as after one run");
    assert_clean(&bench);
}

pub(crate) fn holder(pid: u32) -> Holder {
    Holder {
        pid,
        host: "scores-1".to_owned(),
        started_at: "2022-03-16T01:00:00Z".parse().unwrap(),
        command: "nightly --date 2022-03-14".to_owned(),
    }
}

#[test]
fn fault_09_a_held_lock_is_refused_with_the_process_the_host_and_the_start_of_its_holder() {
    for folder in ["out", "state"] {
        assert_run_refused(
            BUSY,
            |_| {},
            |bench| {
                let lock = lock_folder(&bench.path(folder));
                let _held = Lock::acquire(&lock, &holder(4_242), Duration::ZERO).unwrap();
                bench.nightly(&[])
            },
            &[&[
                &format!("lock: {folder}/locks/run.lock: "),
                "held by process 4242 on scores-1, started 2022-03-16T01:00:00Z: nightly --date 2022-03-14",
            ]],
        );
    }
}

#[test]
fn fault_10_a_lock_that_nobody_holds_any_more_is_no_fault() {
    // The holder is dead, or its number is now that of another process: this one.
    for pid in [4_194_303, std::process::id()] {
        let bench = Bench::sound();
        for folder in ["out", "state"] {
            drop(Lock::acquire(&lock_folder(&bench.path(folder)), &holder(pid), Duration::ZERO).unwrap());
        }
        bench.nightly(&[]).assert_done();
        assert_clean(&bench);
    }
}

#[test]
fn fault_45_a_reader_that_holds_old_files_open_reads_the_old_night() {
    let bench = with_news();
    let path = bench.path("out/current/scores/dt=2022-03-15/part-0.parquet");
    let old = fs::read(&path).unwrap();
    let folder = fs::canonicalize(bench.path("out/current")).unwrap();
    let mut held = File::open(&path).unwrap();
    bench.nightly(&[]).assert_done();
    assert!(fs::read(&path).unwrap() != old);
    let mut read = Vec::new();
    held.read_to_end(&mut read).unwrap();
    assert!(read == old);
    // Who resolved `current` once goes on reading that night.
    assert!(fs::read(folder.join("scores/dt=2022-03-15/part-0.parquet")).unwrap() == old);
}
