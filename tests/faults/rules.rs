//! Rule tables that are wrong: faults 40 and 41.

use std::fs;

use crate::USAGE;
use crate::disk::assert_unchanged;
use crate::support::bench::Bench;

fn assert_rules_refused(spoil: impl Fn(&Bench), words: &[&str]) {
    assert_unchanged(spoil, &[], USAGE, &[&[&["error: rules: rules/"], words].concat()]);
}

#[test]
fn fault_40_weights_that_do_not_add_up_to_100_are_refused_with_their_sum() {
    assert_rules_refused(
        |bench| bench.change_rule("weights.csv", "茶,,15,20,25,20,20", "茶,,15,20,25,20,19.5"),
        &["weights.csv:91: ", "= 99.5, wanted percents that add up to 100"],
    );
}

#[test]
fn fault_40_a_negative_weight_is_refused() {
    assert_rules_refused(
        |bench| bench.change_rule("weights.csv", "茶,,15,20,25,20,20", "茶,,-15,50,25,20,20"),
        &["weights.csv:91: column consultation_percent", "a negative figure"],
    );
}

#[test]
fn fault_41_rows_that_overlap_in_time_are_refused_with_both_lines() {
    assert_rules_refused(
        |bench| bench.add_rule("weights.csv", "2022-01-01,,大快消,茶,,15,20,25,20,20"),
        &["weights.csv:123: column effective_from: found ", ", which overlaps line 91"],
    );
}

#[test]
fn fault_41_a_default_row_that_is_not_in_force_is_refused() {
    assert_rules_refused(
        |bench| bench.change_rule("logistics.csv", "2019-01-01,,*,", "2022-03-16,,*,"),
        &["logistics.csv: found none, wanted a row with category `*` in force on 2022-03-15"],
    );
}

#[test]
fn fault_41_a_missing_table_is_refused() {
    for table in ["weights", "logistics", "custom_made", "tiers", "thresholds"] {
        let file = format!("{table}.csv");
        assert_rules_refused(
            |bench| fs::remove_file(bench.path("rules").join(&file)).unwrap(),
            &[&file, "found "],
        );
    }
}
