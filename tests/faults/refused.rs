//! Rows that stop a run are kept for their owner, every key of them, until their day is published; and what only warns.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{REJECTED, assert_clean, payments};
use crate::support::disk::files_named;
use crate::support::library::QUARANTINE;
use crate::support::published::rows_shown;
use crate::support::{A_DAY, AS_OF, Bench, Cell, Row, Table, day, shop_row};

const KEPT: &str = "out/refused/dt=2022-03-14";

/// Every payment of [`A_DAY`] twice, 50 of them in all.
fn doubled() -> Vec<Row> {
    let rows = payments(A_DAY, 25, 0, |_| {});
    [rows.clone(), rows].concat()
}

fn kept(bench: &Bench) -> Vec<String> {
    rows_shown(&bench.path(KEPT), &QUARANTINE, &["extract", "reason", "key"])
}

#[test]
fn fault_25_every_row_that_was_doubled_is_kept_for_its_owner_until_the_day_is_published() {
    for bench in [Bench::sound(), Bench::published_once()] {
        bench.put(Table::Payments, day(A_DAY), &doubled());
        let finding = "25 of 50 rows of payments dt=2022-03-14 quarantined (25 duplicate_key, first order_id 0)";
        let advice = "all of them are kept in out/refused until the day is published";
        for _ in 0..2 {
            bench.nightly(&[]).assert_refused(REJECTED, &[&[finding, advice]]);
            let expected: Vec<String> = (0..25).map(|order| format!("payments duplicate_key {order}")).collect();
            assert_eq!(kept(&bench), expected);
        }
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let files = files_named(&bench.path(KEPT), "", "");
        assert_eq!(files.iter().map(|file| mode(file)).collect::<Vec<_>>(), [0o400]);
        assert_eq!((mode(&bench.path(KEPT)), mode(&bench.path("out/refused"))), (0o700, 0o700));
        bench.deliver_again();
        bench.nightly(&[]).assert_done();
        assert!(!bench.path("out/refused").exists(), "the day is published");
        assert_clean(&bench);
    }
}

#[test]
fn only_the_table_days_that_stop_the_run_are_kept_and_a_limit_that_is_raised_publishes_them() {
    let bench = Bench::sound();
    bench.put(Table::Payments, day(A_DAY), &doubled());
    bench.put(Table::Payments, day(AS_OF), &payments(AS_OF, 10, 1, |row| row[3] = Cell::Integer(-1)));
    assert_eq!(bench.nightly(&[]).code, Some(REJECTED));
    assert!(bench.path(KEPT).exists());
    assert!(!bench.path("out/refused/dt=2022-03-15").exists(), "one row stops nothing");
    bench.nightly(&["--set", "max_quarantined_percent=50"]).assert_done();
    assert!(!bench.path("out/refused").exists());
    assert_eq!(bench.quarantined(A_DAY).len(), 25, "they are quarantined now");
}

#[test]
fn rows_that_cannot_be_kept_change_nothing_of_the_refusal() {
    let bench = Bench::sound();
    bench.put(Table::Payments, day(A_DAY), &doubled());
    fs::create_dir(bench.path("out")).unwrap();
    fs::write(bench.path("out/refused"), "a file").unwrap();
    let ended = bench.nightly(&[]);
    assert_eq!(ended.code, Some(REJECTED));
    assert!(ended.stderr.contains(": the rows that were refused are not kept"), "{}", ended.stderr);
    assert!(!ended.stderr.contains("all of them are kept"), "{}", ended.stderr);
}

/// Each limit has a lower value that is said and goes on; the same night again says the same.
#[test]
fn what_is_beyond_the_value_that_warns_is_said_once_and_published() {
    type Spoil = fn(&Bench);
    let cases: [(Spoil, &[&str], &str); 5] = [
        (
            |bench| bench.put(Table::Payments, day(A_DAY), &payments(A_DAY, 30, 15, |row| row[3] = Cell::Integer(-1))),
            &[],
            "15 of 30 rows of payments dt=2022-03-14 quarantined (15 out_of_range, first amount_fen -1 (order_id 0)), \
             wanted at most 0.5 % (warn_quarantined_percent) or 10 rows (warn_quarantined_rows)",
        ),
        (
            |bench| bench.put(Table::Payments, day(A_DAY), &payments(A_DAY, 3, 0, |_| {})),
            &["--set=warn_rows_median=10"],
            "3 rows of payments dt=2022-03-14, wanted at least 50 % (warn_rows_percent) of the median day's 10 rows",
        ),
        (
            |bench| bench.put(Table::Shops, day(A_DAY), &(1..=6).map(|shop| shop_row(shop, "茶")).collect::<Vec<_>>()),
            &[],
            "5 rows of the shop snapshot, wanted at least 95 % (warn_snapshot_percent) of the 6 rows",
        ),
        (
            |bench| bench.put(Table::Payments, day(A_DAY), &of_shop_9(200)),
            &[],
            "200 of 200 sound rows of payments dt=2022-03-14 of shops that the snapshot does not have, wanted at most 1 % \
             (warn_unknown_shop_percent) or 100 rows (warn_unknown_shop_rows)",
        ),
        (
            |bench| bench.put(Table::Shops, day(AS_OF), &with_a_shop_of_no_category()),
            &["--set=max_unscored_percent=20"],
            "1 of 6 present shops without a score (1 category_without_weights, 0 no_data; categories without weights: \
             \"没有这个类目\" of 1), wanted at most 3 % (warn_unscored_percent)",
        ),
    ];
    for (spoil, flags, warning) in cases {
        let bench = Bench::sound();
        spoil(&bench);
        for run in ["published", "again"] {
            let ended = bench.nightly(flags);
            ended.assert_done();
            assert_eq!(ended.stderr.lines().count(), 1, "{run}: {}", ended.stderr);
            assert!(ended.stderr.contains(&format!(" quality: found {warning}")), "{run}: {}", ended.stderr);
        }
    }
}

#[test]
fn an_older_snapshot_is_warned_of() {
    let ended = Bench::week().nightly(&["--set=warn_snapshot_age_days=5"]);
    ended.assert_done();
    let warning = "the newest shop snapshot is of 2022-03-09, wanted one at most 5 days older than 2022-03-15 (warn_snapshot_age_days)";
    assert!(ended.stderr.contains(warning) && ended.stderr.lines().count() == 1, "{}", ended.stderr);
}

fn of_shop_9(rows: i64) -> Vec<Row> {
    let mut payments = payments(A_DAY, rows, 0, |_| {});
    payments.iter_mut().for_each(|row| row[1] = Cell::Integer(9));
    payments
}

fn with_a_shop_of_no_category() -> Vec<Row> {
    let mut shops: Vec<Row> = (1..=5).map(|shop| shop_row(shop, "茶")).collect();
    shops.push(shop_row(6, "没有这个类目"));
    shops
}
