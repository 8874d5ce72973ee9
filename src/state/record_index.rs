//! The sound records of one table-day by key, so that what an appeal takes out is found by reading a few hundred bytes.
//!
//! Layout: a head (hash, number of records), a directory with one entry a block (its first key, where it ends, its hash),
//! and the blocks. A look-up reads the directory and the blocks in which the keys must lie, and checks their hashes; the
//! directory's covers the partial's fingerprint, so that an index of other records is not believed. Parquet files of the same
//! records with a page index would do as well; for 120 table-days of 24 million records (`benches/pieces`) they take twice as
//! long to write, and eight times as long to look up 25 records in each: a quarter of a night more.

use std::collections::BTreeSet;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::partials::all_records::{AllRecords, BLOCK_RECORDS, Block};
use crate::partials::records::Answers;

/// Rises with every change of the layout.
const FORMAT: u8 = 1;
const HEAD_BYTES: usize = 16;
const ENTRY_BYTES: usize = 24;

/// The bytes of an index of the records of a partial with this fingerprint.
pub fn encode(records: &AllRecords, fingerprint: &str) -> Vec<u8> {
    let (mut directory, mut blocks, mut count) = (Vec::new(), Vec::new(), 0);
    for (block, bytes) in records.blocks() {
        directory.extend(block.first_key.to_le_bytes());
        directory.extend((block.end as u64).to_le_bytes());
        directory.extend(xxh3_64(bytes).to_le_bytes());
        blocks.push(bytes);
        count += block.records as u64;
    }
    let count = count.to_le_bytes();
    let hash = hash(fingerprint, &count, &directory).to_le_bytes();
    [&[hash.as_slice(), &count, &directory], blocks.as_slice()].concat().concat()
}

fn hash(fingerprint: &str, count: &[u8], directory: &[u8]) -> u64 {
    let mut hasher = Xxh3::new();
    [&[FORMAT], fingerprint.as_bytes(), count, directory].into_iter().for_each(|bytes| hasher.update(bytes));
    hasher.digest()
}

/// An index whose directory is sound.
pub struct RecordIndex {
    file: File,
    places: Vec<Place>,
}

/// Where a block lies, and what it must hold.
struct Place {
    block: Block,
    start: usize,
    hash: u64,
}

impl RecordIndex {
    /// Opens the index of a partial with this fingerprint; none where it is damaged or another's.
    pub fn open(path: &Path, fingerprint: &str) -> Option<Self> {
        let file = File::open(path).ok()?;
        let mut head = [0; HEAD_BYTES];
        file.read_exact_at(&mut head, 0).ok()?;
        let (wanted, count) = head.split_first_chunk::<8>()?;
        let count = count.first_chunk::<8>()?;
        let records = usize::try_from(u64::from_le_bytes(*count)).ok()?;
        let directory_bytes = records.div_ceil(BLOCK_RECORDS).checked_mul(ENTRY_BYTES)?;
        let size_bytes = usize::try_from(file.metadata().ok()?.len()).ok()?;
        let mut directory = vec![0; Some(directory_bytes).filter(|bytes| *bytes <= size_bytes)?];
        file.read_exact_at(&mut directory, HEAD_BYTES as u64).ok()?;
        if hash(fingerprint, count, &directory) != u64::from_le_bytes(*wanted) {
            return None;
        }
        let mut places = Vec::with_capacity(directory.len() / ENTRY_BYTES);
        let first_byte = HEAD_BYTES + directory.len();
        let mut start = first_byte;
        for entry in directory.chunks_exact(ENTRY_BYTES) {
            let mut numbers = entry.as_chunks::<8>().0.iter().map(|number| u64::from_le_bytes(*number));
            let first_key = numbers.next()?.cast_signed();
            let end = first_byte.checked_add(usize::try_from(numbers.next()?).ok()?)?;
            let records = records.checked_sub(places.len() * BLOCK_RECORDS)?.min(BLOCK_RECORDS);
            places.push(Place { block: Block { first_key, end, records }, start, hash: numbers.next()? });
            start = end;
        }
        Some(Self { file, places })
    }

