//! The link `OUT/current`: which generation readers see, and the one rename that changes it; and the links that follow it.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::file_system::{self, STAGE};
use super::layout::Layout;
use super::name::Name;
use super::partition::PUBLISHED;
use crate::error::{ExitClass, Failure, Finding, Outcome, all, disk};

/// An empty file in each generation that was current once: it tells a generation to roll back to from one that was
/// completed by a run that died before its switch.
const MARK: &str = "published.mark";
const WANTED: &str = "a link to generations/NAME/published, or nothing";
/// The links of OUT that lead beside the tables that `current` leads to, so that one rename switches all: name and target.
const FOLLOWING: [(&str, &str); 4] = [
    ("months", "current/../months"),
    ("quarantine", "current/../quarantine"),
    ("dictionary", "current/../dictionary"),
    // The paths in it are relative to where it is read.
    ("datapackage.json", "current/../dictionary/datapackage.json"),
];

/// The generation that `OUT/current` names, be it there or not; `None` where there is no link yet.
pub(super) fn read(layout: &Layout) -> Outcome<Option<Name>> {
    let link = &layout.current;
    match fs::symlink_metadata(link) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(disk(STAGE, "stat", link, &error)),
        Ok(found) if found.is_symlink() => {}
        Ok(_) => return Err(not_ours(link, "a file or folder", WANTED)),
    }
    let target = fs::read_link(link).map_err(|error| disk(STAGE, "readlink", link, &error))?;
    let name = target.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    match name.and_then(|name| name.parse().ok()) {
        Some(name) if target_of(&name) == target => Ok(Some(name)),
        _ => Err(not_ours(link, &format!("a link to {}", target.display()), WANTED)),
    }
}

fn not_ours(link: &Path, found: &str, wanted: &str) -> Failure {
    let advice = "give an output folder of its own, or move this away";
    Finding::new(STAGE, found, wanted).path(link).advice(advice).fail(ExitClass::Usage)
}

fn target_of(name: &Name) -> PathBuf {
    Path::new("generations").join(name.to_string()).join(PUBLISHED.name)
}

/// Makes `next` current in place of `previous`, and waits until that is on disk; where it fails, `previous` is current as
/// before.
pub(super) fn switch(layout: &Layout, previous: Option<&Name>, next: &Name) -> Outcome<()> {
    if let Some(previous) = previous {
        mark(layout, previous)?;
        sync_mark(layout, previous)?;
    }
    point(layout, next)?;
    let synced = file_system::sync_folder(&layout.out);
    if synced.is_err() {
        // Whether the switch would outlive a power cut is unknown, so readers get the night that certainly does.
        match previous {
            Some(previous) => point(layout, previous)?,
            None => file_system::remove(&layout.current)?,
        }
        return synced;
    }
    // Readers have seen it from now on, whatever becomes of the link. It need not be on disk before the next switch.
    if let Err(failure) = mark(layout, next) {
        tracing::warn!("the next run will mark it: {failure}");
    }
    Ok(())
}

fn point(layout: &Layout, name: &Name) -> Outcome<()> {
    let link = &layout.next_current;
    file_system::remove(link)?;
    symlink(target_of(name), link).map_err(|error| disk(STAGE, "symlink", link, &error))?;
    file_system::rename(link, &layout.current)
}

/// Makes the links that follow `OUT/current`.
pub(super) fn link_following(layout: &Layout) -> Outcome<()> {
    for (name, target) in FOLLOWING {
        let link = layout.out.join(name);
        match symlink(target, &link) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => check_link(&link, target)?,
            Err(error) => return Err(disk(STAGE, "symlink", &link, &error)),
        }
    }
    Ok(())
}

/// Makes sure that what has the names of these links is one of them, or nothing.
pub(super) fn check_following(layout: &Layout) -> Outcome<()> {
    let checked = FOLLOWING.map(|(name, target)| check_link(&layout.out.join(name), target));
    all(checked).map(drop)
}

fn check_link(link: &Path, target: &str) -> Outcome<()> {
    let is_there = fs::symlink_metadata(link).is_ok();
    if !is_there || fs::read_link(link).is_ok_and(|found| found == Path::new(target)) {
        return Ok(());
    }
    Err(not_ours(link, "something else", &format!("a link to {target}, or nothing")))
}

pub(super) fn is_marked(layout: &Layout, name: &Name) -> bool {
    layout.generation(name).join(MARK).exists()
}

fn mark(layout: &Layout, name: &Name) -> Outcome<()> {
    if is_marked(layout, name) {
        return Ok(());
    }
    let path = layout.generation(name).join(MARK);
    fs::File::create(&path).map(drop).map_err(|error| disk(STAGE, "mark of a generation", &path, &error))
}

/// Waits until a mark is on disk, which it mostly is.
fn sync_mark(layout: &Layout, name: &Name) -> Outcome<()> {
    let folder = layout.generation(name);
    let path = folder.join(MARK);
    let synced = fs::File::open(&path).and_then(|mark| mark.sync_all());
    synced.map_err(|error| disk(STAGE, "mark of the outgoing generation", &path, &error))?;
    file_system::sync_folder(&folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_link_of_a_killed_run_does_not_stop_the_switch() {
        let out = tempfile::tempdir().unwrap();
        let layout = Layout::new(out.path());
        let name: Name = "000001-2022-03-15-0123456789ab".parse().unwrap();
        symlink("nowhere", &layout.next_current).unwrap();
        switch(&layout, None, &name).unwrap();
        assert_eq!(read(&layout).unwrap(), Some(name));
        assert!(!layout.next_current.is_symlink());
    }
}
