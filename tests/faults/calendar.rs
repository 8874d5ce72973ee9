//! Month ends, time zones, and odd days of the calendar: faults 36, 38 and 39.

use std::ffi::OsStr;
use std::fs;

use super::assert_clean_night;
use crate::support::bench::SCRATCH_OUT;
use crate::support::library::{NIGHTLY, Zone, ends_month};
use crate::support::{A_DAY, AS_OF, Bench, Marketplace, Span, Table, WINDOW_DAYS, at, day, payment};

#[test]
fn fault_36_a_late_appeal_leaves_a_frozen_month_end_and_a_restatement_is_the_clean_one() {
    let bench = Bench::two_months();
    bench.said("nightly --date 2022-01-31");
    bench.said("nightly --date 2022-02-01");
    let month_end = |bench: &Bench, out: &str| -> Vec<u8> {
        fs::read(bench.path(out).join("current/month_end_scores/month_end=2022-01-31/part-0.parquet")).unwrap()
    };
    let frozen = month_end(&bench, "out");
    bench.appeal_reviews_of_shop_3();
    bench.night(day("2022-02-03"), &[]).assert_warned(
        "rows of the frozen month end 2022-01-31; `shopscore restate --month-end 2022-01-31 --because TEXT` replaces them",
    );
    assert!(month_end(&bench, "out") == frozen);
    bench.said("nightly --date 2022-01-31");
    assert!(month_end(&bench, "out") == frozen);

    const RESTATE: &str = "restate --month-end 2022-01-31 --because appeals --knowledge-day 2022-02-03";
    bench.said(RESTATE);
    let restated = month_end(&bench, "out");
    assert!(restated != frozen);
    // Published before the appeals and restated by another program run, with no state, the bytes are the same.
    fs::rename(bench.path("extracts/appeals"), bench.path("appeals")).unwrap();
    bench.scratch_night(day("2022-01-31"), &[]).assert_done();
    fs::rename(bench.path("appeals"), bench.path("extracts/appeals")).unwrap();
    bench.said(&format!("{RESTATE} --state scratch/state --out {SCRATCH_OUT}"));
    assert!(month_end(&bench, SCRATCH_OUT) == restated);
}

#[test]
fn fault_38_the_time_zone_of_the_machine_changes_nothing() {
    let published = |zone: Option<&str>| {
        let bench = Bench::week();
        // A row a second before midnight of the business day, and one at it, tell one time zone from another.
        bench.put(
            Table::Payments,
            day(A_DAY),
            &[payment(1, 1, 100, at(day(A_DAY), "00:00")), payment(2, 2, 100, at(day(A_DAY), "23:59:59"))],
        );
        let environment: Vec<(&str, &OsStr)> = zone.iter().map(|zone| ("TZ", OsStr::new(*zone))).collect();
        bench.nightly_in(&environment, &[]).assert_said("2022-03-15: 5 shops present");
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
        let zone = Zone::named("America/New_York").unwrap();
        let seconds: i64 = zone.spans(day(on)).iter().map(|span| span.end - span.start).sum();
        assert_eq!(seconds, hours * 3_600, "{on}");
    }
    let bench = Bench::sound();
    let flags =
        ["--set=time_zone=America/New_York", "--set=max_quarantined_percent=100", "--set=max_unscored_percent=100"];
    bench.nightly(&flags).assert_done();
    assert_clean_night(&bench, day(AS_OF), &flags);
}

#[test]
fn fault_39_odd_days_of_the_calendar_are_days_like_others() {
    // A leap day, the end of a February without one, a month of 30 days, the turn of a year, and a week 53.
    for last in ["2020-03-01", "2021-03-01", "2021-05-01", "2022-01-01", "2021-01-03", "2096-03-01"] {
        let last = day(last);
        let days = Span { first: last.plus(-WINDOW_DAYS - 2), last };
        let bench = Bench::of(Marketplace::sound_in(days, days.first));
        bench.configure(&format!("window_days = {WINDOW_DAYS}\nhistory_starts_on = {}", days.first));
        for on in [last.plus(-2), last.plus(-1), last] {
            bench.night(on, &[]).assert_done();
            assert_clean_night(&bench, on, &[]);
        }
        let month_end = last.plus(-1);
        let closed = bench.path(&format!("out/current/month_end_scores/month_end={month_end}"));
        assert_eq!(closed.is_dir(), ends_month(month_end), "{month_end}");
        assert_eq!(bench.published().of_night(last).0.len(), NIGHTLY.len());
    }
}
