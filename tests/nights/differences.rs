//! `shopscore diff`: a cause for every score that moved between two nights, whose parts add up to the move.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::support::bench::{sample_data, shipped_rules};
use crate::support::{AS_OF, Bench, Cell, Day, Row, Table, WINDOW_DAYS, at, day, row, shop_row};

fn today() -> Day {
    day(AS_OF)
}

fn yesterday() -> Day {
    today().plus(-1)
}

/// A figure of four decimals in ten-thousandths; of none, 0.
#[allow(clippy::cast_possible_truncation)]
fn ten_thousandths(figure: &Value) -> i64 {
    (figure.as_f64().unwrap_or_default() * 10_000.0).round() as i64
}

/// What `diff` says; of each moved shop a cause, and parts that add up to the move.
fn diff(bench: &Bench, words: &str) -> Value {
    let said: Value = serde_json::from_str(&bench.said(&format!("diff {words} --format json"))).unwrap();
    for shop in said["shops"].as_array().unwrap() {
        let moved = ten_thousandths(&shop["score_move"]);
        let parts: i64 =
            shop["parts"].as_array().unwrap().iter().map(|part| ten_thousandths(&part["score_move"])).sum();
        assert_eq!(moved, parts, "{shop}");
        assert_eq!(moved, ten_thousandths(&shop["score_after"]) - ten_thousandths(&shop["score_before"]), "{shop}");
        assert!(shop["main_cause"].is_string() || moved == 0, "{shop}");
    }
    said
}

/// The causes of all parts, as `shop cause`.
fn causes(said: &Value) -> BTreeSet<String> {
    let shops = said["shops"].as_array().unwrap().iter();
    let of_shop = |shop: &Value| {
        let parts = shop["parts"].as_array().unwrap().clone();
        parts
            .into_iter()
            .map(move |part| format!("{} {}", shop["shop_id"], part["cause"].as_str().unwrap()))
            .collect::<Vec<_>>()
    };
    shops.flat_map(of_shop).collect()
}

/// Yesterday's night, then what happens, then today's.
fn after(happens: impl Fn(&Bench)) -> Bench {
    let bench = Bench::week();
    bench.night(yesterday(), &[]).assert_done();
    happens(&bench);
    bench.night(today(), &[]).assert_done();
    bench
}

fn yesterday_and_today() -> String {
    format!("{} {}", yesterday(), today())
}

#[test]
fn every_move_of_thirty_pairs_of_nights_of_the_sample_has_causes_that_add_up() {
    let bench = Bench::empty();
    let sample = sample_data();
    let sample = format!("--extracts {} --set window_days=30", sample.display());
    let last = day("2022-03-15");
    bench.said(&format!("backfill --from {} --to {last} {sample}", last.plus(-30)));
    let mut moved = 0;
    for days in 1..=30 {
        // The last night beside each of those before it, then each beside the next one.
        let first = last.plus(-days);
        for second in BTreeSet::from([last, first.plus(1)]) {
            let said = diff(&bench, &format!("{first} {second} {sample}"));
            moved += said["shops"].as_array().unwrap().len();
            assert_eq!(said["rules"].as_array().unwrap().len(), 0, "{first}");
        }
    }
    assert!(moved > 1_000, "{moved}");
    let said = diff(&bench, &format!("2022-03-14 2022-03-15 {sample}"));
    assert_eq!((&said["are_appeals_known"], &said["left"][0]["shop_id"]), (&Value::Bool(true), &Value::from(300)));
    assert!(causes(&said).contains("3605 appeals"), "{said}");
}

#[test]
fn a_rule_that_was_edited_in_place_is_named_with_what_it_moved() {
    let weights = ["女装/女士精品,,10,25,25,20,20", "女装/女士精品,,10,5,45,20,20"];
    let bench = after(|bench| bench.change_rule("weights.csv", weights[0], weights[1]));
    let said = diff(&bench, &yesterday_and_today());
    let rules = vec!["weights.csv 女装/女士精品 logistics_percent 25→5, product_percent 25→45"];
    assert_eq!((&said["rules"], &said["settings"]), (&Value::from(rules), &Value::Array(vec![])));
    let moved = causes(&said);
    assert!(
        !moved.is_empty() && moved.iter().all(|cause| ["4 rules", "5 rules"].contains(&cause.as_str())),
        "{moved:?}"
    );
    // The same night published again under other rules.
    bench.night(yesterday(), &[]).assert_done();
    let again = diff(&bench, &format!("{} --from-generation 1", yesterday()));
    assert_eq!((&again["rules"], &causes(&again)), (&said["rules"], &moved));
    assert_eq!(again["from"]["generation"].as_str().map(|name| &name[..6]), Some("000001"));
    assert_eq!(diff(&bench, &yesterday_and_today())["shops"], Value::Array(vec![]), "equal nights have no parts");
}

