//! Publication: the tables of a night, a restatement or a settlement in, one switch of the link that readers open out.
//!
//! ```text
//! OUT/current      -> generations/NAME/published      readers resolve it once and see one night
//! OUT/quarantine   -> current/../quarantine           so that one rename switches all
//! OUT/months       -> current/../months               the rows of all nights once more, in few files
//! OUT/dictionary   -> current/../dictionary           what tables and columns say; OUT/datapackage.json leads into it
//! OUT/generations/NAME/published/TABLE/KEY=VALUE/part-0.parquet    folders 0755, files 0444
//! OUT/generations/NAME/months/TABLE/month=YYYY-MM/part-0.parquet    folders 0755, files 0444
//! OUT/generations/NAME/quarantine/dt=DAY/part-0.parquet            folders 0700, files 0400
//! OUT/generations/NAME/dictionary/    folder 0755, files 0444
//! OUT/generations/NAME/generation.json, terms.json, SHA256SUMS
//! OUT/frozen/month_end_scores/month_end=DAY/HASH.parquet    copies that share nothing with the generations
//! OUT/refused/dt=DAY/part-0.parquet    the rows that stopped runs, until the day is published; folders 0700, files 0400
//! OUT/records/     why rollbacks gave up frozen month ends, which nights they hold, and which of these were released
//! OUT/runs/        what each run did (see [`crate::runs`])
//! OUT/report/      a page of the newest night, for people (see [`crate::report`])
//! OUT/locks/       the lock that keeps a second run out
//! ```
//!
//! NAME is `NUMBER-KIND-PERIOD-HASH` ([`name`]): `000075-night-2022-03-15-0123456789ab`. The id is `DAY-HASH`, a day and a hash of
//! encoded pages. It stands in the metadata of the night's files. Other partitions (month ends, assessments, settlements) carry
//! an id of their own, made of their own pages. An id depends on nothing else: not on the clock, the part files read,
//! the nights before, or the run that happened to write the file.
//!
//! Up to the one rename that makes a generation visible the old night is whole; from it on, the new one. All functions here
//! expect that the caller holds the [`lock::Lock`] of `OUT/locks`, except [`list`] and those that read.

pub(crate) mod batches;
pub(crate) mod by_shop;
pub(crate) mod cells;
mod checksums;
mod counted;
mod current;
mod dictionary_copy;
pub(crate) mod failing;
mod file_metadata;
mod file_system;
mod foretold;
mod frozen;
pub(crate) mod garbage;
mod generations;
mod holds;
mod layout;
pub mod lock;
pub(crate) mod month_ends;
mod months;
mod name;
mod output_checks;
pub mod outputs;
mod parquet_file;
mod partition;
mod pruning;
mod publication;
mod quarantine;
pub mod reading;
mod recovery;
pub(crate) mod refused;
mod release;
pub(crate) mod restatement;
mod rollback;
mod rows;
mod staging;
mod terms;
#[cfg(test)]
mod testing;
pub(crate) mod verification;

pub(crate) use counted::counted;
pub(crate) use foretold::Foretold;
pub(crate) use generations::{ListedGeneration, Published, list, nights, size_bytes};
pub(crate) use holds::{Hold, held, released};
pub use layout::lock_folder;
pub(crate) use layout::{OWN_FOLDERS, generation_folder};
pub(crate) use partition::{OutputPartition, Period};
pub(crate) use pruning::KeptGenerations;
pub(crate) use publication::{OfNight, Publication, PublicationKind, find_again, foretell, prepare, publish};
pub(crate) use quarantine::Quarantine;
pub(crate) use recovery::{check, make_out};
pub(crate) use release::{Release, Released, foretell_release, release};
pub(crate) use rollback::{RolledBack, Why, foretell as foretell_rollback, rollback};
pub(crate) use rows::Rows;
pub(crate) use terms::{KnownTerms, RecordedTerms};
