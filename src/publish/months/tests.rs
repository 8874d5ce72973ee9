use std::fs;
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray, UInt32Array};
use arrow::compute::{concat_batches, take_record_batch};
use jiff::Timestamp;

use super::*;
use crate::publish::generations::Published;
use crate::publish::outputs::{CATEGORIES, OutputColumn, OutputKind};
use crate::publish::partition::{OutputPartition, Period};
use crate::publish::publication::Publication;
use crate::publish::reading::{column, read_partition};
use crate::publish::rows::Rows;
use crate::publish::testing::{KEEP_ALL, Out, TINY, day, night, tiny};

/// Rows of [`CATEGORIES`]: one for each category, with a median.
fn categories(on: &str, medians: &[(&str, f64)]) -> RecordBatch {
    let count = medians.len();
    let of = |column: &OutputColumn| -> ArrayRef {
        match (column.kind, column.name) {
            (_, "primary_category") => Arc::new(StringArray::from_iter_values(medians.iter().map(|row| row.0))),
            (_, "median") => Arc::new(Float64Array::from_iter_values(medians.iter().map(|row| row.1))),
            (OutputKind::Date, _) => Arc::new(Date32Array::from(vec![day(on).epoch_days(); count])),
            (OutputKind::Text, _) => Arc::new(StringArray::from(vec!["refund_hours"; count])),
            (OutputKind::Integer, _) => Arc::new(Int64Array::from(vec![1; count])),
            _ => Arc::new(Float64Array::from(vec![1.0; count])),
        }
    };
    RecordBatch::try_new(CATEGORIES.schema(), CATEGORIES.columns().map(of).collect()).unwrap()
}

/// A night with these rows of [`CATEGORIES`].
fn of_categories(on: &str, medians: &[(&str, f64)]) -> Publication<'static> {
    let mut night = night(on, 4.0, &[]);
    let rows = Rows::made(vec![categories(on, medians)]);
    night.partitions.push(OutputPartition { table: &CATEGORIES, period: Period::Day(day(on)), rows });
    night
}

/// The names of the files of months, by month.
fn names(out: &Out) -> Vec<String> {
    let files = out.files("months").into_keys();
    files.map(|path| path.strip_prefix("categories/month=").unwrap().to_owned()).collect()
}

fn publish(out: &Out, nights: &[&str]) -> Vec<Published> {
    nights.iter().map(|on| out.publish(&of_categories(on, &[("a", 1.0)]))).collect()
}

#[test]
fn a_month_is_put_together_by_the_first_night_of_the_next_one_until_then_its_nights_lie_there() {
    let out = Out::new();
    publish(&out, &["2022-01-30", "2022-01-31"]);
    assert_eq!(names(&out), ["2022-01/2022-01-30-part-0.parquet", "2022-01/2022-01-31-part-0.parquet"]);
    publish(&out, &["2022-02-01"]);
    assert_eq!(names(&out), ["2022-01/part-0.parquet", "2022-02/2022-02-01-part-0.parquet"]);
    assert_eq!(out.files("current").keys().filter(|path| path.starts_with("categories/")).count(), 3, "nights stay");
}

#[test]
fn a_month_has_the_rows_of_its_nights_sorted_as_the_table_is_and_then_by_day() {
    let out = Out::new();
    let nights = [
        ("2022-01-29", vec![("a", 1.0), ("c", 2.0)]),
        ("2022-01-30", vec![]),
        ("2022-01-31", vec![("a", 3.0), ("b", 4.0), ("d", 5.0)]),
        ("2022-02-01", vec![("a", 6.0)]),
    ];
    for (on, medians) in &nights {
        out.publish(&of_categories(on, medians));
    }
    let month = read_partition(&out.path().join("months/categories/month=2022-01"), &CATEGORIES).unwrap();
    let medians: Vec<_> = column::<Float64Array>(&month, "median").unwrap().iter().flatten().collect();
    assert_eq!(medians, [1.0, 3.0, 4.0, 2.0, 5.0]);

    // All that it has is theirs.
    let rows: Vec<_> = nights[..3].iter().map(|(on, medians)| categories(on, medians)).collect();
    let together = concat_batches(&CATEGORIES.schema(), &rows).unwrap();
    let order = UInt32Array::from(vec![0, 2, 3, 1, 4]);
    assert_eq!(month, take_record_batch(&together, &order).unwrap());
}

