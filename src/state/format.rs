//! Which form the files of a state folder have, and which program gave it to them.
//!
//! State of an older form is made again, day by day, as fingerprints tell. State of a newer one is refused: a program that
//! does not know its files would leave days in it that the newer one cannot use, where their extracts may be gone.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{ExitClass, Finding, Outcome, fault};
use crate::state::sealed::{self, STAGE};

/// Rises whenever files of the state folder take another form.
const FORMAT: u32 = 1;
const PROGRAM: &str = env!("CARGO_PKG_VERSION");

#[derive(Serialize, Deserialize)]
struct Written {
    format: u32,
    /// The version of the program.
    program: String,
}

/// Makes sure that the state folder is in no newer form than this program's, and notes that it is in this one from now on.
/// The caller holds its lock.
///
/// # Errors
/// State where the form is newer; disk.
pub fn claim(state: &Path) -> Outcome<()> {
    let path = state.join("format.json");
    let written = sealed::read(&path).and_then(|json| serde_json::from_slice::<Written>(&json).ok());
    match written {
        Some(Written { format: FORMAT, .. }) => Ok(()),
        Some(Written { format, program }) if format > FORMAT => {
            let found = format!("state of format {format}, written by shopscore {program}");
            let wanted = format!("format {FORMAT} or older, which shopscore {PROGRAM} reads");
            let newer = Finding::new(STAGE, found, wanted).path(&path);
            Err(newer.advice("run the newer program, or give another state folder").fail(ExitClass::State))
        }
        Some(_) | None => {
            let written = Written { format: FORMAT, program: PROGRAM.to_owned() };
            let json = serde_json::to_vec(&written).map_err(|error| fault(STAGE, error))?;
            sealed::write(&path, &json)
        }
    }
}
