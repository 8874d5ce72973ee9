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
    /// More rows of a day break a rule than a limit lets pass.
    Broken(Day),
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
        days().prop_map(Situation::Broken),
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
        Situation::Broken(on) => {
            let review = |id: i64| row![id, id, 1, 9, 5, at(*on, "20:00")];
            bench.put(Table::Reviews, *on, &(1..=30).map(review).collect::<Vec<_>>());
        }
    }
}

/// What a run said on stdout, but for what a rehearsal cannot know, the name of a generation; its findings, but for where the
/// run kept the rows that stopped it; and its warnings.
fn said(ended: &Ended) -> [Vec<String>; 3] {
    let is_outcome = |line: &&str| line.starts_with("published as ") || line.starts_with("dry run: ");
    let findings = ended.stderr.lines().filter(|line| line.starts_with("error: "));
    let kept = "all of them are kept in out/refused until the day is published";
    let finding = |line: &str| line.replace(&format!("; {kept}"), "");
    let warnings = ended.stderr.lines().filter_map(|line| line.split_once(" WARN ")).map(|(_, said)| said.to_owned());
    // What a run finds damaged it mends at once; a rehearsal finds it again. What a night tells a person is in a plan's answer.
    let is_in_answer = |said: &str| said.starts_with("made stale: ") || said.starts_with("news change ");
    let warnings = warnings.filter(|said| !said.contains("damaged") && !is_in_answer(said));
    let stdout = ended.stdout.lines().filter(|line| !is_outcome(line)).map(str::to_owned);
    [stdout.collect(), findings.map(finding).collect(), warnings.collect()]
}

fn numbers(value: &Value, name: &str) -> usize {
    usize::try_from(value[name].as_u64().unwrap()).unwrap()
}

/// Four nights published, and what happened since.
fn after_four_nights(happened: &[Situation]) -> Bench {
    let bench = Bench::two_months();
    bench.said("backfill --from 2022-01-30 --to 2022-02-02");
    // Of each kind one: a rule cannot be edited twice, nor an appeal decided.
    let kind = |place: usize| happened.get(place).map(std::mem::discriminant);
    let is_first = |place: &usize| (0..*place).all(|earlier| kind(earlier) != kind(*place));
    (0..happened.len()).filter(is_first).for_each(|place| happen(&bench, &happened[place]));
    bench
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn a_run_does_what_its_plan_said(
        happened in prop::collection::vec(situations(), 0..4),
        as_of in (0_i32..4).prop_map(|days| day("2022-01-31").plus(days)),
    ) {
        let bench = after_four_nights(&happened);
        let before = Disk::of(&bench);
        let plan = bench.run(&format!("plan --date {as_of} --format json"));
        let dry = bench.run(&format!("nightly --date {as_of} --dry-run"));
        before.assert_unchanged(&Disk::of(&bench));
        let night = bench.run(&format!("nightly --date {as_of}"));
        prop_assert_eq!((plan.code, dry.code), (night.code, night.code), "{}", plan.stderr);
        prop_assert_eq!(said(&dry), said(&night));
        prop_assert_eq!(&said(&plan)[1..], &said(&night)[1..]);
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

    #[test]
    fn a_range_of_nights_does_what_its_plan_said(
        happened in prop::collection::vec(situations(), 0..4),
        last in (0_i32..5).prop_map(|days| day("2022-01-31").plus(days)),
    ) {
        let bench = after_four_nights(&happened);
        let before = Disk::of(&bench);
        let range = format!("--from 2022-01-29 --to {last}");
        let plan = bench.run(&format!("plan {range} --format json"));
        let dry = bench.run(&format!("backfill {range} --dry-run"));
        before.assert_unchanged(&Disk::of(&bench));
        let backfill = bench.run(&format!("backfill {range}"));
        prop_assert_eq!((plan.code, dry.code), (backfill.code, backfill.code), "{}", plan.stderr);
        prop_assert_eq!(said(&dry), said(&backfill));
        prop_assert_eq!(&said(&plan)[1], &said(&backfill)[1]);
        let planned: Value = serde_json::from_str(&plan.stdout).unwrap_or_default();
        let nights = || planned["nights"].as_array().into_iter().flatten();
        let nights_with = |name: &str| nights().filter(|night| !night[name].is_null()).count();
        let in_said = |what: &str| backfill.stdout.lines().filter(|line| line.contains(what)).count();
        prop_assert_eq!(nights_with("as_of"), in_said(" shops present, "));
        prop_assert_eq!(nights_with("changed") > 0, in_said(" changed since ") > 0);
        prop_assert_eq!(nights_with("month_end"), in_said("month end 2022-01-31 "));
    }
}
