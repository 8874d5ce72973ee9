//! A marketplace whose every day is alike, and which files of a folder a run wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use shopscore::domain::{Day, Window};
use shopscore::extracts::tables::Table;

use crate::clean;
use crate::support::bench::Bench;
use crate::support::marketplace::{AS_OF, Marketplace, WINDOW_DAYS};
use crate::support::rows::day;

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

/// The small sound marketplace with days enough for a week of nights, and one shop snapshot for all of them.
pub(crate) fn week() -> Bench {
    let mut marketplace = Marketplace::sound_over(WINDOW_DAYS + 6);
    let shops = marketplace.rows.remove(&(Table::Shops, today())).unwrap();
    marketplace.rows.insert((Table::Shops, today().plus(-6)), shops);
    Bench::of(marketplace)
}

/// As [`week`], after the night of the last day.
pub(crate) fn week_with_a_night() -> Bench {
    let bench = week();
    bench.night(today(), &[]).assert_done();
    bench
}

/// Runs the night of the last day, compares it with the night from scratch, and returns how many partials were computed
/// by then and what the first run wrote under the partials of the state folder.
pub(crate) fn recomputed(bench: &Bench, flags: &[&str]) -> (usize, BTreeSet<String>) {
    let before = Files::of(&bench.path("state/partials"));
    let ended = bench.night(today(), flags);
    ended.assert_done();
    let (computed, kept) = ended.partials();
    assert_eq!(computed + kept, PARTIALS, "{}", ended.stdout);
    let written = Files::of(&bench.path("state/partials")).written_since(&before);
    assert_as_from_scratch(bench, today());
    (computed, written)
}

/// Compares a night on the state that there is with the night from scratch.
pub(crate) fn assert_as_from_scratch(bench: &Bench, as_of: Day) {
    clean::compare(bench, Window::ending(as_of, WINDOW_DAYS), &[]).unwrap();
}

/// What tells whether a file was written: its inode, its size and its times in nanoseconds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Files(BTreeMap<PathBuf, [i128; 4]>);

impl Files {
    /// The files below a folder, but for locks, which say who holds them.
    pub(crate) fn of(folder: &Path) -> Self {
        let mut files = BTreeMap::new();
        look_at(folder, folder, &mut files);
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

fn look_at(root: &Path, folder: &Path, files: &mut BTreeMap<PathBuf, [i128; 4]>) {
    for entry in fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
        let path = entry.path();
        if entry.file_name() == "locks" {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            look_at(root, &path, files);
        } else {
            let metadata = fs::symlink_metadata(&path).unwrap();
            let nanoseconds =
                |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
            let seen = [
                i128::from(metadata.ino()),
                i128::from(metadata.size()),
                nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
                nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
            ];
            files.insert(path.strip_prefix(root).unwrap().to_owned(), seen);
        }
    }
}
