//! What footers say, and how an engine is asked for them.

use std::sync::{Arc, Mutex};

use arrow::array::RecordBatch;
use arrow::datatypes::Field;

use super::*;
use crate::extracts::identity::FileIdentity;
use crate::extracts::listing::list;
use crate::extracts::partitions::{PartFile, Partition};
use crate::extracts::readable::{coverage, day, end_of, parquet, shanghai};
use crate::extracts::remote::{Ends, Question, RemoteFile};

const FOLDER: &str = "dt=2022-03-15";

/// An engine that has the bytes of files, and remembers how many files each question for their ends was about.
#[derive(Debug, Default)]
struct Remembers {
    files: BTreeMap<String, Vec<u8>>,
    /// More of them are too large an answer.
    most_files: usize,
    gives_none: bool,
    asked: Mutex<Vec<usize>>,
}

impl Remote for Remembers {
    fn files(&self, folder: &str) -> Outcome<Vec<RemoteFile>> {
        let file = |(name, bytes): (&String, &Vec<u8>)| {
            let (name, size_bytes) = (name.clone(), bytes.len() as u64);
            RemoteFile { name, size_bytes, modified_micros: 1 }
        };
        Ok(if folder.ends_with("payments") { self.files.iter().map(file).collect() } else { Vec::new() })
    }

    fn columns(&self, _: &str) -> Outcome<Vec<Field>> {
        Ok(Vec::new())
    }

    fn ends(&self, _: &str, files: &[(&str, u64)]) -> Outcome<Ends> {
        self.asked.lock().unwrap().push(files.len());
        if self.gives_none {
            return Ok(Ends::NotGiven);
        }
        if files.len() > self.most_files {
            return Ok(Ends::TooLarge);
        }
        let given = files.iter().filter_map(|(name, _)| Some(((*name).to_owned(), end_of(self.files.get(*name)?))));
        Ok(Ends::Given(given.collect()))
    }

    fn reads_keys(&self) -> Outcome<bool> {
        Ok(true)
    }

    fn rows(&self, _: &[String]) -> Outcome<i64> {
        Ok(99)
    }

    fn ask(&self, _: &Question, _: &mut dyn FnMut(RecordBatch) -> Outcome<()>) -> Outcome<bool> {
        Ok(true)
    }
}

/// A partition of payments with these files, each of so many bytes.
fn partition(files: &[(&str, u64)]) -> Partition {
    let files = files.iter().map(|(name, size_bytes)| PartFile {
        path: format!("s3a://bucket/x/payments/{FOLDER}/{name}").into(),
        name: (*name).to_owned(),
        identity: FileIdentity::listed(*size_bytes, 1),
    });
    Partition {
        table: Table::Payments,
        day: day("2022-03-15"),
        folder: format!("s3a://bucket/x/payments/{FOLDER}").into(),
        files: files.collect(),
        manifest: None,
    }
}

/// Deliveries that an engine with these files reads, and the partition that it lists.
fn delivered(files: &[(&str, Vec<u8>)], engine: Remembers) -> (Arc<Remembers>, Delivery, Partition) {
    let listed: Vec<_> = files.iter().map(|(name, bytes)| (*name, bytes.len() as u64)).collect();
    let files = files.iter().map(|(name, bytes)| (format!("{FOLDER}/{name}"), bytes.clone())).collect();
    let engine = Arc::new(Remembers { files, ..engine });
    let plain = Delivery::plain(Path::new("s3a://bucket/x"), shanghai(), day("2000-01-01"));
    let delivery = Delivery { remote: Some(Arc::clone(&engine) as Arc<dyn Remote>), ..plain };
    (engine, delivery, partition(&listed))
}

#[test]
fn ends_are_asked_for_together_in_halves_where_they_are_too_large_an_answer_and_large_files_one_by_one() {
    let mut files: Vec<(&str, Vec<u8>)> =
        ["a", "b", "c", "d", "e"].map(|name| (name, parquet("shop_id", 2))).into_iter().collect();
    files.extend([("large", vec![0; 5 << 20]), ("larger", vec![0; 6 << 20]), ("empty", Vec::new())]);
    let (engine, delivery, partition) = delivered(&files, Remembers { most_files: 3, ..Remembers::default() });
    learn(partition.told(), &delivery).unwrap();
    let mut asked = engine.asked.lock().unwrap().clone();
    asked.sort_unstable();
    assert_eq!(asked, [1, 1, 2, 3, 5]);
    let rows = partition.files.iter().map(|file| delivery.said.footer(&file.path, file.identity)?.rows());
    assert_eq!(rows.collect::<Vec<_>>(), [Some(2), Some(2), Some(2), Some(2), Some(2), None, None, None]);
    learn(partition.told(), &delivery).unwrap();
    assert_eq!(engine.asked.lock().unwrap().len(), 5, "asked again");
}

