//! Table-days kept in the state folder, so that a night reads only what is new.
//!
//! For each table-day two files: `DAY.json` says what the partial was made of, what it counted and set aside, and names
//! the file of its sums with that file's hash; `DAY-FINGERPRINT.parquet` holds the sums, and is written first. Where appeals
//! can name single records, `DAY-FINGERPRINT.records` is the index of these, once a night had use for it. Shops and
//! appeals have their sound rows in place of sums. Reading changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use polars::prelude::DataFrame;

use crate::error::{Outcome, disk, fault};
use crate::partials::all_records::AllRecords;
pub(crate) use crate::partials::daily::Version;
use crate::partials::records::TableDay;
use crate::state::checksummed::{self, Content, STAGE};
pub(crate) use crate::state::description::{Input, Stored};
use crate::state::record_index::{self, RecordIndex};
use crate::state::rehearsal::Keeping;
use crate::state::{TABLE_DAY_FOLDERS, day_content::DayContent, description, format, frames};
use crate::{
    domain::Day, extracts::tables::Table, folders::entries, hashing::hash_of, partials::measures, space::bytes_of,
};

#[derive(Debug)]
pub(crate) struct Store<'a> {
    state: PathBuf,
    keeping: Keeping<'a>,
    /// The folder, where it is the only copy of old days; opened before the first write, so that the sync reports every write
    /// that failed since.
    to_sync: Option<File>,
}

/// What is stored of a table-day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Nothing,
    Damaged,
    /// It is described; whether its content is sound shows when it is read.
    Described(Stored),
}

impl Found {
    /// Its description, where it is sound.
    pub(crate) fn stored(self) -> Option<Stored> {
        if let Self::Described(stored) = self { Some(stored) } else { None }
    }
}

fn found(description: Content, of: TableDay) -> Found {
    match description {
        Content::Absent => Found::Nothing,
        Content::Damaged => Found::Damaged,
        Content::Sound(json) => description::read(&json, of).map_or(Found::Damaged, Found::Described),
    }
}

/// What the files of a table-day take on disk, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) size_bytes: u64,
    /// The index of its records, of all.
    pub(crate) index_bytes: u64,
}

/// How the name of an index of records ends.
const INDEX_ENDING: &str = ".records";
/// The length of a day's name.
const DAY_LENGTH: usize = 10;

impl<'a> Store<'a> {
    /// The table-days under a state folder, which is the only copy of old ones where `is_only_copy` says so; state
    /// where a newer program wrote it.
    pub(crate) fn open(state: &Path, is_only_copy: bool, keeping: Keeping<'a>) -> Outcome<Self> {
        format::check(state)?;
        let is_synced = is_only_copy && !keeping.is_rehearsal() && state.is_dir();
        let opened = is_synced.then(|| File::open(state)).transpose();
        let to_sync = opened.map_err(|error| disk(STAGE, "open", state, &error))?;
        Ok(Self { state: state.to_owned(), keeping, to_sync })
    }

    /// Whether what a run makes is kept in the folder: all that writes there asks this.
    pub(crate) fn keeps(&self) -> bool {
        !self.keeping.is_rehearsal()
    }

    /// Waits until all that was stored is on disk, where it may be the only copy one day: a night is published after that,
    /// whichever run stored it.
    pub(crate) fn sync(&self) -> Outcome<()> {
        let Some(folder) = &self.to_sync else { return Ok(()) };
        rustix::fs::syncfs(folder).map_err(|error| disk(STAGE, "syncfs", &self.state, &error.into()))
    }

    pub(crate) fn find(&self, of: TableDay) -> Found {
        if let Some(made) = self.keeping.seen().find_map(|rehearsal| rehearsal.find(of)) {
            return Found::Described(made);
        }
        found(checksummed::read(&self.description(of)), of)
    }

    /// As [`Store::find`], and nothing is said of what is damaged: for who does not make it again.
    pub(crate) fn peek(&self, of: TableDay) -> Found {
        found(checksummed::peek(&self.description(of)), of)
    }

