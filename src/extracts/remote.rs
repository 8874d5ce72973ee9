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
use parquet::schema::types::SchemaDescPtr;

use crate::error::{ExitClass, Failure, Finding, Outcome, fault};
use crate::extracts::identity::FileIdentity;
use crate::extracts::told_footer::Footer;

const STAGE: &str = "engine";
/// The most questions about files that an engine is asked at once.
pub(super) const ASKED_AT_ONCE: usize = 8;
/// The largest file that an engine reads as a whole to give the end of it, together with others.
pub(crate) const READ_WHOLE_BYTES: u64 = 4 << 20;
/// The largest file that is read as a whole since Spark would unpack it where it reads it as text.
const UNPACKED_BYTES: u64 = 64 << 20;
/// What the names of such files end in.
const UNPACKED_BY_NAME: [&str; 7] = [".gz", ".bz2", ".deflate", ".lz4", ".snappy", ".zst", ".xz"];
/// What readers of engines take in names for part of a pattern, or for the end of a scheme.
pub(crate) const TAKEN_OTHERWISE: [char; 8] = ['[', ']', '{', '}', '*', '?', '\\', ':'];

/// An engine that reads the extracts where they lie.
pub trait Remote: Debug + Send + Sync {
    /// Every file below a folder, those in its sub-folders and those without any byte too; none where there is no such folder.
    fn files(&self, folder: &str) -> Outcome<Vec<RemoteFile>>;

    /// The columns of a Parquet file in its order, as Arrow has them: integers of any width, decimals of 20 digits for unsigned
    /// integers of 64 bits, timestamps with a zone for instants and without for local times, structs for what is nested.
    fn columns(&self, path: &str) -> Outcome<Vec<Field>>;

    /// The ends of files below a folder, given their paths below it and sizes: each from where its footer begins, if it ends in one.
    fn ends(&self, folder: &str, files: &[(&str, u64)]) -> Outcome<Ends>;

    /// Whether a read has the keys of the folders as columns where its files are listed one by one.
    fn reads_keys(&self) -> Outcome<bool>;

    /// How many rows files have together.
    fn rows(&self, paths: &[String]) -> Outcome<i64>;

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

/// The last bytes of files, by their paths below a folder.
#[derive(Clone, Debug)]
pub enum Ends {
    /// Those of all files that were still there.
    Given(Vec<(String, Vec<u8>)>),
    /// They are larger than settings allow an answer to be; fewer of them may not be.
    TooLarge,
    /// The engine gives none: it is to be asked for columns.
    NotGiven,
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

/// What an engine has said in a run, so that it is asked once: listings by folder, footers or columns by file.
#[derive(Debug, Default)]
pub(crate) struct Said {
    files: Mutex<BTreeMap<PathBuf, Arc<Vec<RemoteFile>>>>,
    footers: Mutex<BTreeMap<PathBuf, (FileIdentity, Footer)>>,
    /// Those of these, each once: files are many, and mostly alike.
    schemas: Mutex<Vec<SchemaDescPtr>>,
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

    /// Keeps what the footer of a file says.
    pub(super) fn learn(&self, path: &Path, identity: FileIdentity, mut footer: Footer) {
        if let Footer::Sound { schema, .. } = &mut footer {
            let mut known = self.schemas.lock().unwrap_or_else(PoisonError::into_inner);
            match known.iter().find(|known| *known == schema) {
                Some(known) => *schema = Arc::clone(known),
                None => known.push(Arc::clone(schema)),
            }
        }
        let mut known = self.footers.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(path.to_owned(), (identity, footer));
    }

    /// What the footer of a file says, if it is known.
    pub(super) fn footer(&self, path: &Path, identity: FileIdentity) -> Option<Footer> {
        let known = self.footers.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(path).filter(|(of, _)| *of == identity).map(|(_, footer)| footer.clone())
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

/// Whether an engine unpacks a file of this name where it reads it as text.
pub(crate) fn is_unpacked(name: &str) -> bool {
    UNPACKED_BY_NAME.iter().any(|ending| name.ends_with(ending))
}

/// Whether the end of a file is not asked for: it could be read as a whole only, and is too large for it.
pub(super) fn has_no_end((path, size_bytes): (&Path, u64)) -> bool {
    size_bytes > UNPACKED_BYTES && path.to_str().is_some_and(is_unpacked)
}

/// The ends of files below a folder, given their paths and sizes, by their paths; none where the engine gives none. Asked for in halves
/// where they are too large an answer.
pub(super) fn ends(
    engine: &dyn Remote,
    folder: &Path,
    files: &[(&Path, u64)],
) -> Outcome<Option<BTreeMap<PathBuf, Vec<u8>>>> {
    let below = |(path, size_bytes): &(&Path, u64)| {
        let name = path.strip_prefix(folder).ok().and_then(Path::to_str).map(str::to_owned);
        name.map(|name| (name, *size_bytes))
            .ok_or_else(|| fault(STAGE, format!("{} in {}", path.display(), folder.display())))
    };
    let names = files.iter().map(below).collect::<Outcome<Vec<(String, u64)>>>()?;
    let names: Vec<(&str, u64)> = names.iter().map(|(name, size_bytes)| (name.as_str(), *size_bytes)).collect();
    match engine.ends(url(folder)?, &names)? {
        Ends::NotGiven => Ok(None),
        Ends::Given(ends) => Ok(Some(ends.into_iter().map(|(name, end)| (folder.join(name), end)).collect())),
        Ends::TooLarge if files.len() < 2 => Err(too_large(&format!("the ends of files of {}", folder.display()))),
        Ends::TooLarge => {
            let (first, second) = files.split_at(files.len() / 2);
            let (first, second) = (ends(engine, folder, first)?, ends(engine, folder, second)?);
            Ok(first.zip(second).map(|(first, second)| first.into_iter().chain(second).collect()))
        }
    }
}

/// What files below a folder are now, by their paths.
pub(super) fn identities(engine: &dyn Remote, folder: &Path) -> Outcome<BTreeMap<PathBuf, FileIdentity>> {
    let of = |file: RemoteFile| (folder.join(&file.name), FileIdentity::listed(file.size_bytes, file.modified_micros));
    Ok(engine.files(url(folder)?)?.into_iter().map(of).collect())
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
