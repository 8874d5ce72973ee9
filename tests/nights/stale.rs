//! Published nights whose ingredients have changed since: they are named, listed and published again; and the state folder
//! says what it keeps and forgets no more than it may.

use std::fs;

use crate::support::bench::sample_data;
use crate::support::disk::{Disk, files_below};
use crate::support::files::write;
use crate::support::{Bench, Table, batch};

/// A folder with a copy of the sample data of the days that two nights of March need, and both nights published.
fn two_nights() -> Bench {
    let bench = Bench::empty();
    for (path, bytes) in files_below(&sample_data(), "") {
        let file = bench.path("extracts").join(&path);
        if path.to_str().unwrap().split_once("dt=").is_some_and(|(_, day)| day >= "2022-02-10") {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, bytes).unwrap();
        }
    }
    bench.configure("");
    bench.said("nightly --date 2022-03-14");
    bench.said("nightly --date 2022-03-15");
    bench
}

/// The nights that a dry run lists, without what it says of each.
fn due(bench: &Bench) -> String {
    let said = bench.said("backfill --stale --dry-run");
    said.lines().find_map(|line| line.strip_prefix("stale: ")).unwrap_or_default().to_owned()
}

/// Delivers the reviews of 2022-03-01 again, in a file without rows.
fn rewrite_reviews(bench: &Bench) {
    write(&bench.path("extracts/reviews/dt=2022-03-01/part-00000.parquet"), &batch(Table::Reviews, &[]));
}

#[test]
fn a_rewritten_day_makes_the_other_nights_stale_and_backfill_publishes_them_as_from_scratch() {
    let bench = two_nights();
    rewrite_reviews(&bench);
    let night = bench.run("nightly --date 2022-03-15");
    night.assert_said("computed again: reviews 2022-03-01, since files changed");
    night.assert_warned("made stale: 2022-03-14;");
    assert_eq!(due(&bench), "2022-03-14");

    bench.run("backfill --stale").assert_said("0 daily partials computed");
    assert_eq!(bench.said("backfill --stale"), "no published night is stale\n");
    bench.said("nightly --date 2022-03-14 --out clean/out --state clean/state");
    for table in ["scores", "indicators", "improvements", "categories", "quality"] {
        let file = format!("current/{table}/dt=2022-03-14/part-0.parquet");
        let read = |out: &str| fs::read(bench.path(out).join(&file)).unwrap();
        assert!(read("out") == read("clean/out"), "{table}");
    }
}

#[test]
fn a_touched_file_makes_nothing_stale() {
    let bench = two_nights();
    let part = bench.path("extracts/reviews/dt=2022-03-01/part-00000.parquet");
    fs::write(&part, fs::read(&part).unwrap()).unwrap();
    assert_eq!(bench.said("backfill --stale"), "no published night is stale\n");
}

#[test]
fn a_changed_rule_makes_every_night_stale_on_which_it_is_in_force() {
    let bench = two_nights();
    bench.add_rule("thresholds.csv", "2022-03-15,,茶,5,,,3.0,3000000,18000000,60000000");
    assert_eq!(due(&bench), "2022-03-15");
}

#[test]
fn a_rule_in_force_on_the_month_end_makes_stale_the_nights_that_look_out_on_it() {
    let bench = two_nights();
    let cut_offs = [5, 4, 3, 2, 0].map(|tier| format!("2022-03-31,,茶,dispute_rate,{tier},{}", 100 - 10 * tier));
    cut_offs.iter().for_each(|row| bench.add_rule("tiers.csv", row));
    assert_eq!(due(&bench), "2022-03-14 to 2022-03-15");
}

#[test]
fn an_edited_source_of_a_rule_makes_nothing_stale() {
    let bench = two_nights();
    bench.change_rule("thresholds.csv", ",sample: no row for all other categories is published", ",\"ours, of 2022\"");
    bench.change_rule("custom_made.csv", "乐器定制,public list of categories made to order; not complete", "乐器定制,");
    assert_eq!(bench.said("backfill --stale"), "no published night is stale\n");
}

#[test]
fn the_state_says_what_it_keeps_and_what_no_longer_holds() {
    let bench = two_nights();
    let state = bench.said("state --format csv");
    assert_eq!(
        state.lines().next(),
        Some("table,days,first,last,size_bytes,index_bytes,without_extracts,no_longer_hold")
    );
    assert_eq!(state.lines().count(), 9, "{state}");
    assert!(state.lines().skip(1).all(|row| row.ends_with(",0,0")), "{state}");
    rewrite_reviews(&bench);
    fs::remove_dir_all(bench.path("extracts/refunds/dt=2022-03-02")).unwrap();
    let state = bench.said("state");
    assert!(state.contains("reviews 2022-03-01: its files changed, or were touched"), "{state}");
    assert!(state.contains("refunds 2022-03-02: its extracts are gone"), "{state}");
}

#[test]
fn pruning_keeps_an_open_window_and_the_payments_of_an_unsettled_year() {
    let bench = two_nights();
    let files = |table: &str| fs::read_dir(bench.path("state/partials").join(table)).unwrap().count();
    let (payments, reviews) = (files("payments"), files("reviews"));
    bench.said("state prune --keep-days 0");
    assert_eq!(files("reviews"), reviews, "the window has 30 days");
    let before = Disk::of(&bench);
    let foretold = bench.said("state prune --keep-days 3 --dry-run --set window_days=5");
    before.assert_unchanged(&Disk::of(&bench));
    let pruned = bench.said("state prune --keep-days 3 --set window_days=5");
    assert!(pruned.contains("table-days before 2022-03-10 removed"), "{pruned}");
    assert_eq!(foretold, format!("dry run: nothing is written; the run would say\n{pruned}"));
    assert_eq!(files("payments"), payments);
    assert!(files("reviews") < reviews);
    let night = bench.said("nightly --date 2022-03-15");
    assert!(night.contains("already current"), "what was pruned is made again: {night}");
}
