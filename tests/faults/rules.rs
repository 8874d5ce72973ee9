//! Rule tables that are wrong, each refused with file and line: faults 40 and 41.

use std::fs;

use super::{USAGE, assert_refused, assert_scored};
use crate::support::Bench;

const TABLES: [&str; 5] = ["weights.csv", "logistics.csv", "custom_made.csv", "tiers.csv", "thresholds.csv"];

/// Checks that a night is refused for its rules, with one finding of these words.
#[track_caller]
fn assert_rule_refused(spoil: impl Fn(&Bench), words: &[&str]) {
    assert_refused(USAGE, spoil, &[&[&["error: rules: rules/"], words].concat()]);
}

/// A change of a rule table and what comes of it: what is replaced (nothing, where a row is added), by what (nothing, where the
/// row that begins so is removed), and the words of the finding, which begins with the file; `ADDED` stands for the added row's
/// line, `…` for any words between.
type Case<'a> = (&'a str, &'a str, &'a str);

#[track_caller]
fn assert_each_refused(cases: &[Case]) {
    for (old, new, finding) in cases {
        let file = &finding[..finding.find(".csv").unwrap() + ".csv".len()];
        let finding = finding.replace("ADDED", &Bench::added_line(file).to_string());
        let words: Vec<&str> = finding.split('…').map(str::trim).collect();
        match (*old, *new) {
            ("", _) => assert_rule_refused(|bench| bench.add_rule(file, new), &words),
            (_, "") => assert_rule_refused(|bench| bench.remove_rule(file, old), &words),
            _ => assert_rule_refused(|bench| bench.change_rule(file, old, new), &words),
        }
    }
}

#[test]
fn fault_40_weights_that_do_not_add_up_or_any_negative_figure_are_refused() {
    let tea = "茶,,15,20,25,20,20";
    assert_each_refused(&[
        (tea, "茶,,15,20,25,20,19.5", "weights.csv:91: … = 99.5, wanted percents that add up to 100"),
        (tea, "茶,,-15,50,25,20,20", "weights.csv:91: column consultation_percent … a negative figure"),
        ("*,2.5,2.5,3,", "*,-2.5,2.5,3,", "thresholds.csv:2: column marketing_min … a negative figure"),
        ("*,2.5,2.5,3,", "*,2.5,2.5,-3,", "thresholds.csv:2: column failure_limit … a negative figure"),
        (
            "*,2.5,2.5,3,",
            "*,2.5,2.5,0,",
            "thresholds.csv:2: column failure_limit: found \"0\", wanted a whole number of 1",
        ),
        (
            "男装,2.8,2.6,3,2.9,6",
            "男装,2.8,2.6,3,2.9,-6",
            "thresholds.csv:4: column annual_fee_fen … a negative figure",
        ),
        ("*,*,5,20", "*,*,5,-20", "tiers.csv:2: column top_percent … a negative figure"),
    ]);
}

#[test]
fn cut_offs_that_do_not_rise_to_100_or_lack_a_tier_are_refused() {
    let not_rising = "tiers.csv:3: column top_percent: found 20, 20, 80, 95, 100, wanted figures that rise";
    assert_each_refused(&[
        ("*,*,4,50", "*,*,4,20", not_rising),
        ("*,*,0,100", "*,*,0,99", "tiers.csv:6: column top_percent: … to exactly 100"),
        ("*,*,0,100", "*,*,0,101", "tiers.csv:6: column top_percent: … to exactly 100"),
        ("2019-01-01,,*,*,3,80,", "", "tiers.csv:2: column tier: found a set that has only tier 5, 4, 2, 0"),
    ]);
}

#[test]
fn fault_41_rows_that_overlap_in_time_are_refused_with_both_lines() {
    for (line, place, other) in [
        ("2022-01-01,,大快消,茶,,15,20,25,20,20", "weights.csv:ADDED", 91),
        ("2022-01-01,2022-01-31,*,,none", "logistics.csv:ADDED", 2),
        (",2019-01-01,全屋定制", "custom_made.csv:ADDED", 3),
        ("2022-01-01,,*,*,5,20", "tiers.csv:ADDED", 2),
        ("2022-01-01,,*,2.5,2.5,3,3.0,3000000,18000000,60000000", "thresholds.csv:ADDED", 2),
    ] {
        let finding = format!("{place}: column effective_from: found … , which overlaps line {other}");
        assert_each_refused(&[("", line, &finding)]);
    }
}

#[test]
fn fault_41_a_default_row_that_is_missing_or_not_in_force_is_refused() {
    let not_in_force = "logistics.csv: found none, wanted a row with category `*` in force on 2022-03-15";
    assert_each_refused(&[
        ("2019-01-01,,*,,pickup_timeliness,", "", "logistics.csv: found no default row"),
        ("2019-01-01,,*,", "2022-03-16,,*,", not_in_force),
        ("2019-01-01,,*,", "2019-01-01,,茶,", "thresholds.csv: found no default row"),
    ]);
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
fn fault_41_a_rule_table_that_cannot_be_read_is_refused() {
    for file in TABLES {
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
fn a_rule_that_names_nothing_known_or_ends_before_it_begins_is_refused() {
    assert_each_refused(&[
        ("", "2022-01-02,2022-01-01,贺卡", "custom_made.csv:ADDED: … effective_to"),
        ("", "2019-01-01,,茶,speed,5,20", "tiers.csv:ADDED: column indicator: found \"speed\""),
        ("", "2019-01-01,,茶,*,1,20", "tiers.csv:ADDED: column tier: found 1, wanted 5, 4, 3, 2 or 0"),
        ("", "2019-01-01,,茶,,speed", "logistics.csv:ADDED: column logistics_indicator: found \"speed\""),
        ("", "2019-01-01,,茶,,dispute_rate", "logistics.csv:ADDED: column logistics_indicator: found "),
    ]);
    for (line, place) in [
        ("2019-01-01,,帽子,,none", "logistics.csv:ADDED: column category: found \"帽子\""),
        ("2019-01-01,,茶,绿茶,none", "logistics.csv:ADDED: column subcategory: found "),
        ("2019-01-01,,帽子,2.5,2.5,3,3.0,3,18,60", "thresholds.csv:ADDED: column category: found \"帽子\""),
        ("2019-01-01,,帽子,*,5,20", "tiers.csv:ADDED: column category: found \"帽子\""),
    ] {
        assert_each_refused(&[("", line, &format!("{place} … , which no row of weights.csv has"))]);
    }
    assert_scored(&[], |bench| bench.add_rule("custom_made.csv", "2019-01-01,,帽子"));
}

#[test]
fn faults_of_several_rule_tables_are_reported_together() {
    assert_refused(
        USAGE,
        |bench| {
            bench.change_rule("weights.csv", "茶,,15,20,25,20,20", "茶,,15,20,25,20,19");
            bench.change_rule("weights.csv", "女装/女士精品,,10,25", "女装/女士精品,,-10,25");
            bench.change_rule("tiers.csv", "*,*,0,100", "*,*,0,99");
        },
        &[&["rules/weights.csv:28: "], &["rules/weights.csv:91: "], &["rules/tiers.csv:6: "]],
    );
}