    /// The records with these keys, as far as they are there; none where a block that should hold one is damaged.
    pub fn look_up(&self, keys: &BTreeSet<i64>) -> Option<Answers> {
        let mut found = Answers::new();
        let mut keys = keys.iter().copied().peekable();
        while let Some(key) = keys.next() {
            let after = self.places.partition_point(|place| place.block.first_key <= key);
            let Some(place) = after.checked_sub(1) else { continue };
            let until = self.places.get(after).map(|next| next.block.first_key);
            let mut wanted = vec![key];
            while let Some(key) = keys.next_if(|key| until.is_none_or(|until| *key < until)) {
                wanted.push(key);
            }
            self.look_into(place, &wanted, &mut found)?;
        }
        Some(found)
    }

    /// As [`RecordIndex::look_up`], looking into every block.
    pub(crate) fn search(&self, keys: &BTreeSet<i64>) -> Option<Answers> {
        let keys: Vec<i64> = keys.iter().copied().collect();
        let mut found = Answers::new();
        (0..self.places.len()).try_for_each(|place| self.look_into(place, &keys, &mut found))?;
        Some(found)
    }

    /// Adds those of `keys`, ascending, that are in a block.
    fn look_into(&self, place: usize, keys: &[i64], found: &mut Answers) -> Option<()> {
        let Place { block, start, hash } = self.places.get(place)?;
        let mut bytes = vec![0; block.end.checked_sub(*start)?];
        self.file.read_exact_at(&mut bytes, *start as u64).ok()?;
        if xxh3_64(&bytes) != *hash {
            return None;
        }
        block.look_into(&bytes, keys, found)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::partials::records::Record;

    /// Records with every third key, of two measures.
    fn records(count: i64) -> AllRecords {
        let column = |value: &dyn Fn(i64) -> i64| (0..count).map(value).collect::<Vec<_>>();
        let figures = [column(&|row| row % 7), column(&|row| row * 1_000), column(&|row| row % 2)];
        AllRecords::of_columns(&[vec![column(&|row| row * 3 - 300)], figures.to_vec()].concat()).unwrap()
    }

    /// The index of fingerprint "f" of records, opened after its bytes were changed.
    fn opened(records: &AllRecords, change: impl Fn(&mut Vec<u8>)) -> Option<RecordIndex> {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut bytes = encode(records, "f");
        change(&mut bytes);
        fs::write(file.path(), bytes).unwrap();
        assert!(RecordIndex::open(file.path(), "other").is_none(), "an index of other records is not believed");
        RecordIndex::open(file.path(), "f")
    }

    #[test]
    fn every_record_is_found_and_nothing_else() {
        for count in [0, 1, 256, 257, 1_000] {
            let index = opened(&records(count), |_| {}).unwrap();
            let found = index.look_up(&(-400..4_000).collect()).unwrap();
            let record = |row: i64| (row * 3 - 300, Some(Record::of(row % 7, [row * 1_000, row % 2].into_iter())));
            assert_eq!(found, (0..count).map(record).collect::<Answers>());
            assert_eq!(index.search(&(-400..4_000).collect()).unwrap(), found);
        }
    }

    #[test]
    fn keys_at_both_ends_of_64_bits_are_found() {
        let keys = vec![i64::MIN, 0, i64::MAX];
        let columns = [keys.clone(), vec![1, 2, 3], vec![i64::MAX, i64::MIN, 0]];
        let index = opened(&AllRecords::of_columns(&columns).unwrap(), |_| {}).unwrap();
        let found = index.look_up(&keys.into_iter().collect()).unwrap();
        let shops: Vec<i64> = found.values().flatten().map(|record| record.shop_id).collect();
        assert_eq!(shops, [1, 2, 3]);
    }

    #[test]
    fn a_damaged_byte_is_noticed_wherever_it_is_read() {
        let (records, all) = (records(300), (-400..4_000).collect());
        let sound = encode(&records, "f").len();
        let found = |change: &dyn Fn(&mut Vec<u8>)| opened(&records, change).and_then(|index| index.look_up(&all));
        for place in 0..sound {
            assert_eq!(found(&|bytes| bytes[place] ^= 0x10), None, "byte {place}");
        }
        for length in [0, 10, 16, 40, 100, sound - 1] {
            assert_eq!(found(&|bytes| bytes.truncate(length)), None, "{length} bytes");
        }
    }
}
