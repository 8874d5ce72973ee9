//! Which files of a folder a run wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::clean;
use crate::support::disk::walk;
use crate::support::{AS_OF, Bench, Day, Span, WINDOW_DAYS, day};

/// The tables that have daily partials.
pub(crate) const TABLES: usize = 6;
/// How many daily partials a night needs.
pub(crate) const PARTIALS: usize = 3 * TABLES;

/// The last day of the extracts.
pub(crate) fn today() -> Day {
    day(AS_OF)
}

/// The day before it.
pub(crate) fn yesterday() -> Day {
    today().plus(-1)
}

/// As [`Bench::week`], after the night of the last day.
pub(crate) fn week_with_a_night() -> Bench {
    let bench = Bench::week();
    bench.night(today(), &[]).assert_done();
    bench
}

/// Runs the night of the last day, compares it with the night from scratch, and returns how many partials were computed
/// by then and what the first run wrote under the partials of the state folder.
pub(crate) fn recomputed(bench: &Bench, flags: &[&str]) -> (usize, BTreeSet<String>) {
    let before = Stamps::of(&bench.path("state/partials"));
    let ended = bench.night(today(), flags);
    ended.assert_done();
    let (computed, kept) = ended.partials();
    assert_eq!(computed + kept, PARTIALS, "{}", ended.stdout);
    let written = Stamps::of(&bench.path("state/partials")).written_since(&before);
    assert_as_from_scratch(bench, today());
    (computed, written)
}

/// Compares a night on the state that there is with the night from scratch.
pub(crate) fn assert_as_from_scratch(bench: &Bench, as_of: Day) {
    clean::compare(bench, Span::ending(as_of, WINDOW_DAYS), &[]).unwrap();
}

/// What tells whether a file was written: its inode, its size and its times in nanoseconds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stamps(BTreeMap<PathBuf, [i128; 4]>);

impl Stamps {
    /// The files below a folder, locks aside.
    pub(crate) fn of(folder: &Path) -> Self {
        let mut files = BTreeMap::new();
        walk(folder, &mut |path, kind| {
            if !kind.is_dir() {
                files.insert(path.strip_prefix(folder).unwrap().to_owned(), stamp(path));
            }
        });
        Self(files)
    }

    /// But for those with this ending.
    pub(crate) fn without(mut self, ending: &str) -> Self {
        self.0.retain(|path, _| path.extension().is_none_or(|found| found != ending));
        self
    }

    /// The descriptions of table-days, as `reviews/2022-03-14`, that are new or another since.
    fn written_since(&self, before: &Self) -> BTreeSet<String> {
        let new = self.0.iter().filter(|(path, file)| before.0.get(*path) != Some(file));
        let described = new.filter(|(path, _)| path.extension().is_some_and(|ending| ending == "json"));
        described.map(|(path, _)| path.with_extension("").display().to_string()).collect()
    }
}

fn stamp(path: &Path) -> [i128; 4] {
    let metadata = fs::symlink_metadata(path).unwrap();
    let nanoseconds = |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
    [
        i128::from(metadata.ino()),
        i128::from(metadata.size()),
        nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
        nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
    ]
}
