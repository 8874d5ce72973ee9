//! The footers of files that an engine reads: it is asked for their bytes, and they are judged here, as those of files on our own
//! disks are.
//!
//! In: the part files of partitions that an engine has listed. Out: nothing; what their footers say is known from then on. What an
//! engine itself says of a file's columns may be of another file: Spark believes the schema that a Spark has left in a footer, even
//! where another program has since rewritten the file with other columns. The ends of hundreds of small files come in one query, that
//! of a large one in a query of its own. Servers that give no bytes are asked for columns, file by file.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::{ExitClass, Outcome, all, fault};
use crate::extracts::delivery::Delivery;
use crate::extracts::partitions::{PartFile, Partition};
use crate::extracts::remote::{ASKED_AT_ONCE, READ_WHOLE_BYTES, Remote, ends, url};
use crate::extracts::tables::Table;
use crate::extracts::told_footer::Footer;
use crate::threads::side_by_side;

const STAGE: &str = "contract";
/// As many files as one query is about.
const MOST_FILES: usize = 500;

/// Learns the footers of the files of some partitions that are not known yet.
pub(super) fn learn(partitions: &[Partition], delivery: &Delivery) -> Outcome<()> {
    let mut of_tables: BTreeMap<Table, Vec<&PartFile>> = BTreeMap::new();
    for partition in partitions {
        // A file without a byte has no end.
        let unknown = partition.files.iter().filter(|file| file.identity.size_bytes > 0 && !is_known(file, delivery));
        of_tables.entry(partition.table).or_default().extend(unknown);
    }
    let mut asked: Vec<(Table, &[&PartFile])> = Vec::new();
    for (table, files) in &mut of_tables {
        files.sort_by_key(|file| file.identity.size_bytes > READ_WHOLE_BYTES);
        let (small, large) = files.split_at(files.partition_point(|file| file.identity.size_bytes <= READ_WHOLE_BYTES));
        asked.extend(small.chunks(MOST_FILES).chain(large.chunks(1)).map(|files| (*table, files)));
    }
    let ask = |(table, files): &(Table, &[&PartFile])| of_files(&delivery.folder(*table), files, delivery);
    all(side_by_side(&asked, ASKED_AT_ONCE, ask)).map(|_| ())
}

/// How many rows the footers of a partition count, none where one of them cannot be read; an engine that gives no footers is asked.
pub(super) fn rows_of(partition: &Partition, delivery: &Delivery) -> Outcome<Option<usize>> {
    learn(std::slice::from_ref(partition), delivery)?;
    let footers = partition.files.iter().map(|file| delivery.said.footer(&file.path, file.identity));
    let rows: Option<i64> = match footers.collect::<Option<Vec<_>>>() {
        Some(footers) => footers.iter().map(Footer::rows).sum(),
        None => counted(partition, delivery.engine()?)?,
    };
    rows.map(|rows| usize::try_from(rows).map_err(|error| fault(STAGE, error))).transpose()
}

fn counted(partition: &Partition, engine: &dyn Remote) -> Outcome<Option<i64>> {
    let paths = partition.files.iter().map(|file| Ok(url(&file.path)?.to_owned()));
    match engine.rows(&paths.collect::<Outcome<Vec<_>>>()?) {
        Ok(rows) => Ok(Some(rows)),
        Err(failure) if failure.class == ExitClass::Rejected => Ok(None),
        Err(failure) => Err(failure),
    }
}

fn is_known(file: &PartFile, delivery: &Delivery) -> bool {
    delivery.said.footer(&file.path, file.identity).is_some()
}

fn of_files(folder: &Path, files: &[&PartFile], delivery: &Delivery) -> Outcome<()> {
    let sizes: Vec<(&Path, u64)> = files.iter().map(|file| (file.path.as_path(), file.identity.size_bytes)).collect();
    let Some(mut ends) = ends(delivery.engine()?, folder, &sizes)? else { return Ok(()) };
    for file in files {
        let footer = match ends.remove(&file.path) {
            Some(end) => Footer::of_end(end, file.identity.size_bytes),
            None => Footer::Faulty("a file that is gone".to_owned()),
        };
        delivery.said.learn(&file.path, file.identity, footer);
    }
    Ok(())
}

#[cfg(test)]
#[path = "told_footers_tests.rs"]
mod tests;
