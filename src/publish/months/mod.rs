//! The months of a generation: the rows of all nights once more, in a few files, for readers who ask over many nights
//! (docs/LAYOUT.md, with the figures).
//!
//! In: a generation under construction with all its nights, and the one before. Out: `months/TABLE/month=YYYY-MM/`, and in it either
//! `part-0.parquet`, the rows of all nights of a month that is over, sorted as the table is and then by day, or links to the files of its
//! nights. A reader of all of it finds each row of each night once. A month is put together by the first publication that writes none
//! of its nights: until then, while it goes on, and where its nights are no longer as they were recorded or have other columns than
//! today, the nights themselves lie there. So a late night or a backfill writes no month again and again.

mod merged;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use self::merged::Merged;
use super::checksums::{Checksums, file_hash, hexadecimal};
use super::file_system;
use super::name::{HASH_LENGTH, Id};
use super::outputs::{DAILY_KEY, OVER_TIME, OutputTable};
use super::parquet_file::encode;
use super::partition::{MONTHS, PUBLISHED, PartitionFolder, is_part};
use super::staging::PART_LIMIT_BYTES;
use crate::calendar::Month;
use crate::domain::Day;
use crate::error::{Outcome, all};
use crate::threads::longest_first;

/// Writes and links the months into `staging`, whose nights are in `checksums`; `before` is the folder of the current generation. Of the
/// months that are to be put together it is one, the newest that can be: the first publication after an upgrade may find years of them.
pub(super) fn write(staging: &Path, before: Option<&Path>, checksums: &mut Checksums) -> Outcome<()> {
    let were = before.map(Checksums::read).transpose()?.flatten().unwrap_or_default();
    let mut due: BTreeMap<Month, Vec<OfMonth>> = BTreeMap::new();
    let mut files = BTreeMap::new();
    for of in OVER_TIME.into_iter().flat_map(|table| OfMonth::all(table, checksums, &were)) {
        file_system::make_folder(&of.folder.inside(staging), MONTHS.folder_mode)?;
        match of.kept(before, &were) {
            _ if !of.is_settled => files.extend(of.link_nights(staging)?),
            Some((before, kept)) => {
                kept.keys().try_for_each(|path| file_system::link(&before.join(path), &staging.join(path)))?;
                files.extend(kept);
            }
            None => due.entry(of.month).or_default().push(of),
        }
    }
    let mut is_done = false;
    for tables in due.values().rev() {
        let put_together = |of: &OfMonth| if is_done { Ok(None) } else { of.put_together(staging) };
        let written = all(longest_first(tables, |of| of.size_bytes(staging), put_together))?;
        is_done |= written.iter().any(Option::is_some);
        for (of, written) in tables.iter().zip(written) {
            files.extend(written.map_or_else(|| of.link_nights(staging), Ok)?);
        }
    }
    files.into_iter().for_each(|(path, hash)| checksums.insert(path, hash));
    Ok(())
}

/// Files of a generation by path, and their hashes.
type Files = BTreeMap<String, String>;

/// A table's month in a generation under construction.
struct OfMonth {
    table: &'static OutputTable,
    month: Month,
    folder: PartitionFolder,
    /// The files of its nights.
    nights: Files,
    /// Whether it is over, and has the nights that the generation before has.
    is_settled: bool,
}

impl OfMonth {
    /// The months of a table.
    fn all(table: &'static OutputTable, now: &Checksums, were: &Checksums) -> impl Iterator<Item = Self> {
        let mut had = nights_by_month(table, were);
        let months = nights_by_month(table, now);
        let newest = months.keys().next_back().copied();
        months.into_iter().map(move |(month, nights)| {
            let is_settled = Some(month) != newest && had.remove(&month).as_ref() == Some(&nights);
            Self { table, month, folder: PartitionFolder::of_month(table, month), nights, is_settled }
        })
    }

    /// The files of all its nights together that the generation `before` has, where all of them are there.
    fn kept<'a>(&self, before: Option<&'a Path>, were: &Checksums) -> Option<(&'a Path, Files)> {
        let recorded = were.of(&self.folder).filter(|(path, _)| path.rsplit('/').next().is_some_and(is_part));
        let recorded: Files = recorded.map(|(path, hash)| (path.to_owned(), hash.to_owned())).collect();
        let before = before.filter(|before| recorded.keys().all(|path| before.join(path).is_file()))?;
        (!recorded.is_empty()).then_some((before, recorded))
    }

    /// What its nights take on disk; what is not there is found when it is linked.
    fn size_bytes(&self, staging: &Path) -> u64 {
        let sizes = self.nights.keys().filter_map(|path| fs::metadata(staging.join(path)).ok());
        sizes.map(|found| found.len()).sum()
    }

    fn link_nights(&self, staging: &Path) -> Outcome<Files> {
        let mut files = BTreeMap::new();
        for (path, hash) in &self.nights {
            // `published/scores/dt=2022-03-15/part-0.parquet` is `2022-03-15-part-0.parquet` here.
            let name = path.rsplit_once("=").map_or(path.as_str(), |(_, name)| name).replace('/', "-");
            let target = format!("{}/{name}", self.folder);
            file_system::link(&staging.join(path), &staging.join(&target))?;
            files.insert(target, hash.clone());
        }
        Ok(files)
    }

    /// The rows of all its nights together; none where those are not to be trusted, or have other columns than today.
    fn put_together(&self, staging: &Path) -> Outcome<Option<Files>> {
        let mut merged = Merged::of(self.table)?;
        for (path, recorded) in &self.nights {
            let file = staging.join(path);
            if file_hash(&file)? != *recorded {
                tracing::warn!(
                    "{path}: not as recorded, so that {} keeps its nights; see `shopscore verify`",
                    self.folder
                );
                return Ok(None);
            }
            if !merged.add(&file)? {
                return Ok(None);
            }
        }
        let (folder, id) = (self.folder.inside(staging), self.id().to_string());
        let mut files = BTreeMap::new();
        for file in encode(Some(&folder), self.table, merged.rows(), PART_LIMIT_BYTES)? {
            let path = format!("{}/{}", self.folder, file.name);
            files.insert(path, file.finish(&id, MONTHS.file_mode)?);
        }
        Ok(Some(files))
    }

    /// Made of the files of its nights, and of nothing else.
    fn id(&self) -> Id {
        let mut hash = Sha256::new();
        self.nights.iter().for_each(|(path, of_night)| hash.update(format!("{of_night}  {path}\n")));
        let hash = hexadecimal(&hash.finalize()).chars().take(HASH_LENGTH).collect();
        Id { last_day: self.month.last_day(), hash }
    }
}

/// The files of a table's nights, and their hashes, by month.
fn nights_by_month(table: &OutputTable, checksums: &Checksums) -> BTreeMap<Month, Files> {
    let mut months: BTreeMap<Month, Files> = BTreeMap::new();
    let folder = format!("{}/{}/{DAILY_KEY}=", PUBLISHED.name, table.name);
    let day = |path: &str| -> Option<Day> { path.strip_prefix(&folder)?.split_once('/')?.0.parse().ok() };
    for (path, hash) in checksums.iter() {
        if let Some(day) = day(path) {
            months.entry(Month::of(day)).or_default().insert(path.to_owned(), hash.to_owned());
        }
    }
    months
}

#[cfg(test)]
mod tests;
