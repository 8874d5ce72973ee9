//! What came of the last night, so that the same night again need not be scored: what its run said, and the published files.
//!
//! Grain: one night. It is believed where this very release left it, for the same ingredients.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::state::checksummed::{self, Content, STAGE};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LastNight {
    /// The hash of all that it was made of.
    pub(crate) ingredients: String,
    /// The limits that it kept, in words.
    pub(crate) limits: String,
    /// The day and the rows of the snapshot before its own, which its own was held against.
    pub(crate) snapshot_before: Option<(Day, usize)>,
    /// What it warned of by them.
    pub(crate) warnings: Vec<String>,
    pub(crate) present_shops: usize,
    pub(crate) unscored_shops: usize,
    /// The rows of shops that the snapshot does not have, by shop.
    pub(crate) unknown_shops: BTreeMap<i64, i64>,
    /// The days of the records that decisions speak of which take effect with it, and are others than before.
    pub(crate) newly_decided: BTreeSet<Day>,
    /// The SHA-256 of the files of its partitions, by path in a generation.
    pub(crate) files: BTreeMap<String, String>,
}

/// The form in which [`LastNight`] is written.
#[derive(Serialize, Deserialize)]
struct Written {
    /// The version of the program, since another one may make other files of the same ingredients.
    program: String,
    night: LastNight,
}

const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// The last night under a state folder; none where there is nothing sound, or another release left it.
pub(crate) fn load(state: &Path) -> Option<LastNight> {
    let Content::Sound(json) = checksummed::read(&file(state)) else { return None };
    let Written { program, night } = serde_json::from_slice(&json).ok()?;
    (program == PROGRAM).then_some(night)
}

pub(crate) fn save(state: &Path, night: LastNight) -> Outcome<()> {
    let json = serde_json::to_vec(&Written { program: PROGRAM.to_owned(), night });
    checksummed::write(&file(state), &json.map_err(|error| fault(STAGE, error))?)
}

fn file(state: &Path) -> PathBuf {
    state.join("last_night.json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::readable::day;

    #[test]
    fn a_night_is_known_again_by_the_release_that_left_it() {
        let state = tempfile::tempdir().unwrap();
        assert_eq!(load(state.path()), None);
        let night = LastNight {
            ingredients: "i".to_owned(),
            limits: "l".to_owned(),
            snapshot_before: Some((day("2022-03-14"), 3)),
            warnings: vec!["w".to_owned()],
            present_shops: 3,
            unscored_shops: 1,
            unknown_shops: [(9, 2)].into(),
            newly_decided: [day("2022-03-01")].into(),
            files: [("published/scores/dt=2022-03-15/part-0.parquet".to_owned(), "00".to_owned())].into(),
        };
        save(state.path(), night.clone()).unwrap();
        assert_eq!(load(state.path()), Some(night.clone()));
        let other = serde_json::to_vec(&Written { program: "0.0.0".to_owned(), night }).unwrap();
        checksummed::write(&file(state.path()), &other).unwrap();
        assert_eq!(load(state.path()), None);
    }
}
