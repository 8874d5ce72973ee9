//! A frozen month end stays as it was published until it is restated, and then only what must change does.

use super::{MONTH_ENDS, differing_folders};
use crate::support::library::{MONTH_END_REVISIONS, MONTH_END_SCORES, MONTHLY_ASSESSMENTS};
use crate::support::{Bench, Ended, Marketplace, Span, Table, WINDOW_DAYS, at, day, row};

const REVISED: [&str; 5] = ["shop_id", "score", "revision", "restated_because", "knowledge_day"];
const JANUARY: &str = MONTH_ENDS[0];

fn january_and_february() -> Bench {
    let bench = Bench::two_months();
    bench.said("backfill --from 2022-01-31 --to 2022-03-01");
    bench
}

/// January restated for a reason, as known on the day on which those appeals took effect.
fn restated(bench: &Bench, because: &str) -> Ended {
    let restate = ["restate", "--month-end", JANUARY, "--knowledge-day", "2022-02-03", "--because", because];
    Ended::of(&mut bench.program(&restate))
}

#[test]
fn a_frozen_month_end_survives_a_rerun_after_a_late_appeal_and_a_late_rewrite() {
    let bench = january_and_february();
    let frozen = bench.published();
    bench.appeal_reviews_of_shop_3();
    bench.run("nightly --date 2022-01-31").assert_said("month end 2022-01-31 is frozen and stays as it was published");
    assert!(differing_folders(&frozen, &bench.published()).is_empty());

    bench.put(Table::Reviews, day("2022-01-31"), &[row![1, 1, 1, 5, 5, at(day("2022-01-31"), "20:00")]]);
    bench.said("nightly --date 2022-01-31");
    let changed = differing_folders(&frozen, &bench.published());
    assert!(changed.contains("scores/dt=2022-01-31"), "{changed:?}");
    assert!(changed.iter().all(|folder| folder.ends_with("/dt=2022-01-31")), "{changed:?}");
}

#[test]
fn a_restatement_changes_the_rows_that_the_appeals_touch_and_those_whose_rank_they_moved() {
    let bench = january_and_february();
    let first = bench.shown(&MONTH_END_SCORES, JANUARY, &REVISED);
    bench.appeal_reviews_of_shop_3();
    let before = bench.published();
    restated(&bench, "appeals 900 to 902").assert_said("2022-01-31: 2 rows restated as known on 2022-02-03");

    let restated = bench.shown(&MONTH_END_SCORES, JANUARY, &REVISED);
    let revisions = bench.shown(&MONTH_END_REVISIONS, JANUARY, &REVISED);
    let changed: Vec<&String> = restated.iter().filter(|row| !first.contains(row)).collect();
    let stayed: Vec<&String> = restated.iter().filter(|row| first.contains(row)).collect();
    assert_eq!(stayed.iter().map(|row| &row[..1]).collect::<Vec<_>>(), ["1", "4", "5"]);
    assert_eq!(changed.len(), 2);
    for (row, shop) in changed.iter().zip(["2", "3"]) {
        assert!(row.starts_with(shop) && row.ends_with(" 2 appeals 900 to 902 2022-02-03"), "{row}");
    }
    assert_eq!(revisions, [first[1].clone(), first[2].clone()]);
    // Nobody is failed or passed by this, so the assessments of January alone are new.
    let tables = ["month_end_revisions", "month_end_scores", "monthly_assessments"];
    let folders = tables.map(|table| format!("{table}/month_end={JANUARY}"));
    assert_eq!(differing_folders(&before, &bench.published()), folders.into());
}

#[test]
fn a_restatement_that_changes_no_row_publishes_nothing() {
    let bench = january_and_february();
    let before = bench.published();
    let told = bench.said("restate --month-end 2022-01-31 --because check --knowledge-day 2022-02-10");
    assert_eq!(told, "2022-01-31: no row changes as known on 2022-02-10; nothing is published\n");
    assert_eq!(bench.published(), before);
}

#[test]
fn a_restatement_knows_no_later_appeals_than_those_of_its_knowledge_day() {
    let bench = january_and_february();
    bench.appeal_reviews_of_shop_3();
    let early = bench.said("restate --month-end 2022-01-31 --because check --knowledge-day 2022-02-02");
    assert!(early.contains("no row changes"), "decided on the day itself, they take effect a day later: {early}");
}

