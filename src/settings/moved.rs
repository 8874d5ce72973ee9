//! Folders that an earlier release looked for in the working folder: a file that says nothing of its `root` was written for one.
//!
//! In: the file and its values. Out: a warning for each folder of it that is not there, while the working folder has one.

use std::path::Path;

use super::declared::SETTINGS;
use super::layers::Resolved;
use super::origin::Origin;
use crate::error::escaped;

pub(super) fn warn(file: Option<&Path>, resolved: &Resolved) {
    let of_name = |name: &str| resolved.values.0.get(name);
    let says_root = of_name("root").is_some_and(|root| root.text.is_some());
    let Some(file) = file.filter(|_| !says_root) else { return };
    for (setting, value) in SETTINGS.iter().filter_map(|setting| Some((setting, of_name(setting.name)?))) {
        if !matches!(value.origin, Origin::Default | Origin::File { .. }) {
            continue;
        }
        let moved = setting.folders(value.text.as_deref()).zip(&value.folders);
        for (written, place) in moved.filter(|(written, place)| Path::new(written).exists() && !place.exists()) {
            let [file, written, place] = [file.display().to_string(), written.to_owned(), place.display().to_string()]
                .map(|text| escaped(&text));
            tracing::warn!(
                "{file}: {} = {written} means {place}, which is not there, and not {written} in the working folder: paths are \
                 relative to the file; write root into it if that one is meant",
                setting.name
            );
        }
    }
}
