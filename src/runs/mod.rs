//! What stays of a run for those who operate the job: its record, metrics, events of lineage, and the command that is told of it.
//!
//! In: the facts of a run, gathered at the command line. Out: a file in `OUT/runs/`, and what the settings ask for besides. None of
//! it is a reason for a run to fail: what cannot be written is a warning, and the run ends as it would have.

mod exposition;
pub(crate) mod folder;
pub(crate) mod hook;
pub(crate) mod lineage;
pub(crate) mod metrics;
pub(crate) mod record;
pub(crate) mod telling;

/// The stage that findings about reports name.
pub(crate) const STAGE: &str = "run record";
