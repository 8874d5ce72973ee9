//! The limits beyond which a run stops or warns, each where it begins.

use super::*;
use crate::extracts::quarantine::QuarantinedRow;
use crate::extracts::readable::day;

fn limits() -> Limits {
    let figure = |text: &str| text.parse().unwrap();
    let of_errors = Bounds {
        severity: Severity::Error,
        quarantined_percent: figure("1"),
        quarantined_rows: 20,
        unscored_percent: figure("5"),
        snapshot_percent: figure("80"),
        unknown_shop_percent: figure("5"),
        unknown_shop_rows: 1_000,
        rows_percent: figure("20"),
        rows_median: 1_000,
    };
    let of_warnings = Bounds {
        severity: Severity::Warning,
        quarantined_percent: figure("0.5"),
        quarantined_rows: 10,
        unscored_percent: figure("3"),
        snapshot_percent: figure("95"),
        unknown_shop_percent: figure("1"),
        unknown_shop_rows: 100,
        rows_percent: figure("50"),
        rows_median: 100,
    };
    Limits { of_errors, of_warnings, warn_snapshot_age_days: 6 }
}

/// How grave the gravest finding is; none where there is none.
fn gravest(beyond: impl IntoIterator<Item = Beyond>) -> Option<Severity> {
    beyond.into_iter().map(|beyond| beyond.severity).max()
}

const PASSES: Option<Severity> = None;
const IS_WARNED: Option<Severity> = Some(Severity::Warning);
const IS_STOPPED: Option<Severity> = Some(Severity::Error);

fn march() -> Span {
    Span { first: day("2022-03-01"), last: day("2022-03-31") }
}

/// Of 2022-03-15.
fn counts(table: Table, rows: i64, null_keys: i64) -> Counts {
    Counts { rows, broken: [null_keys, 0, 0, 0, 0], ..Counts::nothing(table, day("2022-03-15")) }
}

