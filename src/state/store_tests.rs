//! What the store gives back, and what it does not believe.

use std::fs;

use polars::prelude::*;

use super::day_content::DayContent;
use super::rehearsal::Keeping;
use super::store::{Found, Store, Stored, Version};
use crate::domain::Day;
use crate::extracts::quarantine::{Counts, QuarantinedRow};
use crate::extracts::tables::Table;
use crate::partials::records::TableDay;

const OF: TableDay = (Table::Payments, Day::from_epoch_days(19_066));

fn partial() -> (DayContent, Stored) {
    let sums = df!("shop_id" => [1_i64, 2], "payments" => [3_i64, 4]).unwrap();
    let counts = Counts { rows: 8, broken: [1, 0, 0, 0, 0], ..Counts::nothing(OF.0, OF.1) };
    let row = QuarantinedRow { table: "payments", key: Some(7), reason: "null_key", row: "{}".to_owned() };
    let version = Version { fingerprint: "f".to_owned(), sums_hash: String::new() };
    let stored = Stored { counts, quarantine: vec![row], basis: "b".to_owned(), inputs: Vec::new(), version };
    (DayContent::Sums(sums), stored)
}

#[test]
fn what_is_stored_is_found_again_with_its_content() {
    let state = tempfile::tempdir().unwrap();
    let store = Store::open(state.path(), true, Keeping::InState).unwrap();
    let (content, stored) = partial();
    assert_eq!(store.find(OF), Found::Nothing);
    let stored = store.put(&content, stored).unwrap();
    store.sync().unwrap();
    assert_eq!(store.find(OF), Found::Described(stored.clone()));
    let found = store.content(OF, &stored.version).unwrap().sums().unwrap();
    assert!(found.equals(&content.sums().unwrap()));
}

#[test]
fn a_damaged_description_and_damaged_content_are_not_believed_and_stay_as_they_are() {
    let state = tempfile::tempdir().unwrap();
    let store = Store::open(state.path(), false, Keeping::InState).unwrap();
    let (content, stored) = partial();
    let stored = store.put(&content, stored).unwrap();
    let damage = |name: &str, old: &str, new: &str| {
        let path = state.path().join("partials/payments").join(name);
        let bytes = fs::read(&path).unwrap();
        let at = bytes.windows(old.len()).position(|window| window == old.as_bytes()).unwrap();
        fs::write(&path, [&bytes[..at], new.as_bytes(), &bytes[at + old.len()..]].concat()).unwrap();
        path
    };
    damage("2022-03-15-f.parquet", "PAR1", "PAR2");
    assert!(store.content(OF, &stored.version).is_none());
    let description = damage("2022-03-15.json", "\"rows\":8", "\"rows\":9");
    assert_eq!(store.find(OF), Found::Damaged);
    assert!(description.exists());
}
