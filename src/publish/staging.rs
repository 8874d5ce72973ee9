//! A generation under construction: a run's own files, and hard links to all that stays.
//!
//! In: the run's partitions, and the current generation. Out: a whole generation in the staging folder, or the finding
//! that the current one already holds every byte of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::file_system;
use super::layout::{HASH_LENGTH, PartitionFolder, Root, is_part};
use super::outputs::{DAILY_KEY, OutputTable};
use super::parquet_file::{EncodedFile, encode, file_hash, hexadecimal, id_in};
use super::sums::Sums;
use crate::domain::Day;
use crate::error::{Outcome, all};

/// A partition that a run writes.
pub(super) struct NewPartition {
    pub(super) folder: PartitionFolder,
    /// The value of the partition key.
    pub(super) value: String,
    /// The last day that it speaks of.
    pub(super) day: Day,
    /// Its place among the partitions as the run gave them.
    pub(super) place: usize,
    pub(super) table: &'static OutputTable,
    pub(super) batches: Vec<RecordBatch>,
}

impl NewPartition {
    /// Whose id it carries. What is published for one day has one id; any other partition has its own, since its bytes
    /// may depend neither on the run that happened to write it nor on what else that run wrote.
    fn group(&self) -> String {
        let is_daily = self.table.partition_key == DAILY_KEY;
        if is_daily { self.value.clone() } else { self.folder.path.clone() }
    }
}

/// The ids of what a run publishes.
pub(super) struct Ids {
    /// By [`NewPartition::group`].
    by_group: BTreeMap<String, String>,
    /// That of the first partition given: the run's own.
    pub(super) own: String,
}

impl Ids {
    /// Gives each group of published partitions its id: a day, and a hash of the names and encoded rows of its files.
    fn of(partitions: &[NewPartition], encoded: &[Vec<EncodedFile>]) -> Self {
        let mut groups: BTreeMap<String, (Day, Sha256)> = BTreeMap::new();
        // What earlier nights left in the quarantine is no content of this run.
        let published = |(partition, _): &(&NewPartition, _)| partition.folder.root == Root::Published;
        for (partition, files) in partitions.iter().zip(encoded).filter(published) {
            let group = groups.entry(partition.group()).or_insert_with(|| (partition.day, Sha256::new()));
            for (part, file) in files.iter().enumerate() {
                group.1.update(format!("{}/{part}\n", partition.folder));
                group.1.update(file.digest());
            }
        }
        let id = |(day, hash): (Day, Sha256)| {
            let hash = hexadecimal(&hash.finalize());
            format!("{day}-{}", hash.get(..HASH_LENGTH).unwrap_or(&hash))
        };
        let by_group: BTreeMap<_, _> = groups.into_iter().map(|(name, group)| (name, id(group))).collect();
        let own = partitions.iter().min_by_key(|partition| partition.place).map(NewPartition::group);
        let own = own.and_then(|group| by_group.get(&group)).cloned().unwrap_or_default();
        Self { by_group, own }
    }

    fn id(&self, partition: &NewPartition) -> &str {
        self.by_group.get(&partition.group()).unwrap_or(&self.own)
    }
}

/// Writes a run's own partitions, sorted by folder, into `staging`, but for quarantine files that the generation `before` has
/// with these rows: a day's quarantine is read again by each of thirty nights, and is a new file only where its rows are
/// new. Returns the ids and the hashes of the files.
pub(super) fn write(
    staging: &Path,
    before: Option<&Path>,
    partitions: &[NewPartition],
    limit_bytes: usize,
) -> Outcome<(Ids, Sums)> {
    file_system::make_folder(staging, Root::Published.folder_mode())?;
    for root in Root::ALL {
        file_system::make_folder(&staging.join(root.name()), root.folder_mode())?;
    }
    let written = partitions
        .par_iter()
        .with_max_len(1)
        .map(|partition| write_rows(staging, before, partition, limit_bytes));
    let written = all(written.collect::<Vec<_>>())?;
    let ids = Ids::of(partitions, &written);
    let mut sums = Sums::default();
    for (partition, files) in partitions.iter().zip(written) {
        for file in files {
            let path = format!("{}/{}", partition.folder, file.name());
            sums.insert(path, file.finish(ids.id(partition), partition.folder.root.file_mode())?);
        }
    }
    Ok((ids, sums))
}

