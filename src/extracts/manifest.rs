//! The producer's `_manifest.json`: names, row counts and hashes of exactly the part files of a partition.
//!
//! Parquet readers do not notice most flipped bits; where a producer says what it wrote, that is checked before a row
//! counts (specification, section 2).

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::error::Finding;

pub(super) const MANIFEST: &str = "_manifest.json";

const STAGE: &str = "manifest";

#[derive(Deserialize)]
struct Manifest {
    files: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    rows: u64,
    sha256: String,
}

/// Compares a partition's files, each with the rows that its footer gives, with its `opened` manifest, if it has one (it
/// must have one where `required`).
pub(super) fn check(folder: &Path, opened: Option<File>, files: &[(&Path, usize)], required: bool) -> Vec<Finding> {
    let path = folder.join(MANIFEST);
    let text = match opened.map(io::read_to_string) {
        Some(Ok(text)) => text,
        None if !required => return Vec::new(),
        None => return vec![finding(&path, "no manifest", "a manifest")],
        Some(Err(error)) => return vec![finding(&path, format!("no readable manifest ({error})"), "a manifest")],
    };
    const FORM: &str = r#"{"files": [{"name", "rows", "sha256"}]}"#;
    match serde_json::from_str::<Manifest>(&text) {
        Ok(manifest) => compare(&path, &manifest, files),
        Err(error) => vec![finding(&path, format!("JSON of another form ({error})"), FORM)],
    }
}

fn compare(path: &Path, manifest: &Manifest, files: &[(&Path, usize)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut listed = BTreeMap::new();
    for entry in &manifest.files {
        if entry.name.contains('/') {
            findings.push(finding(path, format!("the name {:?}", entry.name), "a plain name without /"));
        }
        if listed.insert(entry.name.as_str(), entry).is_some() {
            findings.push(finding(path, format!("{:?} twice", entry.name), "each part file once"));
        }
    }
    for (file, rows) in files {
        match file.file_name().and_then(OsStr::to_str).and_then(|name| listed.remove(name)) {
            None => findings.push(finding(file, "a part file that the manifest does not list", "no other file")),
            Some(entry) => findings.extend(compare_file(file, *rows, entry)),
        }
    }
    let lacks = |name| finding(path, format!("no part file {name:?}"), "every file that it lists");
    findings.extend(listed.into_keys().map(lacks));
    findings
}

fn compare_file(file: &Path, rows: usize, entry: &Entry) -> Option<Finding> {
    if u64::try_from(rows) != Ok(entry.rows) {
        return Some(finding(file, format!("{rows} rows"), format!("the manifest's {} rows", entry.rows)));
    }
    let wanted = || format!("the manifest's {}", entry.sha256);
    match sha256(file) {
        Ok(found) if found.eq_ignore_ascii_case(&entry.sha256) => None,
        Ok(found) => Some(finding(file, format!("bytes with SHA-256 {found}"), wanted())),
        Err(error) => Some(finding(file, format!("an unreadable file ({error})"), "a readable file")),
    }
}

fn sha256(path: &Path) -> io::Result<String> {
    const BUFFER_BYTES: usize = 1 << 16;
    let mut reader = BufReader::with_capacity(BUFFER_BYTES, File::open(path)?);
    let mut hasher = Sha256::new();
    loop {
        let bytes = reader.fill_buf()?;
        let length = bytes.len();
        if length == 0 {
            return Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        }
        hasher.update(bytes);
        reader.consume(length);
    }
}

fn finding(path: &Path, found: impl Into<String>, wanted: impl Into<String>) -> Finding {
    Finding::new(STAGE, found, wanted)
        .path(path)
        .advice("deliver the partition again with a manifest of exactly its part files")
}
