//! Which form the files of a state folder have, and which program gave it to them.
//!
//! State of a newer form is refused before anything is read: a program that does not know its files would leave days in it
//! that the newer one cannot use, where their extracts may be gone. State of the form before is taken over as it is.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{ExitClass, Finding, Outcome, fault};
use crate::state::checksummed::{self, Content, STAGE};

/// The one number of the form of all files under a state folder. Raise it by one when this program leaves files there that the
/// release before would misread or not find: another layout of a file, another name, other words in the dependencies of
/// every table. A change of one table's figures raises that table's meaning instead. Reading goes on to take the forms
/// before it, or a run says at its start which days it cannot serve.
pub(crate) const FORMAT: u32 = 3;
const PROGRAM: &str = env!("CARGO_PKG_VERSION");

#[derive(Serialize, Deserialize)]
struct Written {
    format: u32,
    /// The version of the program.
    program: String,
}

/// What a state folder says of its form, if anything; state where that is newer than this program's.
fn written(state: &Path) -> Outcome<Option<Written>> {
    let Content::Sound(json) = checksummed::read(&file(state)) else { return Ok(None) };
    match serde_json::from_slice(&json).ok() {
        Some(Written { format, program }) if format > FORMAT => {
            let found = format!("state of format {format}, written by shopscore {program}");
            let wanted = format!("format {FORMAT} or older, which shopscore {PROGRAM} reads");
            let newer = Finding::new(STAGE, found, wanted).path(&file(state));
            Err(newer.advice("run the newer program, or give another state folder").fail(ExitClass::State))
        }
        written => Ok(written),
    }
}

fn file(state: &Path) -> PathBuf {
    state.join("format.json")
}

/// The number of the form that a state folder is in; none where it does not say. State where it is newer than this program's.
pub(crate) fn found(state: &Path) -> Outcome<Option<u32>> {
    Ok(written(state)?.map(|written| written.format))
}

/// Makes sure that the state folder is in no newer form than this program's.
pub(crate) fn check(state: &Path) -> Outcome<()> {
    written(state).map(drop)
}

/// As [`check`], and notes that the state folder is in this program's form from now on. The caller holds its lock.
pub(crate) fn claim(state: &Path) -> Outcome<()> {
    if written(state)?.is_some_and(|written| written.format == FORMAT) {
        return Ok(());
    }
    let json = serde_json::to_vec(&Written { format: FORMAT, program: PROGRAM.to_owned() });
    checksummed::write(&file(state), &json.map_err(|error| fault(STAGE, error))?)
}