#[test]
fn rows_come_in_order_however_many_more_a_night_has_than_are_held_of_it() {
    let out = Out::new();
    let names: Vec<String> = (0..10_000).map(|place| format!("{place:05}")).collect();
    let all: Vec<_> = names.iter().map(|name| (name.as_str(), 1.0)).collect();
    let third: Vec<_> = all.iter().copied().step_by(3).collect();
    out.publish(&of_categories("2022-01-30", &all));
    out.publish(&of_categories("2022-01-31", &third));
    out.publish(&of_categories("2022-02-01", &[]));
    let month = read_partition(&out.path().join("months/categories/month=2022-01"), &CATEGORIES).unwrap();
    let days = column::<Date32Array>(&month, "as_of").unwrap();
    let found: Vec<_> =
        column::<StringArray>(&month, "primary_category").unwrap().iter().flatten().zip(days.values()).collect();
    assert_eq!(found.len(), all.len() + third.len());
    assert!(found.is_sorted());
}

#[test]
fn what_is_published_later_links_it_and_a_late_night_leaves_the_nights_there_until_the_next_publication() {
    let out = Out::new();
    let first = publish(&out, &["2022-01-31", "2022-02-01", "2022-02-02"]);
    let [second, third] = [&first[1], &first[2]].map(|of| out.generation(of).join("months/categories/month=2022-01"));
    let inode = |folder: &Path| fs::metadata(folder.join("part-0.parquet")).unwrap().ino();
    assert_eq!(inode(&second), inode(&third));

    publish(&out, &["2022-01-30"]);
    assert_eq!(names(&out)[..2], ["2022-01/2022-01-30-part-0.parquet", "2022-01/2022-01-31-part-0.parquet"]);
    publish(&out, &["2022-02-03"]);
    assert_eq!(names(&out)[0], "2022-01/part-0.parquet");
    let month = read_partition(&out.path().join("months/categories/month=2022-01"), &CATEGORIES).unwrap();
    assert_eq!(month.num_rows(), 2);
}

#[test]
fn a_generation_without_months_gains_them_one_a_publication_the_newest_first() {
    let out = Out::new();
    for on in ["2022-01-31", "2022-02-28", "2022-03-31"] {
        out.publish_without_months(&of_categories(on, &[("a", 1.0)]));
    }
    assert!(out.files("months").is_empty());
    publish(&out, &["2022-04-01"]);
    assert_eq!(names(&out)[..3].iter().filter(|name| name.ends_with("/part-0.parquet")).count(), 1);
    assert_eq!(names(&out)[2], "2022-03/part-0.parquet");
    publish(&out, &["2022-04-02", "2022-04-03"]);
    assert_eq!(names(&out)[..3], ["2022-01/part-0.parquet", "2022-02/part-0.parquet", "2022-03/part-0.parquet"]);
}

#[test]
fn months_go_back_with_a_rollback_and_are_the_same_bytes_when_published_again() {
    let out = Out::new();
    let nights = publish(&out, &["2022-01-30", "2022-01-31", "2022-02-01"]);
    let months = out.files("months");
    out.rollback(&nights[1].name).unwrap();
    assert_eq!(names(&out).len(), 2);
    out.publish_at(&of_categories("2022-02-01", &[("a", 1.0)]), Timestamp::UNIX_EPOCH, KEEP_ALL).unwrap();
    assert_eq!(out.files("months"), months);
}

#[test]
fn nights_that_are_not_as_recorded_stay_where_they_are_until_they_are_sound() {
    let out = Out::new();
    let nights = publish(&out, &["2022-01-30", "2022-01-31"]);
    let file = out.generation(&nights[1]).join("published/categories/dt=2022-01-30/part-0.parquet");
    let sound = fs::read(&file).unwrap();
    let replace = |bytes: &[u8]| {
        let linked = out.path().join("current/categories/dt=2022-01-30/part-0.parquet");
        fs::remove_file(&linked).unwrap();
        fs::write(&linked, bytes).unwrap();
    };
    replace(b"damaged");
    publish(&out, &["2022-02-01"]);
    assert_eq!(names(&out).len(), 3);
    replace(&sound);
    publish(&out, &["2022-02-02"]);
    assert_eq!(names(&out)[0], "2022-01/part-0.parquet");
}

#[test]
fn nights_with_other_columns_than_today_stay_where_they_are() {
    let out = Out::new();
    let folder = out.path().join("nights");
    fs::create_dir(&folder).unwrap();
    let other = tiny(&[(1, None)]);
    let files = encode(Some(&folder), &TINY, [Ok(other)].into_iter(), PART_LIMIT_BYTES).unwrap();
    files.into_iter().for_each(|file| drop(file.finish("", 0o444).unwrap()));
    assert!(!Merged::of(&CATEGORIES).unwrap().add(&folder.join("part-0.parquet")).unwrap());
}
