//! A run that is killed at any moment leaves the old night or the new one, whole, and a plain rerun reaches the bytes of a
//! run that was left alone.
//!
//! `TEST_KILLS` says how many times (default 200).

use std::time::{Duration, Instant};

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

use crate::support::ended::is_killed;
use crate::support::{Bench, Ended};

const OLD_NIGHT: &str = "2022-03-14";
const NEW_NIGHT: &str = "2022-03-15";
const DEFAULT_KILLS: u32 = 200;

/// A folder in which the old night is published.
fn with_the_old_night() -> Bench {
    let bench = Bench::empty();
    run(&bench, OLD_NIGHT);
    bench
}

fn run(bench: &Bench, as_of: &str) {
    Ended::of(&mut bench.sample_command(as_of, &[])).assert_done();
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

#[test]
fn fault_01_a_run_killed_at_random_moments_leaves_the_old_night_or_the_new_one_whole() {
    let kills = std::env::var("TEST_KILLS").map_or(DEFAULT_KILLS, |kills| kills.parse().unwrap());
    let undisturbed = with_the_old_night();
    let old = undisturbed.published().files;
    run(&undisturbed, NEW_NIGHT);
    let new = undisturbed.published().files;
    assert!(old != new);

    let usual_time = time_of_a_run();
    let seed = u64::from(std::process::id());
    let mut random = SmallRng::seed_from_u64(seed);
    let (mut interrupted, mut kept_old) = (0, 0);
    let mut bench = with_the_old_night();
    for kill in 0..kills {
        // A little longer than a run takes, so that its last steps are met too.
        let delay = usual_time.mul_f64(random.random_range(0.0..1.3));
        interrupted += u32::from(is_killed(&mut bench.sample_command(NEW_NIGHT, &[]), delay));
        let after = bench.published().files;
        assert!(after == old || after == new, "kill {kill} of seed {seed} after {delay:?}: a mixture");
        let is_old = after == old;
        kept_old += u32::from(is_old);
        run(&bench, NEW_NIGHT);
        let rerun = bench.published();
        assert!(rerun.files == new, "kill {kill} of seed {seed}: the rerun differs");
        assert!(rerun.leftovers().is_empty(), "kill {kill} of seed {seed}: {:?}", rerun.leftovers());
        bench = with_the_old_night();
    }
    assert!(interrupted > 0 && kept_old > 0, "no kill met a running job");
    assert!(kept_old < kills, "no kill came after the last step");
}
