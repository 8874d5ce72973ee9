//! The law of stored state: a night is the same night from scratch, byte for byte.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::support::bench::SCRATCH_OUT;
use crate::support::{Bench, Day, Ended, Published, Span, differing};

/// Runs the night of `window` on the state that there is and once more on none, and compares all that can be seen of the
/// two: what they publish for that day, what they set aside, how they end. A refused night changes nothing.
pub(crate) fn compare(bench: &Bench, window: Span, flags: &[&str]) -> Result<(), TestCaseError> {
    let as_of = window.last;
    let before = bench.published();
    let ended = bench.night(as_of, flags);
    let after = bench.published();
    let from_scratch = bench.scratch_night(as_of, &[]);
    prop_assert_eq!(ended.code, from_scratch.code, "{}{}", ended.stderr, from_scratch.stderr);
    prop_assert_eq!(errors(&ended), errors(&from_scratch));
    if ended.code == Some(0) {
        prop_assert_eq!(summary(&ended), summary(&from_scratch));
        let ((_, others_before), (night, others)) = (before.of_night(as_of), after.of_night(as_of));
        let (clean, _) = bench.published_under(SCRATCH_OUT).of_night(as_of);
        prop_assert_eq!(differing(&night, &clean), BTreeSet::new());
        prop_assert!(clean.len() >= 5);
        prop_assert_eq!(differing(&others_before, &others), BTreeSet::new());
        prop_assert_eq!(quarantined(bench, "out", window), quarantined(bench, SCRATCH_OUT, window));
    } else {
        prop_assert_eq!(before, after);
    }
    Ok(())
}

/// Publishes stale nights again, and compares every published night with the same night from scratch; one that would be
/// refused now stays as it was published. Where the run is refused, so is one of these nights.
pub(crate) fn compare_stale(bench: &Bench) -> Result<(), TestCaseError> {
    let ended = bench.run("backfill --stale");
    let published = bench.published();
    let mut refused = Vec::new();
    for as_of in nights(&published) {
        let from_scratch = bench.scratch_night(as_of, &[]);
        if ended.code == Some(0) && from_scratch.code == Some(0) {
            let (clean, _) = bench.published_under(SCRATCH_OUT).of_night(as_of);
            prop_assert_eq!(differing(&published.of_night(as_of).0, &clean), BTreeSet::new());
        }
        refused.push(from_scratch.code);
    }
    prop_assert!(ended.code == Some(0) || refused.contains(&ended.code), "{}", ended.stderr);
    Ok(())
}

fn nights(published: &Published) -> BTreeSet<Day> {
    let folders = published.files.keys().filter_map(|path| path.parent()?.strip_prefix("published/scores").ok());
    folders.filter_map(|folder| folder.to_str()?.strip_prefix("dt=")?.parse().ok()).collect()
}

/// What refused a night, whichever output folder it names.
fn errors(ended: &Ended) -> Vec<String> {
    let errors = ended.stderr.lines().filter(|line| line.starts_with("error: "));
    errors.map(|line| line.replace(SCRATCH_OUT, "out")).collect()
}

/// The line that counts shops, scores and quarantined rows.
fn summary(ended: &Ended) -> Option<&str> {
    ended.stdout.lines().next()
}

/// The quarantined rows of a window but for those of the shops, of which a night reads one snapshot alone.
fn quarantined(bench: &Bench, out: &str, window: Span) -> BTreeMap<Day, Vec<String>> {
    let of_day = |day: Day| {
        let mut rows = bench.quarantined_under(out, &day.to_string());
        rows.retain(|row| !row.starts_with("shops "));
        (day, rows)
    };
    window.days().map(of_day).filter(|(_, rows)| !rows.is_empty()).collect()
}
