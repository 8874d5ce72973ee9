//! What was published and stored is checked against its recorded hashes, and frozen month ends survive damage.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use crate::support::Bench;
use crate::support::disk::{files_named, flip_middle};

const MONTH_END: &str = "month_end_scores/month_end=2022-01-31";

/// The published file of a month end, and its copy.
fn month_end(bench: &Bench) -> (PathBuf, PathBuf) {
    let copies = files_named(&bench.path("out/frozen").join(MONTH_END), "", "");
    assert_eq!(copies.len(), 1);
    (bench.path("out/current").join(MONTH_END).join("part-0.parquet"), copies[0].clone())
}

#[test]
fn a_frozen_month_end_has_a_copy_that_shares_no_inode_and_outlives_damage() {
    let bench = Bench::two_months();
    bench.said("backfill --from 2022-01-30 --to 2022-02-02");
    bench.run("verify").assert_said("are as recorded");
    let (published, copy) = month_end(&bench);
    assert_ne!(fs::metadata(&published).unwrap().ino(), fs::metadata(&copy).unwrap().ino());
    assert!(fs::read(&published).unwrap() == fs::read(&copy).unwrap());

    flip_middle(&published);
    let refused = bench.run("verify");
    assert_eq!(refused.code, Some(6), "{}", refused.stderr);
    let [line, ..] = &refused.stderr.lines().collect::<Vec<_>>()[..] else { panic!("{}", refused.stderr) };
    let file_name = copy.file_name().unwrap().to_str().unwrap();
    assert!(line.contains(MONTH_END) && line.contains(file_name), "{line}");
    let hash = file_name.strip_suffix(".parquet").unwrap();
    assert!(line.contains(&format!("wanted SHA-256 {hash}")), "{line}");

    fs::write(&published, fs::read(&copy).unwrap()).unwrap();
    bench.said("verify");
    flip_middle(&copy);
    assert!(bench.run("verify").stderr.contains("no sound copy of a frozen month end"));
}

#[test]
fn every_damaged_file_of_the_state_folder_is_named_and_left_where_it_is() {
    let bench = Bench::two_months();
    bench.said("backfill --from 2022-01-30 --to 2022-02-02");
    let mut damaged = 0;
    for (folder, ending) in [
        ("partials/reviews", ".json"),
        ("partials/payments", ".parquet"),
        ("window", ".sealed"),
        ("whole/shops", ".parquet"),
    ] {
        let file = files_named(&bench.path("state").join(folder), "", ending).swap_remove(0);
        flip_middle(&file);
        damaged += 1;
        let refused = bench.run("verify");
        assert_eq!((refused.code, refused.stderr.lines().count()), (Some(6), damaged), "{}", refused.stderr);
        assert!(refused.stderr.contains(file.file_name().unwrap().to_str().unwrap()), "{}", refused.stderr);
        assert!(file.exists());
    }
    bench.said("backfill --from 2022-01-30 --to 2022-02-02");
    bench.said("nightly --date 2022-02-02");
}

#[test]
fn nothing_is_made_of_a_month_end_that_is_not_as_it_was_published() {
    let bench = Bench::two_months();
    bench.said("backfill --from 2022-01-30 --to 2022-02-02");
    let (published, copy) = month_end(&bench);
    flip_middle(&published);
    let before = bench.published();
    let named: &[&str] = &[MONTH_END, "found SHA-256 ", copy.file_name().unwrap().to_str().unwrap()];
    for command in [
        "settle --year 2022",
        "nightly --date 2022-01-31",
        "restate --month-end 2022-01-31 --because x --knowledge-day 2022-02-02",
    ] {
        bench.run(command).assert_refused(6, &[named]);
        assert!(bench.published() == before, "{command}");
    }
    fs::remove_dir_all(published.parent().unwrap()).unwrap();
    let gone: &[&str] = &[MONTH_END, "no such file", copy.file_name().unwrap().to_str().unwrap()];
    bench.run("nightly --date 2022-01-31").assert_refused(6, &[gone]);
}

#[test]
fn a_link_that_was_removed_is_put_back_by_a_rollback_to_any_generation_that_readers_saw() {
    let bench = Bench::two_months();
    bench.said("nightly --date 2022-01-31");
    fs::remove_file(bench.path("out/current")).unwrap();
    let refused = bench.run("nightly --date 2022-02-01");
    assert_eq!(refused.code, Some(6), "{}", refused.stderr);
    bench.said("rollback --to 1");
    bench.said("nightly --date 2022-02-01");
    bench.said("verify");
}

#[test]
fn pruning_keeps_the_payments_of_a_year_that_is_settled_provisionally() {
    let bench = Bench::two_months();
    bench.said("backfill --from 2022-01-28 --to 2022-03-02");
    bench.said("settle --year 2022");
    let payments = || fs::read_dir(bench.path("state/partials/payments")).unwrap().count();
    let before = payments();
    bench.said("state prune --keep-days 5");
    assert_eq!(payments(), before);
}
