//! What a run finds when it starts: it makes the folders, and removes what a killed run left behind.
//!
//! A run can die at any step of `publish`: it leaves a staging folder, a complete generation that never became
//! current, a temporary link, or a half removed old generation. None of them is visible to a reader.

use std::path::{Path, PathBuf};

use super::file_system::{self, STAGE, TRIED_LINKS};
use super::layout::{Layout, is_unfinished, lock_folder};
use super::name::Name;
use super::partition::PUBLISHED;
use super::{current, frozen, generations, holds};
use crate::error::{ExitClass, Finding, Outcome, all};
use crate::preflight::check_one_file_system;

/// Makes the folder that readers open, where it is missing, as readable as all that is put there.
pub(crate) fn make_out(out: &Path) -> Outcome<()> {
    file_system::make_missing(out, PUBLISHED.folder_mode)
}

/// The current generation, `None` before the first; nothing is written.
pub(super) fn look(layout: &Layout) -> Outcome<Option<Name>> {
    let shown = current::read(layout)?;
    check_generations(layout, shown.as_ref())?;
    Ok(shown)
}

/// Makes OUT usable and returns the current generation, `None` before the first.
pub(super) fn recover(layout: &Layout) -> Outcome<Option<Name>> {
    let shown = look(layout)?;
    for folder in [&layout.out, &layout.generations, &lock_folder(&layout.out)] {
        file_system::make_missing(folder, PUBLISHED.folder_mode)?;
    }
    check_one_file_system(&layout.out, &layout.generations)?;
    if !file_system::has_links(&lock_folder(&layout.out))? {
        let out = layout.out.display();
        tracing::warn!("{out}: a file system without hard links: what stays of the generation before is copied");
    }
    current::link_following(layout)?;
    remove_leftovers(layout, shown.as_ref())?;
    shown.as_ref().map_or(Ok(()), |shown| holds::forget_shown(layout, shown))?;
    Ok(shown)
}

/// Makes sure that OUT is usable, as [`recover`] does, with nothing made or removed; all that is wrong is reported together.
pub(crate) fn check(out: &Path) -> Outcome<()> {
    let layout = Layout::new(out);
    let generations = current::read(&layout).and_then(|shown| check_generations(&layout, shown.as_ref()));
    let is_there = layout.generations.is_dir();
    let disks = if is_there { check_one_file_system(&layout.out, &layout.generations) } else { Ok(()) };
    let holds = holds::read(&layout).map(drop);
    all([generations, disks, current::check_following(&layout), holds]).map(drop)
}

/// The generations of a link that was removed by hand must not be taken for those of a killed run.
fn check_generations(layout: &Layout, shown: Option<&Name>) -> Outcome<()> {
    let found = match shown {
        Some(name) if layout.generation(name).join(PUBLISHED.name).is_dir() => return Ok(()),
        Some(name) => format!("a link to {name}, which is gone"),
        None if generations::once_current(layout, None)?.is_empty() => return Ok(()),
        None => "no link, though generations were published".to_owned(),
    };
    let advice = "choose one with `shopscore rollback`, or move the output folder away to begin anew";
    let finding = Finding::new(STAGE, found, "a link to a generation").path(&layout.current);
    Err(finding.advice(advice).fail(ExitClass::State))
}

fn remove_leftovers(layout: &Layout, shown: Option<&Name>) -> Outcome<()> {
    for path in leftovers(layout, shown)? {
        // What is hidden was half made or half removed; all else is a whole generation.
        if path.file_name().is_some_and(|name| !name.as_encoded_bytes().starts_with(b".")) {
            tracing::info!("removing {}, which no reader saw", path.display());
        }
        file_system::remove(&path)?;
    }
    Ok(())
}

/// What killed runs left, where no run goes on and `shown` is the current generation.
pub(super) fn leftovers(layout: &Layout, shown: Option<&Name>) -> Outcome<Vec<PathBuf>> {
    let mut found = vec![layout.next_current.clone(), layout.next_holds.clone(), layout.refused_staging.clone()];
    found.extend(TRIED_LINKS.map(|name| lock_folder(&layout.out).join(name)));
    found.extend(frozen::unfinished(layout)?);
    let folder = &layout.generations;
    found.extend(file_system::names(folder)?.iter().filter(|name| is_unfinished(name)).map(|name| folder.join(name)));
    let unseen = |name: &Name| Some(name) != shown && !current::is_marked(layout, name);
    found.extend(generations::all(layout)?.iter().filter(|name| unseen(name)).map(|name| layout.generation(name)));
    found.retain(|path| path.symlink_metadata().is_ok());
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::publish::layout::removing;
    use crate::publish::testing::{Out, night};

    #[test]
    fn what_killed_runs_left_is_removed_and_the_rerun_gives_the_same_bytes() {
        let (clean, killed) = (Out::new(), Out::new());
        let first = night("2022-03-14", 4.1, &[("2022-03-14", "{}")]);
        let second = night("2022-03-15", 4.2, &[]);
        clean.publish(&first);
        killed.publish(&first);
        let layout = Layout::new(killed.path());
        // Killed while writing, before the switch, at the temporary link, and while removing an old generation.
        fs::create_dir_all(layout.staging.join("published/tiny/dt=2022-03-15")).unwrap();
        fs::write(layout.staging.join("published/tiny/dt=2022-03-15/part-0.parquet"), "PAR1").unwrap();
        let orphan: Name = "000002-2022-03-15-0123456789ab".parse().unwrap();
        fs::create_dir_all(layout.generation(&orphan).join("published")).unwrap();
        symlink("generations/000002-2022-03-15-0123456789ab/published", &layout.next_current).unwrap();
        fs::create_dir_all(removing(&layout.generation(&orphan)).join("published")).unwrap();
        assert_eq!(killed.files("current"), clean.files("current"));

        clean.publish(&second);
        killed.publish(&second);
        assert_eq!(killed.files(""), clean.files(""));
    }

    #[test]
    fn a_first_run_killed_before_its_switch_begins_anew() {
        let out = Out::new();
        let first = out.publish(&night("2022-03-14", 4.1, &[]));
        let layout = Layout::new(out.path());
        fs::remove_file(&layout.current).unwrap();
        fs::remove_file(out.generation(&first).join("published.mark")).unwrap();
        assert_eq!(recover(&layout).unwrap(), None);
        assert!(generations::all(&layout).unwrap().is_empty());
    }

    #[test]
    fn a_link_to_a_generation_that_is_gone_and_links_that_are_not_ours_are_refused_and_left_alone() {
        let gone = "generations/000001-2022-03-15-0123456789ab/published";
        let elsewhere = "/generations/000001-2022-03-15-0123456789ab/published";
        for (taken, target, class, said) in [
            ("current", gone, ExitClass::State, "which is gone"),
            ("current", elsewhere, ExitClass::Usage, elsewhere),
            ("quarantine", "elsewhere", ExitClass::Usage, "quarantine: found something else"),
            ("datapackage.json", "elsewhere", ExitClass::Usage, "datapackage.json: found something else"),
        ] {
            let out = Out::new();
            symlink(target, out.path().join(taken)).unwrap();
            let failure = recover(&Layout::new(out.path())).unwrap_err();
            assert_eq!(failure.class, class);
            assert!(failure.to_string().contains(said), "{failure}");
            assert!(out.path().join(taken).is_symlink());
        }
    }
}
