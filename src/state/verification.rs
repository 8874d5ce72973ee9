//! Whether every file of the state folder is what its own hash says. Nothing is changed.

use std::path::{Path, PathBuf};

use super::checksummed::{self, Content, STAGE};
use super::empty_days;
use super::store::Store;
use crate::error::{Finding, Outcome};
use crate::folders::entries;
use crate::state::rehearsal::Keeping;

const MADE_AGAIN: &str = "the next night that needs it makes it again";

/// Checks all files under a state folder; how many there are, and a finding for each that is damaged.
pub(crate) fn verify(state: &Path) -> Outcome<(usize, Vec<Finding>)> {
    let (mut files, mut damaged) = (0, Vec::new());
    verify_sealed(state, &mut files, &mut damaged)?;
    let opened = Store::open(state, false, Keeping::InState);
    if let Ok(store) = &opened {
        for of in store.all()?.into_keys() {
            let (checked, of_day) = store.verify(of);
            files += checked;
            damaged.extend(of_day);
        }
    }
    let finding = |path: PathBuf| {
        let advice = if path.ends_with(empty_days::NAME) { empty_days::ADVICE } else { MADE_AGAIN };
        Finding::new(STAGE, "a file that its own hash does not fit, or none", "the file as it was written")
            .path(&path)
            .advice(advice)
    };
    let newer = opened.err().map(|newer| newer.findings).unwrap_or_default();
    Ok((files, damaged.into_iter().map(finding).chain(newer).collect()))
}

fn verify_sealed(folder: &Path, files: &mut usize, damaged: &mut Vec<PathBuf>) -> Outcome<()> {
    for (name, path) in entries(STAGE, folder)? {
        if path.is_dir() {
            verify_sealed(&path, files, damaged)?;
        } else if name.ends_with(".json") || name.ends_with(".sealed") {
            *files += 1;
            damaged.extend(Some(path).filter(|path| checksummed::peek(path) == Content::Damaged));
        }
    }
    Ok(())
}
