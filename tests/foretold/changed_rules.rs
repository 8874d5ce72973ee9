//! A rule that was edited in place is named with the shops that it reaches, in the night that first goes by it.

use super::edit;
use crate::support::Bench;
use crate::support::bench::sample_data;

#[test]
fn an_edited_threshold_is_named_with_the_shops_that_lose_admission() {
    let bench = Bench::empty();
    bench.configure("history_starts_on = 2022-01-01");
    let night = |day: &str| bench.said(&format!("nightly --date {day} --extracts {}", sample_data().display()));
    assert!(!night("2022-03-14").contains("changed since"));
    edit(&bench.path("rules"), "thresholds.csv", "女装/女士精品,2.8,", "女装/女士精品,3.0,");
    let named = "rules changed since 2022-03-14: thresholds.csv 女装/女士精品 marketing_min 2.8→3.0: \
                 2 shops lose admission: 500, 2807";
    let said = night("2022-03-15");
    assert!(said.contains(named), "{said}");
    assert!(!night("2022-03-15").contains("changed since"), "once");
    let again = night("2022-03-14");
    assert!(again.contains("rules changed since 2022-03-14: thresholds.csv"), "against itself as published: {again}");
}