/// A night of which nothing is recorded goes by the rules of now, if its figures follow from them.
#[test]
fn the_rules_of_now_stand_for_those_that_no_record_has_and_that_is_said() {
    let bench = after(|bench| bench.change_rule("tiers.csv", "*,*,5,20", "*,*,5,40"));
    let asked = yesterday_and_today();
    let said = diff(&bench, &asked);
    assert_eq!(said["rules"], Value::from(vec!["tiers.csv * * 5 top_percent 20→40"]), "whatever its few shops tell");
    assert_eq!(said["are_rules_recorded_before"], Value::Bool(true));
    let terms = fs::canonicalize(bench.path("out/current")).unwrap().with_file_name("terms.json");
    let mut recorded: Value = serde_json::from_slice(&fs::read(&terms).unwrap()).unwrap();
    recorded["nights"].as_object_mut().unwrap().remove(&yesterday().to_string()).unwrap();
    fs::remove_file(&terms).unwrap();
    fs::write(&terms, recorded.to_string()).unwrap();
    bench.run(&format!("diff {asked}")).assert_refused(6, &[&["rules and settings of now", "--rules"]]);
    let shipped = shipped_rules();
    let by_shipped = format!("{asked} --rules {}", shipped.display());
    let again = diff(&bench, &by_shipped);
    assert_eq!((&again["rules"], &again["shops"]), (&said["rules"], &said["shops"]));
    assert_eq!(again["are_rules_recorded_before"], Value::Bool(false));
    let told = bench.said(&format!("diff {by_shipped}"));
    assert!(told.contains(&format!("the rules and settings of {} are not recorded", yesterday())), "{told}");
}

#[test]
fn a_limit_that_was_raised_takes_admissions_without_a_move() {
    let bench = after(|bench| bench.change_rule("thresholds.csv", "女装/女士精品,2.8", "女装/女士精品,5"));
    let said = diff(&bench, &yesterday_and_today());
    assert_eq!(said["shops"], Value::Array(vec![]));
    let admissions = said["admissions"].as_array().unwrap();
    assert!(!admissions.is_empty());
    for lost in admissions {
        assert_eq!((&lost["marketing_eligible"], &lost["cause"]), (&Value::Bool(false), &Value::from("rules")));
        assert_eq!(lost["marketing_min_after"], Value::from(5.0));
    }
}

/// Four reviews of one star make shop 3 worse than shop 2; appeals on them are upheld before today's night.
fn with_appeals() -> Bench {
    let reviewed = yesterday().plus(-1);
    let bench = Bench::week();
    let reviews = (996_i64..1_000).map(|id| row![id, 30, 3, 1, Cell::Null, at(reviewed, "21:00")]);
    bench.deliver(Table::Reviews, reviewed, &reviews.collect::<Vec<Row>>());
    bench.night(yesterday(), &[]).assert_done();
    let appeals = (996_i64..1_000).map(|id| row![id, 3, "review", id, reviewed, true, at(yesterday(), "12:00")]);
    bench.deliver(Table::Appeals, yesterday(), &appeals.collect::<Vec<Row>>());
    bench.night(today(), &[]).assert_done();
    bench
}

#[test]
fn what_appeals_took_out_since_is_told_apart_as_long_as_it_is_known() {
    let bench = with_appeals();
    // Yesterday's night counted fewer appeals of its own day, which were too new to count: it is published again.
    bench.night(yesterday(), &[]).assert_done();
    bench.night(today(), &[]).assert_done();
    let said = diff(&bench, &yesterday_and_today());
    assert_eq!(said["are_appeals_known"], Value::Bool(true), "{said}");
    let moved = causes(&said);
    assert!(
        moved.contains("3 appeals") && moved.contains("2 other_shops") && !moved.contains("3 own_figures"),
        "{moved:?}"
    );
    fs::remove_dir_all(bench.path("state")).unwrap();
    let said = diff(&bench, &yesterday_and_today());
    assert_eq!(said["are_appeals_known"], Value::Bool(false));
    assert!(causes(&said).contains("3 own_figures"), "{said}");
    assert!(!bench.path("state").exists(), "nothing is written");
    assert!(bench.said(&format!("diff {}", yesterday_and_today())).contains("appeals are among own figures"));
}

