//! Laws: how a producer writes the same rows, and how many threads read them, changes no published byte
//! (specification, the end of section 11).
//!
//! `PROPTEST_CASES` says how many marketplaces each law is tried on.

mod explained;
mod forms;
mod layouts;
mod shares;

use std::collections::BTreeSet;
use std::path::PathBuf;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use self::layouts::Layout;
use crate::support::library::{QUALITY, SCORES};
use crate::support::marketplaces::marketplaces;
use crate::support::runner::cases;
use crate::support::{AS_OF, Bench, Marketplace, Published, WINDOW_DAYS, differing};

/// Dirty rows and shops without data are wanted here, and stop nothing.
const NO_LIMITS: &str = "max_quarantined_percent = 100\nmax_unscored_percent = 100";

/// How many marketplaces a law is tried on, where nothing says otherwise.
const FEW: u32 = 16;
/// The forms are many, and each is read by code of its own.
const FORMS: u32 = 40;

/// Scores the marketplace, written as `layout` says.
fn scored(marketplace: &Marketplace, layout: &Layout, flags: &[&str]) -> Bench {
    let bench = Bench::empty();
    let of_forms = layout.forms.as_ref().map_or(String::new(), forms::Forms::settings);
    bench.configure(&format!("window_days = {WINDOW_DAYS}\n{NO_LIMITS}\n{of_forms}"));
    layout.write(marketplace, &bench.path("extracts"));
    let threads = layout.threads.to_string();
    bench.nightly(&[&["--threads", &threads], flags].concat()).assert_done();
    bench
}

/// The paths whose bytes differ, where readers are led elsewhere too.
fn differences(one: &Published, other: &Published) -> BTreeSet<PathBuf> {
    let current = (one.current != other.current).then(|| PathBuf::from("current"));
    differing(&one.files, &other.files).into_iter().chain(current).collect()
}

/// Checks that no such layout, of any marketplace, changes a byte that is published or quarantined.
fn assert_changes_nothing(few: u32, layouts: impl Strategy<Value = Layout>) {
    let law = |(marketplace, layout): (Marketplace, Layout)| {
        let plain = scored(&marketplace, &Layout::plain(), &[]).published();
        let other = scored(&marketplace, &layout, &[]).published();
        prop_assert!(plain.files.len() >= 5);
        prop_assert_eq!(differences(&plain, &other), BTreeSet::new());
        Ok(())
    };
    TestRunner::new(cases(few)).run(&(marketplaces(), layouts), law).unwrap_or_else(|found| panic!("{found}"));
}

#[test]
fn the_split_into_part_files_changes_nothing() {
    assert_changes_nothing(FEW, layouts::of_other_parts());
}

#[test]
fn the_names_of_part_files_change_nothing() {
    assert_changes_nothing(FEW, layouts::of_other_names());
}

#[test]
fn the_order_of_rows_changes_nothing() {
    assert_changes_nothing(FEW, layouts::of_another_order());
}

#[test]
fn the_number_of_threads_changes_nothing() {
    assert_changes_nothing(FEW, layouts::of_two_threads());
}

#[test]
fn the_units_and_zones_of_timestamps_change_nothing() {
    assert_changes_nothing(FEW, layouts::of_other_timestamps());
}

#[test]
fn the_widths_of_integers_change_nothing() {
    assert_changes_nothing(FEW, layouts::of_other_integers());
}

#[test]
fn the_encoding_of_columns_changes_nothing() {
    assert_changes_nothing(FEW, layouts::of_other_encodings());
}

#[test]
fn the_form_of_delivery_changes_nothing() {
    assert_changes_nothing(FORMS, layouts::of_any_form());
}

#[test]
fn all_of_it_at_once_changes_nothing() {
    assert_changes_nothing(FEW, layouts::of_any_kind());
}

// What the laws are worth: the marketplaces that they are tried on reach what could go wrong.

/// Some marketplaces, always the same.
fn examples() -> Vec<Marketplace> {
    let mut runner = TestRunner::deterministic();
    (0..20).map(|_| marketplaces().new_tree(&mut runner).unwrap().current()).collect()
}

#[test]
fn the_marketplaces_break_every_rule_and_have_scores() {
    let (mut reasons, mut scores) = (BTreeSet::new(), 0);
    for marketplace in examples() {
        let bench = scored(&marketplace, &Layout::plain(), &[]);
        reasons.extend(bench.shown(&QUALITY, AS_OF, &["reason"]));
        scores += bench.shown(&SCORES, AS_OF, &["score"]).iter().filter(|score| *score != "-").count();
    }
    let expected = [
        "duplicate_key",
        "none",
        "null_key",
        "out_of_range",
        "time_reversed",
        "unknown_shop",
        "unmatched_appeal",
        "wrong_partition",
    ];
    assert_eq!(reasons.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    assert!(scores >= 20, "{scores} scores");
}

#[test]
fn some_appeals_of_the_marketplaces_take_effect() {
    let changed = examples().iter().any(|marketplace| {
        let published = |days: &str| {
            let effect = format!("appeal_effect_days={days}");
            scored(marketplace, &Layout::plain(), &["--set", &effect]).published()
        };
        !differences(&published("0"), &published("3000")).is_empty()
    });
    assert!(changed);
}
