//! Polars is compiled once: what lies below it has the same features in every build, with the tests and with `cluster` too.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use super::repository;

const PROGRAM: [&str; 2] = ["--edges", "normal,build"];
const TESTS: [&str; 2] = ["--edges", "normal,build,dev"];
const CLUSTER: [&str; 2] = ["--features", "cluster"];

/// The features that each package, as `polars v0.55.2`, is compiled with: of one that the product and what runs while it is
/// built both need there may be two sets.
type Packages = BTreeMap<String, BTreeSet<String>>;

/// What cargo compiles here for one build.
fn packages(build: &[&str]) -> Packages {
    let cargo = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--prefix", "none", "--format", "{p}|{f}|"])
        .args(build)
        .current_dir(repository())
        .output()
        .unwrap();
    assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
    let mut packages = Packages::new();
    // A line without words lies between the trees of two packages.
    for line in String::from_utf8(cargo.stdout).unwrap().lines().filter(|line| !line.is_empty()) {
        let [package, features, _] = line.split('|').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let package = package.split(' ').take(2).collect::<Vec<_>>().join(" ");
        packages.entry(package).or_default().insert(features.to_owned());
    }
    packages
}

/// The packages with features that only the first of two builds compiles.
fn compiled_again<'a>(one: &'a Packages, other: &'a Packages) -> Vec<(&'a String, &'a String)> {
    let each = one.iter().flat_map(|(package, sets)| sets.iter().map(move |features| (package, features)));
    each.filter(|(package, features)| !other.get(*package).is_some_and(|sets| sets.contains(*features))).collect()
}

#[test]
fn every_build_takes_the_same_polars() {
    let below = packages(&[&["-p", "polars", "-p", "parquet"], &PROGRAM[..]].concat());
    assert!(below.len() > 100, "{} packages", below.len());
    let mut program = packages(&PROGRAM);
    program.retain(|package, _| below.contains_key(package));
    for build in [TESTS.to_vec(), [PROGRAM, CLUSTER].concat(), [TESTS, CLUSTER].concat()] {
        let other = packages(&build);
        let again = compiled_again(&program, &other);
        assert!(again.is_empty(), "{build:?} compiles with other features, and so Polars again: {again:#?}");
    }
}
