//! What a listing asks of where the extracts lie: what is in a folder, and what each name in it stands for.
//!
//! In: paths. Out: entries, by name, and what they are. The rules by which they are judged are those of [`super::partitions`],
//! wherever the entries come from: a [file system](Tree::Disk), or what an engine [has listed](Tree::Listed), which knows names,
//! sizes and times alone.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::error::{ExitClass, Failure, Finding, Outcome};
use crate::extracts::delivery::Delivery;
use crate::extracts::footer::MARKS;
use crate::extracts::identity::{Entry, FileIdentity};
use crate::extracts::layout::STAGE;
use crate::extracts::listed_tree::Folders;
use crate::extracts::tables::Table;
use crate::extracts::told_footers::ToldFile;
use crate::folders;

/// Where extracts lie.
#[derive(Debug)]
pub(super) enum Tree {
    /// On a file system, under these folders, links resolved: that of the extracts, and those that settings name.
    Disk(Vec<PathBuf>),
    /// Where an engine has listed them.
    Listed(Folders),
}

/// Why an entry is none that can be read, and what to do about it.
pub(super) struct Odd {
    pub(super) found: String,
    pub(super) advice: &'static str,
}

impl Tree {
    /// Where the extracts of some tables lie; missing where there is no such folder.
    pub(super) fn of(delivery: &Delivery, tables: impl Iterator<Item = Table>) -> Outcome<Self> {
        if delivery.remote.is_some() {
            return Folders::of(delivery, tables).map(Self::Listed);
        }
        if !delivery.extracts.is_dir() {
            let advice = "set `extracts` (--extracts) to the folder that holds one sub-folder a table";
            return Err(no_folder(&delivery.extracts, advice));
        }
        let roots = [&delivery.extracts].into_iter().chain(&delivery.linked_roots);
        let real = |root: &PathBuf| {
            fs::canonicalize(root).map_err(|_| no_folder(root, "name folders that are there in `linked_roots`"))
        };
        roots.map(real).collect::<Outcome<_>>().map(Self::Disk)
    }

    /// Whether nothing but names, sizes and times is known.
    pub(super) fn is_listed(&self) -> bool {
        matches!(self, Self::Listed(_))
    }

    /// The entries of a folder by name; one that is not there has none.
    pub(super) fn entries(&self, folder: &Path) -> Outcome<Vec<(String, PathBuf)>> {
        match self {
            Self::Disk(_) => folders::entries(STAGE, folder),
            Self::Listed(listed) => Ok(listed.entries(folder)),
        }
    }

    /// What an entry is, or why it is none to be read. Nothing is opened: a pipe would block.
    pub(super) fn entry(&self, path: &Path) -> Result<Entry, Odd> {
        match self {
            Self::Disk(roots) => on_disk(roots, path).map_err(|found| self.odd(found)),
            Self::Listed(listed) => listed.entry(path).map_err(|found| self.odd(found)),
        }
    }

    /// An entry that is another than a regular file or folder which can be read.
    pub(super) fn odd(&self, found: String) -> Odd {
        let advice = match self {
            Self::Disk(_) => "replace it by the file itself, name where it leads in linked_roots, or remove it",
            Self::Listed(_) => "rename or remove it",
        };
        Odd { found, advice }
    }

    /// Makes sure that an entry is a folder.
    pub(super) fn check_folder(&self, path: &Path) -> Result<(), Odd> {
        match (self, self.entry(path)) {
            (_, Ok(Entry::Folder)) => Ok(()),
            (Self::Disk(_), _) => Err(Odd {
                found: "a file, or a link that leads nowhere or outside the extracts".to_owned(),
                advice: "put the folder there, or name where it leads in linked_roots",
            }),
            (Self::Listed(_), Ok(Entry::File(_))) => {
                Err(Odd { found: "a file".to_owned(), advice: "put the folder there" })
            }
            (Self::Listed(_), Err(odd)) => Err(odd),
        }
    }

    /// Whether there is such a folder.
    pub(super) fn has_folder(&self, path: &Path) -> bool {
        match self {
            Self::Disk(_) => path.is_dir(),
            Self::Listed(listed) => listed.has_folder(path),
        }
    }

