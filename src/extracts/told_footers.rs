//! The footers of files that an engine reads: it is asked for their bytes, and they are judged here, as those of files on our own
//! disks are.
//!
//! In: files that an engine has listed. Out: nothing; what their footers say is known from then on. What an
//! engine itself says of a file's columns may be of another file: Spark believes the schema that a Spark has left in a footer, even
//! where another program has since rewritten the file with other columns. The ends of hundreds of small files come in one query, that
//! of a large one in a query of its own. Servers that give no bytes are asked for columns, file by file.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{ExitClass, Outcome, all, fault};
use crate::extracts::delivery::Delivery;
use crate::extracts::identity::FileIdentity;
use crate::extracts::remote::{ASKED_AT_ONCE, READ_WHOLE_BYTES, Remote, ends, has_no_end, identities, url};
use crate::extracts::tables::Table;
use crate::extracts::told_footer::Footer;
use crate::threads::side_by_side;

const STAGE: &str = "contract";
/// As many files as one query is about.
const MOST_FILES: usize = 500;
const CHANGED: &str = "a file that has changed since it was listed";
const GONE: &str = "a file that is gone since it was listed";

/// A file of a table's, and what it was when it was listed.
pub(super) type ToldFile<'a> = (Table, &'a Path, FileIdentity);
/// Where a file lies, and what it was.
type File<'a> = (&'a Path, FileIdentity);

/// Learns the footers of files that are not known yet.
pub(super) fn learn<'a>(files: impl Iterator<Item = ToldFile<'a>>, delivery: &Delivery) -> Outcome<()> {
    let mut of_tables: BTreeMap<Table, Vec<File<'a>>> = BTreeMap::new();
    // A file without a byte has no end.
    let is_unknown =
        |(_, path, identity): &ToldFile<'_>| identity.size_bytes > 0 && delivery.said.footer(path, *identity).is_none();
    files.filter(is_unknown).for_each(|(table, path, of)| of_tables.entry(table).or_default().push((path, of)));
    let mut asked: Vec<(Table, &[File<'a>])> = Vec::new();
    for (table, files) in &mut of_tables {
        let is_large = |file: &File<'_>| file.1.size_bytes > READ_WHOLE_BYTES;
        files.sort_by_key(is_large);
        let (small, large) = files.split_at(files.partition_point(|file| !is_large(file)));
        asked.extend(small.chunks(MOST_FILES).chain(large.chunks(1)).map(|files| (*table, files)));
    }
    // Where one cannot be asked for, the others need not wait for it in vain.
    let has_failed = AtomicBool::new(false);
    let ask = |(table, files): &(Table, &[File<'_>])| {
        if has_failed.load(Ordering::Relaxed) {
            return Ok(());
        }
        of_files(&delivery.folder(*table), files, delivery).inspect_err(|_| has_failed.store(true, Ordering::Relaxed))
    };
    all(side_by_side(&asked, ASKED_AT_ONCE, ask)).map(|_| ())
}

/// How many rows the footers of files count together, none where one of them cannot be read; an engine that gives no footers is asked.
pub(super) fn rows_of(files: &[ToldFile<'_>], delivery: &Delivery) -> Outcome<Option<usize>> {
    if files.iter().any(|(_, _, identity)| identity.size_bytes == 0) {
        return Ok(None);
    }
    learn(files.iter().copied(), delivery)?;
    let footers = files.iter().map(|(_, path, identity)| delivery.said.footer(path, *identity));
    let rows: Option<i64> = match footers.collect::<Option<Vec<_>>>() {
        Some(footers) => footers.iter().map(Footer::rows).sum(),
        None => counted(files, delivery.engine()?)?,
    };
    rows.map(|rows| usize::try_from(rows).map_err(|error| fault(STAGE, error))).transpose()
}

fn counted(files: &[ToldFile<'_>], engine: &dyn Remote) -> Outcome<Option<i64>> {
    let paths = files.iter().map(|(_, path, _)| Ok(url(path)?.to_owned()));
    match engine.rows(&paths.collect::<Outcome<Vec<_>>>()?) {
        Ok(rows) => Ok(Some(rows)),
        Err(failure) if failure.class == ExitClass::Rejected => Ok(None),
        Err(failure) => Err(failure),
    }
}

fn of_files(folder: &Path, files: &[File<'_>], delivery: &Delivery) -> Outcome<()> {
    let sizes = files.iter().map(|(path, identity)| (*path, identity.size_bytes));
    let (without, sizes): (Vec<_>, Vec<_>) = sizes.partition(|file| has_no_end(*file));
    let Some(mut ends) = ends(delivery.engine()?, folder, &sizes)? else { return Ok(()) };
    let footer_of = |(path, identity): &File<'_>| match ends.remove(*path) {
        Some(end) => Footer::of_end(end, identity.size_bytes),
        None if without.iter().any(|(other, _)| other == path) => Footer::Unpacked,
        None => Footer::Faulty(GONE.to_owned()),
    };
    let mut footers: Vec<Footer> = files.iter().map(footer_of).collect();
    if footers.iter().any(|footer| matches!(footer, Footer::Faulty(_))) {
        // What cannot be true of a file may be of another than was listed.
        let now = identities(delivery.engine()?, folder)?;
        for ((path, identity), footer) in files.iter().zip(&mut footers) {
            match now.get(*path) {
                None => *footer = Footer::Faulty(GONE.to_owned()),
                Some(now) if now != identity => *footer = Footer::Faulty(CHANGED.to_owned()),
                Some(_) => {}
            }
        }
    }
    for ((path, identity), footer) in files.iter().zip(footers) {
        delivery.said.learn(path, *identity, footer);
    }
    Ok(())
}

#[cfg(test)]
#[path = "told_footers_tests.rs"]
mod tests;
