//! All sound records of a table-day, packed as they come, so that one of them is found by its key in a few hundred bytes.
//!
//! Grain in: sound rows, batch by batch. Grain out: blocks of 256 records in the order of their keys: the differences of the
//! keys, the shops, and one figure a measure of the partial, each packed in as many bits as it needs.

use std::iter::once;

use crate::error::{Outcome, fault};
use crate::extracts::batch::{Batch, values_of};
use crate::partials::measures::PartialSpec;
use crate::partials::packed::{self, Packed};
use crate::partials::records::{Answers, Record};
use crate::partials::{STAGE, meaning::Addends};

/// How many records a block has, the last one at most.
pub(crate) const BLOCK_RECORDS: usize = 256;

/// All sound records of a table-day by key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllRecords {
    blocks: Vec<Block>,
    bytes: Vec<u8>,
    /// Those that fill no block yet, column by column: their keys, their shops, and the figures.
    open: Vec<Vec<i64>>,
    last_key: Option<i64>,
    /// Whether a key does not lie above the one before it.
    are_mixed: bool,
}

/// A block of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// The least of its keys.
    pub(crate) first_key: i64,
    /// Where its bytes end, and those of the next begin.
    pub(crate) end: usize,
    /// How many records it has.
    pub(crate) records: usize,
}

impl AllRecords {
    /// No records of a partial.
    pub(crate) fn none(spec: &PartialSpec) -> Self {
        Self::of_none(spec.measures.len() + 2)
    }

    fn of_none(columns: usize) -> Self {
        let open = vec![Vec::with_capacity(BLOCK_RECORDS); columns];
        Self { blocks: Vec::new(), bytes: Vec::new(), open, last_key: None, are_mixed: false }
    }

    /// Adds the records of sound rows, given what each of them adds to each measure.
    pub(crate) fn add(&mut self, batch: &Batch, addends: &[Addends]) -> Outcome<()> {
        let Some(keys) = batch.keys()? else { return Ok(()) };
        let figures: Vec<_> = addends.iter().map(Addends::of_rows).collect();
        let columns = [keys.values(), batch.integers("shop_id")?.values()].into_iter().map(AsRef::as_ref);
        self.append(&columns.chain(figures.iter().map(AsRef::as_ref)).collect::<Vec<&[i64]>>())
    }

    /// Adds records, column by column: those that fill a block are packed where they lie.
    fn append(&mut self, columns: &[&[i64]]) -> Outcome<()> {
        let [keys, ..] = columns else { return Err(fault(STAGE, "records without keys")) };
        if columns.len() != self.open.len() || columns.iter().any(|column| column.len() != keys.len()) {
            return Err(fault(STAGE, "records of other measures, or not of each a figure"));
        }
        let begins_above = self.last_key.zip(keys.first()).is_none_or(|(last, first)| last < *first);
        self.are_mixed |= !begins_above || !keys.is_sorted_by(|one, next| one < next);
        self.last_key = keys.last().copied().or(self.last_key);
        let until_full = (BLOCK_RECORDS - self.open_records()) % BLOCK_RECORDS;
        let mut columns: Vec<_> = columns.iter().map(|column| column.split_at(until_full.min(keys.len()))).collect();
        self.open.iter_mut().zip(&columns).for_each(|(open, (first, _))| open.extend_from_slice(first));
        if self.open_records() == BLOCK_RECORDS {
            self.close();
        }
        let mut rest: Vec<_> = columns.iter_mut().map(|(_, rest)| rest.chunks_exact(BLOCK_RECORDS)).collect();
        while let Some(block) = rest.iter_mut().map(Iterator::next).collect::<Option<Vec<&[i64]>>>() {
            self.pack(&block);
        }
        self.open.iter_mut().zip(&rest).for_each(|(open, rest)| open.extend_from_slice(rest.remainder()));
        Ok(())
    }

    fn open_records(&self) -> usize {
        self.open.first().map_or(0, Vec::len)
    }

    /// Packs those records that fill no block yet.
    fn close(&mut self) {
        let mut open = std::mem::take(&mut self.open);
        self.pack(&open.iter().map(Vec::as_slice).collect::<Vec<_>>());
        open.iter_mut().for_each(Vec::clear);
        self.open = open;
    }

    fn pack(&mut self, block: &[&[i64]]) {
        let Some(([first_key, ..], figures)) = block.split_first().map(|(keys, figures)| (*keys, figures)) else {
            return;
        };
        let Some(keys) = block.first() else { return };
        let before = once(first_key).chain(*keys);
        let steps: Vec<i64> = keys.iter().zip(before).map(|(key, before)| key.wrapping_sub(*before)).collect();
        packed::append(&mut self.bytes, &steps);
        figures.iter().for_each(|column| packed::append(&mut self.bytes, column));
        self.blocks.push(Block { first_key: *first_key, end: self.bytes.len(), records: keys.len() });
    }

    /// The same records, all packed in the order of their keys.
    pub(crate) fn sorted(mut self) -> Outcome<Self> {
        self.close();
        if self.are_mixed { Self::of_columns(&self.unpacked()?) } else { Ok(self) }
    }

    /// The records of two shares, which have no key in common.
    pub(super) fn merged(one: &Self, other: &Self) -> Outcome<Self> {
        let both = one.unpacked()?.into_iter().zip(other.unpacked()?);
        Self::of_columns(&both.map(|(one, other)| [one, other].concat()).collect::<Vec<_>>())
    }

