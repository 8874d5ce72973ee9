//! What files and folders take on disk, as `du` counts it: whole blocks, folders too, and a file with many names once.
//!
//! In: paths. Out: bytes. Nothing is opened or changed; what goes while it is looked at takes nothing. A folder that this user may
//! not look into makes the sum none: what it holds is not known.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::error::{Outcome, disk};
use crate::folders::entries;

/// The unit of a file's blocks, whatever the file system's own.
const BLOCK_BYTES: u64 = 512;

/// What a file or a folder takes by itself.
pub(crate) fn bytes_of(found: &Metadata) -> u64 {
    found.blocks() * BLOCK_BYTES
}

/// The files and folders of some trees, each once.
#[derive(Debug, Default)]
pub(crate) struct Space {
    by_inode: BTreeMap<(u64, u64), Named>,
    /// Whether a folder could not be looked into.
    lacks_some: bool,
}

#[derive(Debug)]
struct Named {
    size_bytes: u64,
    /// How many names it has, and how many of them were seen.
    names: u64,
    seen: u64,
}

impl Space {
    /// A path and all that is below it; nothing where it is not there.
    pub(crate) fn of(stage: &'static str, path: &Path) -> Outcome<Self> {
        let mut space = Self::default();
        space.add(stage, path)?;
        Ok(space)
    }

    /// Adds a path and all that is below it.
    pub(crate) fn add(&mut self, stage: &'static str, path: &Path) -> Outcome<()> {
        let found = match fs::symlink_metadata(path) {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                self.lacks_some = true;
                return Ok(());
            }
            Err(error) => return Err(disk(stage, "stat", path, &error)),
        };
        // The names of a folder are its own, and those that its folders have for it.
        let names = if found.is_dir() { 1 } else { found.nlink() };
        let new = Named { size_bytes: bytes_of(&found), names, seen: 0 };
        self.by_inode.entry((found.dev(), found.ino())).or_insert(new).seen += 1;
        if found.is_dir() {
            if fs::read_dir(path).is_err_and(|error| error.kind() == ErrorKind::PermissionDenied) {
                self.lacks_some = true;
                return Ok(());
            }
            for (_, below) in entries(stage, path)? {
                self.add(stage, &below)?;
            }
        }
        Ok(())
    }

    /// What all of it takes.
    pub(crate) fn taken_bytes(&self) -> Option<u64> {
        self.sum(|_| true)
    }

    /// What would be free if all of it went: a file that has a name elsewhere stays.
    pub(crate) fn freed_bytes(&self) -> Option<u64> {
        self.sum(|named| named.seen >= named.names)
    }

    fn sum(&self, counts: impl Fn(&Named) -> bool) -> Option<u64> {
        let sum = self.by_inode.values().filter(|named| counts(named)).map(|named| named.size_bytes).sum();
        (!self.lacks_some).then_some(sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(path: &Path) -> u64 {
        bytes_of(&fs::symlink_metadata(path).unwrap())
    }

    #[test]
    fn a_file_of_two_folders_counts_once_and_is_freed_with_the_second() {
        let folder = tempfile::tempdir().unwrap();
        let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
        for below in [&one, &other] {
            fs::create_dir(below).unwrap();
        }
        let (file, own) = (one.join("file"), one.join("own"));
        fs::write(&file, vec![1; 10_000]).unwrap();
        fs::write(&own, vec![2; 20_000]).unwrap();
        fs::hard_link(&file, other.join("link")).unwrap();

        let mut space = Space::of("test", &one).unwrap();
        assert_eq!(space.taken_bytes(), Some(bytes(&one) + bytes(&file) + bytes(&own)));
        assert_eq!(space.freed_bytes(), Some(bytes(&one) + bytes(&own)));
        space.add("test", &other).unwrap();
        let all = bytes(&one) + bytes(&other) + bytes(&file) + bytes(&own);
        assert_eq!((space.taken_bytes(), space.freed_bytes()), (Some(all), Some(all)));
        assert_eq!(Space::of("test", &folder.path().join("absent")).unwrap().taken_bytes(), Some(0));
    }
}
