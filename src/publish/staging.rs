//! A generation under construction: the night's own files, and hard links to all that stays.
//!
//! In: the night's partitions, and the current generation. Out: a whole generation in the staging folder, or the
//! finding that the current one already holds every byte of it.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use sha2::{Digest, Sha256};

use super::file_system::{self, STAGE};
use super::layout::{HASH_LENGTH, PartitionFolder, Root, is_part};
use super::outputs::OutputTable;
use super::parquet_file::encode;
use crate::domain::Day;
use crate::error::{Outcome, disk};

/// A partition that the night writes.
pub(super) struct NewPartition {
    pub(super) folder: PartitionFolder,
    /// The value of the partition key.
    pub(super) value: String,
    pub(super) table: &'static OutputTable,
    pub(super) batches: Vec<RecordBatch>,
}

/// Writes the night's own partitions, sorted by folder, into `staging`, and returns the night's id: its as-of day and
/// a hash of the names and encoded rows of its published files.
pub(super) fn write(
    staging: &Path,
    as_of: Day,
    partitions: &[NewPartition],
    limit_bytes: usize,
) -> Outcome<String> {
    file_system::make_folder(staging, Root::Published.folder_mode())?;
    for root in Root::ALL {
        file_system::make_folder(&staging.join(root.name()), root.folder_mode())?;
    }
    let mut content = Sha256::new();
    let mut encoded = Vec::new();
    for partition in partitions {
        let folder = make_partition(staging, &partition.folder)?;
        let parts = encode(&folder, partition.table, &partition.batches, limit_bytes)?;
        for (part, file) in parts.into_iter().enumerate() {
            // What earlier nights left in the quarantine is not this night's content.
            if partition.folder.root == Root::Published {
                content.update(format!("{}/{part}\n", partition.folder));
                content.update(file.digest());
            }
            encoded.push((file, partition.folder.root));
        }
    }
    let hash: String =
        content.finalize().iter().take(HASH_LENGTH / 2).map(|byte| format!("{byte:02x}")).collect();
    let id = format!("{as_of}-{hash}");
    for (file, root) in encoded {
        file.finish(&id, root.file_mode())?;
    }
    Ok(id)
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

/// Hard-links the files of `partitions` from the generation `from` into `staging`. Only part files are carried over:
/// whatever else was put there by hand is left behind.
pub(super) fn carry(from: &Path, staging: &Path, partitions: &BTreeSet<PartitionFolder>) -> Outcome<()> {
    for partition in partitions {
        let source = partition.inside(from);
        let target = make_partition(staging, partition)?;
        for part in file_system::names(&source)?.into_iter().filter(|name| is_part(name)) {
            file_system::link(&source.join(&part), &target.join(&part))?;
        }
    }
    Ok(())
}

/// Puts the current generation's quarantine files in place of new ones that differ from them in the id alone: a day's
/// quarantine is read again by each of thirty nights, and is a new file only where its rows are new.
pub(super) fn keep_equal_quarantine(
    current: &Path,
    staging: &Path,
    partitions: &[NewPartition],
    id: &str,
) -> Outcome<()> {
    for partition in partitions.iter().filter(|partition| partition.folder.root == Root::Quarantine) {
        let (old, new) = (partition.folder.inside(current), partition.folder.inside(staging));
        for part in file_system::names(&new)? {
            let (old, new) = (old.join(&part), new.join(&part));
            if differs_in_id_alone(&old, &new, id)? {
                file_system::remove(&new)?;
                file_system::link(&old, &new)?;
            }
        }
    }
    Ok(())
}

/// Ids have one length, and a file holds its own once, in the footer: all bytes around it must be equal.
fn differs_in_id_alone(old: &Path, new: &Path, id: &str) -> Outcome<bool> {
    if !old.exists() {
        return Ok(false);
    }
    let read = |path: &Path| std::fs::read(path).map_err(|error| disk(STAGE, "read", path, &error));
    let (old, new) = (read(old)?, read(new)?);
    let Some(start) = new.windows(id.len()).rposition(|bytes| bytes == id.as_bytes()) else {
        return Ok(false);
    };
    let end = start + id.len();
    Ok(old.len() == new.len() && old.get(..start) == new.get(..start) && old.get(end..) == new.get(end..))
}

/// Whether the generation `current` holds each new partition, byte for byte and without a file more.
pub(super) fn holds_all(current: &Path, staging: &Path, partitions: &[NewPartition]) -> Outcome<bool> {
    for partition in partitions {
        let (old, new) = (partition.folder.inside(current), partition.folder.inside(staging));
        let parts = file_system::names(&new)?;
        if file_system::names(&old)? != parts {
            return Ok(false);
        }
        for part in parts {
            if !equal_bytes(&old.join(&part), &new.join(&part))? {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

fn equal_bytes(left: &Path, right: &Path) -> Outcome<bool> {
    let open = |path: &Path| File::open(path).map_err(|error| disk(STAGE, "open", path, &error));
    let (mut left_file, mut right_file) = (BufReader::new(open(left)?), BufReader::new(open(right)?));
    loop {
        let left_bytes = left_file.fill_buf().map_err(|error| disk(STAGE, "read", left, &error))?;
        let right_bytes = right_file.fill_buf().map_err(|error| disk(STAGE, "read", right, &error))?;
        let length = left_bytes.len().min(right_bytes.len());
        if left_bytes.get(..length) != right_bytes.get(..length) {
            return Ok(false);
        }
        if length == 0 {
            return Ok(left_bytes.is_empty() && right_bytes.is_empty());
        }
        left_file.consume(length);
        right_file.consume(length);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn files_are_equal_only_to_the_last_byte() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            path
        };
        let long = vec![7; 100_000];
        let whole = file("whole", &long);
        assert!(equal_bytes(&whole, &file("same", &long)).unwrap());
        assert!(!equal_bytes(&whole, &file("shorter", &long[1..])).unwrap());
        assert!(!equal_bytes(&whole, &file("other", &[&long[1..], &[8]].concat())).unwrap());
    }

    #[test]
    fn an_id_is_all_that_may_differ() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let new = file("new", "rows id-2 end");
        let differs_alone = |old: &str| differs_in_id_alone(&file("old", old), &new, "id-2").unwrap();
        assert!(differs_alone("rows id-1 end"));
        assert!(differs_alone("rows id-2 end"));
        assert!(!differs_alone("ROWS id-1 end"));
        assert!(!differs_alone("rows id-1 END"));
        assert!(!differs_alone("rows id-1 end."));
        assert!(!differs_in_id_alone(&folder.path().join("absent"), &new, "id-2").unwrap());
    }
}
