//! Daily partials kept in the state folder, so that a night reads only what is new.
//!
//! For each table-day two files: `DAY.json` says what the partial was made of, what it counted and set aside, and names
//! the file of its sums with that file's hash; `DAY-FINGERPRINT.parquet` holds the sums, and is written first. Where appeals
//! can name single records, `DAY-FINGERPRINT.records` is the index of these, once a night had use for it. Shops and
//! appeals have their sound rows in place of sums.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};

use crate::content::hash_of;
use crate::domain::Day;
use crate::error::{Outcome, disk, fault};
use crate::extracts::listing::{FileIdentity, entries};
use crate::extracts::quarantine::{Counts, QuarantinedRow};
use crate::extracts::row_rules::Reason;
use crate::extracts::tables::Table;
use crate::partials::measures;
use crate::partials::records::{AllRecords, TableDay};
pub use crate::partials::version::Version;
use crate::state::record_index::{self, RecordIndex};
use crate::state::sealed::STAGE;
use crate::state::{frames, sealed};

/// The partials of a state folder.
#[derive(Clone, Debug)]
pub struct Store {
    state: PathBuf,
}

/// A part file that a partial was made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Its name in the partition's folder.
    pub name: String,
    /// What it was when it was read.
    pub identity: FileIdentity,
    /// The hash of its bytes.
    pub hash: String,
}

/// All that is known of a stored partial without its sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// How many rows there were, and how many broke which rule.
    pub counts: Counts,
    /// The rows that were set aside.
    pub quarantine: Vec<QuarantinedRow>,
    /// What the partial depends on besides its files.
    pub basis: String,
    /// The files that it was made of.
    pub inputs: Vec<Input>,
    /// Which sums these are.
    pub version: Version,
}

/// A table-day that is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its table and day.
    pub of: TableDay,
    /// The size of its files.
    pub bytes: u64,
}

/// The length of a day's name.
const DAY_LENGTH: usize = 10;

/// The form in which [`Stored`] is written.
#[derive(Serialize, Deserialize)]
struct Description {
    rows: i64,
    broken: [i64; Reason::ALL.len()],
    /// Key, reason and row.
    quarantine: Vec<(Option<i64>, String, String)>,
    basis: String,
    inputs: Vec<Input>,
    version: Version,
}

impl Store {
    /// The partials under a state folder.
    pub fn under(state: &Path) -> Self {
        Self { state: state.to_owned() }
    }

    /// What is stored for a table-day; none where there is nothing, or nothing sound.
    pub fn find(&self, table: Table, day: Day) -> Option<Stored> {
        let path = self.description(table, day);
        serde_json::from_slice::<Description>(&sealed::read(&path)?).ok()?.stored(table, day)
    }

    /// The sums of a stored partial; none where the file is gone or is not what was written.
    pub fn sums(&self, table: Table, day: Day, version: &Version) -> Option<DataFrame> {
        let path = self.sums_file(table, day, &version.fingerprint);
        let bytes = fs::read(&path).ok();
        let sound = bytes.filter(|bytes| hash_of(bytes) == version.sums_hash);
        let frame = sound.and_then(|bytes| frames::from_parquet(Bytes::from(bytes)).ok());
        if frame.is_none() {
            tracing::warn!("{}: gone or damaged, it is made again", path.display());
        }
        frame
    }

    /// Stores a partial: its `sums`, and all else as `stored` has it but for the hash of the sums, which is found here.
    ///
    /// # Errors
    /// Disk.
    pub fn put(&self, sums: &DataFrame, stored: Stored) -> Outcome<Stored> {
        let (table, day) = (stored.counts.table, stored.counts.day);
        let bytes = frames::to_parquet(sums).map_err(|error| fault(STAGE, error))?;
        let mut stored = stored;
        stored.version.sums_hash = hash_of(&bytes);
        sealed::replace(&self.sums_file(table, day, &stored.version.fingerprint), &bytes)?;
        self.describe(&stored)?;
        Ok(stored)
    }

    /// Writes the description of a partial whose sums are stored.
    ///
    /// # Errors
    /// Disk.
    pub fn describe(&self, stored: &Stored) -> Outcome<()> {
        let json = serde_json::to_vec(&Description::of(stored)).map_err(|error| fault(STAGE, error))?;
        sealed::write(&self.description(stored.counts.table, stored.counts.day), &json)
    }

