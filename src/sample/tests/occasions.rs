//! The special cases of the committed sample, in a sample written like it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use arrow::array::{Array, RecordBatch};
use arrow::util::display::{ArrayFormatter, FormatOptions};

use super::{day, days, instants, integers, request, rows, texts, written};
use crate::domain::Day;
use crate::extracts::tables::Table;
use crate::sample::rhythm::SECOND;

fn sample(from: &str, to: &str) -> tempfile::TempDir {
    written(from, to, |request| {
        request.occasions = true;
        request.dirty = true;
    })
}

fn part_count(folder: &Path, table: Table, day: Day) -> usize {
    fs::read_dir(folder.join(table.name()).join(format!("dt={day}"))).map_or(0, Iterator::count)
}

/// The shops present in the snapshot of `today` by primary category, sound rows only.
fn present(folder: &Path, today: Day) -> BTreeMap<String, BTreeSet<i64>> {
    let batch = rows(folder, Table::Shops, today);
    let (ids, names) = (integers(&batch, "shop_id"), texts(&batch, "primary_category"));
    let (joined, terminated) = (days(&batch, "joined_on"), days(&batch, "terminated_on"));
    let mut present: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    for row in 0..batch.num_rows() {
        let (Some(id), Some(name), Some(joined)) = (ids[row], &names[row], joined[row]) else { continue };
        if name.trim() == name && joined <= today && terminated[row].is_none() {
            present.entry(name.clone()).or_default().insert(id);
        }
    }
    present
}

/// The shops that `snapshot` says left on `wanted`, with the day on which they joined.
fn leavers(folder: &Path, snapshot: &str, wanted: &str) -> Vec<(i64, Day)> {
    let batch = rows(folder, Table::Shops, day(snapshot));
    let shops = integers(&batch, "shop_id").into_iter().zip(days(&batch, "joined_on"));
    let left = shops.zip(days(&batch, "terminated_on")).filter(|(_, left)| *left == Some(day(wanted)));
    left.filter_map(|((shop, joined), _)| Some((shop?, joined?))).collect()
}

#[test]
fn some_partitions_have_several_parts_one_is_empty_and_a_day_has_no_disputes() {
    let folder = sample("2022-01-30", "2022-02-14");
    let days = request(folder.path(), "2022-01-30", "2022-02-14");
    let split = days.days().filter(|day| part_count(folder.path(), Table::Payments, *day) == 3).count();
    assert_eq!(split, 1);
    assert_eq!(part_count(folder.path(), Table::Disputes, day("2022-02-01")), 0);
    assert!(!folder.path().join("disputes/dt=2022-02-01").exists());
    assert_eq!(rows(folder.path(), Table::Disputes, day("2022-02-02")).num_rows(), 0);
    assert!(rows(folder.path(), Table::Disputes, day("2022-02-03")).num_rows() > 0);
}

#[test]
fn shops_leave_on_16_january_and_15_march_and_one_joins_and_leaves_in_february() {
    let folder = sample("2022-01-10", "2022-03-15");
    for (snapshot_before, left) in [("2022-01-10", "2022-01-16"), ("2022-03-14", "2022-03-15")] {
        assert!(leavers(folder.path(), snapshot_before, left).is_empty());
        let found = leavers(folder.path(), left, left);
        assert!(found.iter().any(|(_, joined)| *joined == day("2019-05-06")), "{found:?}");
    }
    let guests = leavers(folder.path(), "2022-02-28", "2022-02-24");
    let guest = guests.iter().find(|(_, joined)| *joined == day("2022-02-05")).unwrap().0;
    let has_sold_on =
        |text| integers(&rows(folder.path(), Table::Payments, day(text)), "shop_id").contains(&Some(guest));
    assert!(has_sold_on("2022-02-10"));
    assert!(!has_sold_on("2022-02-25"));
}

#[test]
fn one_category_has_a_lone_shop_and_a_few_shops_have_no_data() {
    let folder = sample("2022-02-14", "2022-03-15");
    let present = present(folder.path(), day("2022-03-15"));
    assert!(present.values().any(|shops| shops.len() == 1));
    let window = request(folder.path(), "2022-02-14", "2022-03-15");
    let mut seen = BTreeSet::new();
    for table in Table::ALL.into_iter().filter(|table| !matches!(table, Table::Shops | Table::Appeals)) {
        for day in window.days().filter(|day| part_count(folder.path(), table, *day) > 0) {
            seen.extend(integers(&rows(folder.path(), table, day), "shop_id").into_iter().flatten());
        }
    }
    let shops: BTreeSet<i64> = present.into_values().flatten().collect();
    let without_data = shops.difference(&seen).count();
    assert!((1..=6).contains(&without_data), "{without_data}");
}

/// Whether the `column` of the sound rows of `shops` holds nothing but `wanted`, nulls aside; at least one row must.
fn all_are(batch: &RecordBatch, shops: &BTreeSet<i64>, column: &str, wanted: &str) -> bool {
    let column = batch.column_by_name(column).unwrap();
    let formatter = ArrayFormatter::try_new(column, &FormatOptions::default()).unwrap();
    let rows = integers(batch, "shop_id").into_iter().enumerate();
    let of_shops =
        rows.filter(|(row, shop)| shop.is_some_and(|shop| shops.contains(&shop)) && column.is_valid(*row));
    let values: BTreeSet<String> = of_shops.map(|(row, _)| formatter.value(row).to_string()).collect();
    values == BTreeSet::from([wanted.to_owned()])
}

#[test]
fn the_shops_of_one_category_tie_on_every_indicator() {
    let today = day("2022-03-14");
    let folder = written("2022-03-14", "2022-03-14", |request| {
        request.occasions = true;
        request.rows_per_day = 20_000;
    });
    let batch = |table| rows(folder.path(), table, today);
    // The first category of the tests' table that ships, is not split and gets three to six shops.
    let tied = &present(folder.path(), today)["住宅家具"];
    assert!((3..=6).contains(&tied.len()), "{tied:?}");
    assert!(all_are(&batch(Table::Reviews), tied, "description_stars", "5"));
    assert!(all_are(&batch(Table::Reviews), tied, "logistics_stars", "5"));
    assert!(all_are(&batch(Table::Consultations), tied, "bot_received", "true"));

    let pickups = batch(Table::Pickups);
    let times = instants(&pickups, "picked_up_at").into_iter().zip(instants(&pickups, "due_at"));
    let late = times.zip(integers(&pickups, "shop_id")).filter(|((picked_up, due), shop)| {
        tied.contains(&shop.unwrap()) && picked_up.is_some() && picked_up >= due
    });
    assert_eq!(late.count(), 0);

    let refunds = batch(Table::Refunds);
    let times = instants(&refunds, "applied_at").into_iter().zip(instants(&refunds, "completed_at"));
    let durations: BTreeSet<i64> = times
        .zip(integers(&refunds, "shop_id"))
        .filter(|(_, shop)| tied.contains(&shop.unwrap()))
        .map(|((applied, completed), _)| (completed.unwrap() - applied.unwrap()) / SECOND)
        .collect();
    assert_eq!(durations, BTreeSet::from([3_600, 86_400]));

    let disputes = batch(Table::Disputes);
    let parties = texts(&disputes, "liable_party").into_iter().zip(integers(&disputes, "shop_id"));
    let blamed =
        parties.filter(|(party, shop)| party.as_deref() == Some("seller") && tied.contains(&shop.unwrap()));
    assert_eq!(blamed.count(), 0);
}
