//! Every fault of a rule table, with file and line.

use std::fs;

use crate::support::bench::Bench;
use crate::{USAGE, assert_refused, assert_scored};

/// Checks that a night is refused for its rules, with one finding of these words.
fn assert_rule_refused(spoil: impl Fn(&Bench), words: &[&str]) {
    assert_refused(spoil, &[], USAGE, &[&[&["error: rules: rules/"], words].concat()]);
}

#[test]
fn rules_that_overlap_in_time_are_refused() {
    for (file, line, place) in [
        ("weights.csv", "2022-01-01,,大快消,茶,,15,20,25,20,20", "weights.csv:123: "),
        ("logistics.csv", "2022-01-01,2022-01-31,*,,none", "logistics.csv:42: "),
        ("custom_made.csv", ",2019-01-01,全屋定制", "custom_made.csv:4: "),
        ("tiers.csv", "2022-01-01,,*,*,5,20", "tiers.csv:7: "),
        ("thresholds.csv", "2022-01-01,,*,2.5,2.5,3,3.0,3000000,18000000,60000000", "thresholds.csv:9: "),
    ] {
        assert_rule_refused(
            |bench| bench.add_rule(file, line),
            &[place, "column effective_from: found ", ", which overlaps line "],
        );
    }
}

#[test]
fn a_rule_that_ends_before_it_begins_is_refused() {
    assert_rule_refused(
        |bench| bench.add_rule("custom_made.csv", "2022-01-02,2022-01-01,贺卡"),
        &["custom_made.csv:4: ", "effective_to"],
    );
}

#[test]
fn percents_that_do_not_add_up_to_100_are_refused() {
    assert_rule_refused(
        |bench| bench.change_rule("weights.csv", "茶,,15,20,25,20,20", "茶,,15,20,25,20,19.5"),
        &["weights.csv:91: ", "= 99.5, wanted percents that add up to 100"],
    );
}

#[test]
fn an_unknown_indicator_is_refused() {
    for (file, line, place) in [
        ("tiers.csv", "2019-01-01,,茶,speed,5,20", "tiers.csv:7: column indicator: found \"speed\""),
        (
            "logistics.csv",
            "2019-01-01,,茶,,speed",
            "logistics.csv:42: column logistics_indicator: found \"speed\"",
        ),
        (
            "logistics.csv",
            "2019-01-01,,茶,,dispute_rate",
            "logistics.csv:42: column logistics_indicator: found ",
        ),
    ] {
        assert_rule_refused(|bench| bench.add_rule(file, line), &[place]);
    }
}

#[test]
fn an_unknown_tier_is_refused() {
    assert_rule_refused(
        |bench| bench.add_rule("tiers.csv", "2019-01-01,,茶,*,1,20"),
        &["tiers.csv:7: column tier: found 1, wanted 5, 4, 3, 2 or 0"],
    );
}

#[test]
fn cut_offs_that_do_not_rise_are_refused() {
    assert_rule_refused(
        |bench| bench.change_rule("tiers.csv", "*,*,4,50", "*,*,4,20"),
        &["tiers.csv:3: column top_percent: found 20, 20, 80, 95, 100, wanted figures that rise"],
    );
}

#[test]
fn cut_offs_that_do_not_end_at_100_are_refused() {
    for top_percent in ["99", "101"] {
        assert_rule_refused(
            |bench| bench.change_rule("tiers.csv", "*,*,0,100", &format!("*,*,0,{top_percent}")),
            &["tiers.csv:6: column top_percent: ", "to exactly 100"],
        );
    }
}

#[test]
fn a_set_of_cut_offs_that_lacks_a_tier_is_refused() {
    assert_rule_refused(
        |bench| bench.change_rule("tiers.csv", "2019-01-01,,*,*,3,80\n", ""),
        &["tiers.csv:2: column tier: found a set that has only tier 5, 4, 2, 0"],
    );
}

