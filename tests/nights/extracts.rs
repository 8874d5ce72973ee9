//! Extracts of several days on a disk: what the producer delivers, late or again.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use parquet::file::properties::{EnabledStatistics, WriterProperties};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use super::steps::{DAYS, first_day};
use crate::support::disk::remove;
use crate::support::files::set_modified;
use crate::support::marketplace::partition;
use crate::support::marketplaces::rows;
use crate::support::{Cell, Day, Row, Table, batch, files};

/// One delivered partition.
#[derive(Clone)]
struct Delivered {
    rows: Vec<Row>,
    parts: usize,
}

/// All partitions that are delivered, and the folder that they lie in.
pub(crate) struct Extracts {
    folder: PathBuf,
    delivered: BTreeMap<(Table, Day), Delivered>,
}

impl Extracts {
    /// Any small marketplace: every table on every day, but a shop snapshot on most days only.
    pub(crate) fn of(seed: u64, folder: PathBuf) -> Self {
        let mut extracts = Self { folder, delivered: BTreeMap::new() };
        for (place, (table, day)) in all_table_days().enumerate() {
            let seed = seed.wrapping_add(u64::try_from(place).unwrap() << 32);
            let lacks_snapshot = table == Table::Shops && day != first_day() && seed.is_multiple_of(4);
            if !lacks_snapshot {
                extracts.deliver(table, day, any_rows(table, day, seed));
            }
        }
        extracts
    }

    /// The same days elsewhere, where about half of the partitions hold the same rows and half others.
    pub(crate) fn half_like(&self, seed: u64, folder: PathBuf) -> Self {
        let mut other = Self { folder, delivered: BTreeMap::new() };
        for (place, ((table, day), delivered)) in self.delivered.iter().enumerate() {
            let seed = seed.wrapping_add(u64::try_from(place).unwrap() << 32);
            let is_same = (seed ^ seed >> 32).is_multiple_of(2);
            let rows = if is_same { delivered.rows.clone() } else { any_rows(*table, *day, seed) };
            other.deliver(*table, *day, rows);
        }
        other
    }

    pub(crate) fn deliver(&mut self, table: Table, day: Day, rows: Vec<Row>) {
        self.delivered.entry((table, day)).or_insert(Delivered { rows: vec![], parts: 1 }).rows = rows;
        self.write(table, day);
    }

    pub(crate) fn rewrite(&mut self, table: Table, day: Day, seed: u64) {
        self.deliver(table, day, any_rows(table, day, seed));
    }

    pub(crate) fn split(&mut self, table: Table, day: Day, parts: usize) {
        if let Some(delivered) = self.delivered.get_mut(&(table, day)) {
            delivered.parts = parts;
            self.write(table, day);
        }
    }

    pub(crate) fn remove(&mut self, table: Table, day: Day) {
        if self.delivered.remove(&(table, day)).is_some() {
            fs::remove_dir_all(self.partition(table, day)).unwrap();
        }
    }

    /// Gives each row the shop of another one, in place: the files keep their inodes, sizes and modification times.
    pub(crate) fn forge(&mut self, table: Table, day: Day) {
        let Some(delivered) = self.delivered.get_mut(&(table, day)) else { return };
        let place = table.spec().position("shop_id").unwrap();
        let with_shop = delivered.rows.iter_mut().map(|row| &mut row[place]);
        let mut shops: Vec<&mut Cell> = with_shop.filter(|cell| **cell != Cell::Null).collect();
        let reversed: Vec<Cell> = shops.iter().rev().map(|cell| (*cell).clone()).collect();
        for (shop, other) in shops.iter_mut().zip(reversed) {
            **shop = other;
        }
        let files = self.files(table, day);
        let before: Vec<_> = files.iter().map(|file| fs::metadata(file).unwrap()).collect();
        self.write_files(table, day);
        for (file, before) in files.iter().zip(before) {
            set_modified(file, before.modified().unwrap());
            assert_eq!(fs::metadata(file).unwrap().len(), before.len(), "{}", file.display());
        }
    }

    pub(crate) fn touch(&self, table: Table, day: Day) {
        for file in self.files(table, day) {
            set_modified(&file, SystemTime::now());
        }
    }

    /// The key and the shop of a record, where it has both.
    pub(crate) fn record(&self, table: Table, day: Day, record: prop::sample::Index) -> Option<[Cell; 2]> {
        let rows = &self.delivered.get(&(table, day))?.rows;
        let row = if rows.is_empty() { None } else { Some(record.get(rows)) }?;
        let spec = table.spec();
        let cells = [spec.key?, "shop_id"].map(|name| row[spec.position(name).unwrap()].clone());
        (!cells.contains(&Cell::Null)).then_some(cells)
    }

    pub(crate) fn add(&mut self, table: Table, day: Day, row: Row) {
        let before = self.delivered.get(&(table, day)).map(|delivered| delivered.rows.clone());
        self.deliver(table, day, before.into_iter().flatten().chain([row]).collect());
    }

    /// The partitions that lie more than so many days before the newest of their table.
    pub(crate) fn older_than(&self, days: i32) -> Vec<(Table, Day)> {
        let newest = |table: Table| self.delivered.keys().filter(|of| of.0 == table).map(|of| of.1).max();
        let is_old = |of: &&(Table, Day)| newest(of.0).is_some_and(|newest| of.1 < newest.plus(-days));
        self.delivered.keys().filter(is_old).copied().collect()
    }

    /// The part files of a partition that was delivered.
    pub(crate) fn files(&self, table: Table, day: Day) -> Vec<PathBuf> {
        let parts = self.delivered.get(&(table, day)).map_or(0, |delivered| delivered.parts);
        (0..parts).map(|part| self.partition(table, day).join(format!("part-{part}.parquet"))).collect()
    }

    pub(crate) fn partition(&self, table: Table, day: Day) -> PathBuf {
        partition(&self.folder, table, day)
    }

    /// Writes a partition anew as it was delivered, if it was.
    pub(crate) fn write(&self, table: Table, day: Day) {
        remove(&self.partition(table, day));
        self.write_files(table, day);
    }

    fn write_files(&self, table: Table, day: Day) {
        let Some(delivered) = self.delivered.get(&(table, day)) else { return };
        let mut parts = vec![Vec::new(); delivered.parts];
        for (place, row) in delivered.rows.iter().enumerate() {
            parts[place % delivered.parts].push(row.clone());
        }
        for (path, rows) in self.files(table, day).iter().zip(parts) {
            // Plain values, so that a file with other values of the same types has the same size.
            let plain = WriterProperties::builder()
                .set_dictionary_enabled(false)
                .set_statistics_enabled(EnabledStatistics::None)
                .build();
            files::write_with(path, &batch(table, &rows), plain);
        }
    }
}

fn all_table_days() -> impl Iterator<Item = (Table, Day)> {
    let days = || (0..DAYS).map(|days| first_day().plus(days));
    Table::ALL.into_iter().flat_map(move |table| days().map(move |day| (table, day)))
}

/// Any rows of a table-day, always the same of a seed.
fn any_rows(table: Table, day: Day, seed: u64) -> Vec<Row> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), random);
    rows(table, day).new_tree(&mut runner).unwrap().current()
}
