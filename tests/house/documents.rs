//! Documents that name files of the repository which are there.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::repository;
use crate::support::disk::walk;

/// What is no part of the repository, or lies in a checkout only after a run.
const NOT_OURS: [&str; 4] = [".git", "out", "state", "target"];
/// What a name of a file of the repository ends with.
const ENDINGS: [&str; 6] = ["csv", "lock", "md", "py", "rs", "toml"];

/// All files and folders of the repository, as paths under it.
fn everything() -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(repository()).unwrap().map(Result::unwrap) {
        if !NOT_OURS.iter().any(|name| entry.file_name() == *name) {
            found.insert(PathBuf::from(entry.file_name()));
            walk(&entry.path(), &mut |path, _| {
                found.insert(path.strip_prefix(repository()).unwrap().to_owned());
            });
        }
    }
    found
}

/// What in a text may be a path: words of the characters of paths, in backticks, links or plain. A word that stands for many
/// (`*`, `=`, `…`) names no file, nor does an absolute path or an address.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let ends_word = |character: char| !(character.is_alphanumeric() || "./_-*=…".contains(character));
    let is_path = |word: &&str| !word.starts_with('/') && !word.contains(['*', '=', '…']);
    text.split(ends_word).filter(is_path).map(|word| word.trim_end_matches(['.', '/']))
}

/// Whether a word names a file of the repository: one with an ending of ours, or below a folder of its root.
fn names_a_file(word: &str, all: &BTreeSet<PathBuf>) -> bool {
    let path = Path::new(word);
    let has_our_ending = path.extension().is_some_and(|found| ENDINGS.iter().any(|ending| found == *ending));
    let first = path.components().next().map(|part| PathBuf::from(part.as_os_str()));
    let is_below_ours = word.contains('/') && first.is_some_and(|first| all.contains(&first));
    let is_output = ["out/", "state/", "OUT/", "STATE/"].iter().any(|folder| word.starts_with(folder));
    (has_our_ending || is_below_ours) && !is_output
}

/// Whether a word is the path of a file from the root or from the document's folder, or, without a folder, the name of one.
fn is_there(word: &str, document: &Path, all: &BTreeSet<PathBuf>) -> bool {
    let beside = repository().join(document.parent().unwrap()).join(word).exists();
    let is_named = || all.iter().any(|path| path.file_name() == Some(OsStr::new(word)));
    beside || all.contains(Path::new(word)) || (!word.contains('/') && is_named())
}

/// All documents, as paths under the repository.
pub(super) fn documents() -> Vec<PathBuf> {
    let is_document = |path: &PathBuf| path.extension().is_some_and(|found| found == "md");
    let documents: Vec<_> = everything().into_iter().filter(is_document).collect();
    assert!(documents.iter().any(|path| path.ends_with("tests/faults/README.md")), "{documents:?}");
    documents
}

#[test]
fn every_file_that_a_document_names_is_there() {
    let all = everything();
    let mut named = 0;
    let mut missing = BTreeSet::new();
    for document in documents() {
        let text = fs::read_to_string(repository().join(&document)).unwrap();
        for word in words(&text).filter(|word| names_a_file(word, &all)) {
            named += 1;
            if !is_there(word, &document, &all) {
                missing.insert(format!("{}: {word}", document.display()));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(named > 20, "{named} files named");
}

#[test]
fn every_test_that_the_list_of_faults_names_is_there() {
    let mut tests = String::new();
    walk(&repository().join("tests/faults"), &mut |path, _| tests += &fs::read_to_string(path).unwrap());
    let list = fs::read_to_string(repository().join("tests/faults/README.md")).unwrap();
    let mut named = 0;
    for row in list.lines() {
        let Ok(number) = row.trim_start_matches("| ").split(' ').next().unwrap().parse::<u32>() else {
            continue;
        };
        for name in row.split('`').skip(1).step_by(2).filter_map(|name| name.strip_suffix('…')) {
            named += 1;
            assert!(tests.contains(&format!("fn fault_{number:02}_{name}")), "fault {number}: {name}");
        }
    }
    assert!(named > 60, "{named} tests named");
}