#[test]
fn a_missing_default_row_is_refused() {
    assert_rule_refused(
        |bench| bench.change_rule("logistics.csv", "2019-01-01,,*,,pickup_timeliness\n", ""),
        &["logistics.csv: found no default row"],
    );
    assert_rule_refused(
        |bench| bench.change_rule("thresholds.csv", "2019-01-01,,*,", "2019-01-01,,茶,"),
        &["thresholds.csv: found no default row"],
    );
    assert_rule_refused(
        |bench| {
            let path = bench.path("rules/tiers.csv");
            let text = fs::read_to_string(&path).unwrap();
            fs::write(path, text.replace(",*,*,", ",茶,*,")).unwrap();
        },
        &["tiers.csv: found no default row, wanted a set with category `*` and indicator `*`"],
    );
}

#[test]
fn a_default_row_that_is_not_in_force_on_the_day_is_refused() {
    assert_rule_refused(
        |bench| bench.change_rule("logistics.csv", "2019-01-01,,*,", "2022-03-16,,*,"),
        &["logistics.csv: found none, wanted a row with category `*` in force on 2022-03-15"],
    );
}

#[test]
fn a_negative_figure_is_refused() {
    for (file, old, new, place) in [
        (
            "weights.csv",
            "茶,,15,20,25,20,20",
            "茶,,-15,50,25,20,20",
            "weights.csv:91: column consultation_percent",
        ),
        ("thresholds.csv", "*,2.5,2.5,3,", "*,-2.5,2.5,3,", "thresholds.csv:2: column marketing_min"),
        ("thresholds.csv", "*,2.5,2.5,3,", "*,2.5,2.5,-3,", "thresholds.csv:2: column failure_limit"),
        (
            "thresholds.csv",
            "男装,2.8,2.6,3,3.2,6",
            "男装,2.8,2.6,3,3.2,-6",
            "thresholds.csv:4: column annual_fee_fen",
        ),
        ("tiers.csv", "*,*,5,20", "*,*,5,-20", "tiers.csv:2: column top_percent"),
    ] {
        assert_rule_refused(|bench| bench.change_rule(file, old, new), &[place, "a negative figure"]);
    }
}

#[test]
fn a_category_that_no_weights_row_has_is_refused_except_among_goods() {
    for (file, line, place) in [
        ("logistics.csv", "2019-01-01,,帽子,,none", "logistics.csv:42: column category: found \"帽子\""),
        ("logistics.csv", "2019-01-01,,茶,绿茶,none", "logistics.csv:42: column subcategory: found "),
        ("thresholds.csv", "2019-01-01,,帽子,2.5,2.5,3,3.0,3,18,60", "thresholds.csv:9: column category: "),
        ("tiers.csv", "2019-01-01,,帽子,*,5,20", "tiers.csv:7: column category: found \"帽子\""),
    ] {
        assert_rule_refused(
            |bench| bench.add_rule(file, line),
            &[place, ", which no row of weights.csv has"],
        );
    }
    assert_scored(|bench| bench.add_rule("custom_made.csv", "2019-01-01,,帽子"), &[]);
}

#[test]
fn a_rule_table_that_cannot_be_read_is_refused() {
    for file in ["weights.csv", "logistics.csv", "custom_made.csv", "tiers.csv", "thresholds.csv"] {
        let path = |bench: &Bench| bench.path("rules").join(file);
        assert_rule_refused(
            |bench| fs::remove_file(path(bench)).unwrap(),
            &[&format!("{file}: found read failed: "), "wanted a readable file"],
        );
        assert_rule_refused(
            |bench| fs::write(path(bench), b"effective_from\n\xff\xfe\n").unwrap(),
            &[&format!("{file}:2: found bytes that are no UTF-8")],
        );
    }
}

#[test]
fn faults_of_several_rule_tables_are_reported_together() {
    assert_refused(
        |bench| {
            bench.change_rule("weights.csv", "茶,,15,20,25,20,20", "茶,,15,20,25,20,19");
            bench.change_rule("weights.csv", "女装/女士精品,,10,25", "女装/女士精品,,-10,25");
            bench.change_rule("tiers.csv", "*,*,0,100", "*,*,0,99");
        },
        &[],
        USAGE,
        &[&["rules/weights.csv:28: "], &["rules/weights.csv:91: "], &["rules/tiers.csv:6: "]],
    );
}
