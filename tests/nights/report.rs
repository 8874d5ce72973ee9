//! The report: what its page holds is what the published files say, whatever else it is.

use std::fs;

use serde_json::Value;

use crate::support::library::{CATEGORIES, INDICATORS, SCORES};
use crate::support::{AS_OF, Bench, day};

/// The data of the page under this id.
fn data(bench: &Bench, id: &str) -> Value {
    let page = page(bench);
    let after = page.split_once(&format!("<script type=\"application/json\" id=\"{id}\">")).unwrap().1;
    serde_json::from_str(after.split_once("</script>").unwrap().0).unwrap()
}

fn page(bench: &Bench) -> String {
    fs::read_to_string(bench.path("out/report/index.html")).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

/// Two nights and the report of the second one.
fn reported() -> Bench {
    let bench = Bench::week();
    let before = day(AS_OF).plus(-1).to_string();
    bench.said(&format!("backfill --from {before} --to {AS_OF}"));
    bench.said(&format!("report --date {AS_OF}"));
    bench
}

#[test]
fn the_head_and_the_changes_count_the_published_scores() {
    let bench = reported();
    let report = data(&bench, "report");
    let scores = bench.shown(&SCORES, AS_OF, &["score", "marketing_eligible"]);
    let head = &report["head"];
    assert_eq!(head["present"], scores.len());
    assert_eq!(head["scored"], scores.iter().filter(|row| !row.starts_with('-')).count());
    assert_eq!(head["admitted"], scores.iter().filter(|row| row.ends_with("true")).count());
    let since = &report["changes"][0];
    assert_eq!((&since["kind"], &since["since"]), (&"night".into(), &day(AS_OF).plus(-1).to_string().into()));
}

#[test]
fn the_categories_hold_the_published_tiers_and_spreads() {
    let bench = reported();
    let report = data(&bench, "report");
    let columns = ["primary_category", "indicator", "ranked", "tier_5_shops", "median"];
    let mut found = Vec::new();
    for category in list(&report["categories"]).iter().filter(|of| !of["primary_category"].is_null()) {
        let name = category["primary_category"].as_str().unwrap();
        for spread in list(&category["spreads"]) {
            let (indicator, ranked) = (spread["indicator"].as_str().unwrap(), &spread["ranked"]);
            found.push(format!("{name} {indicator} {ranked} {} {}", spread["tiers"][0], spread["quartiles"][2]));
        }
    }
    found.sort();
    let numbers = |row: &String| row.split(' ').map(|word| word.trim_end_matches(".0").to_owned()).collect::<Vec<_>>();
    let published = bench.shown(&CATEGORIES, AS_OF, &columns);
    assert_eq!(found.iter().map(numbers).collect::<Vec<_>>(), published.iter().map(numbers).collect::<Vec<_>>());
}

#[test]
fn every_present_shop_has_its_page_with_its_indicators() {
    let bench = reported();
    let shops = data(&bench, "shops");
    let pages: Vec<&Value> = shops["in_page"].as_object().unwrap().values().flat_map(list).collect();
    assert_eq!(pages.len(), bench.shown(&SCORES, AS_OF, &["shop_id"]).len());
    let indicators: usize = pages.iter().map(|page| list(&page["indicators"]).len()).sum();
    assert_eq!(indicators, bench.shown(&INDICATORS, AS_OF, &["shop_id"]).len());
}

/// In January shops 1 and 2 failed once; another failure reaches their limit of two.
#[test]
fn who_would_have_to_leave_at_the_month_end_is_at_risk() {
    let bench = Bench::two_months();
    bench.add_rule("thresholds.csv", "2019-01-01,,茶,2.5,4.75,2,3.0,3000000,1,2");
    bench.said("backfill --from 2022-01-31 --to 2022-02-28");
    bench.said("report --date 2022-02-28");
    let report = data(&bench, "report");
    let risk = &report["risk"];
    assert_eq!((&risk["month_end"], &risk["failing"], &risk["leaving"]), (&"2022-02-28".into(), &2.into(), &2.into()));
    let leaving = list(&risk["shops"]).iter().filter(|shop| shop["would_leave"] == true);
    let mut leaving: Vec<i64> = leaving.map(|shop| shop["shop_id"].as_i64().unwrap()).collect();
    leaving.sort_unstable();
    assert_eq!(leaving, [1, 2]);
    let month_ends: Vec<&Value> = list(&report["month_ends"]).iter().map(|of| &of["month_end"]).collect();
    assert_eq!(month_ends, ["2022-01-31", "2022-02-28"]);
}

#[test]
fn every_move_has_a_cause_as_diff_tells_it() {
    let since = &data(&reported(), "report")["changes"][0];
    assert_eq!(since["is_explained"], true);
    let causes: u64 = since["all"]["causes"].as_object().unwrap().values().map(|shops| shops.as_u64().unwrap()).sum();
    assert_eq!(causes, since["all"]["up"].as_u64().unwrap() + since["all"]["down"].as_u64().unwrap());
}

#[test]
fn a_night_makes_the_report_of_the_newest_one_that_readers_see_where_the_settings_want_it() {
    let bench = Bench::week();
    let before = day(AS_OF).plus(-1);
    let with_report = |date: &str| format!("nightly --date {date} --set report=true");
    bench.said(&format!("nightly --date {before}"));
    bench.said(&format!("{} --dry-run", with_report(AS_OF)));
    assert!(!bench.path("out/report").exists());
    let said = bench.said(&with_report(AS_OF));
    assert!(said.contains(&format!("report of {AS_OF}: ")), "{said}");
    // A night before it changes nothing of that.
    let said = bench.said(&with_report(&before.to_string()));
    assert!(said.contains(&format!("report of {AS_OF}: ")), "{said}");
    assert_eq!(data(&bench, "report")["as_of"], AS_OF);
    // What readers see no more has no report.
    let first = bench.published().generations.into_iter().next().unwrap().into_string().unwrap();
    let said = bench.said(&format!("rollback --to {first} --set report=true"));
    assert!(said.contains(&format!("report of {before}: ")), "{said}");
}

#[test]
fn a_report_that_cannot_be_made_is_a_warning_and_what_a_killed_run_left_of_one_goes() {
    let bench = Bench::week();
    fs::create_dir_all(bench.path("out/report")).unwrap();
    fs::write(bench.path("out/report/letter.txt"), "not ours").unwrap();
    // No process has this number.
    fs::create_dir(bench.path("out/.report.unfinished-4294967295")).unwrap();
    let night = bench.run(&format!("nightly --date {AS_OF} --set report=true"));
    night.assert_done();
    assert!(night.stderr.contains("the report is not made"), "{}", night.stderr);
    assert!(bench.path("out/report/letter.txt").exists());
    let said = bench.said("gc");
    assert!(said.starts_with("removed unfinished reports: 1, "), "{said}");
    assert!(!bench.path("out/.report.unfinished-4294967295").exists());
}

#[test]
fn the_page_asks_no_network_for_anything() {
    let page = page(&reported());
    for asked in ["http:", "https:", "src=\"", "url(", "@import"] {
        assert!(!page.contains(asked), "{asked}");
    }
}

#[test]
fn a_day_that_is_not_published_has_no_report_and_the_one_that_is_there_stays() {
    let bench = reported();
    let before = page(&bench);
    assert_eq!(bench.run("report --date 2022-01-01").code, Some(4));
    assert_eq!(page(&bench), before);
}
