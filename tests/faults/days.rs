//! Days that are missing, empty, late or out of order, and partition names that are no day: faults 32 to 35, and 37.

use std::fs;
use std::path::Path;

use super::{
    MISSING, REJECTED, assert_clean, assert_clean_night, assert_refused, assert_refused_with, assert_rejected,
    assert_scored,
};
use crate::support::disk::Disk;
use crate::support::files::{set_modified, write};
use crate::support::{A_DAY, AS_OF, Bench, Cell, Marketplace, Row, Table, at, day, row};

const DAYS: [&str; 3] = ["2022-03-13", A_DAY, AS_OF];

fn remove_day(bench: &Bench, table: Table, on: &str) {
    fs::remove_dir_all(bench.partition(table, day(on))).unwrap();
}

#[test]
fn fault_32_missing_days_and_tables_are_refused_all_together() {
    let finding =
        |table: &str, on: &str| format!("extracts/{table}: found no partition dt={on}, wanted {table} of {on}");
    for on in DAYS {
        let finding: &[&str] = &[&finding("reviews", on), "deliver the day"];
        assert_refused(MISSING, |bench| remove_day(bench, Table::Reviews, on), &[finding]);
    }
    let payments = DAYS.map(|on| finding("payments", on));
    assert_refused(
        MISSING,
        |bench| {
            fs::remove_dir_all(bench.path("extracts/payments")).unwrap();
            remove_day(bench, Table::Reviews, "2022-03-13");
            remove_day(bench, Table::Consultations, AS_OF);
        },
        &[
            &[&payments[0]],
            &[&payments[1]],
            &[&payments[2]],
            &[&finding("reviews", "2022-03-13")],
            &[&finding("consultations", AS_OF)],
        ],
    );
}

#[test]
fn the_window_has_30_days_unless_a_setting_says_otherwise() {
    let bench = Bench::of(Marketplace::sound_over(30));
    bench.configure("");
    bench.nightly(&[]).assert_done();
    let before = bench.published();
    remove_day(&bench, Table::Payments, "2022-02-14");
    bench.nightly(&[]).assert_refused(MISSING, &[&["payments of 2022-02-14"]]);
    assert_eq!(bench.published(), before);
    bench.nightly(&["--set", "window_days=29"]).assert_done();
}

#[test]
fn days_before_the_history_starts_and_days_of_disputes_and_appeals_may_be_missing() {
    let without_first_day = |bench: &Bench| remove_day(bench, Table::Payments, "2022-03-13");
    assert_scored(&["--set", "history_starts_on=2022-03-14"], without_first_day);
    let too_early = ["--set", "history_starts_on=2022-03-13"];
    assert_refused_with(&too_early, MISSING, without_first_day, &[&["payments of 2022-03-13"]]);
    assert_scored(&[], |bench| {
        remove_day(bench, Table::Disputes, A_DAY);
        remove_day(bench, Table::Appeals, A_DAY);
    });
}

#[test]
fn a_table_that_lacks_every_day_of_the_window_is_missing_unless_a_setting_says_that_it_may() {
    let without_disputes = |bench: &Bench| fs::remove_dir_all(bench.path("extracts/disputes")).unwrap();
    let emptied = |bench: &Bench| DAYS.iter().for_each(|on| remove_day(bench, Table::Disputes, on));
    let missing =
        |found: &str| format!("extracts/disputes: found {found}, wanted partitions of disputes from 2022-03-13 to");
    let may_be = "set may_be_absent = \"disputes\"";
    assert_refused(MISSING, without_disputes, &[&[&missing("no such folder"), may_be]]);
    assert_refused(MISSING, emptied, &[&[&missing("no partition of any day"), may_be]]);
    assert_scored(&["--set", "may_be_absent=appeals,disputes"], without_disputes);
}

#[test]
fn a_partition_without_a_part_file_is_missing_and_one_with_an_empty_one_is_there() {
    let emptied = |bench: &Bench| fs::remove_file(bench.file(Table::Payments, day(A_DAY))).unwrap();
    assert_refused(MISSING, emptied, &[&["extracts/payments: found no partition dt=2022-03-14"]]);
    assert_scored(&[], |bench| bench.put(Table::Payments, day(A_DAY), &[]));
}

#[test]
fn a_shop_snapshot_that_is_missing_or_too_old_is_refused() {
    let moved_to = |on: &'static str| {
        move |bench: &Bench| {
            let shops = bench.path("extracts/shops");
            fs::rename(shops.join(format!("dt={AS_OF}")), shops.join(format!("dt={on}"))).unwrap();
        }
    };
    let none: &[&str] = &["extracts/shops: found no shop snapshot, wanted one with dt <= 2022-03-15"];
    assert_refused(MISSING, |bench| fs::remove_dir_all(bench.path("extracts/shops")).unwrap(), &[none]);
    assert_refused(MISSING, moved_to("2022-03-16"), &[none]);
    assert_scored(&[], moved_to("2022-03-08"));
    assert_scored(&["--set", "max_snapshot_age_days=8"], moved_to("2022-03-07"));
    let old = "shops/dt=2022-03-07: found the newest shop snapshot is of 2022-03-07, wanted one at most 7 days";
    assert_refused(MISSING, moved_to("2022-03-07"), &[&[old]]);
}

#[test]
fn a_folder_of_extracts_that_is_not_there_is_refused() {
    let finding: &[&str] = &["listing: nowhere: found no such folder"];
    assert_refused_with(&["--extracts", "nowhere"], MISSING, |_| {}, &[finding]);
}

