//! The few calls to the file system that publication is made of, each failing with the path and the call.
//!
//! A failed sync is final: the kernel may have dropped the pages, so a second sync that succeeds would prove nothing.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;

use crate::error::{ExitClass, Finding, Outcome, disk};
use crate::folders::entries;

pub(super) const STAGE: &str = "publish";

/// Makes a folder and those above it, where missing, and gives it `mode` whatever the umask.
pub(super) fn make_folder(path: &Path, mode: u32) -> Outcome<()> {
    let made = fs::DirBuilder::new().recursive(true).mode(mode).create(path);
    made.map_err(|error| disk(STAGE, "mkdir", path, &error))?;
    set_mode(path, mode)
}

/// As [`make_folder`], but a folder that is there already keeps the mode that its owner gave it.
pub(super) fn make_missing(path: &Path, mode: u32) -> Outcome<()> {
    if path.is_dir() { Ok(()) } else { make_folder(path, mode) }
}

pub(super) fn set_mode(path: &Path, mode: u32) -> Outcome<()> {
    fs::set_permissions(path, Permissions::from_mode(mode)).map_err(|error| disk(STAGE, "chmod", path, &error))
}

/// The names in a folder, sorted; none where no folder is. A name that is not UTF-8 is none of ours.
pub(super) fn names(folder: &Path) -> Outcome<Vec<String>> {
    // What someone put among the folders holds nothing.
    if folder.is_file() {
        return Ok(Vec::new());
    }
    let names = entries(STAGE, folder)?.into_iter().map(|(name, _)| name);
    Ok(names.filter(|name| !name.contains(char::REPLACEMENT_CHARACTER)).collect())
}

/// Removes a file, a link or a whole folder; nothing to do where there is none.
pub(super) fn remove(path: &Path) -> Outcome<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    };
    removed.map_err(|error| disk(STAGE, "remove", path, &error))
}

pub(super) fn rename(from: &Path, to: &Path) -> Outcome<()> {
    fs::rename(from, to).map_err(|error| disk(STAGE, "rename", to, &error))
}

pub(super) fn link(from: &Path, to: &Path) -> Outcome<()> {
    fs::hard_link(from, to).map_err(|error| {
        if error.kind() != io::ErrorKind::CrossesDevices {
            return disk(STAGE, "link", from, &error);
        }
        let found = format!("{} on another file system", from.display());
        let advice = "keep the whole output folder on one file system";
        Finding::new(STAGE, found, "one file system").path(to).advice(advice).fail(ExitClass::Usage)
    })
}

pub(super) fn open_folder(path: &Path) -> Outcome<File> {
    File::open(path).map_err(|error| disk(STAGE, "open", path, &error))
}

/// Waits until a folder's names are on disk.
pub(super) fn sync_folder(path: &Path) -> Outcome<()> {
    open_folder(path)?.sync_all().map_err(|error| disk(STAGE, "fsync", path, &error))
}

/// Waits until everything written to the file system of `folder` is on disk: one call instead of one for each of
/// thousands of folders and links. Reports what failed to be written since `folder` was opened.
pub(super) fn sync_file_system(folder: &File, path: &Path) -> Outcome<()> {
    rustix::fs::syncfs(folder).map_err(|error| disk(STAGE, "syncfs", path, &error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_cannot_be_linked_has_no_names_and_nothing_to_remove() {
        let folder = tempfile::tempdir().unwrap();
        let absent = folder.path().join("absent");
        let failure = link(&absent, &folder.path().join("new")).unwrap_err();
        assert_eq!(failure.class, ExitClass::Disk);
        assert!(failure.to_string().contains("absent"), "{failure}");
        assert!(names(&absent).unwrap().is_empty());
        remove(&absent).unwrap();
    }
}
