//! `shopscore whatif` says of every shop what a night says that is published under those rules elsewhere.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{copy_rules, edit};
use crate::support::Bench;
use crate::support::bench::sample_data;
use crate::support::disk::Disk;
use crate::support::library::{INDICATORS, MONTHLY_ASSESSMENTS, OUTLOOK, OutputTable, SCORES};
use crate::support::published::rows_shown;

/// The figures of a published day by what they are of; statuses where no month end is over are those of the outlook.
fn figures(bench: &Bench, out: &str, day: &str) -> BTreeMap<String, String> {
    let rows = |table: &OutputTable, key: &str, columns: &[&str]| {
        rows_shown(&bench.path(&format!("{out}/current/{}/{key}={day}", table.name)), table, columns)
    };
    let mut figures = BTreeMap::new();
    let mut add = |kind: &str, keys: usize, rows: Vec<String>| {
        for row in rows {
            let words: Vec<&str> = row.split(' ').collect();
            figures.insert(format!("{kind} {}", words[..keys].join(" ")), words[keys..].join(" "));
        }
    };
    add("score", 1, rows(&SCORES, "dt", &["shop_id", "score"]));
    add("admission", 1, rows(&SCORES, "dt", &["shop_id", "marketing_min", "marketing_eligible"]));
    add("tier", 2, rows(&INDICATORS, "dt", &["shop_id", "indicator", "tier"]));
    add("outlook", 1, rows(&OUTLOOK, "dt", &["shop_id", "score"]));
    add("status", 1, rows(&OUTLOOK, "dt", &["shop_id", "verdict"]));
    add("status", 1, rows(&MONTHLY_ASSESSMENTS, "month_end", &["shop_id", "status"]));
    figures
}

/// The same figures with what an answer says of each shop put in their place.
fn shifted(mut figures: BTreeMap<String, String>, answer: &Value) -> BTreeMap<String, String> {
    let shown = |value: &Value| match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        value => value.as_f64().map_or(value.to_string(), |number| format!("{number:?}")),
    };
    for shop in answer["shops"].as_array().unwrap() {
        let id = &shop["shop_id"];
        let mut put = |key: String, before: String, after: String| {
            assert_eq!(figures.insert(key.clone(), after).as_deref().unwrap_or("-"), before, "{key}");
        };
        let of = |name: &str, side: &str| shown(&shop[format!("{name}_{side}")]);
        for name in ["score", "outlook", "status"] {
            put(format!("{name} {id}"), of(name, "before"), of(name, "after"));
        }
        let admission = |side: &str| format!("{} {}", of("marketing_min", side), of("marketing_eligible", side));
        put(format!("admission {id}"), admission("before"), admission("after"));
        for tier in shop["tiers"].as_array().unwrap() {
            let points = |side: &str| tier[side].as_i64().map_or("-".to_owned(), |points| points.to_string());
            put(format!("tier {id} {}", tier["indicator"].as_str().unwrap()), points("before"), points("after"));
        }
    }
    figures
}

#[test]
fn whatif_says_what_a_night_says_that_is_published_under_those_rules_elsewhere() {
    let bench = Bench::empty();
    let extracts = format!("--extracts {}", sample_data().display());
    copy_rules(&bench.path("rules"), &bench.path("other"));
    let other = bench.path("other");
    edit(&other, "thresholds.csv", "女装/女士精品,2.8,2.6", "女装/女士精品,3.0,3.4");
    edit(&other, "tiers.csv", "*,*,5,20", "*,*,5,35");
    edit(&other, "custom_made.csv", "全屋定制", "女装/女士精品");
    bench.configure("history_starts_on = 2022-01-01");
    for day in ["2022-02-28", "2022-03-15"] {
        bench.said(&format!("nightly --date {day} {extracts}"));
        let terms = format!("{extracts} --rules other --set after_sales_mix=volume");
        let before = Disk::of(&bench);
        let answer = bench.said(&format!("whatif --date {day} {terms} --format json"));
        before.assert_unchanged(&Disk::of(&bench));
        let answer: Value = serde_json::from_str(&answer).unwrap();
        bench.said(&format!("nightly --date {day} {terms} --out {day}/out --state {day}/state"));
        let expected = figures(&bench, &format!("{day}/out"), day);
        let found = shifted(figures(&bench, "out", day), &answer);
        let differing: Vec<_> = expected.iter().filter(|(key, figure)| found.get(*key) != Some(figure)).collect();
        assert!(differing.is_empty(), "{day}: {differing:?}");
        assert!(answer["shops"].as_array().unwrap().len() > 10 && answer["is_current"] == true, "{day}");
        bench.run(&format!("whatif --date {day} {terms}")).assert_said("have another score");
    }
}

#[test]
fn whatif_asks_for_something_that_would_be_other_and_for_a_published_day() {
    let bench = Bench::published_once();
    assert_eq!(bench.run("whatif --date 2022-03-15").code, Some(2));
    let reaches_nothing = bench.run("whatif --date 2022-03-15 --set keep_generations=3");
    assert_eq!(reaches_nothing.code, Some(2));
    assert!(reaches_nothing.stderr.contains("reach into no score: keep_generations"), "{}", reaches_nothing.stderr);
    let unknown = bench.run("whatif --date 2022-03-15 --set rank_withing=x");
    assert!(unknown.code == Some(2) && unknown.stderr.contains("rank_withing"), "{}", unknown.stderr);
    let last_counts =
        "whatif --date 2022-03-15 --set rank_within=primary_category --set rank_within=assessment_category";
    bench.run(last_counts).assert_said("if it were rank_within=assessment_category: ");
    assert_eq!(bench.run("whatif --date 2022-03-14 --set rank_within=assessment_category").code, Some(4));
    bench
        .run("whatif --date 2022-03-15 --set rank_within=primary_category")
        .assert_said("no score, admission or status of this night is another one by that");
}
