//! The ids of what a run publishes: a day, and a hash of encoded rows.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::file_system::STAGE;
use super::hashing::hexadecimal;
use super::layout::HASH_LENGTH;
use super::parquet_file::EncodedFile;
use super::partition::NewPartition;
use super::partition_folder::PUBLISHED;
use crate::domain::Day;
use crate::error::{Outcome, fault};

/// The ids of a run.
pub(super) struct Ids {
    /// Those that its partitions carry, in the order given.
    pub(super) by_partition: Vec<String>,
    /// That of the partition that the run gave first: the run's own.
    pub(super) own: String,
}

impl Ids {
    /// Gives each group of published partitions its id: a day, and a hash of the names and encoded rows of its files.
    ///
    /// # Errors
    /// A fault where the run publishes nothing.
    pub(super) fn of(partitions: &[NewPartition], encoded: &[Vec<EncodedFile>]) -> Outcome<Self> {
        let mut groups: BTreeMap<String, (Day, Sha256)> = BTreeMap::new();
        // What earlier nights left in the quarantine is no content of this run.
        let published = |(partition, _): &(&NewPartition, _)| partition.folder.root == PUBLISHED;
        for (partition, files) in partitions.iter().zip(encoded).filter(published) {
            let (_, hash) = groups.entry(partition.group()).or_insert((partition.period.last_day(), Sha256::new()));
            for (part, file) in files.iter().enumerate() {
                hash.update(format!("{}/{part}\n", partition.folder));
                hash.update(file.digest());
            }
        }
        let id = |(day, hash): (Day, Sha256)| {
            let digits: String = hexadecimal(&hash.finalize()).chars().take(HASH_LENGTH).collect();
            format!("{day}-{digits}")
        };
        let by_group: BTreeMap<_, _> = groups.into_iter().map(|(name, group)| (name, id(group))).collect();
        let first = partitions.iter().find(|partition| partition.is_first).map(NewPartition::group);
        let own = first.and_then(|group| by_group.get(&group));
        let own = own.ok_or_else(|| fault(STAGE, "a publication without a published partition"))?;
        // A day of the quarantine of which the run publishes nothing else carries the run's own.
        let of = |partition: &NewPartition| by_group.get(&partition.group()).unwrap_or(own).clone();
        Ok(Self { by_partition: partitions.iter().map(of).collect(), own: own.clone() })
    }
}