/// The files of a partition without their footers; none where those of the generation `before` stay.
fn write_rows(
    staging: &Path,
    before: Option<&Path>,
    partition: &NewPartition,
    limit_bytes: usize,
) -> Outcome<Vec<EncodedFile>> {
    if let Some(before) = before.filter(|_| partition.folder.root == Root::Quarantine)
        && holds(before, partition, None, limit_bytes)?
    {
        return Ok(Vec::new());
    }
    let folder = make_partition(staging, &partition.folder)?;
    encode(Some(&folder), partition.table, &partition.batches, limit_bytes)
}

fn make_partition(generation: &Path, partition: &PartitionFolder) -> Outcome<PathBuf> {
    let folder = partition.inside(generation);
    if let Some(table) = folder.parent() {
        file_system::make_folder(table, partition.root.folder_mode())?;
    }
    file_system::make_folder(&folder, partition.root.folder_mode())?;
    Ok(folder)
}

/// The partitions that a generation holds.
pub(super) fn held(generation: &Path) -> Outcome<BTreeSet<PartitionFolder>> {
    let mut held = BTreeSet::new();
    let published = generation.join(Root::Published.name());
    for table in file_system::names(&published)? {
        for partition in partition_names(&published.join(&table))? {
            held.insert(PartitionFolder { root: Root::Published, path: format!("{table}/{partition}") });
        }
    }
    for path in partition_names(&generation.join(Root::Quarantine.name()))? {
        held.insert(PartitionFolder { root: Root::Quarantine, path });
    }
    Ok(held)
}

fn partition_names(folder: &Path) -> Outcome<impl Iterator<Item = String>> {
    Ok(file_system::names(folder)?.into_iter().filter(|name| name.contains('=')))
}

/// Hard-links the files of `partitions` from the generation `from` into `staging`, and returns their hashes. Only part files
/// are carried over: whatever else was put there by hand is left behind.
pub(super) fn carry(from: &Path, staging: &Path, partitions: &BTreeSet<PartitionFolder>) -> Outcome<Sums> {
    let recorded = Sums::read(from)?.unwrap_or_default();
    let mut sums = Sums::default();
    for partition in partitions {
        let (source, target) = (partition.inside(from), make_partition(staging, partition)?);
        for part in file_system::names(&source)?.into_iter().filter(|name| is_part(name)) {
            file_system::link(&source.join(&part), &target.join(&part))?;
            sums.carry(from, &recorded, partition, &part)?;
        }
    }
    Ok(sums)
}

/// The first partition that the generation `current` does not hold byte for byte and without a file more; none where it
/// holds all of them. Nothing is written.
pub(super) fn first_not_held<'a>(
    current: &Path,
    partitions: &'a [NewPartition],
    limit_bytes: usize,
) -> Outcome<Option<&'a PartitionFolder>> {
    let encode = |partition: &NewPartition| encode(None, partition.table, &partition.batches, limit_bytes);
    let encoded = all(partitions.par_iter().with_max_len(1).map(encode).collect::<Vec<_>>())?;
    let ids = Ids::of(partitions, &encoded);
    for (partition, files) in partitions.iter().zip(encoded) {
        let id = (partition.folder.root == Root::Published).then(|| ids.id(partition));
        if !holds_files(current, partition, id, files)? {
            return Ok(Some(&partition.folder));
        }
    }
    Ok(None)
}

/// Whether the generation `current` holds a partition, with the `id` or, where there is none given, with any.
fn holds(current: &Path, partition: &NewPartition, id: Option<&str>, limit_bytes: usize) -> Outcome<bool> {
    // Nothing need be encoded where there is nothing to compare with.
    partition
        .folder
        .inside(current)
        .is_dir()
        .then(|| encode(None, partition.table, &partition.batches, limit_bytes))
        .transpose()?
        .map_or(Ok(false), |files| holds_files(current, partition, id, files))
}

fn holds_files(
    current: &Path,
    partition: &NewPartition,
    id: Option<&str>,
    files: Vec<EncodedFile>,
) -> Outcome<bool> {
    let folder = partition.folder.inside(current);
    let names: BTreeSet<String> = file_system::names(&folder)?.into_iter().collect();
    if names != files.iter().map(|file| file.name().to_owned()).collect() {
        return Ok(false);
    }
    for file in files {
        let path = folder.join(file.name());
        let Some(id) = id.map(str::to_owned).or_else(|| id_in(&path)) else { return Ok(false) };
        if file.finish(&id, 0)? != file_hash(&path)? {
            return Ok(false);
        }
    }
    Ok(true)
}
