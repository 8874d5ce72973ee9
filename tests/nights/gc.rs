//! What OUT and STATE take on disk is said, and what nobody needs any more goes when it is asked for.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::Bench;
use crate::support::disk::{Disk, files_named};

fn json(bench: &Bench, command: &str) -> Value {
    serde_json::from_str(&bench.said(&format!("{command} --format json"))).unwrap()
}

/// What `du` says that a folder takes.
fn taken(folder: &Path) -> u64 {
    let said = Command::new("du").args(["--summarize", "--block-size=1"]).arg(folder).output().unwrap();
    String::from_utf8(said.stdout).unwrap().split_whitespace().next().unwrap().parse().unwrap()
}

fn generations(bench: &Bench) -> Vec<String> {
    let names = bench.published().generations.into_iter();
    names.map(|name| name.into_string().unwrap()).collect()
}

/// The nights of 12 to 15 March, each a generation.
fn four_nights() -> Bench {
    let bench = Bench::week();
    (12..=15).for_each(|night| drop(bench.said(&format!("nightly --date 2022-03-{night}"))));
    bench
}

#[test]
fn what_folders_take_is_what_du_says_and_a_generation_s_own_bytes_are_those_that_its_removal_frees() {
    let bench = four_nights();
    let listed = json(&bench, "generations");
    assert_eq!(listed["size_bytes"], taken(&bench.path("out")));
    let third = &listed["generations"][2];
    fs::remove_dir_all(bench.path("out/generations").join(third["name"].as_str().unwrap())).unwrap();
    let freed = listed["size_bytes"].as_u64().unwrap() - taken(&bench.path("out"));
    assert_eq!(third["own_bytes"], freed);

    let state = json(&bench, "state");
    assert_eq!(state["size_bytes"], taken(&bench.path("state")));
    let others: Vec<&str> = state["others"].as_array().unwrap().iter().map(|of| of["name"].as_str().unwrap()).collect();
    assert_eq!(others, ["format.json", "last_night.json", "locks", "records", "window"]);
    let of_reviews = &state["tables"].as_array().unwrap().iter().find(|of| of["table"] == "reviews").unwrap();
    assert!(of_reviews["index_bytes"].as_u64() < of_reviews["size_bytes"].as_u64(), "{of_reviews}");
}

#[test]
fn generations_that_are_kept_no_longer_go_and_a_dry_run_says_the_same() {
    let bench = four_nights();
    let shown = bench.published().files;
    let before = (Disk::of(&bench), taken(&bench.path("out/generations")));
    let foretold = bench.said("gc --set keep_generations=1 --dry-run");
    before.0.assert_unchanged(&Disk::of(&bench));
    let said = bench.said("gc --set keep_generations=1");
    assert_eq!(foretold, format!("dry run: nothing is written; the run would say\n{said}"));
    let freed = before.1 - taken(&bench.path("out/generations"));
    assert_eq!(said, format!("removed generations that are kept no longer: 2, {freed} bytes\n"));
    let left = generations(&bench);
    assert!(left[0].starts_with("000003-night-2022-03-14-") && left[1].starts_with("000004-"), "{left:?}");
    assert!(bench.published().files == shown);
    assert_eq!(bench.said("gc --set keep_generations=1"), "nothing to remove\n");
    bench.said("verify");
}

#[test]
fn of_a_run_that_published_many_nights_the_last_generation_stays_with_the_one_before_the_run() {
    let bench = Bench::week();
    bench.said("nightly --date 2022-03-10");
    bench.said("backfill --from 2022-03-11 --to 2022-03-14");
    assert_eq!(generations(&bench).len(), 5, "readers may have opened them");
    bench.said("gc");
    let left = generations(&bench);
    assert_eq!(
        left.iter().map(|name| &name[..6]).collect::<Vec<_>>(),
        ["000001", "000004", "000005"],
        "and what it replaced"
    );
    bench.said("nightly --date 2022-03-15");
    let left = generations(&bench);
    assert_eq!(left.iter().map(|name| &name[..6]).collect::<Vec<_>>(), ["000001", "000005", "000006"]);
}

#[test]
fn what_killed_runs_left_goes_and_nothing_else() {
    let bench = four_nights();
    let of_reviews = files_named(&bench.path("state/partials/reviews"), "2022-03-15-", ".parquet").remove(0);
    let whole = Disk::of(&bench);
    let leftovers = [
        "out/.current.next",
        "out/generations/.staging/published/half",
        "out/generations/.removing-000001-night-2022-03-11-0123456789ab/half",
        "out/generations/000005-night-2022-03-16-0123456789ab/generation.json",
        "out/refused/.staging/half",
        "out/records/.holds.next",
        "out/frozen/month_end_scores/month_end=2022-02-28/.unfinished",
        "state/partials/reviews/2022-03-15.unfinished",
        "state/partials/reviews/2022-03-15-0123456789abcdef0123456789abcdef.parquet",
    ];
    for leftover in leftovers {
        let path = bench.path(leftover);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::copy(&of_reviews, path).unwrap();
    }
    let said = bench.said("gc");
    assert!(said.starts_with("removed leftovers of killed runs under OUT: 7, "), "{said}");
    assert!(said.contains("removed leftovers of killed runs under STATE: 1, "), "{said}");
    assert!(said.contains("removed files of table-days that were stored anew since: 1, "), "{said}");
    for folder in ["out/refused", "out/records", "out/frozen"] {
        fs::remove_dir_all(bench.path(folder)).unwrap();
    }
    whole.assert_unchanged(&Disk::of(&bench));
}

#[test]
fn refused_rows_go_once_they_are_too_old_and_copies_of_month_ends_never() {
    let bench = Bench::two_months();
    bench.said("nightly --date 2022-01-31");
    bench.said("nightly --date 2022-02-01");
    bench.said("rollback --to 1");
    for refused in ["2021-01-01", "2999-01-01"] {
        let folder = bench.path(&format!("out/refused/dt={refused}"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("part-0.parquet"), "rows").unwrap();
    }
    let copies = files_named(&bench.path("out/frozen/month_end_scores/month_end=2022-01-31"), "", "");
    let said = bench.said("gc --set keep_generations_days=0");
    assert!(said.contains("removed days of refused rows: 1, "), "{said}");
    assert_eq!(files_named(&bench.path("out/refused"), "", "").len(), 1);
    assert!(copies.iter().all(|copy| copy.exists()) && copies.len() == 1);
}

#[test]
fn nothing_is_removed_where_the_link_that_readers_open_is_gone() {
    let bench = four_nights();
    fs::remove_file(bench.path("out/current")).unwrap();
    let before = Disk::of(&bench);
    for command in ["gc", "gc --dry-run"] {
        let ended = bench.run(command);
        assert_eq!(ended.code, Some(6), "{}", ended.stderr);
        before.assert_unchanged(&Disk::of(&bench));
    }
}