#[test]
fn fault_33_an_empty_day_is_scored_and_named_where_no_limit_forbids_it() {
    let bench = Bench::published_once();
    bench.put(Table::Payments, day(A_DAY), &[]);
    bench.put(Table::Reviews, day(A_DAY), &[]);
    bench.nightly(&[]).assert_said("0 rows: payments 2022-03-14, reviews 2022-03-14\n");
    assert_clean(&bench);
}

/// Writes the payments of [`A_DAY`] once more, into another folder.
fn write_payments(bench: &Bench, folder: &Path) {
    write(&folder.join("part-0.parquet"), &bench.batch(Table::Payments, day(A_DAY)));
}

#[test]
fn fault_34_a_partition_name_that_is_no_day_and_a_second_spelling_are_refused() {
    for name in [
        "dt=2022-3-14",
        "dt=2022-02-30",
        "dt=",
        "2022-03-14",
        "dt=2022-03-14 ",
        "dt=2022-03-014",
        "dt=2022-03-14 08:00:00",
        "dt=+002022-03-14",
        "dt=..\u{1b}",
    ] {
        let shown: String = name.escape_debug().collect();
        let words = [
            &format!("extracts/payments/{shown}: found 1 name that no partition is named by"),
            "wanted folders KEY=YYYY-MM-DD or KEY=YYYYMMDD",
            "rename or remove",
        ];
        let folder = |bench: &Bench| bench.path("extracts/payments").join(name);
        assert_rejected(|bench| fs::create_dir(folder(bench)).unwrap(), &words);
        assert_rejected(|bench| write_payments(bench, &folder(bench)), &words);
    }
    assert_rejected(
        |bench| write_payments(bench, &bench.path("extracts/payments")),
        &["extracts/payments/part-0.parquet: found 1 name that no partition is named by"],
    );
    for name in ["dt=20220314", "dt=%32022-03-14", "dt=2022-03-14T00:00:00"] {
        assert_rejected(
            |bench| write_payments(bench, &bench.path("extracts/payments").join(name)),
            &["found 2022-03-14 again, which is also in ", "wanted each day once"],
        );
    }
    assert_rejected(
        |bench| write_payments(bench, &bench.path("extracts/payments/day=2022-03-01")),
        &["found partitions by \"dt\" beside others by \"day\", wanted one key a table"],
    );
}

#[test]
fn odd_names_broken_files_and_missing_days_are_reported_together() {
    assert_refused(
        REJECTED,
        |bench| {
            fs::create_dir(bench.path("extracts/payments/dt=tomorrow")).unwrap();
            fs::write(bench.file(Table::Reviews, day(A_DAY)), "").unwrap();
            remove_day(bench, Table::Payments, A_DAY);
        },
        &[
            &["payments/dt=tomorrow: found 1 name that no partition is named by"],
            &["reviews/dt=2022-03-14/part-0.parquet: found a file of zero bytes"],
            &["wanted payments of 2022-03-14"],
        ],
    );
}

#[test]
fn fault_35_a_late_rewrite_of_the_same_size_and_time_is_found_and_the_nights_it_made_stale_are_named() {
    let bench = Bench::week();
    bench.night(day(A_DAY), &[]).assert_done();
    bench.nightly(&[]).assert_done();
    let file = bench.file(Table::Payments, day(A_DAY));
    let seen = || {
        let metadata = fs::metadata(&file).unwrap();
        (metadata.len(), metadata.modified().unwrap())
    };
    let before = seen();
    let mut rows: Vec<Row> = Vec::new();
    for shop in 1..=5 {
        let category = if shop < 4 { "茶" } else { "女装/女士精品" };
        rows.push(row![10 * shop, shop, category, 9_901, at(day(A_DAY), "10:00")]);
        rows.push(row![10 * shop + 1, shop, category, 100, at(day(A_DAY), "23:59:59")]);
    }
    rows[9][1] = Cell::Integer(4);
    bench.put(Table::Payments, day(A_DAY), &rows);
    set_modified(&file, before.1);
    assert_eq!(seen(), before);

    let ended = bench.nightly(&[]);
    ended.assert_said("computed again: payments 2022-03-14, since files changed");
    ended.assert_warned("made stale: 2022-03-14; `shopscore backfill --stale` publishes them again");
    assert_clean(&bench);
    bench.said("backfill --stale");
    assert_clean_night(&bench, day(A_DAY), &[]);
}

#[test]
fn fault_37_a_rerun_says_so_and_a_replay_does_not_move_what_is_newest() {
    let bench = Bench::week();
    bench.night(day(A_DAY), &[]).assert_done();
    bench.nightly(&[]).assert_done();
    let before = Disk::published(&bench);
    for on in [AS_OF, A_DAY, AS_OF] {
        bench.night(day(on), &[]).assert_said("already current in ");
        before.assert_unchanged(&Disk::published(&bench));
    }
}

#[test]
fn fault_37_nights_in_any_order_end_in_the_same_bytes() {
    let published = |order: [usize; 3]| {
        let bench = Bench::week();
        order.iter().for_each(|place| bench.night(day(DAYS[*place]), &[]).assert_done());
        bench.published().files
    };
    let in_order = published([0, 1, 2]);
    for order in [[2, 0, 1], [1, 2, 0]] {
        assert!(published(order) == in_order);
    }
}
