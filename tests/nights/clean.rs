//! The law of stored state: a night is the same night from scratch, byte for byte.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use proptest::prelude::*;
use shopscore::domain::{Day, Window};
use shopscore::publish::outputs::QUARANTINE;
use shopscore::publish::reading::read_partition;

use crate::support::bench::{Bench, Ended, Published};

/// Runs the night of `window` on the state that there is and once more on none, and compares all that can be seen of the
/// two: what they publish for that day, what they set aside, how they end. A refused night changes nothing.
pub(crate) fn compare(bench: &Bench, window: Window, flags: &[&str]) -> Result<(), TestCaseError> {
    let as_of = window.last;
    let before = bench.published();
    let ended = bench.night(as_of, flags);
    let after = bench.published();
    let scratch = bench.path("scratch");
    let from_scratch = bench.night(as_of, &["--state", "scratch/state", "--out", "scratch/out"]);
    let clean = bench.published_under("scratch/out");
    prop_assert_eq!(ended.code, from_scratch.code, "{}{}", ended.stderr, from_scratch.stderr);
    prop_assert_eq!(errors(&ended), errors(&from_scratch));
    if ended.code == Some(0) {
        prop_assert_eq!(summary(&ended), summary(&from_scratch));
        prop_assert_eq!(differing(&of_night(&after, as_of), &of_night(&clean, as_of)), [""; 0]);
        prop_assert!(of_night(&clean, as_of).len() >= 5);
        prop_assert_eq!(
            differing(&of_other_nights(&before, as_of), &of_other_nights(&after, as_of)),
            [""; 0]
        );
        prop_assert_eq!(quarantined(bench, "out", window), quarantined(bench, "scratch/out", window));
    } else {
        prop_assert_eq!(before, after);
    }
    fs::remove_dir_all(scratch).unwrap();
    Ok(())
}

/// Publishes stale nights again, and compares every published night with the same night from scratch; one that would be
/// refused now stays as it was published. Where the run is refused, so is one of these nights.
pub(crate) fn compare_stale(bench: &Bench) -> Result<(), TestCaseError> {
    let ended = bench.run(&["backfill", "--stale"]);
    let published = bench.published();
    let mut refused = Vec::new();
    for as_of in nights(&published) {
        let from_scratch = bench.night(as_of, &["--state", "scratch/state", "--out", "scratch/out"]);
        if ended.code == Some(0) && from_scratch.code == Some(0) {
            let clean = bench.published_under("scratch/out");
            prop_assert_eq!(differing(&of_night(&published, as_of), &of_night(&clean, as_of)), [""; 0]);
        }
        refused.push(from_scratch.code);
        fs::remove_dir_all(bench.path("scratch")).unwrap();
    }
    prop_assert!(ended.code == Some(0) || refused.contains(&ended.code), "{}", ended.stderr);
    Ok(())
}

/// The published nights.
fn nights(published: &Published) -> BTreeSet<Day> {
    let folders =
        published.files.keys().filter_map(|path| path.parent()?.strip_prefix("published/scores").ok());
    folders.filter_map(|folder| folder.to_str()?.strip_prefix("dt=")?.parse().ok()).collect()
}

fn errors(ended: &Ended) -> Vec<&str> {
    ended.stderr.lines().filter(|line| line.starts_with("error: ")).collect()
}

/// The line that counts shops, scores and quarantined rows.
fn summary(ended: &Ended) -> Option<&str> {
    ended.stdout.lines().next()
}

type Files<'a> = BTreeMap<&'a PathBuf, &'a Vec<u8>>;

/// The published files of a night.
pub(crate) fn of_night(published: &Published, as_of: Day) -> Files<'_> {
    of_nights(published, |path| is_of(path, as_of))
}

fn of_other_nights(published: &Published, as_of: Day) -> Files<'_> {
    of_nights(published, |path| !is_of(path, as_of))
}

fn of_nights(published: &Published, wanted: impl Fn(&Path) -> bool) -> Files<'_> {
    let files = published.files.iter();
    files.filter(|(path, _)| path.starts_with("published") && wanted(path)).collect()
}

fn is_of(path: &Path, as_of: Day) -> bool {
    path.parent().is_some_and(|folder| folder.ends_with(format!("dt={as_of}")))
}

fn differing(one: &Files<'_>, other: &Files<'_>) -> Vec<String> {
    let paths = one.keys().chain(other.keys());
    let differing = paths.filter(|path| one.get(*path) != other.get(*path));
    differing.map(|path| path.display().to_string()).collect()
}

/// The quarantined rows of a window but for those of the shops, of which a night reads one snapshot alone.
fn quarantined(bench: &Bench, out: &str, window: Window) -> BTreeMap<Day, RecordBatch> {
    let mut found = BTreeMap::new();
    for day in window.days() {
        let folder = bench.path(out).join(format!("quarantine/dt={day}"));
        if folder.is_dir() {
            let rows = read_partition(&folder, &QUARANTINE).unwrap();
            let tables = rows.column_by_name("table").unwrap().as_string::<i32>();
            let others: BooleanArray = tables.iter().map(|table| Some(table != Some("shops"))).collect();
            let rows = filter_record_batch(&rows, &others).unwrap();
            if rows.num_rows() > 0 {
                found.insert(day, rows);
            }
        }
    }
    found
}
