//! The copy of the dictionary in each generation, beside its tables: readers find it as `OUT/dictionary`, and a rollback brings back that
//! of the tables which it shows.
//!
//! In: the dictionary's forms. Out: their files, with their hashes among those of the generation. A file that is as the generation
//! before has it is linked from there. No night is published for its sake alone.

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::checksums::{Checksums, hexadecimal};
use super::file_system::{self, STAGE};
use super::partition::PUBLISHED;
use crate::dictionary::{FILES, TABLES_IN_OUT};
use crate::error::{Outcome, disk};

/// Its folder in a generation.
const FOLDER: &str = "dictionary";

/// Writes it into `staging`, where `before` is the folder of the current generation.
pub(super) fn write(staging: &Path, before: Option<&Path>, checksums: &mut Checksums) -> Outcome<()> {
    file_system::make_folder(&staging.join(FOLDER), PUBLISHED.folder_mode)?;
    for (name, form) in FILES {
        let text = form.of(TABLES_IN_OUT)?;
        let path = format!("{FOLDER}/{name}");
        let target = staging.join(&path);
        let old = before.map(|before| before.join(&path));
        match old.filter(|old| fs::read(old).is_ok_and(|bytes| bytes == text.as_bytes())) {
            Some(old) => file_system::link(&old, &target)?,
            None => {
                fs::write(&target, &text).map_err(|error| disk(STAGE, "write", &target, &error))?;
                file_system::set_mode(&target, PUBLISHED.file_mode)?;
            }
        }
        checksums.insert(path, hexadecimal(&Sha256::digest(text)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;
    use crate::publish::testing::{Out, night};

    fn inode(path: &Path) -> u64 {
        fs::metadata(path).unwrap().ino()
    }

    #[test]
    fn it_lies_beside_the_tables_is_linked_from_the_generation_before_and_goes_back_with_a_rollback() {
        let out = Out::new();
        let [first, second] = out.publish_two_nights();
        let files = out.files("dictionary");
        assert_eq!(files.len(), FILES.len());
        assert!(String::from_utf8_lossy(&files["DICTIONARY.md"]).starts_with("# Dictionary"));
        assert_eq!(out.files("")["datapackage.json"], files["datapackage.json"]);
        let [of_first, of_second] = [first, second].map(|of| out.generation(&of).join("dictionary/DICTIONARY.md"));
        assert_eq!(inode(&of_first), inode(&of_second));
        out.rollback("1").unwrap();
        assert_eq!(out.files("dictionary"), files);
    }

    #[test]
    fn what_was_edited_is_written_anew_and_a_generation_of_an_earlier_release_has_none() {
        let out = Out::new();
        let first = out.publish(&night("2022-03-14", 4.1, &[]));
        let file = out.generation(&first).join("dictionary/datapackage.json");
        let sound = fs::read(&file).unwrap();
        fs::remove_file(&file).unwrap();
        fs::write(&file, "edited").unwrap();
        out.publish(&night("2022-03-15", 4.1, &[]));
        assert_eq!(out.files("dictionary")["datapackage.json"], sound);

        fs::remove_dir_all(out.path().join("dictionary/..").join(FOLDER)).unwrap();
        out.publish(&night("2022-03-16", 4.1, &[]));
        assert_eq!(out.files("dictionary").len(), FILES.len());
    }
}