#[test]
fn a_single_end_that_is_too_large_an_answer_ends_the_run() {
    let (_, delivery, partition) = delivered(&[("a", parquet("shop_id", 2))], Remembers::default());
    let failure = learn(partition.told(), &delivery).unwrap_err();
    assert!(failure.to_string().contains("too large an answer about the ends of files of "), "{failure}");
}

#[test]
fn rows_are_those_of_the_footers_unless_one_is_faulty_and_the_engine_s_where_it_gives_none() {
    let all = || Remembers { most_files: 9, ..Remembers::default() };
    let sound = [("a", parquet("shop_id", 3)), ("b", parquet("shop_id", 4))];
    let faulty = [("a", parquet("shop_id", 3)), ("b", b"PAR1".to_vec())];
    let empty = [("a", parquet("shop_id", 3)), ("b", Vec::new())];
    for (files, engine, expected) in [
        (&sound, all(), Some(7)),
        (&faulty, all(), None),
        (&empty, all(), None),
        (&faulty, Remembers { gives_none: true, ..all() }, Some(99)),
    ] {
        let (_, delivery, partition) = delivered(files, engine);
        assert_eq!(rows_of(&partition.told().collect::<Vec<_>>(), &delivery), Ok(expected));
    }
}

#[test]
fn what_is_no_footer_of_a_file_that_has_changed_or_is_gone_is_told_as_that() {
    let files = [("a", parquet("shop_id", 2)), ("b", b"no ParPAR1".to_vec()), ("c.gz", vec![7; 9])];
    let (_, delivery, mut partition) = delivered(&files, Remembers { most_files: 9, ..Remembers::default() });
    let mut told = || {
        learn(partition.told(), &delivery).unwrap();
        let of = partition.files.iter().map(|file| match delivery.said.footer(&file.path, file.identity) {
            Some(Footer::Sound { .. }) => "sound".to_owned(),
            Some(Footer::Faulty(found) | Footer::Unmarked(found)) => found,
            Some(Footer::Unpacked) => "not asked for".to_owned(),
            Some(Footer::Encrypted) | None => "unknown".to_owned(),
        });
        let of = of.collect::<Vec<_>>();
        partition.files[1].identity = FileIdentity::listed(10, 2);
        partition.files[0].path.set_file_name("c");
        partition.files[2].identity = FileIdentity::listed((64 << 20) + 1, 1);
        of
    };
    let [first, second] = [told(), told()];
    assert_eq!(first[0], "sound");
    assert!(first[1].starts_with("a truncated or damaged Parquet file of 10 bytes"), "{first:?}");
    assert!(first[2].starts_with("a truncated or damaged Parquet file of 9 bytes"), "{first:?}");
    assert_eq!(second, [GONE, CHANGED, "not asked for"]);
}

#[test]
fn files_of_names_that_do_not_speak_of_parquet_are_asked_about_once_those_of_all_days_together() {
    let days = ["2022-03-14", "2022-03-15"];
    let of_day = |day: &str| {
        let names = [("a.parquet", parquet("shop_id", 1)), ("b.c000", parquet("shop_id", 2)), ("x.csv", vec![0; 9])];
        names.map(|(name, bytes)| (format!("dt={day}/{name}"), bytes))
    };
    let files = days.into_iter().flat_map(of_day).collect();
    let (engine, delivery, _) = delivered(&[], Remembers { most_files: 9, ..Remembers::default() });
    let engine = Arc::new(Remembers { files, most_files: engine.most_files, ..Remembers::default() });
    let delivery = Delivery { remote: Some(Arc::clone(&engine) as Arc<dyn Remote>), ..delivery };
    for _ in 0..2 {
        let listed = list(&delivery, coverage(days[0], days[1])).unwrap();
        let parts: Vec<&str> =
            listed.partitions.iter().flat_map(|of| &of.files).map(|file| file.name.as_str()).collect();
        assert_eq!(parts, ["a.parquet", "b.c000", "a.parquet", "b.c000"]);
        assert_eq!(listed.beside.left_aside.len(), 2);
        assert_eq!(*engine.asked.lock().unwrap(), [4]);
    }
}