#[test]
fn a_category_that_changed_and_a_shop_that_left_are_causes() {
    let shops = |third: &str| -> Vec<Row> {
        let mut shops = vec![shop_row(1, "茶"), shop_row(2, "茶"), shop_row(3, third)];
        shops.extend([4, 5].map(|shop| shop_row(shop, "女装/女士精品")));
        shops
    };
    let bench = after(|bench| bench.put(Table::Shops, today(), &shops("女装/女士精品")));
    let said = diff(&bench, &format!("{} --shop 3", yesterday_and_today()));
    assert_eq!(
        (&said["shops"][0]["category_before"], &said["shops"][0]["category_after"]),
        (&"茶".into(), &"女装/女士精品".into())
    );
    let all = causes(&diff(&bench, &yesterday_and_today()));
    let is_of = |cause: &String| cause.ends_with(" category") == cause.starts_with("3 ");
    assert!(all.iter().all(is_of) && all.iter().any(|cause| cause.ends_with(" presence")), "{all:?}");
    bench.said(&format!("diff {} --categories", yesterday_and_today()));

    let bench = after(|bench| {
        let mut left = shops("茶");
        left[1] = row![2, "店", "茶", Cell::Null, day("2020-01-01"), today()];
        bench.put(Table::Shops, today(), &left);
    });
    let said = diff(&bench, &yesterday_and_today());
    assert_eq!((&said["left"][0]["shop_id"], said["left"].as_array().map(Vec::len)), (&Value::from(2), Some(1)));
    let moved = causes(&said);
    assert!(!moved.is_empty() && moved.iter().all(|cause| cause.ends_with(" presence")), "{moved:?}");
}

#[test]
fn one_shop_is_told_with_its_name_and_without_a_move_where_its_score_went() {
    let limits = ["女装/女士精品,2.8", "女装/女士精品,5"];
    let bench = after(|bench| {
        bench.configure(&format!("window_days = {WINDOW_DAYS}\nmax_unscored_percent = 100"));
        let mut shops = vec![row![2, "店", "茶", Cell::Null, day("2020-01-01"), today()], shop_row(3, "没有这个类目")];
        shops.extend([1, 4, 5].map(|shop| shop_row(shop, if shop == 1 { "茶" } else { "女装/女士精品" })));
        bench.put(Table::Shops, today(), &shops);
        bench.change_rule("thresholds.csv", limits[0], limits[1]);
    });
    let told = |words: &str| bench.said(&format!("diff {} {words}", yesterday_and_today()));
    let went = told("--shop 3");
    assert!(went.lines().any(|line| line.starts_with("3 店") && line.ends_with("→ none")), "{went}");
    assert!(went.contains("→ not assessed") && went.contains(" → none ") && !went.contains("(0)"), "{went}");
    let left = told("--shop 2");
    assert!(left.starts_with("rules") && left.contains("\n2 店 · 茶: left, score "), "{left}");
    let lost = told("--shop 4");
    assert!(lost.contains("admission lost, limit 2.8 → 5: rules"), "{lost}");
    let none = told("--limit 0");
    assert!(none.contains("left 1 (1 not shown)") && !none.contains("( and"), "{none}");
}

#[test]
fn what_is_not_there_is_said() {
    let bench = after(|_| {});
    let ended = |words: &str| bench.run(&format!("diff {words}"));
    ended(&format!("2022-03-01 {}", today())).assert_refused(4, &[&["no scores of 2022-03-01 in 00000"]]);
    for command in ["diff 2022-03-01 2022-03-02", "summary --date 2022-03-01", "explain --shop 1 --date 2022-03-01"] {
        Bench::week().run(command).assert_refused(4, &[&["nothing is published yet", "shopscore nightly"]]);
    }
    ended(&format!("{} --shop 77", yesterday_and_today())).assert_refused(4, &[&["no shop 77 on either day"]]);
    ended(&format!("{} --to-generation 9", today()))
        .assert_refused(2, &[&["0 generations called 9", "there are: 000001-"]]);
    let csv = bench.said(&format!("diff {} --format csv", yesterday_and_today()));
    assert!(csv.starts_with("shop_id,shop_name,") && csv.lines().count() == 1, "equal days, no rows: {csv}");
}
