//! Days and snapshots that are missing, and partition names that are no day.

use std::fs;

use shopscore::extracts::tables::Table;

use crate::support::bench::Bench;
use crate::support::files::write;
use crate::support::marketplace::{AS_OF, Marketplace};
use crate::support::rows::day;
use crate::{A_DAY, MISSING, REJECTED, assert_refused, assert_scored};

#[test]
fn all_missing_days_are_listed() {
    assert_refused(
        |bench| {
            fs::remove_dir_all(bench.path("extracts/payments")).unwrap();
            fs::remove_dir_all(bench.partition(Table::Reviews, day("2022-03-13"))).unwrap();
            fs::remove_dir_all(bench.partition(Table::Consultations, day("2022-03-15"))).unwrap();
        },
        &[],
        MISSING,
        &[
            &["extracts/payments: found no partition dt=2022-03-13, wanted payments of 2022-03-13"],
            &["extracts/payments: found no partition dt=2022-03-14, wanted payments of 2022-03-14"],
            &["extracts/payments: found no partition dt=2022-03-15, wanted payments of 2022-03-15"],
            &["extracts/reviews: found no partition dt=2022-03-13, wanted reviews of 2022-03-13"],
            &["extracts/consultations: found no partition dt=2022-03-15"],
        ],
    );
}

#[test]
fn the_window_has_30_days_unless_a_setting_says_otherwise() {
    let bench = Bench::of(Marketplace::sound_over(30));
    bench.configure("");
    bench.nightly(&[]).assert_done();
    let before = bench.published();
    fs::remove_dir_all(bench.partition(Table::Payments, day("2022-02-14"))).unwrap();
    bench.nightly(&[]).assert_refused(MISSING, &[&["payments of 2022-02-14"]]);
    assert_eq!(bench.published(), before);
    bench.nightly(&["--set", "window_days=29"]).assert_done();
}

#[test]
fn days_before_the_history_starts_may_be_missing() {
    let without_first_day =
        |bench: &Bench| fs::remove_dir_all(bench.partition(Table::Payments, day("2022-03-13"))).unwrap();
    assert_scored(without_first_day, &["--set", "history_starts_on=2022-03-14"]);
    assert_refused(
        without_first_day,
        &["--set", "history_starts_on=2022-03-13"],
        MISSING,
        &[&["payments of 2022-03-13"]],
    );
}

#[test]
fn disputes_and_appeals_may_lack_a_day() {
    assert_scored(
        |bench| {
            fs::remove_dir_all(bench.path("extracts/disputes")).unwrap();
            fs::remove_dir_all(bench.partition(Table::Appeals, day(A_DAY))).unwrap();
        },
        &[],
    );
}

#[test]
fn a_missing_shop_snapshot_is_refused() {
    let finding: &[&str] = &["extracts/shops: found no shop snapshot, wanted one with dt <= 2022-03-15"];
    assert_refused(
        |bench| fs::remove_dir_all(bench.path("extracts/shops")).unwrap(),
        &[],
        MISSING,
        &[finding],
    );
    let shops = |day: &str| format!("extracts/shops/dt={day}");
    assert_refused(
        |bench| fs::rename(bench.path(&shops(AS_OF)), bench.path(&shops("2022-03-16"))).unwrap(),
        &[],
        MISSING,
        &[finding],
    );
}

#[test]
fn a_shop_snapshot_that_is_too_old_is_refused() {
    let aged = |day: &'static str| {
        move |bench: &Bench| {
            let shops = |day: &str| bench.path(&format!("extracts/shops/dt={day}"));
            fs::rename(shops(AS_OF), shops(day)).unwrap();
        }
    };
    assert_scored(aged("2022-03-08"), &[]);
    assert_scored(aged("2022-03-07"), &["--set", "max_snapshot_age_days=8"]);
    assert_refused(
        aged("2022-03-07"),
        &[],
        MISSING,
        &[&[
            "shops/dt=2022-03-07: found the newest shop snapshot is of 2022-03-07, wanted one at most 7 days",
        ]],
    );
}

#[test]
fn a_folder_of_extracts_that_is_not_there_is_refused() {
    assert_refused(
        |_| {},
        &["--extracts", "nowhere"],
        MISSING,
        &[&["listing: nowhere: found no such folder"]],
    );
}

#[test]
fn a_partition_name_that_is_no_day_is_refused() {
    for name in ["dt=2022-3-14", "dt=20220314", "dt=2022-02-30", "day=2022-03-14", "dt=", "2022-03-14"] {
        assert_refused(
            |bench| fs::create_dir(bench.path("extracts/reviews").join(name)).unwrap(),
            &[],
            REJECTED,
            &[&[
                &format!("extracts/reviews/{name}: found the name {name:?}"),
                "wanted a folder dt=YYYY-MM-DD",
            ]],
        );
    }
}

#[test]
fn one_day_under_two_spellings_is_refused() {
    for name in ["dt=2022-03-14 ", "dt=2022-03-014", "dt=%32022-03-14", "DT=2022-03-14", "dt=+002022-03-14"] {
        assert_refused(
            |bench| {
                let folder = bench.path("extracts/payments").join(name);
                write(&folder.join("part-0.parquet"), &bench.batch(Table::Payments, day(A_DAY)));
            },
            &[],
            REJECTED,
            &[&["extracts/payments/", &format!("found the name {name:?}"), "one spelling a day"]],
        );
    }
}

#[test]
fn a_part_file_beside_the_partitions_is_refused() {
    assert_refused(
        |bench| {
            let batch = bench.batch(Table::Payments, day(A_DAY));
            write(&bench.path("extracts/payments/part-0.parquet"), &batch);
        },
        &[],
        REJECTED,
        &[&["extracts/payments/part-0.parquet: found the name \"part-0.parquet\""]],
    );
}

#[test]
fn odd_names_broken_files_and_missing_days_are_reported_together() {
    assert_refused(
        |bench| {
            fs::create_dir(bench.path("extracts/payments/dt=tomorrow")).unwrap();
            fs::write(bench.file(Table::Reviews, day(A_DAY)), "").unwrap();
            fs::remove_dir_all(bench.partition(Table::Payments, day(A_DAY))).unwrap();
        },
        &[],
        REJECTED,
        &[
            &["found the name \"dt=tomorrow\""],
            &["reviews/dt=2022-03-14/part-0.parquet: found a file of zero bytes"],
            &["wanted payments of 2022-03-14"],
        ],
    );
}
