//! One state folder for several runs: killed ones, and ones with other outputs, extracts and rules.

use std::time::{Duration, Instant};

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

use super::watched::{today, yesterday};
use crate::support::bench::{SCRATCH_OUT, sample_data};
use crate::support::ended::is_killed;
use crate::support::{Bench, Day, Files, Table, at, row};

/// The files that an output folder has of a night.
fn bytes(bench: &Bench, out: &str, as_of: Day) -> Files {
    bench.published_under(out).of_night(as_of).0
}

/// The files of a night from scratch, and how long it took.
fn clean(bench: &Bench, as_of: Day, flags: &[&str]) -> (Files, Duration) {
    let started = Instant::now();
    bench.scratch_night(as_of, flags).assert_done();
    (bytes(bench, SCRATCH_OUT, as_of), started.elapsed())
}

/// Flags that reach into every partial.
const OTHER_ZONE: [&str; 4] = ["--set", "time_zone=Asia/Singapore", "--set", "max_quarantined_percent=100"];

#[test]
fn killed_runs_leave_a_state_from_which_a_plain_rerun_reaches_the_clean_bytes() {
    const KILLS: u32 = 30;
    let seed = u64::from(std::process::id());
    let mut random = SmallRng::seed_from_u64(seed);
    let sample_data = sample_data();
    let month = ["--extracts", sample_data.to_str().unwrap(), "--set", "window_days=30"];
    let bench = Bench::empty();
    let runs: Vec<(Day, Vec<&str>)> = [(today(), &[][..]), (yesterday(), &[]), (today(), &OTHER_ZONE)]
        .map(|(as_of, flags)| (as_of, [&month, flags].concat()))
        .into();
    let wanted: Vec<(Files, Duration)> = runs.iter().map(|(as_of, flags)| clean(&bench, *as_of, flags)).collect();
    let mut interrupted = 0;
    for kill in 0..KILLS {
        let run = random.random_range(0..runs.len());
        let ((as_of, flags), (wanted, whole_run)) = (&runs[run], &wanted[run]);
        let delay = whole_run.mul_f64(random.random_range(0.0..1.1));
        interrupted += u32::from(is_killed(&mut bench.command(&as_of.to_string(), flags), delay));
        // Sometimes another run is killed on what the first one left.
        if random.random_bool(0.7) {
            bench.night(*as_of, flags).assert_done();
            assert!(bytes(&bench, "out", *as_of) == *wanted, "kill {kill} of seed {seed} after {delay:?}");
        }
    }
    assert!(interrupted > 0, "no kill met a running job");
    for ((as_of, flags), (wanted, _)) in runs.iter().zip(&wanted) {
        bench.night(*as_of, flags).assert_done();
        assert!(bytes(&bench, "out", *as_of) == *wanted, "after all kills of seed {seed}");
    }
}

#[test]
fn two_outputs_that_share_a_state_folder_have_their_clean_bytes() {
    let bench = Bench::week();
    let nights = [("one", today()), ("other", yesterday()), ("one", yesterday()), ("other", today())];
    for (out, as_of) in nights {
        bench.night(as_of, &["--out", out]).assert_done();
        assert_eq!(bytes(&bench, out, as_of), clean(&bench, as_of, &[]).0, "{out} {as_of}");
    }
}

#[test]
fn two_marketplaces_that_share_a_state_folder_have_their_clean_bytes() {
    let (bench, other) = (Bench::week(), Bench::week());
    let reviews = [row![1, 1, 1, 5, 5, at(yesterday(), "09:00")]];
    other.put(Table::Reviews, yesterday(), &reviews);
    let extracts = other.path("extracts");
    let others = ["--extracts", extracts.to_str().unwrap()];
    let wanted = [clean(&bench, today(), &[]).0, clean(&bench, today(), &others).0];
    assert_ne!(wanted[0], wanted[1]);
    for _ in 0..3 {
        for (out, flags, wanted) in [("one", &[][..], &wanted[0]), ("other", &others, &wanted[1])] {
            bench.night(today(), &[&["--out", out], flags].concat()).assert_done();
            assert_eq!(bytes(&bench, out, today()), *wanted, "{out}");
        }
    }
}
