//! The limits beyond which a run stops, each where it begins, and the rows of the quality table.

use super::*;
use crate::extracts::readable::day;

fn limits() -> Limits {
    let figure = |text: &str| text.parse().unwrap();
    Limits {
        max_quarantined_percent: figure("1"),
        max_quarantined_rows: 20,
        max_unscored_percent: figure("5"),
        min_snapshot_percent: figure("80"),
        max_unknown_shop_percent: figure("5"),
        max_unknown_shop_rows: 1_000,
        min_rows_percent: figure("20"),
        min_rows_median: 1_000,
    }
}

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
    let counts = [counts(Table::Reviews, 100, 30)];
    let failure = check_table_days(&counts, &set_aside, march(), &limits()).unwrap_err();
    assert_eq!(failure.class, ExitClass::Rejected);
    let said = "30 of 100 rows of reviews dt=2022-03-15 quarantined (30 null_key, first order_id null (review_id 7))";
    assert!(failure.to_string().contains(said), "{failure}");
}

#[test]
fn a_day_with_less_than_a_fifth_of_the_median_days_rows_stops_the_run() {
    for (case, rows, is_stopped) in [
        ("less than a fifth", &[1_000, 1_000, 199][..], true),
        ("a fifth is enough", &[1_000, 1_000, 200], false),
        ("the median is below 1,000", &[999, 999, 0], false),
        ("the median of four days lies between the middle two", &[2_000, 2_000, 1, 0], true),
        ("here it is 999.5", &[1_998, 1, 0, 2_000], false),
    ] {
        let days = march().days().zip(rows);
        let counts: Vec<Counts> =
            days.map(|(day, rows)| Counts { rows: *rows, ..Counts::nothing(Table::Payments, day) }).collect();
        let outcome = check_table_days(&counts, &SetAside::new(), march(), &limits());
        assert_eq!(outcome.is_err(), is_stopped, "{case}");
    }
}

#[test]
fn more_than_5_percent_of_the_present_shops_without_a_score_stop_the_run() {
    let check = |present, without_data, without_weights: &[(&'static str, usize)]| {
        let without_weights = without_weights.iter().copied().collect();
        check_unscored(&Unscored { present, without_data, without_weights }, &limits())
    };
    assert!(check(100, 2, &[("茶", 3)]).is_ok());
    let failure = check(99, 2, &[("茶", 1), ("男装\u{200b}", 2)]).unwrap_err().to_string();
    let reasons =
        "5 of 99 present shops without a score (3 category_without_weights, 2 no_data; categories without weights: ";
    assert!(failure.contains(reasons), "{failure}");
    assert!(failure.contains(r#""男装\u{200b}" of 2, "茶" of 1"#), "invisible characters show: {failure}");
    assert!(check(0, 0, &[]).is_err(), "no shop at all");
}

#[test]
fn a_snapshot_that_lost_more_than_a_fifth_of_its_rows_stops_the_run() {
    let before = Some((day("2022-03-14"), 100));
    assert!(check_snapshot(80, before, &limits()).is_ok());
    assert!(check_snapshot(79, before, &limits()).unwrap_err().to_string().contains("of the 100 rows"));
    assert!(check_snapshot(1, None, &limits()).is_ok());
}

#[test]
fn a_table_day_with_more_than_5_percent_and_1000_sound_rows_of_unknown_shops_stops_the_run() {
    let unknown = |rows| BTreeMap::from([((Table::Reviews, day("2022-03-15")), rows)]);
    let check = |rows, nulls, of_unknown| {
        check_unknown_shops(&[counts(Table::Reviews, rows, nulls)], &unknown(of_unknown), &limits())
    };
    assert!(check(20_040, 40, 1_000).is_ok());
    assert!(check(20_040, 20, 1_001).is_ok(), "5 % of the sound ones");
    assert!(check(20_040, 40, 1_001).is_err());
    assert!(check(900, 0, 900).is_ok(), "so many may always be");
}

#[test]
fn every_table_day_has_a_row_for_all_rows_and_one_for_each_reason_that_counts_something() {
    let counts = [counts(Table::Reviews, 100, 3), counts(Table::Appeals, 0, 0)];
    let unmatched = BTreeMap::from([(day("2022-03-15"), 2)]);
    let unknown = [((Table::Reviews, day("2022-03-15")), 4), ((Table::Refunds, day("2022-03-15")), 0)];
    let shown = |row: &QualityRow| format!("{} {} {} {}", row.table, row.day, row.reason, row.rows);
    let shown: Vec<String> = rows(&counts, &unknown.into(), &unmatched).iter().map(shown).collect();
    let expected = [
        "appeals 2022-03-15 none 0",
        "appeals 2022-03-15 unmatched_appeal 2",
        "reviews 2022-03-15 none 100",
        "reviews 2022-03-15 null_key 3",
        "reviews 2022-03-15 unknown_shop 4",
    ];
    assert_eq!(shown, expected);
}
