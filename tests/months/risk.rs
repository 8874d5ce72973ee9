//! What a summary says of the shops that are near exit, and of those that would fail next.

use serde_json::Value;

use crate::support::Bench;

/// January and February, with the least score and the limit of failures of shops 1 to 3.
fn summary(monthly_min: &str, failure_limit: i64, day: &str) -> String {
    let bench = Bench::two_months();
    bench.add_rule("thresholds.csv", &format!("2019-01-01,,茶,2.5,{monthly_min},{failure_limit},3.0,3000000,1,2"));
    bench.said("backfill --from 2022-01-31 --to 2022-02-28");
    bench.said(&format!("summary --date {day}"))
}

/// What follows a heading up to the end of its table: shop, failures and risk of each line.
fn listed(summary: &str, heading: &str) -> Vec<String> {
    let after = summary.lines().skip_while(|line| !line.contains(heading)).skip(1);
    let table = after.take_while(|line| "┌╞│└".contains(line.chars().next().unwrap_or(' ')));
    let lines = table.map(|line| line.trim_matches('│').split_whitespace().collect::<Vec<_>>());
    let of_shops = lines.filter(|cells| cells[0].parse::<i64>().is_ok());
    of_shops.map(|cells| format!("{}: {}", cells[0], cells[5..].join(" "))).collect()
}

#[test]
fn shops_that_would_newly_fail_are_listed_with_what_has_failed_before_the_nearest_to_exit_first() {
    // By then shop 3 has 4.8, and the others have less.
    let told = summary("4.75", 3, "2022-02-28");
    assert!(told.contains("Shops at risk since 2022-02-28: one failure from exit 2, two 0"), "{told}");
    assert_eq!(listed(&told, "Shops at risk"), ["1: 2 of 3 high", "2: 2 of 3 high"]);
    assert!(told.contains("Outlook on 2022-02-28, by the 3 days of its window that are over"), "{told}");
    assert_eq!(listed(&told, "Outlook on"), ["1: 1 of 3 medium", "2: 1 of 3 medium"]);
}

#[test]
fn on_a_month_end_all_commands_speak_of_that_month_end() {
    let bench = Bench::two_months();
    bench.said("backfill --from 2022-01-31 --to 2022-02-28");
    for day in ["2022-01-31", "2022-02-27", "2022-02-28"] {
        let json = |command: &str| -> Value {
            serde_json::from_str(&bench.said(&format!("{command} --format json"))).unwrap()
        };
        let newest = Value::from(if day == "2022-02-28" { day } else { "2022-01-31" });
        let summary = json(&format!("summary --date {day}"));
        let explained = json(&format!("explain --shop 1 --date {day}"));
        let diff = json(&format!("diff {day} {day}"));
        let month_ends =
            [&summary["assessed"]["month_end"], &explained["assessed"]["month_end"], &diff["to"]["month_end"]];
        assert_eq!(month_ends, [&newest; 3], "{day}");
    }
}

#[test]
fn a_shop_in_exit_fails_nothing_anew() {
    let told = summary("4.75", 1, "2022-02-28");
    assert_eq!(listed(&told, "Shops at risk"), ["3: 0 of 1 high"]);
    assert!(told.contains("shops that would newly fail 0"), "{told}");
}

#[test]
fn before_a_month_end_is_assessed_and_a_day_is_known_the_summary_says_so() {
    let bench = Bench::two_months();
    bench.said("nightly --date 2022-01-30");
    let told = bench.said("summary --date 2022-01-30");
    assert!(told.contains("No month end up to 2022-01-30 is assessed yet"), "{told}");
    let told = summary("4.75", 3, "2022-01-31");
    assert_eq!(listed(&told, "Outlook on"), ["1: 0", "2: 0"]);
    let told = summary("4.75", 3, "2022-02-10");
    assert!(told.contains("by the 0 days of its window that are over: shops that would newly fail 0"), "{told}");
}
