//! A run that is told to end does so at once, says so, and leaves what readers see as it was.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/mod.rs"]
mod support;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use support::bench::Bench;

/// How a run ended that was sent a signal after so many milliseconds: exit code, stderr, and how long it took to end.
fn ended(
    bench: &Bench,
    arguments: &[&str],
    signal: &str,
    after_milliseconds: u64,
) -> (Option<i32>, String, Duration) {
    let mut program = bench.program(arguments);
    let child = program.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(after_milliseconds));
    let sent = Instant::now();
    Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap(), sent.elapsed())
}

#[test]
fn fault_03_a_run_that_is_told_to_end_publishes_nothing_and_the_next_one_begins_anew() {
    for (signal, code) in [("TERM", 143), ("INT", 130)] {
        let bench = Bench::empty();
        let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/sample_data");
        let night = |date| ["nightly", "--date", date, "--extracts", sample, "--set", "window_days=30"];
        bench.run(&night("2022-03-14")).assert_done();
        let old = bench.published();
        let mut met = 0;
        for after_milliseconds in (5..200).step_by(5) {
            let (found, stderr, took) = ended(&bench, &night("2022-03-15"), signal, after_milliseconds);
            if found == Some(0) {
                break;
            }
            assert!(took < Duration::from_secs(5), "{took:?}");
            // Before it listens, a signal ends the process as it ends any; after the switch, the new night is there.
            if found == Some(code) && stderr.contains("nothing published") {
                assert!(stderr.contains(&format!("interrupted by SIG{signal}")), "{stderr}");
                let seen = bench.published();
                assert!(seen.current == old.current, "{signal} after {after_milliseconds} ms");
                assert!(seen.files == old.files, "{signal} after {after_milliseconds} ms");
                met += 1;
            }
        }
        assert!(met > 0, "no {signal} met a running job");
        bench.run(&night("2022-03-15")).assert_done();
        let names =
            std::fs::read_dir(bench.path("out/generations")).unwrap().map(|entry| entry.unwrap().file_name());
        assert!(names.into_iter().all(|name| !name.to_str().unwrap().starts_with('.')));
    }
}
