//! A plan foretells: whatever has happened since the last night, the run that follows does exactly what was said, and the plan
//! itself writes nothing.

use std::fs;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;

use crate::support::disk::{Disk, files_below, flip_middle, remove};
use crate::support::runner::cases;
use crate::support::{Bench, Day, Ended, Table, at, day, row};

/// What may have happened since the last night.
#[derive(Clone, Debug)]
enum Situation {
    /// Other reviews of a day, delivered late.
    Rewrite(Day),
    /// Appeals on all reviews of the best rated shop are upheld.
    Appeals,
    /// A rule table edited in place: the table, old and new.
    Rule([&'static str; 3]),
    Setting(&'static str),
    /// A file of the state folder is damaged, or gone.
    State(Index, bool),
    /// A day is not there any more.
    Missing(Table, Day),
}

const SETTINGS: &str =
    "window_days = 3\nmax_snapshot_age_days = 60\nmay_be_absent = 'appeals'\nhistory_starts_on = 2022-01-25";

fn situations() -> impl Strategy<Value = Situation> {
    let days = || (28_i32..=33).prop_map(|days| day("2022-01-01").plus(days));
    let rules = vec![
        ["thresholds.csv", "女装/女士精品,2.8,", "女装/女士精品,3.6,"],
        ["thresholds.csv", "*,2.5,2.5,3", "*,4.2,4.4,1"],
        ["tiers.csv", "*,*,5,20", "*,*,5,40"],
        ["custom_made.csv", "全屋定制", "茶"],
        ["tiers.csv", "*,*,0,100", "*,*,0,99"],
    ];
    let settings = vec![
        "appeal_effect_days = 0",
        "rank_within = 'assessment_category'",
        "after_sales_mix = 'volume'",
        "time_zone = 'Asia/Tokyo'",
    ];
    prop_oneof![
        days().prop_map(Situation::Rewrite),
        Just(Situation::Appeals),
        select(rules).prop_map(Situation::Rule),
        select(settings).prop_map(Situation::Setting),
        (any::<Index>(), any::<bool>()).prop_map(|(file, is_gone)| Situation::State(file, is_gone)),
        (select(vec![Table::Reviews, Table::Disputes, Table::Shops]), days())
            .prop_map(|(table, day)| Situation::Missing(table, day)),
    ]
}

fn happen(bench: &Bench, situation: &Situation) {
    match situation {
        Situation::Rewrite(on) => {
            let review = |shop: i64| row![shop, shop, shop, 5, 6 - shop, at(*on, "20:00")];
            bench.put(Table::Reviews, *on, &[1, 2, 3, 4].map(review));
        }
        Situation::Appeals => bench.appeal_reviews_of_shop_3(),
        Situation::Rule([table, old, new]) => bench.change_rule(table, old, new),
        Situation::Setting(line) => bench.configure(&format!("{SETTINGS}\n{line}")),
        Situation::State(file, is_gone) => {
            let files: Vec<_> = files_below(&bench.path("state"), "").into_keys().collect();
            let file = bench.path("state").join(file.get(&files));
            if *is_gone { fs::remove_file(file).unwrap() } else { flip_middle(&file) }
        }
        Situation::Missing(table, on) => remove(&bench.partition(*table, *on)),
    }
}

/// What a run said on stdout, but for the line of what became of it; and its findings.
fn said(ended: &Ended) -> (Vec<&str>, Vec<&str>) {
    let is_outcome = |line: &&str| line.starts_with("published as ") || line.starts_with("dry run: ");
    let findings = ended.stderr.lines().filter(|line| line.starts_with("error: "));
    (ended.stdout.lines().filter(|line| !is_outcome(line)).collect(), findings.collect())
}

fn numbers(value: &Value, name: &str) -> usize {
    usize::try_from(value[name].as_u64().unwrap()).unwrap()
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn a_run_does_what_its_plan_said(
        happened in prop::collection::vec(situations(), 0..4),
        as_of in (0_i32..4).prop_map(|days| day("2022-01-31").plus(days)),
    ) {
        let bench = Bench::two_months();
        bench.said("backfill --from 2022-01-30 --to 2022-02-02");
        // Of each kind one: a rule cannot be edited twice, nor an appeal decided.
        let kind = |place: usize| happened.get(place).map(std::mem::discriminant);
        let is_first = |place: &usize| (0..*place).all(|earlier| kind(earlier) != kind(*place));
        (0..happened.len()).filter(is_first).for_each(|place| happen(&bench, &happened[place]));
        let before = Disk::of(&bench);
        let plan = bench.run(&format!("plan --date {as_of} --format json"));
        let dry = bench.run(&format!("nightly --date {as_of} --dry-run"));
        before.assert_unchanged(&Disk::of(&bench));
        let night = bench.run(&format!("nightly --date {as_of}"));
        prop_assert_eq!((plan.code, dry.code), (night.code, night.code), "{}", plan.stderr);
        prop_assert_eq!(said(&dry), said(&night));
        prop_assert_eq!(said(&plan).1, said(&night).1);
        if night.code == Some(0) {
            let plan: Value = serde_json::from_str(&plan.stdout).unwrap();
            let plan = &plan["nights"][0];
            prop_assert_eq!(plan["publishes"] == true, night.stdout.contains("published as "));
            let computed = plan["computed"].as_array().unwrap().iter().map(|of| numbers(of, "table_days")).sum();
            prop_assert_eq!((computed, numbers(plan, "reused")), night.partials());
            for month_end in plan["to_restate"].as_array().unwrap() {
                let (on, rows) = (month_end["month_end"].as_str().unwrap(), numbers(month_end, "rows"));
                let known = as_of.max(day(on));
                let restated = bench.said(&format!("restate --month-end {on} --because x --knowledge-day {known}"));
                prop_assert!(restated.starts_with(&format!("{on}: {rows} rows restated")), "{restated}");
            }
        }
    }
}
