//! What must hold of the folders that a run writes to, checked before it reads anything: permission, free space, and one
//! file system for what is renamed and hard-linked.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{Access, access, statvfs};

use crate::error::{ExitClass, Finding, Outcome, all, disk};

const STAGE: &str = "preflight";
const MIB: u64 = 1 << 20;

/// Checks that a run can write to `folders`, or make those that do not exist yet, and that each has `min_free_mib` free.
pub(crate) fn check_writable(folders: &[&Path], min_free_mib: u64) -> Outcome<()> {
    let nearest = folders.iter().map(|folder| nearest_existing(folder));
    all(nearest.map(|nearest| check_permission(nearest).and_then(|()| check_free(nearest, min_free_mib)))).map(drop)
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
        Finding::new(STAGE, format!("a folder that {user} may not write to ({error})"), "a folder to write to")
            .path(folder)
            .advice("give the job's user permission, or name another folder")
            .fail(ExitClass::Disk)
    })
}

fn check_free(folder: &Path, min_free_mib: u64) -> Outcome<()> {
    let found = statvfs(folder).map_err(|error| disk(STAGE, "statvfs", folder, &error.into()))?;
    let free_mib = found.f_bavail.saturating_mul(found.f_frsize) / MIB;
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
        check_writable(&[folder.path(), &folder.path().join("a/b")], 0).unwrap();
        assert_eq!(nearest_existing(&folder.path().join("a/b")), folder.path());
        assert_eq!(nearest_existing(Path::new("not/there")), Path::new("."));
        let failure = check_permission(&folder.path().join("a")).unwrap_err();
        assert_eq!(failure.class, ExitClass::Disk);
        assert!(failure.to_string().contains("may not write to"), "{failure}");
    }

    #[test]
    fn too_little_space_is_refused_with_what_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let failure = check_writable(&[folder.path()], u64::MAX / MIB).unwrap_err();
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
