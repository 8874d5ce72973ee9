//! Part files of any bytes: the footer check, and the reader where that finds nothing.

use std::fs;
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::edits::{Edit, byte_edits, edited};
use super::{assert_refusal, config, in_time};
use crate::support::library::{
    ExitClass, FileIdentity, Listed, Outcome, PartFile, Partition, Selection, Source, contract, decode, delivery,
    reader,
};
use crate::support::{AS_OF, Marketplace, Table, batch, day, files};

/// The footer's length and the magic that end a file.
const END_BYTES: usize = 8;
const TABLE: Table = Table::Pickups;

/// A sound part file, whose columns are of every kind but dates.
static SOUND: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("part-0.parquet");
    let rows = &Marketplace::sound().rows[&(TABLE, day(AS_OF))];
    files::write(&path, &batch(TABLE, rows));
    fs::read(path).unwrap()
});

/// How many rows a file of these bytes has.
fn read(bytes: &[u8]) -> Outcome<usize> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("part-0.parquet");
    fs::write(&path, bytes).unwrap();
    let identity = FileIdentity::of(&fs::metadata(&path).unwrap());
    let files = vec![PartFile { path, name: "part-0.parquet".to_owned(), identity }];
    let partition =
        Partition { table: TABLE, day: day(AS_OF), folder: folder.path().to_owned(), files, manifest: None };
    let mut listed = Listed::default();
    listed.partitions.push(partition);
    let checked = contract::check(listed, &delivery(folder.path()))?;
    let loaded = reader::load(&checked[0])?;
    let mut rows = 0;
    decode(&checked[0], Source::Loaded(&loaded), &Selection::default(), &mut |batch| {
        rows += batch.count;
        Ok(())
    })?;
    Ok(rows)
}

fn read_or_refused(bytes: &[u8]) -> Result<(), TestCaseError> {
    match in_time(|| read(bytes))? {
        Ok(_) => Ok(()),
        Err(failure) => assert_refusal(&failure, ExitClass::Rejected, &["/part-0.parquet"]),
    }
}

/// The sound file with another footer, the length given for it right again.
fn with_footer(edits: &[Edit]) -> Vec<u8> {
    let end = SOUND.len() - END_BYTES;
    let length = u32::from_le_bytes(SOUND[end..end + 4].try_into().unwrap());
    let start = end - length as usize;
    let footer = edited(&SOUND[start..end], edits);
    let length = u32::try_from(footer.len()).unwrap().to_le_bytes();
    [&SOUND[..start], &footer, &length, b"PAR1"].concat()
}

#[test]
fn the_sound_file_is_read() {
    assert!(read(&SOUND).unwrap() > 0);
    assert_eq!(with_footer(&[]), *SOUND);
}

/// There are bits in the headers of pages on which the Parquet reader panics.
#[test]
fn a_file_with_any_one_bit_flipped_is_read_or_refused() {
    for place in 0..SOUND.len() {
        for bit in 0..8 {
            let mut bytes = SOUND.clone();
            bytes[place] ^= 1 << bit;
            read_or_refused(&bytes).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn edited_footers_are_read_or_refused(edits in byte_edits()) {
        read_or_refused(&with_footer(&edits))?;
    }

    #[test]
    fn footers_of_any_bytes_are_read_or_refused(footer in vec(any::<u8>(), 0..300)) {
        let length = u32::try_from(footer.len()).unwrap().to_le_bytes();
        read_or_refused(&[b"PAR1", &footer[..], &length, b"PAR1"].concat())?;
    }

    #[test]
    fn edited_files_are_read_or_refused(edits in byte_edits()) {
        read_or_refused(&edited(&SOUND, &edits))?;
    }

    #[test]
    fn a_file_that_ends_anywhere_is_refused(end in any::<Index>()) {
        let cut = &SOUND[..end.index(SOUND.len())];
        prop_assert!(in_time(|| read(cut))?.is_err());
        read_or_refused(cut)?;
    }
}
