//! An engine that reads the extracts where they lie: what is asked of it, and nothing of how it answers.
//!
//! In: folders, paths and questions. Out: what lies in the folders, what the files hold, and answers, batch by batch. Paths are
//! URLs as settings and listings have them. What fails ends in a failure that says whose fault it is: the data's (rejected), or
//! that of the engine or the way to it (disk).

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use arrow::datatypes::Field;

use crate::error::{ExitClass, Failure, Finding, Outcome, fault};
use crate::extracts::identity::FileIdentity;

const STAGE: &str = "engine";
/// The most questions about files that an engine is asked at once.
pub(super) const ASKED_AT_ONCE: usize = 8;
/// What readers of engines take in names for part of a pattern, or for the end of a scheme.
pub(crate) const TAKEN_OTHERWISE: [char; 8] = ['[', ']', '{', '}', '*', '?', '\\', ':'];

/// An engine that reads the extracts where they lie.
pub trait Remote: Debug + Send + Sync {
    /// Every file below a folder, those in its sub-folders too; none where there is no such folder.
    fn files(&self, folder: &str) -> Outcome<Vec<RemoteFile>>;

    /// The columns of a Parquet file in its order, as Arrow has them: integers of any width, decimals of 20 digits for unsigned
    /// integers of 64 bits, timestamps with a zone for instants and without for local times, structs for what is nested.
    fn columns(&self, path: &str) -> Outcome<Vec<Field>>;

    /// The ends of small Parquet files below a folder, each from where its footer begins, by the files' paths below it; none of
    /// files, or of all of them, whose ends the engine does not tell.
    fn footers(&self, folder: &str, names: &[&str]) -> Outcome<Vec<(String, Vec<u8>)>>;

    /// Whether a read has the keys of the folders as columns where its files are listed one by one.
    fn reads_keys(&self) -> Outcome<bool>;

    /// How many rows files have together.
    fn rows(&self, paths: &[String]) -> Outcome<u64>;

    /// Runs a query and gives each batch of its answer to `consume`; false where the answer is larger than settings allow and was
    /// given up: what has come of it is of no use.
    fn ask(&self, question: &Question, consume: &mut dyn FnMut(RecordBatch) -> Outcome<()>) -> Outcome<bool>;
}

/// A file that an engine has listed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RemoteFile {
    /// Its path below the folder that was listed, as `dt=2022-03-15/part-0.parquet`.
    pub name: String,
    /// Its size.
    pub size_bytes: u64,
    /// When it was changed, since 1970-01-01T00:00:00Z.
    pub modified_micros: i64,
}

/// A query, and the files that it reads.
#[derive(Clone, Debug)]
pub struct Question {
    /// What is asked, in words for messages.
    pub what: String,
    /// The query.
    pub sql: String,
    /// What it reads, by the names that it has for them.
    pub reads: Vec<FilesRead>,
}

/// Files of one schema that a query reads.
#[derive(Clone, Debug)]
pub struct FilesRead {
    /// What the query calls their rows.
    pub name: String,
    /// Their columns, as DDL.
    pub schema: String,
    /// The folder below which the keys of partitions are columns, where they are.
    pub base: Option<String>,
    /// Where they lie.
    pub paths: Vec<String>,
}

type Columns = Arc<Vec<Field>>;

impl FilesRead {
    /// A name that no other read has in this process. An engine keeps names for a session, whose queries run side by side: of two
    /// with the same name one would read the files of the other.
    pub fn new_name() -> String {
        static NAMED: AtomicU64 = AtomicU64::new(0);
        format!("extract_{}", NAMED.fetch_add(1, Ordering::Relaxed))
    }
}

/// What an engine has said in a run, so that it is asked once: listings by folder, columns by file.
#[derive(Debug, Default)]
pub(crate) struct Said {
    files: Mutex<BTreeMap<PathBuf, Arc<Vec<RemoteFile>>>>,
    columns: Mutex<BTreeMap<PathBuf, (FileIdentity, Columns)>>,
}

impl Said {
    /// The files below a folder.
    pub(super) fn files(&self, remote: &dyn Remote, folder: &Path) -> Outcome<Arc<Vec<RemoteFile>>> {
        let known = || self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(files) = known().get(folder) {
            return Ok(Arc::clone(files));
        }
        let files = Arc::new(remote.files(url(folder)?)?);
        known().insert(folder.to_owned(), Arc::clone(&files));
        Ok(files)
    }

    /// Takes the columns of another file for those of this one.
    pub(super) fn learn(&self, path: &Path, identity: FileIdentity, columns: &Columns) {
        let mut known = self.columns.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(path.to_owned(), (identity, Arc::clone(columns)));
    }

    /// The columns of a file.
    pub(super) fn columns(&self, remote: &dyn Remote, (path, identity): (&Path, FileIdentity)) -> Outcome<Columns> {
        let known = || self.columns.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, columns)) = known().get(path).filter(|(of, _)| *of == identity) {
            return Ok(Arc::clone(columns));
        }
        let columns = Arc::new(remote.columns(url(path)?)?);
        known().insert(path.to_owned(), (identity, Arc::clone(&columns)));
        Ok(columns)
    }
}

/// The failure of a question whose answer is larger than settings allow, and which cannot be asked in parts.
pub(crate) fn too_large(what: &str) -> Failure {
    let finding =
        Finding::new(STAGE, format!("too large an answer about {what}"), "answers that fit engine_result_mib");
    let advice = "raise engine_result_mib where there is memory for it, and what the engine itself allows of results";
    finding.advice(advice).fail(ExitClass::Disk)
}

/// A path as an engine is told it.
pub(super) fn url(path: &Path) -> Outcome<&str> {
    path.to_str().ok_or_else(|| fault(STAGE, format!("{} is no UTF-8", path.display())))
}