    /// The content of a stored table-day; none where the file is gone or is not what was written.
    pub(crate) fn content(&self, of: TableDay, version: &Version) -> Option<DayContent> {
        if let Some(made) = self.keeping.seen().find_map(|rehearsal| rehearsal.content(of, version)) {
            return Some(made);
        }
        let content = self.peek_content(of, version);
        if content.is_none() {
            tracing::warn!("{}: gone or damaged, it is made again", self.content_file(of, version).display());
        }
        content
    }

    /// As [`Store::content`], and nothing is said of what is damaged.
    pub(crate) fn peek_content(&self, of: TableDay, version: &Version) -> Option<DayContent> {
        let frame = frames::from_parquet(self.peek_bytes(of, version)?).ok()?;
        DayContent::of_frame(of, frame).ok()
    }

    /// As [`Store::peek_content`], of a partial its integers without the texts that they are grouped by.
    pub(crate) fn peek_integers(&self, of: TableDay, version: &Version) -> Option<DataFrame> {
        frames::integers_of(self.peek_bytes(of, version)?).ok()
    }

    fn peek_bytes(&self, of: TableDay, version: &Version) -> Option<Bytes> {
        let bytes = fs::read(self.content_file(of, version)).ok()?;
        (hash_of(&bytes) == version.sums_hash).then(|| bytes.into())
    }

