//! Files of the state folder that carry the hash of what they hold, on a first line of its own.
//!
//! Reading changes nothing. What is damaged is made again, and written anew, by the run that needs it and holds the lock.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::{Outcome, disk};
use crate::folders::{self, entries};
use crate::hashing::hash_of;

pub(super) const STAGE: &str = "state";
/// The ending of a file that is being written.
const UNFINISHED: &str = "unfinished";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Absent,
    /// It is not what was written, or cannot be read.
    Damaged,
    Sound(Vec<u8>),
}

/// What a file holds; a damaged one is warned of.
pub(crate) fn read(path: &Path) -> Content {
    let content = peek(path);
    if content == Content::Damaged {
        tracing::warn!("{}: damaged, it is made again", path.display());
    }
    content
}

/// As [`read`], and nothing is said of it.
pub(crate) fn peek(path: &Path) -> Content {
    match fs::read(path) {
        Ok(bytes) => content(&bytes).map_or(Content::Damaged, |content| Content::Sound(content.to_vec())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Content::Absent,
        Err(_) => Content::Damaged,
    }
}

fn content(bytes: &[u8]) -> Option<&[u8]> {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (hash, content) = bytes.split_at(end);
    let content = content.get(1..).unwrap_or_default();
    (hash == hash_of(content).as_bytes()).then_some(content)
}

/// Writes `content` under its hash.
pub(crate) fn write(path: &Path, content: &[u8]) -> Outcome<()> {
    replace(path, &with_hash(content))
}

/// As [`write()`], and waits until the file and its name are on disk: for what cannot be made again.
pub(crate) fn write_durably(path: &Path, content: &[u8]) -> Outcome<()> {
    let unfinished = prepare(path)?;
    let failed = |call: &'static str| move |error: io::Error| disk(STAGE, call, path, &error);
    let mut file = File::create(&unfinished).map_err(failed("create"))?;
    file.write_all(&with_hash(content)).map_err(failed("write"))?;
    file.sync_all().map_err(failed("fsync"))?;
    fs::rename(&unfinished, path).map_err(failed("rename"))?;
    let Some(folder) = path.parent() else { return Ok(()) };
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed("fsync of the folder"))
}

fn with_hash(content: &[u8]) -> Vec<u8> {
    [hash_of(content).as_bytes(), b"\n", content].concat()
}

/// Writes a file under another name and renames it: a reader finds the old bytes or the new ones.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Outcome<()> {
    let unfinished = prepare(path)?;
    fs::write(&unfinished, bytes).map_err(|error| disk(STAGE, "write", &unfinished, &error))?;
    fs::rename(&unfinished, path).map_err(|error| disk(STAGE, "rename", path, &error))
}

/// Makes the folder of a file, and returns the name that the file has until it is whole. No two threads have one, for two may
/// find the same file damaged, and both make it again.
fn prepare(path: &Path) -> Outcome<PathBuf> {
    static WRITTEN: AtomicUsize = AtomicUsize::new(0);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| disk(STAGE, "mkdir", folder, &error))?;
    }
    Ok(path.with_extension(format!("{}.{UNFINISHED}", WRITTEN.fetch_add(1, Ordering::Relaxed))))
}

/// What killed runs left unfinished anywhere under a state folder, where nobody holds its lock.
pub(crate) fn unfinished(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    for (name, path) in entries(STAGE, folder)? {
        if path.is_dir() {
            found.extend(unfinished(&path)?);
        } else if name.ends_with(UNFINISHED) {
            found.push(path);
        }
    }
    Ok(found)
}

/// Removes what killed runs left unfinished anywhere under a state folder. The caller holds its lock.
pub(crate) fn sweep(folder: &Path) -> Outcome<()> {
    unfinished(folder)?.iter().try_for_each(|path| folders::remove(STAGE, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_run_left_unfinished_is_swept_away_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("partials/reviews/2022-03-15.json");
        write(&path, b"content").unwrap();
        fs::write(path.with_extension(UNFINISHED), "half").unwrap();
        sweep(folder.path()).unwrap();
        assert!(!path.with_extension(UNFINISHED).exists());
        assert_eq!(read(&path), Content::Sound(b"content".to_vec()));
    }

    #[test]
    fn threads_that_make_the_same_file_again_do_not_stand_in_each_others_way() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let write_often = || (0..200).try_for_each(|_| write(&path, b"content"));
        std::thread::scope(|scope| {
            let threads = [scope.spawn(write_often), scope.spawn(write_often)];
            threads.into_iter().for_each(|thread| thread.join().unwrap().unwrap());
        });
        assert_eq!(read(&path), Content::Sound(b"content".to_vec()));
    }

    #[test]
    fn a_file_is_read_back_and_a_damaged_one_is_known_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/file");
        assert_eq!(read(&path), Content::Absent);
        for (write, content) in [(write as fn(&Path, &[u8]) -> Outcome<()>, b"a\nb".as_slice()), (write_durably, b"")] {
            write(&path, content).unwrap();
            assert_eq!(read(&path), Content::Sound(content.to_vec()));
        }
        let mut bytes = with_hash(b"content");
        *bytes.last_mut().unwrap() ^= 1;
        for damaged in [bytes.as_slice(), b""] {
            fs::write(&path, damaged).unwrap();
            assert_eq!(read(&path), Content::Damaged);
            assert_eq!(fs::read(&path).unwrap(), damaged);
        }
    }
}
