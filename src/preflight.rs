//! What must hold of the folders that a run writes to, checked before it reads anything: permission, free space, and one
//! file system for what is renamed and hard-linked.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{Access, access, statvfs};

use crate::error::{ExitClass, Finding, Outcome, all, disk};
use crate::folders::entries;

const STAGE: &str = "preflight";
const MIB: u64 = 1 << 20;
/// `state/partials/TABLE` and `out/generations/NAME`.
const DEEPEST: usize = 1;

/// Checks that a run can write to `folders`, or make those that do not exist yet, and to those of its own in them, and that
/// each has `min_free_mib` free.
pub(crate) fn check_writable(folders: &[(&Path, &[&str])], min_free_mib: u64) -> Outcome<()> {
    let nearest = folders.iter().map(|(folder, _)| nearest_existing(folder));
    all(nearest.map(|nearest| check_permission(nearest).and_then(|()| check_free(nearest, min_free_mib)))).map(drop)?;
    // What another user's run left in them.
    let own = folders.iter().flat_map(|(folder, own)| own.iter().map(|name| folder.join(name)));
    all(own.map(|folder| check_below(&folder, DEEPEST))).map(drop)
}

/// Checks a folder, where it is there, and those in it, as deep as runs make them.
fn check_below(folder: &Path, deepest: usize) -> Outcome<()> {
    if !fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir()) {
        return Ok(());
    }
    check_permission(folder)?;
    let below = if deepest == 0 { Vec::new() } else { entries(STAGE, folder)? };
    all(below.iter().map(|(_, path)| check_below(path, deepest - 1))).map(drop)
}

/// The folder itself, or the one that it would be made in.
fn nearest_existing(folder: &Path) -> &Path {
    let here = Path::new(".");
    let mut ancestors = folder.ancestors().map(|path| if path.as_os_str().is_empty() { here } else { path });
    ancestors.find(|path| path.exists()).unwrap_or(here)
}

fn check_permission(folder: &Path) -> Outcome<()> {
    access(folder, Access::WRITE_OK | Access::EXEC_OK).map_err(|error| {
        let user = fs::metadata("/proc/self").map_or("this user".to_owned(), |me| format!("user {}", me.uid()));
        let owner = fs::metadata(folder).map_or(String::new(), |found| format!(" of user {}", found.uid()));
        let found = format!("a folder{owner} that {user} may not write to ({error})");
        Finding::new(STAGE, found, "a folder to write to")
            .path(folder)
            .advice("run as one user always: give the job's user the folder (chown -R), or name another")
            .fail(ExitClass::Disk)
    })
}

/// How much is free where a folder is, or would be made.
pub(crate) fn free_mib(folder: &Path) -> Outcome<u64> {
    let folder = nearest_existing(folder);
    let found = statvfs(folder).map_err(|error| disk(STAGE, "statvfs", folder, &error.into()))?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize) / MIB)
}

fn check_free(folder: &Path, min_free_mib: u64) -> Outcome<()> {
    let free_mib = free_mib(folder)?;
    if free_mib >= min_free_mib {
        return Ok(());
    }
    Err(Finding::new(STAGE, format!("{free_mib} MiB free"), format!("{min_free_mib} MiB (min_free_mib)"))
        .path(folder)
        .advice("make room, or lower the limit")
        .fail(ExitClass::Disk))
}

/// Checks that `inner`, a folder of `outer`, lies on the same file system.
pub(crate) fn check_one_file_system(outer: &Path, inner: &Path) -> Outcome<()> {
    let device =
        |path: &Path| fs::metadata(path).map(|found| found.dev()).map_err(|error| disk(STAGE, "stat", path, &error));
    if device(outer)? == device(inner)? {
        return Ok(());
    }
    Err(Finding::new(STAGE, format!("another file system than {}", outer.display()), "one file system")
        .path(inner)
        .advice("keep the whole output folder on one file system")
        .fail(ExitClass::Usage))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_does_not_exist_yet_is_made_in_one_that_must_be_writable() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("own/below");
        fs::create_dir_all(&own).unwrap();
        check_writable(&[(folder.path(), &["own"]), (&folder.path().join("a/b"), &[])], 0).unwrap();
        assert_eq!(nearest_existing(&folder.path().join("a/b")), folder.path());
        assert_eq!(nearest_existing(Path::new("not/there")), Path::new("."));
        let failure = check_permission(&folder.path().join("a")).unwrap_err();
        assert_eq!(failure.class, ExitClass::Disk);
        assert!(failure.to_string().contains("may not write to"), "{failure}");
    }

    #[test]
    fn too_little_space_is_refused_with_what_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let failure = check_writable(&[(folder.path(), &[])], u64::MAX / MIB).unwrap_err();
        assert_eq!(failure.class, ExitClass::Disk);
        assert!(failure.to_string().contains("MiB free, wanted 17592186044415 MiB"), "{failure}");
    }

    #[test]
    fn folders_on_two_file_systems_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        check_one_file_system(folder.path(), folder.path()).unwrap();
        let failure = check_one_file_system(folder.path(), Path::new("/proc")).unwrap_err();
        assert_eq!(failure.class, ExitClass::Usage);
    }
}
