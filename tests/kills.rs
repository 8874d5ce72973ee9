//! A run that is killed at any moment leaves the old night or the new one, whole, and a plain rerun reaches the bytes of a
//! run that was left alone.
//!
//! `TEST_KILLS` says how many times (default 200).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

#[path = "support/mod.rs"]
mod support;

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use support::bench::{Bench, Published};
use support::marketplace::Marketplace;

const OLD_NIGHT: &str = "2022-03-14";
const NEW_NIGHT: &str = "2022-03-15";
const DEFAULT_KILLS: u32 = 200;

fn sample_data() -> String {
    format!("{}/sample_data", env!("CARGO_MANIFEST_DIR"))
}

/// A folder in which the old night is published.
fn with_the_old_night() -> Bench {
    let bench = Bench::of(Marketplace::default());
    run(&bench, OLD_NIGHT);
    bench
}

fn flags(extracts: &str) -> [&str; 4] {
    ["--extracts", extracts, "--set", "window_days=30"]
}

fn run(bench: &Bench, as_of: &str) {
    let output = bench.command(as_of, &flags(&sample_data())).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Starts the new night and kills it after `delay`; whether it was still running.
fn killed(bench: &Bench, delay: Duration) -> bool {
    let mut command = bench.command(NEW_NIGHT, &flags(&sample_data()));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(delay);
    child.kill().unwrap();
    !child.wait().unwrap().success()
}

/// How long a new night takes that is left alone: the median of some, so that a slow one does not let most kills come late.
fn time_of_a_run() -> Duration {
    let mut times = [(); 9].map(|()| {
        let bench = with_the_old_night();
        let started = Instant::now();
        run(&bench, NEW_NIGHT);
        started.elapsed()
    });
    times.sort_unstable();
    times[times.len() / 2]
}

/// What readers see, without the names of generations, which count the runs.
fn seen(published: Published) -> impl PartialEq {
    published.files
}

fn leftovers(out: &Path) -> Vec<String> {
    let names = fs::read_dir(out.join("generations")).unwrap();
    let mut names: Vec<String> =
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name.starts_with('.'));
    names
}

#[test]
fn fault_01_a_run_killed_at_random_moments_leaves_the_old_night_or_the_new_one_whole() {
    let kills = std::env::var("TEST_KILLS").map_or(DEFAULT_KILLS, |kills| kills.parse().unwrap());
    let undisturbed = with_the_old_night();
    let old = seen(undisturbed.published());
    run(&undisturbed, NEW_NIGHT);
    let new = seen(undisturbed.published());
    assert!(old != new);

    let usual_time = time_of_a_run();
    let seed = u64::from(std::process::id());
    let mut random = SmallRng::seed_from_u64(seed);
    let (mut interrupted, mut kept_old) = (0, 0);
    let mut bench = with_the_old_night();
    for kill in 0..kills {
        // A little longer than a run takes, so that its last steps are met too.
        let delay = usual_time.mul_f64(random.random_range(0.0..1.3));
        interrupted += u32::from(killed(&bench, delay));
        let after = seen(bench.published());
        assert!(after == old || after == new, "kill {kill} of seed {seed} after {delay:?}: a mixture");
        let is_old = after == old;
        kept_old += u32::from(is_old);
        run(&bench, NEW_NIGHT);
        assert!(seen(bench.published()) == new, "kill {kill} of seed {seed}: the rerun differs");
        assert_eq!(leftovers(&bench.path("out")), Vec::<String>::new(), "kill {kill} of seed {seed}");
        bench = with_the_old_night();
    }
    println!("{kills} kills, {interrupted} met a running job, {kept_old} left the old night");
    assert!(interrupted > 0 && kept_old > 0, "no kill met a running job");
    assert!(kept_old < kills, "no kill came after the last step");
}
