//! Folders as an engine has listed them: names, sizes and times, all asked for once.
//!
//! In: the files below the folders of tables. Out: the entries of each folder. An engine that reads with Spark's readers does not
//! list names that start with `_` or `.`, nor copies under way that end with `._COPYING_`: what these would say is not known. A
//! folder without a file is none. Names that such readers take for patterns are refused, as any name is that could be another's.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::error::{ExitClass, Finding, Outcome};
use crate::extracts::delivery::Delivery;
use crate::extracts::identity::{Entry, FileIdentity};
use crate::extracts::layout::{InsidePartition, STAGE, inside_partition};
use crate::extracts::remote::{RemoteFile, TAKEN_OTHERWISE};
use crate::extracts::tables::Table;
use crate::extracts::told_footer::Footer;
use crate::extracts::told_footers::{ToldFile, learn};

/// The entries of folders, by name.
#[derive(Debug)]
pub(super) struct Folders {
    delivery: Delivery,
    entries: BTreeMap<PathBuf, BTreeMap<String, Vec<Entry>>>,
}

impl Folders {
    /// Those of some tables; missing where there is no file among the extracts at all.
    pub(super) fn of(delivery: &Delivery, tables: impl Iterator<Item = Table>) -> Outcome<Self> {
        let mut folders = Self { delivery: delivery.clone(), entries: BTreeMap::new() };
        for table in tables {
            let folder = delivery.folder(table);
            delivery.files(&folder)?.iter().for_each(|file| folders.add(&folder, file));
        }
        if folders.entries.is_empty() && delivery.files(&delivery.extracts)?.is_empty() {
            let finding = Finding::new(STAGE, "no file below it", "a folder that the engine can list");
            let advice = "set `extracts` (--extracts) to the URL of the folder that holds one sub-folder a table, as the engine \
                          reaches it";
            return Err(finding.path(&delivery.extracts).advice(advice).fail(ExitClass::Missing));
        }
        Ok(folders)
    }

    fn add(&mut self, folder: &Path, file: &RemoteFile) {
        let identity = FileIdentity::listed(file.size_bytes, file.modified_micros);
        let mut folder = folder.to_path_buf();
        let mut names = file.name.split('/').filter(|name| !name.is_empty()).peekable();
        while let Some(name) = names.next() {
            let entry = if names.peek().is_some() { Entry::Folder } else { Entry::File(identity) };
            let of_name = self.entries.entry(folder.clone()).or_default().entry(name.to_owned()).or_default();
            if !of_name.contains(&entry) {
                of_name.push(entry);
            }
            folder.push(name);
        }
    }

    pub(super) fn entries(&self, folder: &Path) -> Vec<(String, PathBuf)> {
        let names = self.entries.get(folder).into_iter().flat_map(BTreeMap::keys);
        names.map(|name| (name.clone(), folder.join(name))).collect()
    }

    /// What an entry is, or what the path is instead.
    pub(super) fn entry(&self, path: &Path) -> Result<Entry, String> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if let Some(taken) = name.chars().find(|letter| TAKEN_OTHERWISE.contains(letter)) {
            return Err(format!("a name with {taken:?}, by which the engine would read another"));
        }
        match self.of_name(path) {
            [entry] => Ok(*entry),
            [] => Err("a path that leads nowhere".to_owned()),
            [..] => Err("a file and another, or a folder, of one name".to_owned()),
        }
    }

    pub(super) fn has_folder(&self, path: &Path) -> bool {
        self.entries.contains_key(path)
    }

    /// The size of a file.
    pub(super) fn size_of(&self, path: &Path) -> Option<u64> {
        match self.of_name(path) {
            [Entry::File(identity)] => Some(identity.size_bytes),
            _ => None,
        }
    }

    /// Which files of names that do not speak of Parquet, as listed, are part files all the same.
    pub(super) fn are_parts(&self, files: &[ToldFile<'_>]) -> Outcome<Vec<bool>> {
        learn(files.iter().copied().filter(has_ending), &self.delivery)?;
        let is_part = |file @ (_, path, identity): &ToldFile<'_>| match self.delivery.said.footer(path, *identity) {
            _ if !has_ending(file) => identity.size_bytes > 0,
            None | Some(Footer::Unmarked(_)) => false,
            Some(Footer::Sound { .. } | Footer::Encrypted | Footer::Faulty(_) | Footer::Unpacked) => true,
        };
        Ok(files.iter().map(is_part).collect())
    }

    /// Learns of such files in the partitions of a table in these folders, in as few questions as can be.
    pub(super) fn learn_of_others(&self, table: Table, folders: impl Iterator<Item = PathBuf>) -> Outcome<()> {
        let mut others = Vec::new();
        let mut folders: Vec<PathBuf> = folders.collect();
        while let Some(folder) = folders.pop() {
            for (name, path) in self.entries(&folder) {
                match (inside_partition(&name), self.entry(&path)) {
                    (InsidePartition::UnderWay | InsidePartition::Housekeeping, _) => {}
                    (_, Ok(Entry::Folder)) => folders.push(path),
                    (InsidePartition::Other, Ok(Entry::File(identity))) => others.push((path, identity)),
                    (InsidePartition::Parquet, Ok(Entry::File(_))) | (_, Err(_)) => {}
                }
            }
        }
        let others = others.iter().map(|(path, identity)| (table, path.as_path(), *identity));
        learn(others.filter(has_ending), &self.delivery)
    }

    fn of_name(&self, path: &Path) -> &[Entry] {
        let of_folder = path.parent().and_then(|folder| self.entries.get(folder));
        let of_name = path.file_name().and_then(|name| name.to_str()).zip(of_folder);
        of_name.and_then(|(name, entries)| entries.get(name)).map_or(&[], Vec::as_slice)
    }
}

/// Whether the name of a file has an ending: writers of part files give names without one, if not with Parquet's.
fn has_ending((_, path, _): &ToldFile<'_>) -> bool {
    path.extension().is_some()
}

#[cfg(test)]
#[path = "listed_tree_tests.rs"]
mod tests;
