//! A run that a signal ends, whichever can be caught, is told of everywhere; one that was ignored before stays ignored.

use std::fs;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::{assert_told, events, last, metrics, settings};
use crate::faults::holder;
use crate::support::library::{Lock, lock_folder};
use crate::support::runner::with_usual_signals;
use crate::support::{AS_OF, Bench, Ended};

/// The signals that end a process and are not raised by its own instructions, with their numbers.
const SIGNALS: [(&str, u64); 11] = [
    ("HUP", 1),
    ("INT", 2),
    ("QUIT", 3),
    ("USR1", 10),
    ("USR2", 12),
    ("ALRM", 14),
    ("TERM", 15),
    ("XCPU", 24),
    ("VTALRM", 26),
    ("PROF", 27),
    ("IO", 29),
];

fn send(signal: &str, pid: u32) {
    Command::new("kill").args([format!("-{signal}"), pid.to_string()]).status().unwrap();
}

/// A first night of the sample marketplace, and how it ended after a signal that it got as soon as its record was there.
fn ended_by(bench: &Bench, signal: &str) -> Ended {
    let mut night = with_usual_signals(&bench.sample_command(AS_OF, &[]));
    let child = night.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while fs::read_dir(bench.path("out/runs")).map_or(0, Iterator::count) == 0 {
        sleep(Duration::from_millis(1));
    }
    // Into its work: it listens by then.
    sleep(Duration::from_millis(50));
    send(signal, child.id());
    child.wait_with_output().unwrap().into()
}

fn telling() -> Bench {
    let bench = Bench::empty();
    // A run makes it before its work, and is recorded from the beginning where it is there.
    fs::create_dir(bench.path("out")).unwrap();
    bench.configure(&settings());
    bench
}

#[test]
fn a_run_that_a_signal_ends_is_told_of_everywhere() {
    for (signal, number) in SIGNALS {
        let bench = telling();
        let ended = ended_by(&bench, signal);
        assert_eq!(ended.code, Some(128 + i32::try_from(number).unwrap()), "{signal}: {}", ended.stderr);
        assert!(ended.stderr.contains(&format!("found an end by SIG{signal}, nothing published")), "{}", ended.stderr);
        assert_told(&bench, 128 + number, "interrupted");
        let record = last(&bench);
        assert!(record["findings"][0]["found"].as_str().unwrap().contains(signal), "{record:#}");
        assert!(!metrics(&bench).keys().any(|name| name.contains("last_success")), "it never succeeded");
        Ended::of(&mut bench.sample_command(AS_OF, &[])).assert_done();
        assert_told(&bench, 0, "done");
    }
}

#[test]
fn a_signal_that_was_ignored_before_stays_ignored() {
    let bench = telling();
    let night = bench.sample_command(AS_OF, &[]);
    let mut shell = Command::new("/bin/sh");
    shell.env_clear().current_dir(bench.path("")).args(["-c", "trap '' HUP; exec \"$0\" \"$@\""]);
    shell.arg(night.get_program()).args(night.get_args());
    let child = shell.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    sleep(Duration::from_millis(150));
    send("HUP", child.id());
    Ended::from(child.wait_with_output().unwrap()).assert_done();
    assert_told(&bench, 0, "done");
}

/// What nothing can catch leaves a beginning without an end, and `shopscore history` says so.
#[test]
fn a_run_that_is_killed_leaves_its_beginning() {
    let bench = telling();
    assert_eq!(ended_by(&bench, "KILL").code, None);
    assert_eq!((last(&bench)["exit_class"].as_str(), last(&bench)["exit_code"].is_null()), (Some("running"), true));
    assert_eq!(events(&bench).len(), 1, "a START alone");
    let history = bench.said("history --format csv");
    assert!(history.lines().nth(1).unwrap().contains(",killed,,0,"), "{history}");
}

/// The main thread, which waits for a lock, comes to an end of its own while the command of the signal's end goes on.
#[test]
fn a_run_ends_once_whatever_else_comes_meanwhile() {
    let bench = telling();
    bench.configure(&settings().replace("on_failure = '", "on_failure = 'sleep 1; "));
    let _held = Lock::acquire(&lock_folder(&bench.path("out")), &holder(4_242), Duration::ZERO).unwrap();
    let mut night = with_usual_signals(&bench.sample_command(AS_OF, &["--wait", "1"]));
    let child = night.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    sleep(Duration::from_millis(500));
    send("TERM", child.id());
    let ended = Ended::from(child.wait_with_output().unwrap());
    assert_eq!(ended.code, Some(143), "{}", ended.stderr);
    assert_told(&bench, 143, "interrupted");
    assert_eq!(ended.stderr.lines().filter(|line| line.starts_with("error: ")).count(), 1, "{}", ended.stderr);
}

#[test]
fn a_second_signal_ends_a_run_whose_last_words_wait() {
    let bench = telling();
    bench.configure(&settings().replace("on_failure = '", "on_failure = 'sleep 30; "));
    let _held = Lock::acquire(&lock_folder(&bench.path("out")), &holder(4_242), Duration::ZERO).unwrap();
    let mut night = with_usual_signals(&bench.sample_command(AS_OF, &["--wait", "60"]));
    let mut child = night.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    sleep(Duration::from_millis(300));
    for _ in 0..2 {
        send("TERM", child.id());
        sleep(Duration::from_millis(300));
    }
    assert_eq!(child.wait().unwrap().code(), Some(143));
}