    /// Stores the index of a partial's records.
    ///
    /// # Errors
    /// Disk.
    pub fn put_records(&self, of: TableDay, version: &Version, records: &AllRecords) -> Outcome<()> {
        let bytes = record_index::encode(records, &version.fingerprint);
        sealed::replace(&self.records_file(of, &version.fingerprint), &bytes)
    }

    /// Whether there is an index of a partial's records, sound or not.
    pub fn has_records(&self, of: TableDay, version: &Version) -> bool {
        self.records_file(of, &version.fingerprint).is_file()
    }

    /// What `ask` finds in the index of a partial's records; none where there is no sound index.
    pub fn ask_records<T>(
        &self,
        of: TableDay,
        version: &Version,
        ask: impl FnOnce(&RecordIndex) -> Option<T>,
    ) -> Option<T> {
        let path = self.records_file(of, &version.fingerprint);
        let found = RecordIndex::open(&path, &version.fingerprint).and_then(|index| ask(&index));
        if found.is_none() && path.is_file() {
            tracing::warn!("{}: damaged, it is made again", path.display());
        }
        found
    }

    /// Checks the sums and the index of records of a table-day, as far as its description names them; how many files that
    /// are, and which of them are not what was written.
    pub fn verify(&self, (table, day): TableDay) -> (usize, Vec<PathBuf>) {
        // A night may store another version meanwhile: then what the older description names is gone.
        let described = || sealed::peek(&self.description(table, day));
        let Some(bytes) = described() else { return (0, Vec::new()) };
        let Ok(Description { version, .. }) = serde_json::from_slice(&bytes) else { return (0, Vec::new()) };
        let sums = self.sums_file(table, day, &version.fingerprint);
        let records = self.records_file((table, day), &version.fingerprint);
        let is_sound = fs::read(&sums).is_ok_and(|bytes| hash_of(&bytes) == version.sums_hash);
        let mut damaged: Vec<PathBuf> = (!is_sound).then_some(sums).into_iter().collect();
        let mut files = 1;
        if records.exists() {
            files += 1;
            let index = RecordIndex::open(&records, &version.fingerprint);
            let is_sound = index.is_some_and(|index| index.search(&BTreeSet::new()).is_some());
            damaged.extend((!is_sound).then_some(records));
        }
        if described().as_ref() != Some(&bytes) {
            damaged.clear();
        }
        (files, damaged)
    }

    /// Every table-day that is stored, by table and day.
    ///
    /// # Errors
    /// Disk.
    pub fn all(&self) -> Outcome<Vec<Kept>> {
        let mut kept: BTreeMap<TableDay, u64> = BTreeMap::new();
        for table in Table::ALL {
            for (name, path) in entries(&self.folder(table))? {
                if let Some(Ok(day)) = name.get(..DAY_LENGTH).map(str::parse::<Day>) {
                    *kept.entry((table, day)).or_default() += fs::metadata(path).map_or(0, |file| file.len());
                }
            }
        }
        Ok(kept.into_iter().map(|(of, bytes)| Kept { of, bytes }).collect())
    }

    /// Removes all files of a table-day, its description first.
    ///
    /// # Errors
    /// Disk.
    pub fn remove(&self, (table, day): TableDay) -> Outcome<()> {
        let described = self.description(table, day);
        let of_day =
            entries(&self.folder(table))?.into_iter().filter(|(name, _)| name.starts_with(&day.to_string()));
        for path in [described.clone()].into_iter().chain(of_day.map(|(_, path)| path)) {
            if path.exists() {
                fs::remove_file(&path).map_err(|error| disk(STAGE, "unlink", &path, &error))?;
            }
        }
        Ok(())
    }

