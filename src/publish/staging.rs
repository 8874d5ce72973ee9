//! A generation under construction: a run's own files, and hard links to all that stays.
//!
//! In: the run's partitions, and the current generation. Out: a whole generation in the staging folder, or the finding
//! that the current one already holds every byte of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::checksums::{Checksums, file_hash, hexadecimal};
use super::file_metadata::generation_in;
use super::file_system::{self, STAGE};
use super::name::{HASH_LENGTH, Id};
use super::output_checks::checked;
use super::parquet_file::{EncodedFile, encode};
use super::partition::{MONTHS, NewPartition, PUBLISHED, PartitionFolder, SET_ASIDE, is_part};
use crate::domain::Day;
use crate::error::{Outcome, all, fault};
use crate::threads::longest_first;

/// A partition's file should not pass this.
pub(super) const PART_LIMIT_BYTES: usize = 512 * 1024 * 1024;

/// What a run wrote into a generation.
pub(super) struct Written {
    /// The run's own id.
    pub(super) id: Id,
    /// The hashes of the files.
    pub(super) checksums: Checksums,
    /// How many rows each file has, by its path in the generation.
    pub(super) rows: BTreeMap<String, usize>,
}

/// Writes a run's own partitions, sorted by folder, into `staging`, but for quarantine files that the generation `before` has
/// with these rows: a day's quarantine is read again by each of thirty nights, and is a new file only where its rows are
/// new.
pub(super) fn write(staging: &Path, before: Option<&Path>, news: &[NewPartition<'_>]) -> Outcome<Written> {
    file_system::make_folder(staging, PUBLISHED.folder_mode)?;
    for root in [PUBLISHED, SET_ASIDE, MONTHS] {
        file_system::make_folder(&staging.join(root.name), root.folder_mode)?;
    }
    let written = longest_first(news, length, |partition| write_rows(staging, before, partition));
    let written = all(written)?;
    let (ids, own) = ids(news, &written)?;
    let (mut checksums, mut rows) = (Checksums::default(), BTreeMap::new());
    for ((partition, files), id) in news.iter().zip(written).zip(&ids) {
        for file in files {
            let path = format!("{}/{}", partition.folder, file.name);
            rows.insert(path.clone(), file.rows);
            checksums.insert(path, file.finish(id, partition.folder.root.file_mode)?);
        }
    }
    Ok(Written { id: own, checksums, rows })
}

/// The files of a partition without their footers; none where those of the generation `before` stay.
fn write_rows(staging: &Path, before: Option<&Path>, partition: &NewPartition<'_>) -> Outcome<Vec<EncodedFile>> {
    if let Some(before) = before.filter(|_| partition.folder.root == SET_ASIDE)
        // Nothing need be encoded where there is nothing to compare with.
        && partition.folder.inside(before).is_dir()
        && holds(before, partition, None, encoded(partition, None)?)?
    {
        return Ok(Vec::new());
    }
    let folder = make_partition(staging, &partition.folder)?;
    encoded(partition, Some(&folder))
}

fn length(partition: &NewPartition<'_>) -> usize {
    partition.rows.count_of_slices()
}

fn encoded(partition: &NewPartition<'_>, folder: Option<&Path>) -> Outcome<Vec<EncodedFile>> {
    encode(folder, partition.table, checked(partition), PART_LIMIT_BYTES)
}

fn make_partition(generation: &Path, partition: &PartitionFolder) -> Outcome<PathBuf> {
    let folder = partition.inside(generation);
    if let Some(table) = folder.parent() {
        file_system::make_folder(table, partition.root.folder_mode)?;
    }
    file_system::make_folder(&folder, partition.root.folder_mode)?;
    Ok(folder)
}

/// Hard-links the files of `partitions` from the generation `from` into `staging`, and adds their hashes to `checksums`. Only
/// part files are carried over: whatever else was put there by hand is left behind.
pub(super) fn carry(
    from: &Path,
    staging: &Path,
    partitions: &BTreeSet<&PartitionFolder>,
    checksums: &mut Checksums,
) -> Outcome<()> {
    let recorded = Checksums::read(from)?.unwrap_or_default();
    for partition in partitions {
        let (source, target) = (partition.inside(from), make_partition(staging, partition)?);
        for part in file_system::names(&source)?.into_iter().filter(|name| is_part(name)) {
            file_system::link(&source.join(&part), &target.join(&part))?;
            let path = format!("{partition}/{part}");
            let hash = recorded.hash_of(from, &path)?;
            checksums.insert(path, hash);
        }
    }
    Ok(())
}

/// The first partition that the generation `current` does not hold byte for byte and without a file more; none where it
/// holds all of them. Nothing is written.
pub(super) fn first_not_held<'a>(current: &Path, news: &'a [NewPartition<'_>]) -> Outcome<Option<&'a PartitionFolder>> {
    let files = all(longest_first(news, length, |partition| encoded(partition, None)))?;
    let (ids, _) = ids(news, &files)?;
    for ((partition, files), id) in news.iter().zip(files).zip(&ids) {
        let id = (partition.folder.root == PUBLISHED).then_some(id.as_str());
        if !holds(current, partition, id, files)? {
            return Ok(Some(&partition.folder));
        }
    }
    Ok(None)
}

/// Whether the generation `current` holds a partition as these `files` with the `id` or, where there is none given, with any.
fn holds(current: &Path, partition: &NewPartition<'_>, id: Option<&str>, files: Vec<EncodedFile>) -> Outcome<bool> {
    let folder = partition.folder.inside(current);
    let names: BTreeSet<String> = file_system::names(&folder)?.into_iter().collect();
    if names != files.iter().map(|file| file.name.clone()).collect() {
        return Ok(false);
    }
    for file in files {
        let path = folder.join(&file.name);
        let Some(id) = id.map(str::to_owned).or_else(|| generation_in(&path)) else { return Ok(false) };
        if file.finish(&id, 0)? != file_hash(&path)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The ids that the partitions of a run carry, in the order given, and the run's own, that of the one it gave first. Each
/// group of published partitions has one: a day, and a hash of the names and encoded rows of its files.
fn ids(partitions: &[NewPartition<'_>], encoded: &[Vec<EncodedFile>]) -> Outcome<(Vec<String>, Id)> {
    let mut groups: BTreeMap<String, (Day, Sha256)> = BTreeMap::new();
    // What earlier nights left in the quarantine is no content of this run.
    let published = |(partition, _): &(&NewPartition<'_>, _)| partition.folder.root == PUBLISHED;
    for (partition, files) in partitions.iter().zip(encoded).filter(published) {
        let (_, hash) = groups.entry(partition.group()).or_insert((partition.period.last_day(), Sha256::new()));
        for (part, file) in files.iter().enumerate() {
            hash.update(format!("{}/{part}\n", partition.folder));
            hash.update(file.digest());
        }
    }
    let id = |(last_day, hash): (Day, Sha256)| Id {
        last_day,
        hash: hexadecimal(&hash.finalize()).chars().take(HASH_LENGTH).collect(),
    };
    let by_group: BTreeMap<_, _> = groups.into_iter().map(|(name, group)| (name, id(group))).collect();
    let first = partitions.iter().find(|partition| partition.is_first).map(NewPartition::group);
    let own = first.and_then(|group| by_group.get(&group));
    let own = own.ok_or_else(|| fault(STAGE, "a publication without a published partition"))?;
    // A day of the quarantine of which the run publishes nothing else carries the run's own.
    let of = |partition: &NewPartition<'_>| by_group.get(&partition.group()).unwrap_or(own).to_string();
    Ok((partitions.iter().map(of).collect(), own.clone()))
}