    /// Whether there is such a file.
    pub(super) fn has_file(&self, path: &Path) -> bool {
        match self {
            Self::Disk(_) => path.is_file(),
            Self::Listed(listed) => listed.size_of(path).is_some(),
        }
    }

    /// The size of what is a file itself, and no link to one.
    pub(super) fn size_of(&self, path: &Path) -> Option<u64> {
        match self {
            Self::Disk(_) => fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file).map(|found| found.len()),
            Self::Listed(listed) => listed.size_of(path),
        }
    }

    /// How many files lie under a folder, links not followed, and how many bytes they have.
    pub(super) fn content(&self, folder: &Path) -> Outcome<(usize, u64)> {
        let mut content = (0, 0);
        for (_, path) in self.entries(folder)? {
            let found = match self {
                Self::Disk(_) => fs::symlink_metadata(&path).ok().map(|found| (found.is_dir(), found.len())),
                Self::Listed(listed) => Some((listed.has_folder(&path), listed.size_of(&path).unwrap_or_default())),
            };
            let of_entry = match found {
                Some((true, _)) => self.content(&path)?,
                Some((false, size_bytes)) => (1, size_bytes),
                None => (0, 0),
            };
            content = (content.0 + of_entry.0, content.1 + of_entry.1);
        }
        Ok(content)
    }

    /// Which files of names that do not speak of Parquet are part files all the same: those with the marks of Parquet at both their
    /// ends. Where an engine has listed them, those of names without an ending, as many writers give, and bytes, and those that it
    /// finds to end in a mark; the contract check refuses one that is none. One on a disk that cannot be read is for it to refuse, too;
    /// an engine that cannot be asked ends the listing.
    pub(super) fn are_parts(&self, files: &[ToldFile<'_>]) -> Outcome<Vec<bool>> {
        match self {
            Self::Disk(_) => {
                let is_part = |(_, path, identity): &ToldFile<'_>| has_marks(path, identity.size_bytes).unwrap_or(true);
                Ok(files.iter().map(is_part).collect())
            }
            Self::Listed(listed) => listed.are_parts(files),
        }
    }

    /// Has an engine tell all at once what [`are_parts`](Self::are_parts) goes by in the partitions of a table in these folders.
    pub(super) fn learn_of_others(&self, table: Table, folders: impl Iterator<Item = PathBuf>) -> Outcome<()> {
        match self {
            Self::Disk(_) => Ok(()),
            Self::Listed(listed) => listed.learn_of_others(table, folders),
        }
    }
}

fn no_folder(folder: &Path, advice: &str) -> Failure {
    let found = match std::path::absolute(folder) {
        Ok(absolute) if absolute != folder => format!("no such folder, looked for at {}", absolute.display()),
        _ => "no such folder".to_owned(),
    };
    Finding::new(STAGE, found, "a folder").path(folder).advice(advice).fail(ExitClass::Missing)
}

/// Whether a file has the marks of Parquet, encrypted or not, at both ends.
fn has_marks(path: &Path, size_bytes: u64) -> io::Result<bool> {
    let file = File::open(path)?;
    let mut marks = [[0; 4]; 2];
    let [first, last] = &mut marks;
    if size_bytes < 8 {
        return Ok(false);
    }
    file.read_exact_at(first, 0)?;
    file.read_exact_at(last, size_bytes - 4)?;
    Ok(first == last && MARKS.contains(first))
}

/// What lies under one of `roots`, links resolved, or what the path is instead.
fn on_disk(roots: &[PathBuf], path: &Path) -> Result<Entry, String> {
    let unreadable = |error: io::Error| format!("an unreadable entry ({error})");
    let mut metadata = fs::symlink_metadata(path).map_err(unreadable)?;
    if metadata.is_symlink() {
        let real = fs::canonicalize(path).map_err(|error| format!("a path that leads nowhere ({error})"))?;
        if !roots.iter().any(|root| real.starts_with(root)) {
            return Err(format!("a link to {}", real.display()));
        }
        metadata = fs::metadata(&real).map_err(unreadable)?;
    }
    match metadata {
        metadata if metadata.is_dir() => Ok(Entry::Folder),
        metadata if metadata.is_file() => Ok(Entry::File(FileIdentity::of(&metadata))),
        _ => Err("a pipe, socket or device".to_owned()),
    }
}
