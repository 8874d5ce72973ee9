//! What lies on disk.

use std::collections::BTreeMap;
use std::fs::{self, FileType};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::{Bench, Files};

/// Shows everything below a folder, which may not exist, to `see`; locks, which say who holds them, and the records of runs, which
/// say when they ran, are left out.
pub(crate) fn walk(folder: &Path, see: &mut impl FnMut(&Path, FileType)) {
    for entry in fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
        let kind = entry.file_type().unwrap();
        if entry.file_name() != "locks" && !entry.path().ends_with("out/runs") {
            see(&entry.path(), kind);
            if kind.is_dir() {
                walk(&entry.path(), see);
            }
        }
    }
}

/// The bytes of the files below `folder`, by their path below `root`.
pub(crate) fn files_below(root: &Path, folder: &str) -> Files {
    let mut files = Files::new();
    walk(&root.join(folder), &mut |path, kind| {
        if !kind.is_dir() {
            files.insert(path.strip_prefix(root).unwrap().to_owned(), fs::read(path).unwrap());
        }
    });
    files
}

/// The files of a folder whose names begin and end so, in the order of their names.
pub(crate) fn files_named(folder: &Path, start: &str, end: &str) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_wanted = |name: &str| name.starts_with(start) && name.ends_with(end);
    let mut files: Vec<_> = paths.filter(|path| is_wanted(path.file_name().unwrap().to_str().unwrap())).collect();
    files.sort();
    files
}

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
        for folder in folders {
            walk(&bench.path(folder), &mut |path, kind| {
                let held = match kind {
                    _ if kind.is_symlink() => fs::read_link(path).unwrap().as_os_str().as_bytes().to_vec(),
                    _ if kind.is_dir() => Vec::new(),
                    _ => fs::read(path).unwrap(),
                };
                found.insert(path.to_owned(), held);
            });
        }
        Self(found)
    }

    /// Checks that nothing has changed since.
    #[track_caller]
    pub(crate) fn assert_unchanged(&self, now: &Self) {
        let paths = self.0.keys().chain(now.0.keys());
        let changed: Vec<_> = paths.filter(|path| self.0.get(*path) != now.0.get(*path)).collect();
        assert!(changed.is_empty(), "{changed:?}");
    }
}

/// Overwrites a file in place, one bit of it flipped, as a failing disk would: every name of it sees that.
pub(crate) fn flip(path: &Path, place: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[place] ^= 1;
    set_mode(path, 0o644);
    fs::write(path, bytes).unwrap();
}

/// As [`flip`], in the middle of the file.
pub(crate) fn flip_middle(path: &Path) {
    flip(path, usize::try_from(fs::metadata(path).unwrap().len()).unwrap() / 2);
}

/// Puts another file in the place of one; other names of the old one keep it.
pub(crate) fn replace(path: &Path, change: impl Fn(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

/// Removes a folder, if it is there.
pub(crate) fn remove(folder: &Path) {
    if folder.is_dir() {
        fs::remove_dir_all(folder).unwrap();
    }
}

pub(crate) fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
