//! Nights one after another on one state folder: whatever happened before, a night is the same night from scratch, and it
//! reads only what is new.
//!
//! `PROPTEST_CASES` says how many sequences of steps the law is tried on, `PROPTEST_RNG_SEED` which ones.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod clean;
mod damaged;
mod extracts;
mod new;
mod rulings;
mod shared;
mod steps;
#[path = "../support/mod.rs"]
mod support;
mod watched;
mod world;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use steps::sequences;
use world::World;

fn config() -> ProptestConfig {
    const FEW_CASES: u32 = 40;
    const SEED: u64 = 20_220_315;
    let given = |name: &str| std::env::var(name).ok();
    let cases = given("PROPTEST_CASES").and_then(|cases| cases.parse().ok());
    let seed = given("PROPTEST_RNG_SEED").and_then(|seed| seed.parse().ok());
    ProptestConfig {
        cases: cases.unwrap_or(FEW_CASES),
        rng_seed: RngSeed::Fixed(seed.unwrap_or(SEED)),
        failure_persistence: None,
        max_shrink_iters: 300,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_night_is_the_same_night_from_scratch(marketplace in any::<u64>(), steps in sequences()) {
        let mut world = World::of(marketplace);
        for step in &steps {
            world.take(step)?;
        }
    }
}
