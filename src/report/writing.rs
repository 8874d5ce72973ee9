//! Puts a report where readers open it, as a whole: it is written beside, and one rename puts it in place.
//!
//! Each run writes into a folder of its own, so that two of them do no harm; the last one wins. What killed runs left is removed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::{PAGE, STAGE};
use crate::error::{ExitClass, Finding, Outcome, disk};
use crate::folders::{entries, remove};

/// What the folder of an unfinished report is called, before the number of the process that writes it.
const UNFINISHED: &str = "unfinished-";

/// Has `write` make a report, and puts it in the place of `folder`.
pub(super) fn replace(folder: &Path, write: impl FnOnce(&Path) -> Outcome<()>) -> Outcome<()> {
    check(folder)?;
    let unfinished = beside(folder, &format!("{UNFINISHED}{}", std::process::id()));
    leftovers(folder)?.iter().try_for_each(|path| remove(STAGE, path))?;
    remove(STAGE, &unfinished)?;
    fs::create_dir_all(&unfinished).map_err(|error| disk(STAGE, "mkdir", &unfinished, &error))?;
    write(&unfinished).and_then(|()| put(&unfinished, folder)).inspect_err(|_| drop(remove(STAGE, &unfinished)))
}

/// Refuses to replace what is no report.
fn check(folder: &Path) -> Outcome<()> {
    if entries(STAGE, folder)?.is_empty() || folder.join(PAGE).is_file() {
        return Ok(());
    }
    let finding = Finding::new(STAGE, "a folder with something else in it", "a report, an empty folder or none");
    Err(finding.path(folder).advice("name another folder").fail(ExitClass::Usage))
}

/// A path beside the folder: its name, a dot, and another.
fn beside(folder: &Path, other: &str) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(format!(".{name}.{other}"))
}

/// What processes left that are no more.
pub(super) fn leftovers(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let Some(parent) = folder.parent() else { return Ok(Vec::new()) };
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    let ours = beside(folder, UNFINISHED);
    let ours = ours.file_name().unwrap_or_default().to_string_lossy();
    let is_left = |name: &str| {
        let process = name.strip_prefix(&*ours).and_then(|process| process.parse::<u32>().ok());
        process.is_some_and(|process| !Path::new("/proc").join(process.to_string()).exists())
    };
    let left = entries(STAGE, parent)?.into_iter().filter(|(name, _)| is_left(name));
    Ok(left.map(|(_, path)| path).collect())
}

/// Puts a finished report in place; where there is one already, they change places in one step.
fn put(finished: &Path, folder: &Path) -> Outcome<()> {
    let exchanged = if folder.exists() {
        renameat_with(CWD, finished, CWD, folder, RenameFlags::EXCHANGE).map_err(io::Error::from)
    } else {
        return fs::rename(finished, folder).map_err(|error| disk(STAGE, "rename", folder, &error));
    };
    match exchanged {
        Ok(()) => remove(STAGE, finished),
        // Some file systems cannot exchange: for a moment there is none.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            remove(STAGE, folder)?;
            fs::rename(finished, folder).map_err(|error| disk(STAGE, "rename", folder, &error))
        }
        Err(error) => Err(disk(STAGE, "rename", folder, &error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::fault;

    fn written(folder: &Path, text: &str) -> Outcome<()> {
        replace(folder, |unfinished| {
            fs::write(unfinished.join(PAGE), text).map_err(|error| disk(STAGE, "write", unfinished, &error))
        })
    }

    #[test]
    fn a_report_is_replaced_as_a_whole_and_stays_where_the_next_one_fails() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("report");
        written(&folder, "one").unwrap();
        written(&folder, "two").unwrap();
        replace(&folder, |_| Err(fault(STAGE, "no"))).unwrap_err();
        assert_eq!(fs::read_to_string(folder.join(PAGE)).unwrap(), "two");
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn what_a_killed_run_left_is_removed_and_what_is_no_report_is_not_replaced() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("report");
        // No process has this number.
        fs::create_dir(parent.path().join(".report.unfinished-4294967295")).unwrap();
        written(&folder, "one").unwrap();
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1);
        fs::rename(folder.join(PAGE), folder.join("letter.txt")).unwrap();
        assert_eq!(written(&folder, "two").unwrap_err().class, ExitClass::Usage);
    }
}