    /// Stores the content of a table-day, and all else as `stored` has it but for the hash of the content, which is found here.
    pub(crate) fn put(&self, content: &DayContent, mut stored: Stored) -> Outcome<Stored> {
        if let Some(rehearsal) = self.keeping.rehearsal() {
            rehearsal.put(content, stored.clone());
            return Ok(stored);
        }
        let bytes = frames::to_parquet(&content.to_frame()?).map_err(|error| fault(STAGE, error))?;
        stored.version.sums_hash = hash_of(&bytes);
        self.write(&self.content_file(stored.of(), &stored.version), &bytes)?;
        self.describe(&stored)?;
        Ok(stored)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Outcome<()> {
        checksummed::replace(path, bytes)
    }

    /// Writes the description of a table-day whose content is stored.
    pub(crate) fn describe(&self, stored: &Stored) -> Outcome<()> {
        if !self.keeps() {
            return Ok(());
        }
        checksummed::write(&self.description(stored.of()), &description::json(stored)?)
    }

    pub(crate) fn put_records(&self, of: TableDay, version: &Version, records: &AllRecords) -> Outcome<()> {
        if !self.keeps() {
            return Ok(());
        }
        let bytes = record_index::encode(records, &version.fingerprint);
        self.write(&self.records_file(of, version), &bytes)
    }

    /// Whether there is an index of a partial's records, sound or not.
    pub(crate) fn has_records(&self, stored: &Stored) -> bool {
        self.records_file(stored.of(), &stored.version).is_file()
    }

    /// What `ask` finds in the index of a partial's records; none where there is no sound index.
    pub(crate) fn ask_records<T>(&self, stored: &Stored, ask: impl FnOnce(&RecordIndex) -> Option<T>) -> Option<T> {
        let path = self.records_file(stored.of(), &stored.version);
        let found = RecordIndex::open(&path, &stored.version.fingerprint).and_then(|index| ask(&index));
        if found.is_none() && path.is_file() {
            tracing::warn!("{}: damaged, it is made again", path.display());
        }
        found
    }

    /// Checks the content and the index of records of a table-day, as far as its description names them; how many files that
    /// are, and which of them are not what was written.
    pub(crate) fn verify(&self, of: TableDay) -> (usize, Vec<PathBuf>) {
        // A night may store another version meanwhile: then what the older description names is gone.
        let described = || match checksummed::peek(&self.description(of)) {
            Content::Sound(json) => description::read(&json, of),
            Content::Absent | Content::Damaged => None,
        };
        let Some(stored) = described() else { return (0, Vec::new()) };
        let content = self.content_file(of, &stored.version);
        let records = self.records_file(of, &stored.version);
        let is_damaged = self.peek_bytes(of, &stored.version).is_none();
        let mut damaged: Vec<PathBuf> = is_damaged.then_some(content).into_iter().collect();
        let mut files = 1;
        if records.exists() {
            files += 1;
            let index = RecordIndex::open(&records, &stored.version.fingerprint);
            let is_sound = index.is_some_and(|index| index.search(&BTreeSet::new()).is_some());
            damaged.extend((!is_sound).then_some(records));
        }
        if described().as_ref() == Some(&stored) { (files, damaged) } else { (files, Vec::new()) }
    }

    /// Every table-day that is stored, with what its files take on disk.
    pub(crate) fn all(&self) -> Outcome<BTreeMap<TableDay, Taken>> {
        let mut kept: BTreeMap<TableDay, Taken> = BTreeMap::new();
        for table in Table::ALL {
            for (name, path) in entries(STAGE, &self.folder(table))? {
                if let Some(Ok(day)) = name.get(..DAY_LENGTH).map(str::parse::<Day>) {
                    let size_bytes = fs::metadata(path).map_or(0, |file| bytes_of(&file));
                    let taken = kept.entry((table, day)).or_default();
                    taken.size_bytes += size_bytes;
                    taken.index_bytes += if name.ends_with(INDEX_ENDING) { size_bytes } else { 0 };
                }
            }
        }
        Ok(kept)
    }

    /// The files of versions that were stored before the one that their table-day's description names: a run that was killed
    /// left them. Where the description is not sound nobody knows which these are, and all stay.
    pub(crate) fn replaced(&self) -> Outcome<Vec<PathBuf>> {
        let mut replaced = Vec::new();
        for of in self.all()?.into_keys() {
            let Some(stored) = self.peek(of).stored() else { continue };
            let named = [self.content_file(of, &stored.version), self.records_file(of, &stored.version)];
            let is_of_version = |path: &PathBuf| named.iter().any(|named| named.extension() == path.extension());
            replaced.extend(self.files(of)?.into_iter().filter(|path| is_of_version(path) && !named.contains(path)));
        }
        Ok(replaced)
    }

    fn files(&self, (table, day): TableDay) -> Outcome<Vec<PathBuf>> {
        let day = day.to_string();
        let files = entries(STAGE, &self.folder(table))?.into_iter();
        Ok(files.filter(|(name, _)| name.starts_with(&day)).map(|(_, path)| path).collect())
    }

    /// Removes all files of a table-day, its description first.
    pub(crate) fn remove(&self, of: TableDay) -> Outcome<()> {
        let described = self.description(of);
        let mut files = self.files(of)?;
        files.sort_by_key(|path| *path != described);
        files.iter().try_for_each(|path| fs::remove_file(path).map_err(|error| disk(STAGE, "unlink", path, &error)))
    }

    /// Removes the sums of a version that nothing uses any more, and its index; a failure leaves a file that costs only
    /// its space.
    pub(crate) fn forget(&self, of: TableDay, version: &Version) {
        if !self.keeps() {
            return;
        }
        for path in [self.content_file(of, version), self.records_file(of, version)] {
            if let Err(error) = fs::remove_file(&path)
                && error.kind() != std::io::ErrorKind::NotFound
            {
                tracing::warn!("{}: not removed: {error}", path.display());
            }
        }
    }

    /// Where a table's days are kept: shops and appeals have no partials.
    fn folder(&self, table: Table) -> PathBuf {
        let [partials, whole] = TABLE_DAY_FOLDERS;
        let kind = if measures::of(table).is_some() { partials } else { whole };
        self.state.join(kind).join(table.name())
    }

    fn description(&self, (table, day): TableDay) -> PathBuf {
        self.folder(table).join(format!("{day}.json"))
    }

    fn content_file(&self, (table, day): TableDay, version: &Version) -> PathBuf {
        self.folder(table).join(format!("{day}-{}.parquet", version.fingerprint))
    }

    fn records_file(&self, (table, day): TableDay, version: &Version) -> PathBuf {
        self.folder(table).join(format!("{day}-{}{INDEX_ENDING}", version.fingerprint))
    }
}
