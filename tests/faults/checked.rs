//! `shopscore check`: it finds what the night would, all of it at once, ends with the night's exit code and leaves no trace.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::time::{Duration, SystemTime};

use super::runs::holder;
use super::{BUSY, DISK, MISSING, REJECTED, STATE, USAGE, assert_clean, change_payments, payments, write_newer_format};
use crate::support::disk::Disk;
use crate::support::files::{set_modified, without};
use crate::support::library::{Lock, lock_folder};
use crate::support::{A_DAY, AS_OF, Bench, Cell, Ended, Row, Table, day, shop_row};

/// A fault, what brings it about, further flags, and the exit code of a night that meets it.
type Case = (&'static str, fn(&Bench), &'static [&'static str], i32);

const CASES: [Case; 17] = [
    ("nothing is wrong", |_| {}, &[], 0),
    ("a day without rows is no fault", |bench| bench.put(Table::Disputes, day(A_DAY), &[]), &[], 0),
    ("a rule table is broken", |bench| bench.add_rule("weights.csv", "no,row"), &[], USAGE),
    ("a rule is not in force", |bench| bench.remove_rule("logistics.csv", "2019-01-01,,*"), &[], USAGE),
    ("too little space", |_| {}, &["--set=min_free_mib=1000000000"], DISK),
    (
        "a destination that is not ours",
        |bench| {
            fs::create_dir_all(bench.path("out")).unwrap();
            let _ = fs::remove_file(bench.path("out/current"));
            symlink("../extracts", bench.path("out/current")).unwrap();
        },
        &[],
        USAGE,
    ),
    ("state of a newer program", write_newer_format, &[], STATE),
    ("no extracts", |bench| fs::remove_dir_all(bench.path("extracts")).unwrap(), &[], MISSING),
    (
        "a day is missing",
        |bench| fs::remove_dir_all(bench.partition(Table::Reviews, day(A_DAY))).unwrap(),
        &[],
        MISSING,
    ),
    ("the snapshot is too old", |_| {}, &["--date=2022-03-25"], MISSING),
    ("a column is gone", |bench| change_payments(bench, |batch| without(batch, "shop_id")), &[], REJECTED),
    (
        "a table's folder holds something odd",
        |bench| fs::write(bench.path("extracts/payments/notes.txt"), "").unwrap(),
        &[],
        REJECTED,
    ),
    (
        "a day is missing and a column is gone",
        |bench| {
            fs::remove_dir_all(bench.partition(Table::Reviews, day(A_DAY))).unwrap();
            change_payments(bench, |batch| without(batch, "shop_id"));
        },
        &[],
        REJECTED,
    ),
    (
        "a snapshot lost its shops",
        |bench| {
            let before: Vec<Row> = (1..=10).map(|shop| shop_row(shop, "茶")).collect();
            bench.put(Table::Shops, day(A_DAY), &before);
        },
        &[],
        REJECTED,
    ),
    (
        "a thin day",
        |bench| bench.put(Table::Payments, day(A_DAY), &payments(A_DAY, 1, 0, |_| {})),
        &["--set=min_rows_median=10"],
        REJECTED,
    ),
    ("a thin day that is warned of", thin, &["--set=warn_rows_median=10"], 0),
    ("an unknown setting", |_| {}, &["--set=colour=red"], USAGE),
];

/// One payment on a day of ten.
fn thin(bench: &Bench) {
    bench.put(Table::Payments, day(A_DAY), &payments(A_DAY, 1, 0, |_| {}));
}

fn check(bench: &Bench, flags: &[&str]) -> Ended {
    let date = ["--date=2022-03-15"];
    let dated: &[&str] = if flags.iter().any(|flag| flag.starts_with("--date")) { &[] } else { &date };
    Ended::of(&mut bench.program(&[&["check"], dated, flags].concat()))
}

fn night(bench: &Bench, flags: &[&str]) -> Ended {
    let date = ["--date=2022-03-15"];
    let dated: &[&str] = if flags.iter().any(|flag| flag.starts_with("--date")) { &[] } else { &date };
    Ended::of(&mut bench.program(&[&["nightly"], dated, flags].concat()))
}

/// Without the free space, which others on the machine change between two runs.
fn errors(ended: &Ended) -> Vec<String> {
    let errors = ended.stderr.lines().filter(|line| line.starts_with("error: "));
    errors.map(|line| line.replace(|digit: char| line.contains(" MiB free") && digit.is_ascii_digit(), "")).collect()
}

/// The time stands first in a line of the log, then the night and the stage, if it is in one.
fn warnings(ended: &Ended) -> Vec<&str> {
    let warnings = ended.stderr.lines().filter_map(|line| line.split_once(" WARN ")).map(|(_, said)| said);
    warnings.map(|said| said.strip_prefix("night{").map_or(said, |rest| rest.split_once(": ").unwrap().1)).collect()
}

#[test]
fn a_check_ends_as_the_night_would_says_what_it_would_and_leaves_no_trace() {
    for (case, spoil, flags, code) in CASES {
        for bench in [Bench::sound(), Bench::published_once()] {
            spoil(&bench);
            let before = Disk::of(&bench);
            let checked = check(&bench, flags);
            before.assert_unchanged(&Disk::of(&bench));
            let night = night(&bench, flags);
            assert_eq!(
                (checked.code, night.code),
                (Some(code), Some(code)),
                "{case}: {}{}",
                checked.stderr,
                night.stderr
            );
            let (found, wanted) = (errors(&checked), errors(&night));
            assert!(wanted.iter().all(|line| found.contains(line)), "{case}: {found:#?} {wanted:#?}");
            if code == 0 {
                // Days without rows the night lists with its results.
                let mut warned = warnings(&checked);
                warned.retain(|line| !line.contains("found 0 rows of disputes dt=2022-03-14, wanted some"));
                assert_eq!(warned, warnings(&night), "{case}");
                assert_eq!(warned.len() != warnings(&checked).len(), night.stdout.contains("0 rows: "), "{case}");
            }
        }
    }
}

#[test]
fn a_lock_that_is_held_ends_the_check_as_the_night_unless_the_night_may_wait() {
    for folder in ["out", "state"] {
        let bench = Bench::published_once();
        let _held = Lock::acquire(&lock_folder(&bench.path(folder)), &holder(4_242), Duration::ZERO).unwrap();
        let checked = check(&bench, &[]);
        assert_eq!((checked.code, bench.nightly(&[]).code), (Some(BUSY), Some(BUSY)));
        assert!(checked.stderr.contains("held by process 4242 on scores-1"), "{}", checked.stderr);
        assert!(checked.stdout.contains("payments"), "the rest was looked at: {}", checked.stdout);
        assert_eq!(check(&bench, &["--wait=1"]).code, Some(0));
    }
}

#[test]
fn faults_of_every_kind_are_found_at_once() {
    let bench = Bench::published_once();
    bench.add_rule("tiers.csv", "no,row");
    write_newer_format(&bench);
    change_payments(&bench, |batch| without(batch, "shop_id"));
    fs::remove_dir_all(bench.partition(Table::Reviews, day(A_DAY))).unwrap();
    bench.put(Table::Shops, day(A_DAY), &vec![shop_row(1, "茶"); 10]);
    let _held = Lock::acquire(&lock_folder(&bench.path("out")), &holder(4_242), Duration::ZERO).unwrap();
    let before = Disk::of(&bench);
    let checked = check(&bench, &["--set=min_free_mib=1000000000", "--format=json"]);
    before.assert_unchanged(&Disk::of(&bench));
    assert_eq!(checked.code, Some(USAGE), "that of the first: {}", checked.stderr);
    let answer: serde_json::Value = serde_json::from_str(&checked.stdout).unwrap();
    let mut areas: BTreeMap<String, usize> = BTreeMap::new();
    for found in answer["findings"].as_array().unwrap() {
        assert_eq!(found["severity"], "error");
        let said = found["said"].as_str().unwrap();
        assert!(checked.stderr.contains(&format!("error: {said}\n")), "{said}");
        *areas.entry(found["area"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let expected = [("disk", 2), ("extracts", 2), ("lock", 1), ("rows", 1), ("rules", 1), ("state", 1)];
    assert_eq!(areas, expected.map(|(area, count)| (area.to_owned(), count)).into());
    assert_eq!((&answer["schema"], &answer["exit_code"]), (&"check/1".into(), &USAGE.into()));
}

#[test]
fn the_rows_of_every_table_stand_beside_its_usual_ones() {
    let bench = Bench::published_once();
    thin(&bench);
    let checked = check(&bench, &["--set=warn_rows_median=10", "--format=csv"]);
    checked.assert_done();
    let rows: Vec<&str> = checked.stdout.lines().collect();
    assert_eq!(rows[0], "table,days,newest,age_days,rows,median,least,least_on,verdict");
    assert_eq!(rows[1], "shops,1,2022-03-15,0,5,,,,ok");
    assert_eq!(rows[2], "payments,3,2022-03-15,0,10,10.0,1,2022-03-14,warned");
    assert_eq!(rows[3], "pickups,3,2022-03-15,0,5,5.0,5,2022-03-13,ok");
    assert_eq!(rows.len(), 9);
}

/// What was judged once is known without another look at the rows.
#[test]
fn after_a_refused_night_the_check_knows_the_rows_that_refused_it() {
    let bench = Bench::published_once();
    bench.put(Table::Payments, day(A_DAY), &payments(A_DAY, 30, 30, |row| row[3] = Cell::Integer(-1)));
    assert_eq!(check(&bench, &[]).code, Some(0), "rows are not decoded");
    assert_eq!(bench.nightly(&[]).code, Some(REJECTED));
    let checked = check(&bench, &[]);
    assert_eq!(checked.code, Some(REJECTED));
    assert!(checked.stderr.contains("30 of 30 rows of payments dt=2022-03-14 quarantined"), "{}", checked.stderr);
    bench.deliver_again();
    check(&bench, &[]).assert_done();
    bench.nightly(&[]).assert_done();
    assert_clean(&bench);
}

#[test]
fn what_a_night_would_do_to_the_state_is_told_by_its_reasons() {
    let state = |bench: &Bench, flags: &[&str]| -> serde_json::Value {
        let checked = check(bench, &[flags, &["--format=json"]].concat());
        checked.assert_done();
        serde_json::from_str::<serde_json::Value>(&checked.stdout).unwrap()["state"].clone()
    };
    let bench = Bench::sound();
    let before = state(&bench, &[]);
    assert_eq!((&before["format"], &before["table_days"]), (&serde_json::Value::Null, &0.into()));
    assert_eq!(before["to_compute"], serde_json::json!({ "nothing was stored": 22 }));
    bench.nightly(&[]).assert_done();
    let stored = state(&bench, &[]);
    assert_eq!((&stored["format"], &stored["table_days"]), (&stored["format_of_this_release"], &22.into()));
    assert_eq!(stored["to_compute"], serde_json::json!({}));
    let elsewhere = state(&bench, &["--set=time_zone=Asia/Jakarta"]);
    assert_eq!(elsewhere["to_compute"], serde_json::json!({ "settings or rules changed": 22 }));
    assert_eq!(elsewhere["no_longer_hold"], elsewhere["to_compute"]);
    set_modified(&bench.file(Table::Reviews, day(AS_OF)), SystemTime::UNIX_EPOCH);
    assert_eq!(state(&bench, &[])["to_compute"], serde_json::json!({ "files were touched": 1 }));
}

#[test]
fn without_a_date_it_is_the_night_of_yesterday() {
    let checked = Bench::sound().run("check");
    assert_eq!(checked.code, Some(MISSING), "no extracts are as young as that: {}", checked.stderr);
    assert!(checked.stdout.contains("the night of "), "{}", checked.stdout);
}
