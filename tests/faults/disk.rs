//! What a fault may leave on disk.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use shopscore::domain::Day;

use crate::support::bench::{Bench, Ended, Published};
use crate::support::marketplace::AS_OF;
use crate::support::rows::day;

/// Everything under some folders, locks aside: the bytes of files, the targets of links, and the names of folders.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Disk(BTreeMap<PathBuf, Vec<u8>>);

impl Disk {
    /// What lies under OUT and STATE.
    pub(crate) fn of(bench: &Bench) -> Self {
        Self::under(bench, &["out", "state"])
    }

    /// What lies under OUT.
    pub(crate) fn published(bench: &Bench) -> Self {
        Self::under(bench, &["out"])
    }

    fn under(bench: &Bench, folders: &[&str]) -> Self {
        let mut found = BTreeMap::new();
        folders.iter().for_each(|folder| look_at(&bench.path(folder), &mut found));
        Self(found)
    }

    /// Checks that nothing has changed since.
    pub(crate) fn assert_unchanged(&self, now: &Self) {
        let paths = self.0.keys().chain(now.0.keys());
        let changed: Vec<_> = paths.filter(|path| self.0.get(*path) != now.0.get(*path)).collect();
        assert!(changed.is_empty(), "{changed:?}");
    }
}

fn look_at(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        if entry.file_name() == "locks" {
            continue;
        }
        if kind.is_symlink() {
            let target = fs::read_link(&path).unwrap();
            found.insert(path, target.as_os_str().as_bytes().to_vec());
        } else if kind.is_dir() {
            look_at(&path, found);
            found.insert(path, Vec::new());
        } else {
            let bytes = fs::read(&path).unwrap();
            found.insert(path, bytes);
        }
    }
}

/// Checks that the fault is refused with these findings and that every file under OUT and STATE is as it was: where nothing
/// was published yet, and where this night was.
pub(crate) fn assert_unchanged(spoil: impl Fn(&Bench), flags: &[&str], code: i32, findings: &[&[&str]]) {
    assert_run_unchanged(spoil, |bench| bench.nightly(flags), code, findings);
}

/// As [`assert_unchanged`], however the night is run.
pub(crate) fn assert_run_unchanged(
    spoil: impl Fn(&Bench),
    run: impl Fn(&Bench) -> Ended,
    code: i32,
    findings: &[&[&str]],
) {
    let bench = Bench::sound();
    spoil(&bench);
    run(&bench).assert_refused(code, findings);
    assert_eq!(bench.published(), Published::default());

    let bench = Bench::sound();
    bench.nightly(&[]).assert_done();
    let before = Disk::of(&bench);
    spoil(&bench);
    run(&bench).assert_refused(code, findings);
    before.assert_unchanged(&Disk::of(&bench));
}

/// Checks that rows beyond a limit are refused with these findings and that every file under OUT is as it was, where nothing
/// was published yet and where this night was; and that once the rows are right, the night is the one from scratch.
/// STATE may have gone on: what it holds is known by the bytes that it was made of.
pub(crate) fn assert_refused_for_rows(spoil: impl Fn(&Bench), flags: &[&str], findings: &[&[&str]]) {
    for has_night in [false, true] {
        let bench = Bench::sound();
        if has_night {
            bench.nightly(&[]).assert_done();
        }
        let (before, shown) = (Disk::published(&bench), bench.published());
        spoil(&bench);
        bench.nightly(flags).assert_refused(crate::REJECTED, findings);
        assert_eq!(bench.published(), shown);
        if has_night {
            before.assert_unchanged(&Disk::published(&bench));
        }
        bench.deliver_again();
        bench.nightly(&[]).assert_done();
        assert_clean(&bench);
    }
}

/// Checks that all that is published equals the night from scratch, with no state.
pub(crate) fn assert_clean(bench: &Bench) {
    assert_clean_night(bench, day(AS_OF), &[]);
}

/// Checks that what is published of a night equals the same night from scratch, with no state.
pub(crate) fn assert_clean_night(bench: &Bench, as_of: Day, flags: &[&str]) {
    let scratch = [flags, &["--state", "scratch/state", "--out", "scratch/out"]].concat();
    bench.night(as_of, &scratch).assert_done();
    let (found, clean) = (of_night(bench, "out", as_of), of_night(bench, "scratch/out", as_of));
    fs::remove_dir_all(bench.path("scratch")).unwrap();
    assert!(clean.len() >= 5);
    let names = clean.keys().chain(found.keys());
    let differing: Vec<_> = names.filter(|name| clean.get(*name) != found.get(*name)).collect();
    assert!(differing.is_empty(), "{differing:?}");
}

/// The published files of a night, by their path.
pub(crate) fn of_night(bench: &Bench, out: &str, as_of: Day) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = bench.published_under(out).files;
    let folder = format!("dt={as_of}");
    files.retain(|path, _| {
        path.starts_with("published") && path.components().any(|part| part.as_os_str() == folder.as_str())
    });
    files
}
