//! Files of an engine whose footers say the same of their columns: it is asked for those of one, which speaks for the others.
//!
//! In: the part files of partitions that an engine has listed. Out: nothing; what the engine has said of their columns is known
//! from then on. The columns of a file cost an engine a job each, the footers of hundreds of small files a single query. It reads a
//! file as a whole to give the end of it, so that of large ones each is asked for by itself; so is one that does not end in a footer.

use std::collections::BTreeMap;
use std::path::Path;

use parquet::file::metadata::FileMetaData;
use parquet::schema::types::Type;

use crate::error::{ExitClass, Outcome, all};
use crate::extracts::delivery::Delivery;
use crate::extracts::footer::Tail;
use crate::extracts::partitions::{PartFile, Partition};
use crate::extracts::remote::{ASKED_AT_ONCE, url};
use crate::extracts::tables::Table;
use crate::threads::side_by_side;

/// The largest file whose end is asked for.
const MOST_BYTES: u64 = 4 << 20;
/// Fewer files are asked for their columns one by one in the same time.
const FEWEST_FILES: usize = 8;
/// As many files as one query is about.
const MOST_FILES: usize = 500;
/// Entries of a footer that engines take the types of columns from begin with one of these.
const OF_TYPES: [&str; 2] = ["org.apache.spark.", "ARROW:schema"];

/// Files whose footers are alike.
struct Alike<'a> {
    schema: Type,
    entries: BTreeMap<String, Option<String>>,
    files: Vec<&'a PartFile>,
}

/// Learns the columns of the small files of some partitions.
pub(super) fn learn(partitions: &[Partition], delivery: &Delivery) -> Outcome<()> {
    let mut of_tables: BTreeMap<Table, Vec<&PartFile>> = BTreeMap::new();
    for partition in partitions {
        let small = partition.files.iter().filter(|file| (1..=MOST_BYTES).contains(&file.identity.size_bytes));
        of_tables.entry(partition.table).or_default().extend(small);
    }
    let asked: Vec<(Table, &[&PartFile])> = of_tables
        .iter()
        .filter(|(_, files)| files.len() >= FEWEST_FILES)
        .flat_map(|(table, files)| files.chunks(MOST_FILES).map(|files| (*table, files)))
        .collect();
    let alike = side_by_side(&asked, ASKED_AT_ONCE, |(table, files)| alike(&delivery.folder(*table), files, delivery));
    let alike: Vec<Alike<'_>> = all(alike)?.into_iter().flatten().collect();
    all(side_by_side(&alike, ASKED_AT_ONCE, |alike| alike.learn(delivery)))?;
    Ok(())
}

/// Which of some files are alike; those that do not end in a footer are in none.
fn alike<'a>(folder: &Path, files: &[&'a PartFile], delivery: &Delivery) -> Outcome<Vec<Alike<'a>>> {
    let names = files.iter().filter_map(|file| Some((file.path.strip_prefix(folder).ok()?.to_str()?, *file)));
    let names: BTreeMap<&str, &PartFile> = names.collect();
    let footers = delivery.engine()?.footers(url(folder)?, &names.keys().copied().collect::<Vec<_>>())?;
    let mut found: Vec<Alike<'_>> = Vec::new();
    for (name, bytes) in footers {
        let Some(file) = names.get(name.as_str()) else { continue };
        let Ok(footer) = (Tail { start: 0, bytes: bytes.into() }).decode() else { continue };
        let schema = footer.file_metadata().schema();
        let entries = entries(footer.file_metadata());
        match found.iter_mut().find(|alike| alike.schema == *schema && alike.entries == entries) {
            Some(alike) => alike.files.push(file),
            None => found.push(Alike { schema: schema.clone(), entries, files: vec![file] }),
        }
    }
    Ok(found)
}

fn entries(footer: &FileMetaData) -> BTreeMap<String, Option<String>> {
    let entries = footer.key_value_metadata().into_iter().flatten();
    let entries = entries.filter(|entry| OF_TYPES.iter().any(|of| entry.key.starts_with(of)));
    entries.map(|entry| (entry.key.clone(), entry.value.clone())).collect()
}

impl Alike<'_> {
    /// A file that the engine refuses is refused with its name where it is checked, as each of the others is.
    fn learn(&self, delivery: &Delivery) -> Outcome<()> {
        let [first, others @ ..] = self.files.as_slice() else { return Ok(()) };
        match delivery.columns(&first.path, first.identity) {
            Ok(columns) => {
                others.iter().for_each(|file| delivery.said.learn(&file.path, file.identity, &columns));
                Ok(())
            }
            Err(failure) if failure.class == ExitClass::Rejected => Ok(()),
            Err(failure) => Err(failure),
        }
    }
}

#[cfg(test)]
#[path = "alike_tests.rs"]
mod tests;
