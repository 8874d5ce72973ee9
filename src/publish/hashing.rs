//! SHA-256 of what is written and of what lies on disk, as lower-case hexadecimal digits.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::file_system::STAGE;
use crate::error::{Finding, Outcome, disk};

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
        let written = match &mut self.file {
            Some(file) => file.write(bytes)?,
            None => bytes.len(),
        };
        let (written_bytes, _) = bytes
            .split_at_checked(written)
            .ok_or_else(|| io::Error::other("the file system says that it wrote more than it was given"))?;
        self.hash.update(written_bytes);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), File::flush)
    }
}

/// The hash of a file's bytes.
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
