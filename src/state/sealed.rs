//! Files of the state folder that carry the hash of what they hold, on a first line of its own.

use std::fs;
use std::io;
use std::path::Path;

use crate::content::hash_of;
use crate::error::{Outcome, disk};
use crate::folders::entries;

pub(super) const STAGE: &str = "state";
/// The ending of a file that is being written.
const UNFINISHED: &str = "unfinished";

/// Writes `content` under its hash.
///
/// # Errors
/// Disk.
pub fn write(path: &Path, content: &[u8]) -> Outcome<()> {
    let hash = hash_of(content);
    replace(path, &[hash.as_bytes(), b"\n", content].concat())
}

/// What [`write()`] wrote; none where the file is gone. A damaged one is removed with a warning: it would be reported again
/// by every night that needs nothing of it.
pub fn read(path: &Path) -> Option<Vec<u8>> {
    let bytes = fs::read(path).ok()?;
    if let Some(content) = content(&bytes) {
        return Some(content.to_vec());
    }
    tracing::warn!("{}: damaged, it is made again", path.display());
    // What cannot be removed is reported again.
    let _ = fs::remove_file(path);
    None
}

/// What follows the first line, where that is its hash.
fn content(bytes: &[u8]) -> Option<&[u8]> {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (hash, content) = bytes.split_at(end);
    let content = content.get(1..).unwrap_or_default();
    (hash == hash_of(content).as_bytes()).then_some(content)
}

/// As [`read`], but what is damaged stays where it is, and nothing is said of it.
pub fn peek(path: &Path) -> Option<Vec<u8>> {
    fs::read(path).ok().and_then(|bytes| content(&bytes).map(<[u8]>::to_vec))
}

/// Whether a file is there and is what [`write()`] wrote; one that was removed meanwhile is no fault.
pub fn is_sound(path: &Path) -> bool {
    fs::read(path)
        .map_or_else(|error| error.kind() == io::ErrorKind::NotFound, |bytes| content(&bytes).is_some())
}

/// Writes a file under another name and renames it: a reader finds the old bytes or the new ones.
///
/// # Errors
/// Disk.
pub fn replace(path: &Path, bytes: &[u8]) -> Outcome<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| disk(STAGE, "mkdir", folder, &error))?;
    }
    let unfinished = path.with_extension(UNFINISHED);
    fs::write(&unfinished, bytes).map_err(|error| disk(STAGE, "write", &unfinished, &error))?;
    fs::rename(&unfinished, path).map_err(|error| disk(STAGE, "rename", path, &error))
}

/// Removes what killed runs left unfinished anywhere under a state folder. The caller holds its lock.
///
/// # Errors
/// Disk.
pub fn sweep(folder: &Path) -> Outcome<()> {
    for (name, path) in entries(STAGE, folder)? {
        if path.is_dir() {
            sweep(&path)?;
        } else if name.ends_with(UNFINISHED) {
            fs::remove_file(&path).map_err(|error| disk(STAGE, "unlink", &path, &error))?;
        }
    }
    Ok(())
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
        assert!(read(&path).is_some());
    }

    #[test]
    fn a_sealed_file_is_read_back_and_a_damaged_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/file");
        assert_eq!(read(&path), None);
        for content in [b"a\nb".as_slice(), b""] {
            write(&path, content).unwrap();
            assert_eq!(read(&path).as_deref(), Some(content));
        }
        write(&path, b"content").unwrap();
        let mut bytes = fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&path, &bytes).unwrap();
        assert_eq!(read(&path), None);
        assert!(!path.exists());
        fs::write(&path, "").unwrap();
        assert_eq!(read(&path), None);
    }
}
