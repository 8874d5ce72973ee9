//! What was rolled back is not published again of the same extracts, rules and settings by any night, until it is released.

use std::fs;

use crate::support::disk::{Disk, set_mode};
use crate::support::library::MONTH_END_SCORES;
use crate::support::{Bench, Table, WINDOW_DAYS, day};

const HELD: &str = "2022-03-15 is held: rolled back on ";

/// The nights of 14 and 15 March, the second of them rolled back.
fn rolled_back() -> Bench {
    let bench = Bench::week();
    bench.said("nightly --date 2022-03-14");
    bench.said("nightly --date 2022-03-15");
    bench.said("rollback --to 1 --because wrong");
    bench
}

/// Checks that a run warns of the hold, and changes nothing.
#[track_caller]
fn assert_held(bench: &Bench, command: &str) {
    let before = Disk::published(bench);
    bench.run(command).assert_warned(HELD);
    before.assert_unchanged(&Disk::published(bench));
}

#[test]
fn no_night_publishes_what_was_rolled_back_of_the_same() {
    let bench = rolled_back();
    // The last night in the state folder is the one that was rolled back.
    for command in [
        "nightly --date 2022-03-15",
        "nightly --date 2022-03-15 --rehash",
        "nightly --date 2022-03-15 --dry-run",
        "backfill --from 2022-03-14 --to 2022-03-15",
        "backfill --from 2022-03-14 --to 2022-03-15 --dry-run",
        "check --date 2022-03-15",
    ] {
        assert_held(&bench, command);
    }
    fs::remove_dir_all(bench.path("state")).unwrap();
    assert_held(&bench, "nightly --date 2022-03-15");
    assert_eq!(bench.said("backfill --stale"), "no published night is stale\n");
    bench.run("plan --date 2022-03-15").assert_said(HELD);
    bench
        .run("check --date 2022-03-15")
        .assert_said("1 warnings: the night of 2022-03-15 is held and would publish nothing");
    bench.run("generations").assert_said("because wrong; the same extracts, rules and settings would publish");
}

#[test]
fn what_is_not_published_says_what_would_publish_it() {
    let bench = Bench::week();
    bench.configure(&format!("window_days = {WINDOW_DAYS}\ncatch_up_days = 36600"));
    let nightly = "`shopscore nightly --date 2022-03-15`";
    let assert_advised = |words: &str| {
        for command in ["summary --date 2022-03-15", "explain --shop 1 --date 2022-03-15"] {
            bench.run(command).assert_refused(4, &[&["of 2022-03-15 in 000001-night-2022-03-14-", words]]);
        }
    };
    bench.said("nightly --date 2022-03-14");
    assert_advised(&format!("publish the day with {nightly}"));
    bench.said("nightly --date 2022-03-15");
    bench.said("rollback --to 1 --because wrong");
    assert_advised(&format!(
        "it is held: `shopscore rollback --release 2022-03-15`, then {nightly} publishes it; it was rolled"
    ));
    bench.said("rollback --release 2022-03-15");
    assert_advised(&format!("released: the next night without a date publishes it, or {nightly} at once"));
    bench.run("rollback --release 2022-03-15").assert_refused(2, &[&["no hold", "released already: 2022-03-15"]]);
}

#[test]
fn other_extracts_rules_or_settings_are_published_and_the_hold_stays_for_the_old_ones() {
    let bench = rolled_back();
    bench.said("nightly --date 2022-03-15 --set after_sales_mix=volume");
    assert_held(&bench, "nightly --date 2022-03-15");

    let reviews = bench.file(Table::Reviews, day("2022-03-15"));
    let before = fs::read(&reviews).unwrap();
    bench.change(Table::Reviews, day("2022-03-15"), |rows| rows.slice(0, 3));
    bench.run("nightly --date 2022-03-15").assert_said("published as 000004-");
    fs::write(&reviews, before).unwrap();
    assert_held(&bench, "nightly --date 2022-03-15");
    assert_held(&bench, "backfill --stale");
}

#[test]
fn a_released_night_is_published_again_and_so_is_one_that_a_person_goes_forward_to() {
    let bench = rolled_back();
    let before = Disk::published(&bench);
    let foretold = bench.said("rollback --release 2022-03-15 --dry-run");
    before.assert_unchanged(&Disk::published(&bench));
    let released = bench.said("rollback --release 2022-03-15");
    assert!(
        released.contains("no night publishes by itself: 2022-03-15; `shopscore backfill"),
        "too far back: {released}"
    );
    assert_eq!(foretold, format!("dry run: nothing is written; the run would say\n{released}"));
    bench.run("rollback --release 2022-03-15").assert_refused(2, &[&["no hold on 2022-03-15", "nothing is held"]]);
    bench.run("nightly --date 2022-03-15").assert_said("published as 000003-");

    bench.said("rollback --to 1");
    bench.run("rollback --to 3").assert_said("held no more, since readers see them: 2022-03-15");
    bench.run("nightly --date 2022-03-15").assert_said("already current");
    assert_eq!(bench.said("rollback --release all"), "nothing is held\n");
}

#[test]
fn a_generation_or_a_release_is_asked_for_and_not_both() {
    let bench = Bench::sound();
    for arguments in ["", " --to 1 --release all", " --release soon", " --release all --because x"] {
        assert_eq!(bench.run(&format!("rollback{arguments}")).code, Some(2), "{arguments}");
    }
}

#[test]
fn a_held_night_that_ends_a_month_freezes_nothing() {
    let bench = Bench::two_months();
    bench.said("backfill --from 2022-01-30 --to 2022-01-31");
    bench.said("rollback --to 1 --because wrong");
    bench.run("nightly --date 2022-01-31").assert_warned("2022-01-31 is held");
    assert!(bench.shown(&MONTH_END_SCORES, "2022-01-31", &["shop_id"]).is_empty());
    bench.said("rollback --release 2022-01-31");
    bench.run("nightly --date 2022-01-31").assert_said("month end 2022-01-31 closed");
}

/// Its hash is one of other words, so that it cannot be known whether the night would be the same.
#[test]
fn a_night_of_an_earlier_release_is_held_by_its_day_until_it_is_released() {
    let bench = Bench::week();
    bench.said("nightly --date 2022-03-14");
    bench.said("nightly --date 2022-03-15");
    let described = bench.path("out/current/../generation.json");
    let text = fs::read_to_string(&described).unwrap();
    let of_today = text.split("\"2022-03-15\": \"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    set_mode(&described, 0o644);
    fs::write(&described, text.replace(&of_today, "0123456789abcdef0123456789abcdef")).unwrap();
    bench.said("rollback --to 1");
    bench.put(Table::Reviews, day("2022-03-15"), &[]);
    assert_held(&bench, "nightly --date 2022-03-15");
    bench.said("rollback --release 2022-03-15");
    bench.run("nightly --date 2022-03-15").assert_said("published as 000003-");
}
