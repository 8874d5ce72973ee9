//! SHA-256 of what is written and of what lies on disk, as lower-case hexadecimal digits, and its record: the hash of every
//! file of a generation, in `SHA256SUMS` beside them, in the form that `sha256sum --check` reads.
//!
//! A file that a generation links from the one before keeps the hash that was recorded when it was written: a file that has
//! changed since is not what it was recorded as.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::file_system::{self, STAGE};
use super::partition::{PUBLISHED, PartitionFolder};
use crate::error::{Finding, Outcome, disk};

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

    /// The recorded hash of a file, if there is one.
    pub(super) fn recorded(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// The recorded hash of a file of `generation`, or, where there is none, the hash that it has now.
    pub(super) fn hash_of(&self, generation: &Path, path: &str) -> Outcome<String> {
        self.recorded(path).map_or_else(|| file_hash(&generation.join(path)), |hash| Ok(hash.to_owned()))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, hash)| (path.as_str(), hash.as_str()))
    }

    pub(super) fn of(&self, partition: &PartitionFolder) -> impl Iterator<Item = (&str, &str)> {
        let folder = format!("{partition}/");
        self.iter().filter(move |(path, _)| path.starts_with(&folder))
    }
}

/// Hashes what is written to it, and writes it to a file if it has one.
pub(super) struct HashingFile {
    file: Option<File>,
    hash: Sha256,
}

impl HashingFile {
    pub(super) fn new(file: Option<File>) -> Self {
        Self { file, hash: Sha256::new() }
    }

    /// The hash of what is written so far.
    pub(super) fn digest(&self) -> [u8; 32] {
        self.hash.clone().finalize().into()
    }
}

impl Write for HashingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(file) = &mut self.file {
            file.write_all(bytes)?;
        }
        self.hash.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), File::flush)
    }
}

pub(super) fn file_hash(path: &Path) -> Outcome<String> {
    let failed = |error: io::Error| disk(STAGE, "read", path, &error);
    let mut hashed = HashingFile::new(None);
    io::copy(&mut File::open(path).map_err(failed)?, &mut hashed).map_err(failed)?;
    Ok(hexadecimal(&hashed.digest()))
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A finding of `stage` about a file that does not have the hash `wanted`, but `found`, or is gone.
pub(super) fn other_hash(stage: &'static str, found: Option<String>, wanted: &str) -> Finding {
    let found = found.map_or("no such file".to_owned(), |hash| format!("SHA-256 {hash}"));
    Finding::new(stage, found, format!("SHA-256 {wanted}"))
}
