//! A run that is told to end does so at once, says so, and leaves what readers see as it was.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::runner::with_usual_signals;
use crate::support::{AS_OF, Bench, Ended};

/// How the night of the sample marketplace ended that was sent a signal after so many milliseconds, and how long it took to end.
fn ended(bench: &Bench, signal: &str, after_milliseconds: u64) -> (Ended, Duration) {
    let mut night = with_usual_signals(&bench.sample_command(AS_OF, &[]));
    let child = night.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(after_milliseconds));
    let sent = Instant::now();
    Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status().unwrap();
    (child.wait_with_output().unwrap().into(), sent.elapsed())
}

/// How many runs a signal ended before they published anything, each told a little later than the one before.
fn ended_in_order((signal, code): (&str, i32)) -> usize {
    let bench = Bench::empty();
    let run = |as_of| Ended::of(&mut bench.sample_command(as_of, &[])).assert_done();
    run("2022-03-14");
    let old = bench.published();
    let mut met = 0;
    for after_milliseconds in (5..200).step_by(5) {
        let (ended, took) = ended(&bench, signal, after_milliseconds);
        // Once the new night is there, nothing can be interrupted any more.
        if ended.code == Some(0) || ended.stderr.contains("after what it published") {
            break;
        }
        assert!(took < Duration::from_secs(5), "{took:?}");
        // Before it listens, a signal ends the process as it ends any.
        if ended.code == Some(code) && ended.stderr.contains("nothing published") {
            assert!(
                ended.stderr.contains(&format!("found an end by SIG{signal}, nothing published")),
                "{}",
                ended.stderr
            );
            let seen = bench.published();
            assert!(seen.current == old.current, "{signal} after {after_milliseconds} ms");
            assert!(seen.files == old.files, "{signal} after {after_milliseconds} ms");
            met += 1;
        }
    }
    run(AS_OF);
    assert!(bench.published().leftovers().is_empty());
    met
}

#[test]
fn fault_03_a_run_that_is_told_to_end_publishes_nothing_and_the_next_one_begins_anew() {
    // On a busy machine a night may be over before a signal meets it.
    const TRIES: usize = 5;
    for signal in [("TERM", 143), ("INT", 130)] {
        assert!((0..TRIES).any(|_| ended_in_order(signal) > 0), "no {signal:?} met a running job");
    }
}