#[test]
fn a_failure_that_a_restatement_brings_reaches_the_later_months() {
    let bench = january_and_february();
    let exit = |value| bench.shown(&MONTHLY_ASSESSMENTS, value, &["shop_id", "status", "failures"]);
    let before = [exit(MONTH_ENDS[0]), exit(MONTH_ENDS[1])];
    // Every shop fails under this threshold; only a changed month end makes the later months follow.
    bench.change_rule("thresholds.csv", ",*,2.5,2.5,3,", ",*,2.5,5,2,");
    bench.appeal_reviews_of_shop_3();
    bench.said("restate --month-end 2022-01-31 --because appeals --knowledge-day 2022-02-03");
    let after = [exit(MONTH_ENDS[0]), exit(MONTH_ENDS[1])];
    assert_ne!(before, after);
    for (january, february) in after[0].iter().zip(&after[1]) {
        let failed = january.ends_with("fail 1");
        assert!(failed == february.ends_with("exit 2"), "{january}, {february}");
    }
    assert!(after[1].iter().any(|row| row.ends_with("exit 2")), "{after:?}");
}

/// November to January of shops that joined in January 2020: their cycles begin in April, and cross the year.
fn over_the_year(settings: &str) -> Bench {
    let days = Span { first: day("2021-11-26"), last: day("2022-02-02") };
    let mut marketplace = Marketplace::sound_in(days, days.first);
    marketplace.rows.retain(|(table, _), _| *table != Table::Appeals);
    let bench = Bench::of(marketplace);
    let usual = format!("window_days = {WINDOW_DAYS}\nmax_snapshot_age_days = 90\nmay_be_absent = 'appeals'");
    bench.configure(&format!("{usual}\nhistory_starts_on = {}\n{settings}", days.first));
    // Every shop fails but shop 3, and after those appeals that one, too.
    bench.change_rule("thresholds.csv", ",*,2.5,2.5,3,", ",*,2.5,4.75,3,");
    bench
}

fn failures(bench: &Bench, month_end: &str) -> Vec<String> {
    bench.shown(&MONTHLY_ASSESSMENTS, month_end, &["shop_id", "cycle_starts_on", "status", "failures"])
}

/// November restated after appeals on all reviews of its window for shop 3, which was the best rated.
fn restate_november(bench: &Bench) {
    let decided = day("2021-12-02");
    let reviews = ["2021-11-28", "2021-11-29", "2021-11-30"].into_iter().zip(900_i64..);
    let appeals = reviews.map(|(on, id)| row![id, 3, "review", 30, day(on), true, at(decided, "12:00")]);
    bench.deliver(Table::Appeals, decided, &appeals.collect::<Vec<_>>());
    bench.said("restate --month-end 2021-11-30 --because appeals --knowledge-day 2021-12-03");
}

#[test]
fn a_cycle_that_crosses_the_year_is_brought_up_to_date_over_it() {
    for (settings, starts_on, follows) in
        [("", "2021-04-01", true), ("assessment_cycle = 'calendar_year'", "2022-01-01", false)]
    {
        let bench = over_the_year(settings);
        bench.said("nightly --date 2021-12-31");
        bench.said("nightly --date 2022-01-31");
        let of_january = failures(&bench, "2022-01-31");
        assert!(of_january.iter().all(|row| row.contains(starts_on)), "{of_january:?}");
        // A month end that appears, and one that changes.
        bench.said("nightly --date 2021-11-30");
        let with_november = failures(&bench, "2022-01-31");
        assert_eq!(with_november != of_january, follows, "{settings}");
        restate_november(&bench);
        assert_eq!(failures(&bench, "2022-01-31") != with_november, follows, "{settings}");

        let in_order = over_the_year(settings);
        in_order.said("nightly --date 2021-11-30");
        restate_november(&in_order);
        in_order.said("nightly --date 2021-12-31");
        in_order.said("nightly --date 2022-01-31");
        for month_end in ["2021-11-30", "2021-12-31", "2022-01-31"] {
            assert_eq!(failures(&bench, month_end), failures(&in_order, month_end), "{settings}, {month_end}");
        }
    }
}

#[test]
fn what_cannot_be_restated_is_refused() {
    let bench = Bench::two_months();
    bench.said("nightly --date 2022-01-31");
    let refused = |command: &str, code, words: &[&str]| bench.run(command).assert_refused(code, &[words]);
    refused("restate --month-end 2022-01-30 --because x", 2, &["2022-01-30", "last day of a month"]);
    refused("restate --month-end 2022-02-28 --because x", 4, &["no month-end scores of 2022-02-28", "nightly"]);
    refused("restate --month-end 2022-01-31 --because x --knowledge-day 2022-01-30", 2, &["--knowledge-day"]);
    refused("restate --month-end 2022-01-31 --because x --knowledge-day 9999-01-01", 2, &["a day that is over"]);
    assert_eq!(bench.run("restate --month-end 2022-01-31").code, Some(2), "a reason is needed");
    assert_eq!(restated(&bench, " ").code, Some(2));
}
