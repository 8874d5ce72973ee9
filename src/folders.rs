//! What lies in a folder, in the order of its names: these, as far as they are UTF-8, with paths. No two entries become one
//! where their names are not. And how what lies there is removed.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::{Outcome, disk};

/// The entries of a folder by name, for `stage`; a folder that does not exist has none.
pub(crate) fn entries(stage: &'static str, folder: &Path) -> Outcome<Vec<(String, PathBuf)>> {
    let unreadable = |error| disk(stage, "read_dir", folder, &error);
    let listing = match fs::read_dir(folder) {
        Ok(listing) => listing,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error)),
    };
    let mut entries = Vec::new();
    for entry in listing {
        let entry = entry.map_err(unreadable)?;
        entries.push((entry.file_name().to_string_lossy().into_owned(), entry.path()));
    }
    entries.sort_unstable();
    Ok(entries)
}

/// Removes a file, a link or a whole folder, for `stage`; nothing to do where there is none.
pub(crate) fn remove(stage: &'static str, path: &Path) -> Outcome<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    };
    removed.map_err(|error| disk(stage, "remove", path, &error))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn entries_come_by_name_and_each_is_there_whatever_its_name() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(entries("test", &folder.path().join("absent")).unwrap(), []);
        for name in [b"b".as_slice(), b"a", b"\xff", b"\xfe"] {
            fs::write(folder.path().join(OsStr::from_bytes(name)), "").unwrap();
        }
        let names: Vec<String> = entries("test", folder.path()).unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["a", "b", "\u{fffd}", "\u{fffd}"]);
    }
}