    /// Records in any order, column by column: their keys, their shops, and one figure a measure.
    pub fn of_columns(columns: &[Vec<i64>]) -> Outcome<Self> {
        let mut order: Vec<(i64, u32)> = columns.first().into_iter().flatten().copied().zip(0..).collect();
        order.sort_unstable();
        let order: Vec<u32> = order.into_iter().map(|(_, row)| row).collect();
        let columns = columns.iter().map(|column| values_of(column, &order)).collect::<Outcome<Vec<_>>>()?;
        let mut sorted = Self::of_none(columns.len());
        sorted.append(&columns.iter().map(Vec::as_slice).collect::<Vec<_>>())?;
        sorted.close();
        Ok(sorted)
    }

    /// The blocks with their bytes.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = (Block, &[u8])> {
        let starts = once(0).chain(self.blocks.iter().map(|block| block.end));
        let bytes = starts.zip(&self.blocks).map(|(start, block)| self.bytes.get(start..block.end).unwrap_or_default());
        self.blocks.iter().copied().zip(bytes)
    }

    /// The record with a key, if there is one; a fault where its block is not what was packed.
    pub fn get(&self, key: i64) -> Outcome<Option<Record>> {
        let Some(place) = self.blocks.partition_point(|block| block.first_key <= key).checked_sub(1) else {
            return Ok(None);
        };
        let mut found = Answers::new();
        let looked_into =
            self.blocks().nth(place).and_then(|(block, bytes)| block.look_into(bytes, &[key], &mut found));
        looked_into.ok_or_else(|| fault(STAGE, format!("no block {place} of records")))?;
        Ok(found.remove(&key).flatten())
    }

    /// All that are packed, column by column: their keys, their shops, and one figure a measure.
    pub fn unpacked(&self) -> Outcome<Vec<Vec<i64>>> {
        let mut columns = vec![Vec::new(); self.open.len()];
        for (block, bytes) in self.blocks() {
            let packed = block.columns(bytes).filter(|packed| packed.len() == columns.len());
            let packed = packed.ok_or_else(|| fault(STAGE, "a block of records that cannot be unpacked"))?;
            for (column, packed) in columns.iter_mut().zip(&packed).skip(1) {
                column.extend((0..block.records).map(|row| packed.get(row)));
            }
            let keys = columns.iter_mut().zip(&packed).take(1);
            keys.for_each(|(keys, steps)| keys.extend(block.keys(steps)));
        }
        Ok(columns)
    }
}

impl Block {
    /// The packed columns: steps from key to key, shops, figures; none where there are other bytes.
    fn columns<'a>(&self, bytes: &'a [u8]) -> Option<Vec<Packed<'a>>> {
        let mut columns = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            let (column, after) = Packed::split(rest, self.records)?;
            columns.push(column);
            rest = after;
        }
        Some(columns)
    }

    fn keys(&self, steps: &Packed<'_>) -> impl Iterator<Item = i64> {
        let mut key = self.first_key;
        (0..self.records).map(move |row| {
            key = key.wrapping_add(steps.get(row));
            key
        })
    }

    /// Adds those of `wanted`, ascending, that are in the block; none where there are other bytes.
    pub(crate) fn look_into(&self, bytes: &[u8], wanted: &[i64], found: &mut Answers) -> Option<()> {
        let columns = self.columns(bytes)?;
        let [steps, shop_ids, figures @ ..] = columns.as_slice() else { return None };
        let mut wanted = wanted.iter().copied().peekable();
        for (row, key) in self.keys(steps).enumerate() {
            while wanted.next_if(|wanted| *wanted < key).is_some() {}
            if wanted.next_if_eq(&key).is_some() {
                let figures = figures.iter().map(|column| column.get(row));
                found.insert(key, Some(Record::of(shop_ids.get(row), figures)));
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn however_records_are_cut_and_ordered_they_are_packed_in_the_order_of_their_keys(
            keys in prop::collection::btree_set(any::<i64>(), 0..1_500), cut in 1_usize..700, turned in any::<bool>(),
        ) {
            let mut keys: Vec<i64> = keys.into_iter().collect();
            let columns_of = |keys: &[i64]| [1, 3, -7].map(|factor| keys.iter().map(|key| key.wrapping_mul(factor)).collect());
            let expected: [Vec<i64>; 3] = columns_of(&keys);
            if turned {
                keys.reverse();
            }
            let mut records = AllRecords::of_none(3);
            for keys in keys.chunks(cut) {
                let columns: [Vec<i64>; 3] = columns_of(keys);
                records.append(&columns.each_ref().map(Vec::as_slice)).unwrap();
            }
            let records = records.sorted().unwrap();
            prop_assert_eq!(records.unpacked().unwrap(), expected);
            prop_assert_eq!(records.blocks.len(), keys.len().div_ceil(BLOCK_RECORDS));
            for key in keys.iter().step_by(97) {
                let record = Record::of(key.wrapping_mul(3), [key.wrapping_mul(-7)].into_iter());
                prop_assert_eq!(records.get(*key).unwrap(), Some(record));
            }
        }
    }

    #[test]
    fn records_of_other_measures_are_a_fault() {
        let mut records = AllRecords::of_none(3);
        assert!(records.append(&[&[1], &[2]]).is_err());
        assert!(records.append(&[&[1], &[2], &[]]).is_err());
    }
}
