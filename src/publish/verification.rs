//! Whether every published file is what was recorded when it was written.
//!
//! In: the generations that readers can be shown, the copies of frozen month ends, and the list of what is held. Out: how many
//! files were hashed, and a finding for each that is missing, other than recorded, or none of ours. Nothing is changed, and no
//! lock is needed: a generation that goes while it is looked at is passed over.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::checksums::{Checksums, file_hash, other_hash};
use super::file_system::names;
use super::frozen::{copy_of, not_as_recorded};
use super::generations::{UNUSABLE_ADVICE, once_current};
use super::layout::Layout;
use super::name::Name;
use super::partition::{PartitionFolder, partition_paths};
use super::{current, holds};
use crate::error::{Finding, Outcome};

const STAGE: &str = "verify";

#[derive(Debug)]
pub(crate) struct Verified {
    /// How many files were hashed; one that generations share counts once.
    pub(crate) files: usize,
    pub(crate) findings: Vec<Finding>,
}

pub(crate) fn verify(out: &Path) -> Outcome<Verified> {
    let layout = Layout::new(out);
    let shown = current::read(&layout)?;
    let mut hashes = Hashes::default();
    let mut findings = Vec::new();
    for name in once_current(&layout, shown.as_ref())? {
        let found = verify_generation(&layout, &name, &mut hashes);
        if layout.generation(&name).is_dir() {
            findings.extend(found?);
        }
    }
    findings.extend(verify_copies(&layout, &mut hashes)?);
    findings.extend(holds::read(&layout).err().into_iter().flat_map(|unreadable| unreadable.findings));
    Ok(Verified { files: hashes.0.len(), findings })
}

/// The hashes that are known by inode, so that a file with many names is read once.
#[derive(Default)]
struct Hashes(BTreeMap<(u64, u64), String>);

impl Hashes {
    /// The hash of a file; none where it is gone.
    fn of(&mut self, path: &Path) -> Outcome<Option<String>> {
        let Ok(found) = fs::metadata(path) else { return Ok(None) };
        let hash = match self.0.entry((found.dev(), found.ino())) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(file_hash(path)?),
        };
        Ok(Some(hash.clone()))
    }
}

/// The copies of month ends are named by their hashes, those of revisions that no generation holds any more, too.
fn verify_copies(layout: &Layout, hashes: &mut Hashes) -> Outcome<Vec<Finding>> {
    let mut findings = Vec::new();
    for partition in partition_paths(&layout.frozen)? {
        let folder = layout.frozen.join(partition);
        for name in names(&folder)?.iter().filter(|name| !name.starts_with('.')) {
            let (copy, wanted) = (folder.join(name), name.strip_suffix(".parquet").unwrap_or(name));
            let found = hashes.of(&copy)?;
            if found.as_deref() != Some(wanted) {
                let finding = other_hash(STAGE, found, wanted).path(&copy);
                findings.push(finding.advice("put a sound copy there, from a backup or a generation"));
            }
        }
    }
    Ok(findings)
}

fn verify_generation(layout: &Layout, name: &Name, hashes: &mut Hashes) -> Outcome<Vec<Finding>> {
    let generation = layout.generation(name);
    let Some(recorded) = Checksums::read(&generation)? else {
        let finding = Finding::new(STAGE, "no SHA256SUMS", "the hashes of a generation's files");
        return Ok(vec![finding.path(&generation).advice(UNUSABLE_ADVICE)]);
    };
    let mut findings = Vec::new();
    for (path, wanted) in recorded.iter() {
        let found = hashes.of(&generation.join(path))?;
        if let Some(copy) = copy_of(layout, path, wanted)
            && hashes.of(&copy)?.as_deref() != Some(wanted)
        {
            let finding = Finding::new(STAGE, "no sound copy of a frozen month end", format!("SHA-256 {wanted}"));
            findings.push(finding.path(&copy).advice("copy the published file there, if that is sound"));
        } else if found.as_deref() != Some(wanted) {
            findings.push(not_as_recorded(STAGE, layout, (&generation, path), found, wanted));
        }
    }
    let recorded: BTreeSet<PathBuf> = recorded.iter().map(|(path, _)| generation.join(path)).collect();
    let folders = PartitionFolder::all_in(&generation)?.into_iter().chain(PartitionFolder::months_in(&generation)?);
    for folder in folders.map(|partition| partition.inside(&generation)) {
        let found = names(&folder)?.into_iter().map(|name| folder.join(name));
        findings.extend(found.filter(|path| !recorded.contains(path)).map(|path| {
            let finding = Finding::new(STAGE, "a file that no run wrote", "published files only").path(&path);
            finding.advice("remove it; readers take it for data")
        }));
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::testing::{Out, night};

    fn findings(out: &Out) -> Vec<String> {
        verify(out.path()).unwrap().findings.iter().map(Finding::to_string).collect()
    }

    #[test]
    fn what_was_published_is_what_was_recorded_and_shared_files_are_read_once() {
        let out = Out::new();
        assert_eq!(verify(out.path()).unwrap().files, 0);
        out.publish(&night("2022-03-14", 4.1, &[("2022-03-01", "{}")]));
        out.publish(&night("2022-03-15", 4.2, &[("2022-03-01", "{}")]));
        let verified = verify(out.path()).unwrap();
        // Two nights, one day of quarantine, two descriptions, two records of terms, and the five files of the dictionary.
        assert_eq!((verified.files, verified.findings.len()), (12, 0));
    }

    #[test]
    fn a_missing_and_a_foreign_file_are_named() {
        let out = Out::new();
        let first = out.publish(&night("2022-03-15", 4.1, &[]));
        let folder = out.generation(&first).join("published/tiny/dt=2022-03-15");
        fs::rename(folder.join("part-0.parquet"), folder.join("part-1.parquet")).unwrap();
        let [missing, foreign] = &findings(&out)[..] else { panic!("{:?}", findings(&out)) };
        assert!(missing.contains("part-0.parquet: found no such file, wanted SHA-256 "), "{missing}");
        assert!(foreign.contains("part-1.parquet: found a file that no run wrote"), "{foreign}");
    }

    #[test]
    fn a_damaged_file_that_a_new_generation_links_is_still_noticed() {
        let out = Out::new();
        let first = out.publish(&night("2022-03-14", 4.1, &[]));
        let part = out.generation(&first).join("published/tiny/dt=2022-03-14/part-0.parquet");
        fs::remove_file(&part).unwrap();
        fs::write(&part, "damaged").unwrap();
        out.publish(&night("2022-03-15", 4.2, &[]));
        assert_eq!(findings(&out).len(), 2, "in both generations");
    }
}
