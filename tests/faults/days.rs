//! Days that are missing, empty, late or out of order: faults 32 to 35, and 37.

use std::fs::{self, File};
use std::path::Path;
use std::time::SystemTime;

use shopscore::domain::Window;
use shopscore::extracts::tables::Table;

use crate::disk::{Disk, assert_clean, assert_clean_night, assert_refused_for_rows, assert_unchanged};
use crate::support::bench::Bench;
use crate::support::marketplace::{AS_OF, Marketplace};
use crate::support::rows::{Row, at, day, row};
use crate::{A_DAY, MISSING, REJECTED};

#[test]
fn fault_32_missing_days_and_tables_are_refused_all_together() {
    for (on, first_or_last) in [("2022-03-13", "first"), ("2022-03-14", "inner"), ("2022-03-15", "last")] {
        assert_unchanged(
            |bench| fs::remove_dir_all(bench.partition(Table::Reviews, day(on))).unwrap(),
            &[],
            MISSING,
            &[&[
                &format!("extracts/reviews: found no partition dt={on}, wanted reviews of {on}"),
                "deliver the day",
            ]],
        );
        assert!(!first_or_last.is_empty());
    }
    let finding =
        |on: &str| format!("extracts/payments: found no partition dt={on}, wanted payments of {on}");
    let findings = ["2022-03-13", "2022-03-14", "2022-03-15"].map(finding);
    assert_unchanged(
        |bench| fs::remove_dir_all(bench.path("extracts/payments")).unwrap(),
        &[],
        MISSING,
        &[&[&findings[0]], &[&findings[1]], &[&findings[2]]],
    );
}

#[test]
fn fault_33_an_empty_day_is_scored_and_named_where_no_limit_forbids_it() {
    let bench = Bench::sound();
    bench.nightly(&[]).assert_done();
    bench.put(Table::Payments, day(A_DAY), &[]);
    bench.put(Table::Reviews, day(A_DAY), &[]);
    let ended = bench.nightly(&[]);
    ended.assert_done();
    assert!(ended.stdout.contains("0 rows: payments 2022-03-14, reviews 2022-03-14\n"), "{}", ended.stdout);
    assert_clean(&bench);
}

#[test]
fn fault_33_an_empty_day_among_full_ones_stops_the_run() {
    assert_refused_for_rows(
        |bench| bench.put(Table::Payments, day(A_DAY), &[]),
        &["--set", "min_rows_median=10"],
        &[&[
            "0 rows of payments dt=2022-03-14",
            "at least 20 % (min_rows_percent) of the median day's 10 rows",
        ]],
    );
}

#[test]
fn fault_34_a_partition_name_that_is_no_day_and_a_second_spelling_are_refused() {
    for name in
        ["dt=2022-02-30", "dt=20220314", "dt=2022-3-14", "dt=2022-03-14 ", "DT=2022-03-14", "dt=..\u{1b}"]
    {
        assert_unchanged(
            |bench| fs::create_dir(bench.path("extracts/payments").join(name)).unwrap(),
            &[],
            REJECTED,
            &[&[
                "extracts/payments/",
                "found the name \"",
                "wanted a folder dt=YYYY-MM-DD, one spelling a day",
                "rename or remove",
            ]],
        );
    }
}

/// A week of nights' extracts, and one shop snapshot.
pub(crate) fn week() -> Bench {
    let days = Window { first: day("2022-03-09"), last: day(AS_OF) };
    Bench::of(Marketplace::sound_in(days, days.first))
}

#[test]
fn fault_35_a_late_rewrite_of_the_same_size_and_time_is_found_and_the_nights_it_made_stale_are_named() {
    let bench = week();
    bench.night(day(A_DAY), &[]).assert_done();
    bench.nightly(&[]).assert_done();
    let file = bench.file(Table::Payments, day(A_DAY));
    let (length, modified) =
        (fs::metadata(&file).unwrap().len(), fs::metadata(&file).unwrap().modified().unwrap());
    let mut rows: Vec<Row> = Vec::new();
    for shop in 1..=5 {
        let category = if shop < 4 { "茶" } else { "女装/女士精品" };
        rows.push(row![10 * shop, shop, category, 9_901, at(day(A_DAY), "10:00")]);
        rows.push(row![10 * shop + 1, shop, category, 100, at(day(A_DAY), "23:59:59")]);
    }
    rows.pop();
    rows.push(row![51, 4, "女装/女士精品", 100, at(day(A_DAY), "23:59:59")]);
    bench.put(Table::Payments, day(A_DAY), &rows);
    set_modified(&file, modified);
    assert_eq!(fs::metadata(&file).unwrap().len(), length);
    assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), modified);

    let ended = bench.nightly(&[]);
    ended.assert_done();
    assert!(
        ended.stdout.contains("computed again: payments 2022-03-14, since files changed"),
        "{}",
        ended.stdout
    );
    assert!(
        ended.stdout.contains("made stale: 2022-03-14; `shopscore backfill --stale` publishes them again")
    );
    assert_clean(&bench);
    bench.run(&["backfill", "--stale"]).assert_done();
    assert_clean_night(&bench, day(A_DAY), &[]);
}

fn set_modified(file: &Path, time: SystemTime) {
    File::options().write(true).open(file).unwrap().set_modified(time).unwrap();
}

#[test]
fn fault_37_a_rerun_says_so_and_a_replay_does_not_move_what_is_newest() {
    let bench = week();
    bench.night(day(A_DAY), &[]).assert_done();
    bench.nightly(&[]).assert_done();
    let before = Disk::published(&bench);
    for on in [AS_OF, A_DAY, AS_OF] {
        let ended = bench.night(day(on), &[]);
        ended.assert_done();
        assert!(ended.stdout.contains("already current in "), "{}", ended.stdout);
        before.assert_unchanged(&Disk::published(&bench));
    }
}

#[test]
fn fault_37_nights_in_any_order_end_in_the_same_bytes() {
    let published = |order: [&str; 3]| {
        let bench = week();
        order.iter().for_each(|on| bench.night(day(on), &[]).assert_done());
        bench.published().files
    };
    let in_order = published(["2022-03-13", "2022-03-14", "2022-03-15"]);
    for order in [["2022-03-15", "2022-03-13", "2022-03-14"], ["2022-03-14", "2022-03-15", "2022-03-13"]] {
        assert!(published(order) == in_order);
    }
}
