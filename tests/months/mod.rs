//! Month ends, restatements, settlements and ranges of nights, as people run them.

mod described;
mod ranges;
mod restatements;
mod risk;
mod settlements;
mod verified;

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::{Published, differing};

/// The last day of January and of February.
const MONTH_ENDS: [&str; 2] = ["2022-01-31", "2022-02-28"];

/// The folders of published files, without the quarantine, that differ between two states.
fn differing_folders(before: &Published, after: &Published) -> BTreeSet<String> {
    let paths = differing(&before.files, &after.files).into_iter();
    let folder = |path: &Path| Some(path.parent()?.strip_prefix("published").ok()?.display().to_string());
    paths.filter_map(|path| folder(&path)).collect()
}
