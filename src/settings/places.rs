//! What relative paths are relative to.
//!
//! In: paths as they are written. Out: paths that the run can use, short where they can be: what lies below the working folder as
//! it would be typed there, all else absolute. Paths of the file, and defaults beside it, are relative to the file's root; those
//! that are typed or stand in the environment to the working folder, and stay as they are. `..` goes up by name; no link is
//! followed.

use std::path::{Path, PathBuf};

use path_clean::clean;

use crate::error::{Outcome, disk};
use crate::settings::addresses::is_url;
use crate::settings::declared::STAGE;
use crate::settings::origin::Origin;

/// What the paths of a run are relative to.
pub(super) struct Places {
    /// The root of the file of settings, absolute; none without a file.
    root: Option<PathBuf>,
    /// None where it is gone, or the root of all: a path is no clearer from there.
    working: Option<PathBuf>,
}

impl Places {
    /// Those of a run with this file, whose `root` is relative to its own folder, and that folder where it is not given.
    pub(super) fn of(file: Option<&Path>, root: Option<&str>) -> Outcome<Self> {
        let root_of = |file: &Path| -> Outcome<PathBuf> {
            let file = absolute(file)?;
            let folder = file.parent().unwrap_or(&file);
            Ok(clean(root.map_or(folder.to_owned(), |root| folder.join(root))))
        };
        let working = std::env::current_dir().ok().filter(|folder| folder.parent().is_some());
        Ok(Self { root: file.map(root_of).transpose()?, working })
    }

    /// The root of the file of settings; none without a file.
    pub(super) fn root(&self) -> Option<&Path> {
        self.root.as_deref()
    }

    /// Where a path of this origin leads.
    pub(super) fn place(&self, path: &str, origin: &Origin) -> PathBuf {
        let of_file = match origin {
            Origin::Default | Origin::File { .. } => self.root.as_ref(),
            Origin::Environment { .. } | Origin::CommandLine { .. } => None,
        };
        let Some(root) = of_file.filter(|_| Path::new(path).is_relative()) else { return PathBuf::from(path) };
        let place = clean(root.join(path));
        match self.working.as_ref().and_then(|working| place.strip_prefix(working).ok()) {
            Some(below) if below.as_os_str().is_empty() => PathBuf::from("."),
            Some(below) => below.to_owned(),
            None => place,
        }
    }
}

/// A path as it is from everywhere; a URL is the same from anywhere.
pub(crate) fn absolute(path: &Path) -> Outcome<PathBuf> {
    if path.to_str().is_some_and(is_url) {
        return Ok(path.to_owned());
    }
    let absolute = std::path::absolute(path);
    absolute.map(clean).map_err(|error| disk(STAGE, "finding the working folder", path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(root: Option<&str>, working: &str, path: &str, origin: &Origin) -> String {
        let places = Places { root: root.map(PathBuf::from), working: Some(PathBuf::from(working)) };
        places.place(path, origin).display().to_string()
    }

    #[test]
    fn paths_of_the_file_and_defaults_are_relative_to_its_root_and_short_where_they_lie_below_the_working_folder() {
        let of_file = Origin::File { path: PathBuf::from("nightly.toml"), line: 1 };
        for (working, path, expected) in [
            ("/srv/shop", "out", "out"),
            ("/srv", "out", "shop/out"),
            ("/srv/shop/out", "out", "."),
            ("/home", "out", "/srv/shop/out"),
            ("/srv/shop", "../lake", "/srv/lake"),
            ("/srv/shop", "./data//out/", "data/out"),
            ("/srv/shop", "/srv/shop/out", "/srv/shop/out"),
        ] {
            for origin in [&of_file, &Origin::Default] {
                assert_eq!(place(Some("/srv/shop"), working, path, origin), expected, "{working} {path}");
            }
        }
    }

    #[test]
    fn paths_that_are_typed_or_of_the_environment_stay_as_they_are_and_so_do_defaults_without_a_file() {
        let in_environment = Origin::Environment { variable: "SHOPSCORE_OUT".to_owned() };
        for origin in [Origin::typed("out"), in_environment] {
            assert_eq!(place(Some("/srv/shop"), "/home", "../out", &origin), "../out");
        }
        assert_eq!(place(None, "/home", "out", &Origin::Default), "out");
    }

    #[test]
    fn the_root_is_relative_to_the_folder_of_the_file_which_it_is_where_it_is_not_given() {
        let file = Path::new("/srv/shop/jobs/nightly.toml");
        for (root, expected) in [(None, "/srv/shop/jobs"), (Some(".."), "/srv/shop"), (Some("/lake"), "/lake")] {
            assert_eq!(Places::of(Some(file), root).unwrap().root, Some(PathBuf::from(expected)));
        }
        assert_eq!(Places::of(None, None).unwrap().root, None);
    }
}
