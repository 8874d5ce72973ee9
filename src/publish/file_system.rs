//! The few calls to the file system that publication is made of, each failing with the path and the call.
//!
//! A failed sync is final: the kernel may have dropped the pages, so a second sync that succeeds would prove nothing.

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;

use crate::error::{ExitClass, Finding, Outcome, disk};
use crate::folders::{self, entries};

pub(super) const STAGE: &str = "publish";
/// The file on which hard links are tried out, and its link.
pub(super) const TRIED_LINKS: [&str; 2] = ["hard-links", "hard-links.tried"];

/// Makes a folder and those above it, where missing, and gives it `mode` whatever the umask. One for every reader keeps what
/// the umask and a set-group-ID bit above it give besides.
pub(super) fn make_folder(path: &Path, mode: u32) -> Outcome<()> {
    const SET_GROUP_ID: u32 = 0o2000;
    let is_for_all = mode & 0o007 != 0;
    let made = fs::DirBuilder::new().recursive(true).mode(if is_for_all { 0o777 } else { mode }).create(path);
    made.map_err(|error| disk(STAGE, "mkdir", path, &error))?;
    let there = fs::metadata(path).map_err(|error| disk(STAGE, "stat", path, &error))?.permissions().mode() & 0o7777;
    let wanted = mode | there & if is_for_all { SET_GROUP_ID | 0o777 } else { SET_GROUP_ID };
    if wanted == there { Ok(()) } else { set_mode(path, wanted) }
}

/// As [`make_folder`], but a folder that is there already keeps the mode that its owner gave it.
pub(super) fn make_missing(path: &Path, mode: u32) -> Outcome<()> {
    if path.is_dir() { Ok(()) } else { make_folder(path, mode) }
}

/// As [`make_missing`] for one folder in another, and waits until its name is on disk.
pub(super) fn make_durable_folder(path: &Path, mode: u32) -> Outcome<()> {
    if path.is_dir() {
        return Ok(());
    }
    make_folder(path, mode)?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Writes a file under another name and renames it, each on disk before the next step: whenever a run dies, the file has its
/// `old` bytes or the new ones; it has the old ones where this fails.
pub(super) fn replace_durably(path: &Path, unfinished: &Path, (old, bytes): (&[u8], &[u8])) -> Outcome<()> {
    let failed = |call: &'static str| move |error: io::Error| disk(STAGE, call, unfinished, &error);
    let mut file = File::create(unfinished).map_err(failed("create"))?;
    file.write_all(bytes).map_err(failed("write"))?;
    file.sync_all().map_err(failed("fsync"))?;
    rename(unfinished, path)?;
    let synced = path.parent().map_or(Ok(()), sync_folder);
    if synced.is_err() {
        // Whether the new name would outlive a power cut is unknown, so the old bytes come back.
        fs::write(unfinished, old).map_err(failed("write"))?;
        rename(unfinished, path)?;
    }
    synced
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
    folders::remove(STAGE, path)
}

pub(super) fn rename(from: &Path, to: &Path) -> Outcome<()> {
    fs::rename(from, to).map_err(|error| disk(STAGE, "rename", to, &error))
}

/// Gives a file another name; where the file system has no hard links, or no more of this file, it is copied.
pub(super) fn link(from: &Path, to: &Path) -> Outcome<()> {
    match fs::hard_link(from, to) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            let found = format!("{} on another file system", from.display());
            let advice = "keep the whole output folder on one file system";
            Err(Finding::new(STAGE, found, "one file system").path(to).advice(advice).fail(ExitClass::Usage))
        }
        Err(error) if lacks_links(&error) => {
            fs::copy(from, to).map(drop).map_err(|error| disk(STAGE, "copy", from, &error))
        }
        Err(error) => Err(disk(STAGE, "link", from, &error)),
    }
}

fn lacks_links(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let without = [Errno::PERM, Errno::OPNOTSUPP, Errno::NOSYS, Errno::MLINK, Errno::NOTSUP];
    error.raw_os_error().is_some_and(|code| without.iter().any(|errno| errno.raw_os_error() == code))
}

/// Whether files in a folder can be hard-linked, tried out on one of them.
pub(super) fn has_links(folder: &Path) -> Outcome<bool> {
    let [file, link] = TRIED_LINKS.map(|name| folder.join(name));
    remove(&file)?;
    remove(&link)?;
    fs::write(&file, "").map_err(|error| disk(STAGE, "write", &file, &error))?;
    let tried = fs::hard_link(&file, &link);
    remove(&file)?;
    remove(&link)?;
    match tried {
        Ok(()) => Ok(true),
        Err(error) if lacks_links(&error) => Ok(false),
        Err(error) => Err(disk(STAGE, "link", &file, &error)),
    }
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
