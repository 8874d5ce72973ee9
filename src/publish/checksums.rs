//! The hash of every file of a generation, in `SHA256SUMS` beside them, in the form that `sha256sum --check` reads.
//!
//! A file that a generation links from the one before keeps the hash that was recorded when it was written: a file that has
//! changed since is not what it was recorded as.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use super::file_system::{self, STAGE};
use super::hashing::file_hash;
use super::partition_folder::{PUBLISHED, PartitionFolder};
use crate::error::{Outcome, disk};

const FILE: &str = "SHA256SUMS";

/// The hashes of a generation's files, by path in its folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Checksums(BTreeMap<String, String>);

impl Checksums {
    /// The recorded hashes of a generation; none where it has no record.
    pub(super) fn read(generation: &Path) -> Outcome<Option<Self>> {
        let path = generation.join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(disk(STAGE, "read", &path, &error)),
        };
        let line = |line: &str| line.split_once("  ").map(|(hash, path)| (path.to_owned(), hash.to_owned()));
        Ok(Some(Self(text.lines().filter_map(line).collect())))
    }

    pub(super) fn write(&self, generation: &Path) -> Outcome<()> {
        let path = generation.join(FILE);
        let lines: String = self.0.iter().map(|(path, hash)| format!("{hash}  {path}\n")).collect();
        fs::write(&path, lines).map_err(|error| disk(STAGE, "write", &path, &error))?;
        file_system::set_mode(&path, PUBLISHED.file_mode)
    }

    pub(super) fn insert(&mut self, path: String, hash: String) {
        self.0.insert(path, hash);
    }

    /// The recorded hash of a file of `generation`, or, where there is none, the hash that it has now.
    pub(super) fn hash_of(&self, generation: &Path, path: &str) -> Outcome<String> {
        self.0.get(path).map_or_else(|| file_hash(&generation.join(path)), |hash| Ok(hash.clone()))
    }

    /// The recorded files, each with its hash.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, hash)| (path.as_str(), hash.as_str()))
    }

    /// Those of a partition.
    pub(super) fn of(&self, partition: &PartitionFolder) -> impl Iterator<Item = (&str, &str)> {
        let folder = format!("{partition}/");
        let from = self.0.range(folder.clone()..).take_while(move |(path, _)| path.starts_with(&folder));
        from.map(|(path, hash)| (path.as_str(), hash.as_str()))
    }
}