    /// Removes the sums of a version that nothing uses any more, and its index; a failure leaves a file that costs only
    /// its space.
    pub fn forget(&self, table: Table, day: Day, version: &Version) {
        let sums = self.sums_file(table, day, &version.fingerprint);
        let records = self.records_file((table, day), &version.fingerprint);
        for path in [sums, records] {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    tracing::warn!("{}: not removed: {error}", path.display());
                }
                Ok(()) | Err(_) => {}
            }
        }
    }

    /// Where a table's days are kept: shops and appeals have no partials.
    fn folder(&self, table: Table) -> PathBuf {
        let kind = if measures::of(table).is_some() { "partials" } else { "whole" };
        self.state.join(kind).join(table.name())
    }

    fn description(&self, table: Table, day: Day) -> PathBuf {
        self.folder(table).join(format!("{day}.json"))
    }

    fn sums_file(&self, table: Table, day: Day, fingerprint: &str) -> PathBuf {
        self.folder(table).join(format!("{day}-{fingerprint}.parquet"))
    }

    fn records_file(&self, (table, day): TableDay, fingerprint: &str) -> PathBuf {
        self.folder(table).join(format!("{day}-{fingerprint}.records"))
    }
}

impl Description {
    fn of(stored: &Stored) -> Self {
        let shown = |row: &QuarantinedRow| (row.key, row.reason.to_owned(), row.row.clone());
        Self {
            rows: stored.counts.rows,
            broken: stored.counts.broken,
            quarantine: stored.quarantine.iter().map(shown).collect(),
            basis: stored.basis.clone(),
            inputs: stored.inputs.clone(),
            version: stored.version.clone(),
        }
    }

    fn stored(self, table: Table, day: Day) -> Option<Stored> {
        let quarantined = |(key, reason, row): (Option<i64>, String, String)| {
            let reason = Reason::from_name(&reason)?.name();
            Some(QuarantinedRow { table: table.name(), key, reason, row })
        };
        Some(Stored {
            counts: Counts { table, day, rows: self.rows, broken: self.broken },
            quarantine: self.quarantine.into_iter().map(quarantined).collect::<Option<_>>()?,
            basis: self.basis,
            inputs: self.inputs,
            version: self.version,
        })
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::*;

    use super::*;
    use crate::extracts::readable::day;

    fn partial() -> (DataFrame, Stored) {
        let sums = df!("shop_id" => [1_i64, 2], "payments" => [3_i64, 4]).unwrap();
        let stored = Stored {
            counts: Counts {
                rows: 8,
                broken: [1, 0, 0, 0, 0],
                ..Counts::nothing(Table::Payments, day("2022-03-15"))
            },
            quarantine: vec![QuarantinedRow {
                table: "payments",
                key: Some(7),
                reason: "null_key",
                row: "{}".to_owned(),
            }],
            basis: "b".to_owned(),
            inputs: Vec::new(),
            version: Version { fingerprint: "f".to_owned(), sums_hash: String::new() },
        };
        (sums, stored)
    }

    #[test]
    fn what_is_stored_is_found_again_with_its_sums() {
        let state = tempfile::tempdir().unwrap();
        let store = Store::under(state.path());
        let (sums, stored) = partial();
        assert_eq!(store.find(Table::Payments, day("2022-03-15")), None);
        let stored = store.put(&sums, stored).unwrap();
        assert_eq!(store.find(Table::Payments, day("2022-03-15")), Some(stored.clone()));
        assert!(store.sums(Table::Payments, day("2022-03-15"), &stored.version).unwrap().equals(&sums));
    }

    #[test]
    fn a_damaged_description_and_damaged_sums_are_not_believed() {
        let state = tempfile::tempdir().unwrap();
        let store = Store::under(state.path());
        let (sums, stored) = partial();
        let stored = store.put(&sums, stored).unwrap();
        let damage = |name: &str, old: &str, new: &str| {
            let path = state.path().join("partials/payments").join(name);
            let bytes = fs::read(&path).unwrap();
            let at = bytes.windows(old.len()).position(|window| window == old.as_bytes()).unwrap();
            let damaged = [&bytes[..at], new.as_bytes(), &bytes[at + old.len()..]].concat();
            fs::write(&path, damaged).unwrap();
        };
        damage("2022-03-15-f.parquet", "PAR1", "PAR2");
        assert!(store.sums(Table::Payments, day("2022-03-15"), &stored.version).is_none());
        damage("2022-03-15.json", "\"rows\":8", "\"rows\":9");
        assert_eq!(store.find(Table::Payments, day("2022-03-15")), None);
    }
}
