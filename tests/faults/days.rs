//! Days that are missing, empty, late, out of order, or odd in the calendar: faults 32 to 39.

use std::fs::{self, File};
use std::time::SystemTime;

use shopscore::domain::Window;
use shopscore::extracts::tables::Table;

use crate::disk::{
    Disk, assert_clean, assert_clean_night, assert_refused_for_rows, assert_unchanged, of_night,
};
use crate::support::bench::Bench;
use crate::support::files;
use crate::support::marketplace::{AS_OF, Marketplace, WINDOW_DAYS, payment};
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
fn week() -> Bench {
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

fn set_modified(file: &std::path::Path, time: SystemTime) {
    File::options().write(true).open(file).unwrap().set_modified(time).unwrap();
}

/// The night of the last of January closes the month, the first of February follows it.
fn with_a_month_end() -> Bench {
    let days = Window { first: day("2022-01-25"), last: day("2022-02-06") };
    let mut marketplace = Marketplace::sound_in(days, days.first);
    marketplace.rows.retain(|(table, _), _| *table != Table::Appeals);
    let bench = Bench::of(marketplace);
    bench.configure(&format!(
        "window_days = {WINDOW_DAYS}\nmax_snapshot_age_days = 60\nhistory_starts_on = 2022-01-25"
    ));
    bench.night(day("2022-01-31"), &[]).assert_done();
    bench.night(day("2022-02-01"), &[]).assert_done();
    bench
}

#[test]
fn fault_36_a_late_appeal_leaves_a_frozen_month_end_and_a_restatement_is_the_clean_one() {
    let bench = with_a_month_end();
    let month_end = |bench: &Bench, out: &str| -> Vec<u8> {
        fs::read(bench.path(out).join("current/month_end_scores/month_end=2022-01-31/part-0.parquet"))
            .unwrap()
    };
    let frozen = month_end(&bench, "out");
    let decided = day("2022-02-02");
    let appeals: Vec<Row> = (29..=31)
        .map(|on: i64| row![on, 3, "review", 30, day(&format!("2022-01-{on}")), true, at(decided, "12:00")])
        .collect();
    files::write(
        &bench.partition(Table::Appeals, decided).join("part-0.parquet"),
        &crate::support::rows::batch(Table::Appeals, &appeals),
    );
    let ended = bench.night(day("2022-02-03"), &[]);
    ended.assert_done();
    assert!(
        ended.stdout.contains("news touch frozen month ends: 2022-01-31; `shopscore restate --month-end D` replaces their scores"),
        "{}",
        ended.stdout
    );
    assert!(month_end(&bench, "out") == frozen);
    bench.night(day("2022-01-31"), &[]).assert_done();
    assert!(month_end(&bench, "out") == frozen);

    let restate =
        ["restate", "--month-end", "2022-01-31", "--because", "appeals", "--knowledge-day", "2022-02-03"];
    bench.run(&restate).assert_done();
    let restated = month_end(&bench, "out");
    assert!(restated != frozen);
    // Published and restated by another program run, with no state, the bytes are the same.
    let scratch = ["--state", "scratch/state", "--out", "scratch/out"];
    fs::rename(bench.path("extracts/appeals"), bench.path("appeals")).unwrap();
    bench.night(day("2022-01-31"), &scratch).assert_done();
    fs::rename(bench.path("appeals"), bench.path("extracts/appeals")).unwrap();
    bench.run(&[&restate[..], &scratch].concat()).assert_done();
    assert!(month_end(&bench, "scratch/out") == restated);
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

#[test]
fn fault_38_the_time_zone_of_the_machine_changes_nothing() {
    let published = |zone: Option<&str>| {
        let bench = week();
        // A row a second before midnight of the business day, and one at it, tell one time zone from another.
        bench.put(
            Table::Payments,
            day(A_DAY),
            &[payment(1, 1, 100, at(day(A_DAY), "00:00")), payment(2, 2, 100, at(day(A_DAY), "23:59:59"))],
        );
        let environment: Vec<(&str, &std::ffi::OsStr)> =
            zone.iter().map(|zone| ("TZ", std::ffi::OsStr::new(*zone))).collect();
        let ended = bench.nightly_in(&environment, &[]);
        ended.assert_done();
        assert!(ended.stdout.contains("2022-03-15: 5 shops present"), "{}", ended.stdout);
        bench.published().files
    };
    let unset = published(None);
    for zone in ["UTC", "Asia/Jakarta", "America/New_York", "Pacific/Apia", "", ":nowhere"] {
        assert!(published(Some(zone)) == unset, "{zone:?}");
    }
}

#[test]
fn fault_38_a_business_zone_with_summer_time_has_days_of_23_and_25_hours() {
    // In New York clocks went forward on 2022-03-13 and back on 2021-11-07.
    for (on, hours) in [("2022-03-13", 23), ("2021-11-07", 25), ("2021-11-08", 24)] {
        let zone = shopscore::zone::Zone::named("America/New_York").unwrap();
        let seconds: i64 = zone.spans(day(on)).iter().map(|span| span.end - span.start).sum();
        assert_eq!(seconds, hours * 3_600, "{on}");
    }
    let bench = Bench::sound();
    let flags = [
        "--set",
        "time_zone=America/New_York",
        "--set",
        "max_quarantined_percent=100",
        "--set",
        "max_unscored_percent=100",
    ];
    bench.nightly(&flags).assert_done();
    assert_clean_night(&bench, day(AS_OF), &flags);
}

#[test]
fn fault_39_odd_days_of_the_calendar_are_days_like_others() {
    // A leap day, the end of a February without one, a month of 30 days, the turn of a year, and a week 53.
    for last in ["2020-03-01", "2021-03-01", "2021-05-01", "2022-01-01", "2021-01-03", "2100-03-01"] {
        let last = day(last);
        let days = Window { first: last.plus(-WINDOW_DAYS - 2), last };
        let bench = Bench::of(Marketplace::sound_in(days, days.first));
        bench.configure(&format!("window_days = {WINDOW_DAYS}\nhistory_starts_on = {}", days.first));
        for on in [last.plus(-2), last.plus(-1), last] {
            bench.night(on, &[]).assert_done();
            assert_clean_night(&bench, on, &[]);
        }
        let month_end = last.plus(-1);
        let closed = bench.path(&format!("out/current/month_end_scores/month_end={month_end}"));
        assert_eq!(closed.is_dir(), shopscore::calendar::ends_month(month_end), "{month_end}");
        assert_eq!(of_night(&bench, "out", last).len(), 5);
    }
}
