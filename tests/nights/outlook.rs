//! The outlook: what is known of a month end, night by night, is what a night over those days alone would say.

use crate::support::library::{OUTLOOK, SCORES};
use crate::support::{Bench, Marketplace, Span, Table, at, day, row};

const OF_SHOPS: [&str; 2] = ["shop_id", "score"];

/// Three months of five shops; bad ratings of shop 3 on 20 January change who is best.
fn three_months() -> Bench {
    let days = Span { first: day("2022-01-02"), last: day("2022-03-31") };
    let bench = Bench::of(Marketplace::sound_in(days, days.first));
    bench.configure("max_snapshot_age_days = 100");
    let bad = |id: i64| row![id, 1, 3, 1, 1, at(day("2022-01-20"), "20:00")];
    bench.deliver(Table::Reviews, day("2022-01-20"), &(900..960).map(bad).collect::<Vec<_>>());
    bench
}

/// Month end and days known, as all shops of a night have them.
fn known(bench: &Bench, night: &str) -> String {
    let mut known = bench.shown(&OUTLOOK, night, &["month_end", "days_known"]);
    known.dedup();
    known.join(", ")
}

#[test]
fn in_february_the_outlook_is_the_score_of_the_days_from_30_january_on() {
    let bench = three_months();
    bench.said("nightly --date 2022-02-10");
    assert_eq!(known(&bench, "2022-02-10"), "2022-02-28 12");
    let outlook = bench.shown(&OUTLOOK, "2022-02-10", &OF_SHOPS);
    assert_ne!(outlook, bench.shown(&SCORES, "2022-02-10", &OF_SHOPS), "the bad ratings lie before it");
    bench.said("nightly --date 2022-02-10 --set window_days=12");
    assert_eq!(outlook, bench.shown(&SCORES, "2022-02-10", &OF_SHOPS));
}

#[test]
fn on_the_first_of_a_month_of_31_days_nothing_is_known_and_on_the_second_one_day_is() {
    let bench = three_months();
    bench.said("backfill --from 2022-03-01 --to 2022-03-02");
    assert_eq!(known(&bench, "2022-03-01"), "2022-03-31 0");
    let empty = bench.shown(&OUTLOOK, "2022-03-01", &["score", "monthly_min", "verdict"]);
    assert_eq!(empty, ["- - -"; 5]);
    assert_eq!(known(&bench, "2022-03-02"), "2022-03-31 1");
    assert!(bench.shown(&OUTLOOK, "2022-03-02", &["verdict"]).iter().all(|verdict| verdict != "-"));
}

#[test]
fn on_the_last_day_of_a_month_the_outlook_is_the_score() {
    let bench = three_months();
    bench.said("nightly --date 2022-03-31");
    assert_eq!(known(&bench, "2022-03-31"), "2022-03-31 30");
    assert_eq!(bench.shown(&OUTLOOK, "2022-03-31", &OF_SHOPS), bench.shown(&SCORES, "2022-03-31", &OF_SHOPS));
}

#[test]
fn the_outlook_is_weighted_by_the_rules_in_force_on_the_month_end() {
    let bench = three_months();
    bench.said("nightly --date 2022-03-15");
    let (before, scores) =
        (bench.shown(&OUTLOOK, "2022-03-15", &OF_SHOPS), bench.shown(&SCORES, "2022-03-15", &OF_SHOPS));
    for (tier, top_percent) in [(5, 90), (4, 91), (3, 92), (2, 93), (0, 100)] {
        bench.add_rule("tiers.csv", &format!("2022-03-31,,茶,product_rating,{tier},{top_percent}"));
    }
    bench.said("nightly --date 2022-03-15");
    assert_eq!(bench.shown(&SCORES, "2022-03-15", &OF_SHOPS), scores);
    assert_ne!(bench.shown(&OUTLOOK, "2022-03-15", &OF_SHOPS), before);
}

#[test]
fn where_nothing_is_in_force_on_the_month_end_the_outlook_is_null_and_the_night_says_so() {
    let bench = three_months();
    for table in ["logistics.csv", "weights.csv"] {
        let path = bench.path("rules").join(table);
        let rules = std::fs::read_to_string(&path).unwrap();
        let ended = rules.lines().map(|line| line.replacen("2019-01-01,,", "2019-01-01,2022-03-30,", 1));
        std::fs::write(&path, ended.collect::<Vec<_>>().join("\n")).unwrap();
    }
    let night = bench.run("nightly --date 2022-03-15");
    night.assert_done();
    assert!(night.stderr.contains("no outlook on 2022-03-31"), "{}", night.stderr);
    assert_eq!(bench.shown(&OUTLOOK, "2022-03-15", &["score", "monthly_min", "verdict"]), ["- - -"; 5]);
}
