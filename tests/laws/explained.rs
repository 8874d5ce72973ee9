//! `shopscore explain` adds nothing of its own: every figure is a published one, and every sum adds up, shop by shop.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Parser;
use proptest::prelude::{any, prop};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, TestRunner};

use super::layouts::Layout;
use super::{FEW, scored};
use crate::support::bench::sample_data;
use crate::support::explained::Explained;
use crate::support::library::{Cli, ExitClass, commands};
use crate::support::marketplaces::marketplaces;
use crate::support::runner::{alone, cases};
use crate::support::{AS_OF, Bench, Marketplace};

/// The published day of a bench, with these extracts.
fn explained(bench: &Bench, extracts: PathBuf, day: &str) -> Explained {
    let folders = [
        ("--config", bench.path("jobs/nightly.toml")),
        ("--extracts", extracts),
        ("--rules", bench.path("rules")),
        ("--state", bench.path("state")),
        ("--out", bench.path("out")),
    ];
    let flags = folders.into_iter().flat_map(|(flag, path)| [flag.to_owned(), path.display().to_string()]);
    Explained { out: bench.path("out"), flags: flags.collect(), day: day.to_owned() }
}

fn every_shop_of_a_marketplace_is_explained() {
    let mut runner = TestRunner::new(cases(FEW));
    let few = runner.config().cases;
    for _ in 0..few {
        let marketplace: Marketplace = marketplaces().new_tree(&mut runner).unwrap().current();
        let bench = scored(&marketplace, &Layout::plain(), &[]);
        assert!(explained(&bench, bench.path("extracts"), AS_OF).check_all() > 0);
    }
}

#[test]
fn figures_of_any_marketplace_are_the_published_ones_and_add_up() {
    alone(figures_of_any_marketplace_are_the_published_ones_and_add_up, every_shop_of_a_marketplace_is_explained);
}

fn every_shop_of_the_sample_is_explained() {
    let bench = Bench::empty();
    bench.configure("window_days = 30");
    let mut seen = BTreeSet::new();
    for day in ["2022-01-31", "2022-02-28", "2022-03-15"] {
        bench.night(day.parse().unwrap(), &["--extracts", sample_data().to_str().unwrap()]).assert_done();
        let sample = explained(&bench, sample_data(), day);
        assert!(sample.check_all() > 100);
        let present = sample.present();
        // A dirty row, with an id beyond those of shops, stands in one snapshot alone.
        let left = seen.difference(&present).filter(|shop| **shop < 500_000_000);
        left.for_each(|shop| sample.check_left(*shop));
        seen.extend(present);
    }
    let sample = explained(&bench, sample_data(), "2022-03-15");
    let failure = sample.said(999_999_999_999, "").unwrap_err();
    assert_eq!(failure.class, ExitClass::Missing, "{failure}");
    assert!(failure.to_string().contains("no such shop in the snapshot"), "{failure}");
    let unpublished = Explained { day: "2022-03-16".to_owned(), ..sample };
    let failure = unpublished.said(508, "").unwrap_err();
    assert_eq!(failure.class, ExitClass::Missing, "{failure}");
    assert!(failure.to_string().contains("publish the day"), "{failure}");
}

#[test]
fn figures_of_the_sample_are_the_published_ones_and_add_up() {
    alone(figures_of_the_sample_are_the_published_ones_and_add_up, every_shop_of_the_sample_is_explained);
}

/// A month as `shopscore sample` generates it, and 200 of its shops, others in every run.
fn random_shops_of_a_generated_month_are_explained() {
    // A month takes seconds: one is enough, and the smallest that fails is not looked for.
    let mut runner = TestRunner::new(Config { max_shrink_iters: 0, ..cases(1) });
    let seed_and_places = (0..1_000_000_u64, prop::collection::vec(any::<prop::sample::Index>(), 200));
    let explained = runner.run(&seed_and_places, |(seed, places)| {
        a_generated_month_is_explained(seed, &places);
        Ok(())
    });
    explained.unwrap();
}

fn a_generated_month_is_explained(seed: u64, places: &[prop::sample::Index]) {
    let bench = Bench::empty();
    bench.configure("window_days = 30");
    let extracts = bench.path("extracts");
    let typed = format!(
        "shopscore sample --from 2022-02-14 --to 2022-03-15 --shops 2000 --rows-per-day 20000 --seed {seed} --dirty --out {}",
        extracts.display()
    );
    commands::run(&Cli::parse_from(typed.split(' ')), jiff::Timestamp::UNIX_EPOCH, &mut Vec::new()).unwrap();
    bench.night("2022-03-15".parse().unwrap(), &["--set", "history_starts_on=2022-02-14"]).assert_done();
    let month = explained(&bench, extracts, "2022-03-15");
    let present: Vec<i64> = month.present().into_iter().collect();
    month.check(&places.iter().map(|place| *place.get(&present)).collect());
}

#[test]
fn figures_of_a_generated_month_are_the_published_ones_and_add_up() {
    alone(
        figures_of_a_generated_month_are_the_published_ones_and_add_up,
        random_shops_of_a_generated_month_are_explained,
    );
}
