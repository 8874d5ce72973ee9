//! Nights one after another on one state folder: whatever happened before, a night is the same night from scratch, and it
//! reads only what is new.
//!
//! `PROPTEST_CASES` says how many sequences of steps the law is tried on, `PROPTEST_RNG_SEED` which ones.

mod catch_up;
mod clean;
mod damaged;
mod differences;
mod extracts;
mod folders;
mod gc;
mod holds;
mod new;
mod outlook;
mod report;
mod retention;
mod rulings;
mod shared;
mod stale;
mod steps;
mod upgrades;
mod watched;
mod world;

use proptest::prelude::*;
use proptest::test_runner::{RngSeed, contextualize_config};

use self::steps::sequences;
use self::world::World;
use crate::support::runner::cases;

fn config() -> ProptestConfig {
    const FEW_CASES: u32 = 40;
    const SEED: u64 = 20_220_315;
    contextualize_config(ProptestConfig { rng_seed: RngSeed::Fixed(SEED), ..cases(FEW_CASES) })
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
