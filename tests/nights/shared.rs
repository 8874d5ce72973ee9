//! One state folder for several runs: killed ones, and ones with other outputs, extracts and rules.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use shopscore::domain::Day;
use shopscore::extracts::tables::Table;

use crate::clean::of_night;
use crate::support::bench::Bench;
use crate::support::rows::{at, row};
use crate::watched::{today, week, yesterday};

type Bytes = BTreeMap<PathBuf, Vec<u8>>;

/// The files that an output folder has of a night.
fn bytes(bench: &Bench, out: &str, as_of: Day) -> Bytes {
    let published = bench.published_under(out);
    let files = of_night(&published, as_of).into_iter();
    files.map(|(path, bytes)| (path.clone(), bytes.clone())).collect()
}

/// The files of a night from scratch, and how long it took.
fn clean(bench: &Bench, as_of: Day, flags: &[&str]) -> (Bytes, Duration) {
    let out = format!("clean-{as_of}-{}", flags.len());
    let state = format!("{out}-state");
    let started = Instant::now();
    bench.night(as_of, &[&["--out", &out, "--state", &state], flags].concat()).assert_done();
    (bytes(bench, &out, as_of), started.elapsed())
}

/// Starts a night and kills it after `delay`; whether it was still running.
fn is_killed(bench: &Bench, as_of: Day, flags: &[&str], delay: Duration) -> bool {
    let mut command = bench.command(&as_of.to_string(), flags);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(delay);
    child.kill().unwrap();
    !child.wait().unwrap().success()
}

/// Flags that reach into every partial.
const OTHER_ZONE: [&str; 4] = ["--set", "time_zone=Asia/Singapore", "--set", "max_quarantined_percent=100"];

#[test]
fn killed_runs_leave_a_state_from_which_a_plain_rerun_reaches_the_clean_bytes() {
    const KILLS: u32 = 30;
    let seed = u64::from(std::process::id());
    let mut random = SmallRng::seed_from_u64(seed);
    let sample_data = format!("{}/sample_data", env!("CARGO_MANIFEST_DIR"));
    let month = ["--extracts", &sample_data, "--set", "window_days=30"];
    let bench = Bench::empty();
    let runs: Vec<(Day, Vec<&str>)> = [(today(), &[][..]), (yesterday(), &[]), (today(), &OTHER_ZONE)]
        .map(|(as_of, flags)| (as_of, [&month, flags].concat()))
        .into();
    let wanted: Vec<(Bytes, Duration)> =
        runs.iter().map(|(as_of, flags)| clean(&bench, *as_of, flags)).collect();
    let mut interrupted = 0;
    for kill in 0..KILLS {
        let run = random.random_range(0..runs.len());
        let ((as_of, flags), (wanted, whole_run)) = (&runs[run], &wanted[run]);
        let delay = whole_run.mul_f64(random.random_range(0.0..1.1));
        interrupted += u32::from(is_killed(&bench, *as_of, flags, delay));
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
    let bench = week();
    let nights = [("one", today()), ("other", yesterday()), ("one", yesterday()), ("other", today())];
    for (out, as_of) in nights {
        bench.night(as_of, &["--out", out]).assert_done();
        assert_eq!(bytes(&bench, out, as_of), clean(&bench, as_of, &[]).0, "{out} {as_of}");
    }
}

#[test]
fn two_marketplaces_that_share_a_state_folder_have_their_clean_bytes() {
    let (bench, other) = (week(), week());
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
