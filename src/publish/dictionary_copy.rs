//! The copy of the dictionary in each generation, beside its tables: readers find it as `OUT/dictionary`, and a rollback brings back that
//! of the tables which it shows.
//!
//! In: the dictionary's forms. Out: their files, with their hashes among those of the generation. A file that the generation before
//! has is linked from there, as partitions are: by its recorded hash, so that a night makes nothing and reads nothing for its sake. No
//! night is published for it alone.

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::checksums::{Checksums, hexadecimal};
use super::file_system::{self, STAGE};
use super::partition::PUBLISHED;
use crate::dictionary::{FILES, TABLES_IN_OUT, hash_of};
use crate::error::{Outcome, disk};

/// Its folder in a generation.
const FOLDER: &str = "dictionary";

/// Writes it into `staging`, where `before` is the folder of the current generation.
pub(super) fn write(staging: &Path, before: Option<&Path>, checksums: &mut Checksums) -> Outcome<()> {
    file_system::make_folder(&staging.join(FOLDER), PUBLISHED.folder_mode)?;
    let recorded = before.map(Checksums::read).transpose()?.flatten().unwrap_or_default();
    for (name, form) in FILES {
        let path = format!("{FOLDER}/{name}");
        let target = staging.join(&path);
        let hash = recorded.recorded(&path).filter(|hash| hash_of(name) == Some(*hash));
        let linked = before.map(|before| before.join(&path)).filter(|old| old.is_file()).zip(hash);
        let hash = match linked {
            Some((old, hash)) => {
                file_system::link(&old, &target)?;
                hash.to_owned()
            }
            None => written(&target, &form.of(TABLES_IN_OUT)?)?,
        };
        checksums.insert(path, hash);
    }
    Ok(())
}

/// Writes a file, and says its hash.
fn written(path: &Path, text: &str) -> Outcome<String> {
    fs::write(path, text).map_err(|error| disk(STAGE, "write", path, &error))?;
    file_system::set_mode(path, PUBLISHED.file_mode)?;
    Ok(hexadecimal(&Sha256::digest(text)))
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
    fn what_an_earlier_release_left_or_somebody_removed_is_written_anew() {
        let out = Out::new();
        let first = out.generation(&out.publish(&night("2022-03-14", 4.1, &[])));
        let (file, sums) = (first.join("dictionary/datapackage.json"), first.join("SHA256SUMS"));
        let (sound, hashes) = (fs::read(&file).unwrap(), fs::read_to_string(&sums).unwrap());
        let replace = |path: &Path, text: &str| {
            fs::remove_file(path).unwrap();
            fs::write(path, text).unwrap();
        };
        let earlier = hexadecimal(&Sha256::digest("of an earlier release"));
        replace(&file, "of an earlier release");
        replace(&sums, &hashes.replace(&hexadecimal(&Sha256::digest(&sound)), &earlier));
        out.publish(&night("2022-03-15", 4.1, &[]));
        assert_eq!(out.files("dictionary")["datapackage.json"], sound);

        fs::remove_dir_all(out.path().join("dictionary/..").join(FOLDER)).unwrap();
        out.publish(&night("2022-03-16", 4.1, &[]));
        assert_eq!(out.files("dictionary").len(), FILES.len());
    }
}
