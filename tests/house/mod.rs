//! Rules of the house that no compiler knows: what may import what, how long a file may be, what all builds share, and that
//! documents name what is there. (How long a function may be is clippy's matter, see clippy.toml.)

mod answers;
mod builds;
mod circles;
mod documents;
mod manual;
mod reference;
mod settings;
mod sizes;
mod spec;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::disk::walk;

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The product's files by their path under src.
fn product() -> BTreeMap<PathBuf, String> {
    let (folder, mut sources) = (repository().join("src"), BTreeMap::new());
    walk(&folder, &mut |path, _| {
        if path.extension().is_some_and(|ending| ending == "rs") {
            let relative = path.strip_prefix(&folder).unwrap().to_owned();
            sources.insert(relative, fs::read_to_string(path).unwrap());
        }
    });
    assert!(sources.len() > 50, "{} files", sources.len());
    sources
}