#[test]
fn the_finding_names_table_day_and_reasons() {
    let reason = "null_key";
    let row = |table, row: &str| QuarantinedRow { table, key: None, reason, row: row.to_owned() };
    let of_day = vec![row("payments", "{}"), row("reviews", r#"{"review_id":7,"order_id":null}"#)];
    let set_aside = SetAside::from([(day("2022-03-15"), of_day)]);
    let beyond = quarantined(&[counts(Table::Reviews, 100, 30)], &set_aside, &limits()).unwrap();
    let failure = refuse(beyond).unwrap_err();
    assert_eq!(failure.class, ExitClass::Rejected);
    let said = "30 of 100 rows of reviews dt=2022-03-15 quarantined (30 null_key, first order_id null (review_id 7))";
    assert!(failure.to_string().contains(said), "{failure}");
}

#[test]
fn more_than_1_percent_and_20_rows_quarantined_stop_the_run_and_more_than_half_of_that_is_warned_of() {
    for (case, rows, broken, expected) in [
        ("so many rows may always be", 10, 10, PASSES),
        ("one row more", 11, 11, IS_WARNED),
        ("half a percent", 2_200, 11, PASSES),
        ("more than that", 2_199, 11, IS_WARNED),
        ("up to 20 rows, whatever part", 20, 20, IS_WARNED),
        ("one percent", 2_100, 21, IS_WARNED),
        ("more than both", 2_099, 21, IS_STOPPED),
    ] {
        let rows = &[counts(Table::Reviews, rows, broken)];
        assert_eq!(gravest(quarantined(rows, &SetAside::new(), &limits()).unwrap()), expected, "{case}");
    }
}

#[test]
fn a_day_with_less_than_a_fifth_of_the_median_days_rows_stops_the_run_and_less_than_half_is_warned_of() {
    for (case, rows, expected) in [
        ("less than a fifth", &[1_000, 1_000, 199][..], IS_STOPPED),
        ("a fifth does not stop", &[1_000, 1_000, 200], IS_WARNED),
        ("half is enough", &[1_000, 1_000, 500], PASSES),
        ("a median below 1,000 stops nothing", &[999, 999, 0], IS_WARNED),
        ("three payments where 482 are usual", &[482, 482, 3], IS_WARNED),
        ("a median below 100 is not compared with", &[99, 99, 0], PASSES),
        ("the median of four days lies between the middle two", &[2_000, 2_000, 1, 0], IS_STOPPED),
        ("here it is 999.5", &[1_998, 1, 0, 2_000], IS_WARNED),
    ] {
        let days = march().days().zip(rows);
        let counts: Vec<Counts> =
            days.map(|(day, rows)| Counts { rows: *rows, ..Counts::nothing(Table::Payments, day) }).collect();
        assert_eq!(gravest(thin_days(&counts, march(), &limits())), expected, "{case}");
    }
}

#[test]
fn a_day_without_rows_is_told_where_the_table_has_some_on_most_days_and_it_is_not_told_already() {
    for (case, rows, expected) in [
        ("an odd day", &[9, 9, 0][..], 1),
        ("nothing happens on most days", &[0, 9, 0], 0),
        ("too thin anyway", &[2_000, 2_000, 0], 0),
    ] {
        let days = march().days().zip(rows);
        let counts: Vec<Counts> =
            days.map(|(day, rows)| Counts { rows: *rows, ..Counts::nothing(Table::Disputes, day) }).collect();
        let beyond = thin_days(&counts, march(), &limits());
        assert_eq!(empty_days(&counts, march(), &beyond).len(), expected, "{case}");
    }
}

#[test]
fn more_than_5_percent_of_the_present_shops_without_a_score_stop_the_run() {
    let of = |present, without_data, without_weights: &[(&'static str, usize)]| {
        let without_weights = without_weights.iter().copied().collect();
        unscored(&Unscored { present, without_data, without_weights }, &limits())
    };
    assert_eq!(gravest(of(100, 3, &[])), PASSES);
    assert_eq!(gravest(of(100, 3, &[("茶", 1)])), IS_WARNED);
    assert_eq!(gravest(of(100, 2, &[("茶", 3)])), IS_WARNED);
    let failure = refuse(of(99, 2, &[("茶", 1), ("男装\u{200b}", 2)])).unwrap_err().to_string();
    let reasons =
        "5 of 99 present shops without a score (3 category_without_weights, 2 no_data; categories without weights: ";
    assert!(failure.contains(reasons), "{failure}");
    assert!(failure.contains(r#""男装\u{200b}" of 2, "茶" of 1"#), "invisible characters show: {failure}");
    assert_eq!(gravest(of(0, 0, &[])), IS_STOPPED, "no shop at all");
}

#[test]
fn a_snapshot_that_lost_more_than_a_fifth_of_its_rows_stops_the_run_and_a_twentieth_is_warned_of() {
    let before = Some((day("2022-03-14"), 100));
    for (rows, expected) in [(95, PASSES), (94, IS_WARNED), (80, IS_WARNED), (79, IS_STOPPED)] {
        assert_eq!(gravest(lost_shops(rows, before, &limits())), expected, "{rows} rows");
    }
    assert_eq!(gravest(lost_shops(1, None, &limits())), PASSES);
    let failure = refuse(lost_shops(79, before, &limits())).unwrap_err();
    assert!(failure.to_string().contains("(min_snapshot_percent) of the 100 rows"), "{failure}");
}

#[test]
fn a_snapshot_that_will_be_too_old_soon_is_warned_of() {
    let of = |as_of| gravest(old_snapshot(day("2022-03-14"), day(as_of), &limits()));
    assert_eq!((of("2022-03-20"), of("2022-03-21")), (PASSES, IS_WARNED));
}

#[test]
fn a_table_day_with_more_than_5_percent_and_1000_sound_rows_of_unknown_shops_stops_the_run() {
    let unknown = |rows| BTreeMap::from([((Table::Reviews, day("2022-03-15")), rows)]);
    for (case, rows, nulls, of_unknown, expected) in [
        ("so many may always be", 100, 0, 100, PASSES),
        ("more, and all of them", 900, 0, 900, IS_WARNED),
        ("1 % of the sound ones", 10_120, 20, 101, PASSES),
        ("more than that", 10_110, 20, 101, IS_WARNED),
        ("1,000 rows stop nothing", 20_040, 40, 1_000, IS_WARNED),
        ("5 % of the sound ones", 20_040, 20, 1_001, IS_WARNED),
        ("more than both", 20_040, 40, 1_001, IS_STOPPED),
    ] {
        let counts = [counts(Table::Reviews, rows, nulls)];
        assert_eq!(gravest(unknown_shops(&counts, &unknown(of_unknown), &limits())), expected, "{case}");
    }
}

/// A warning names the setting that it would be silenced by, and those of one kind in a table are said once.
#[test]
fn warnings_are_merged_by_table_and_name_their_own_settings() {
    let many = [counts(Table::Reviews, 1_000, 11), counts(Table::Reviews, 1_000, 12)];
    let warnings = refuse(quarantined(&many, &SetAside::new(), &limits()).unwrap()).unwrap();
    let [warning] = &warnings[..] else { panic!("{warnings:?}") };
    let said = "quarantined (11 null_key) (2 times, this the first), wanted at most 0.5 % (warn_quarantined_percent) or \
                10 rows (warn_quarantined_rows)";
    assert!(warning.to_string().contains(said), "{warning}");
}
