//! What an engine lists is judged by the rules for files on a disk: the same names, the same findings.

use std::fs;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::Field;

use super::*;
use crate::domain::Day;
use crate::extracts::contract;
use crate::extracts::listing::{Listed, list};
use crate::extracts::readable::{coverage, day, shanghai};
use crate::extracts::remote::{Ends, Question, Remote};

/// An engine that lists files, and tells nothing else.
#[derive(Debug)]
struct Lists(Vec<(&'static str, &'static [u8])>);

impl Remote for Lists {
    fn files(&self, folder: &str) -> Outcome<Vec<RemoteFile>> {
        let below = self.0.iter().filter_map(|(path, content)| {
            let name = format!("s3a://bucket/x/{path}").strip_prefix(&format!("{folder}/"))?.to_owned();
            Some(RemoteFile { name, size_bytes: content.len() as u64, modified_micros: 1 })
        });
        Ok(below.collect())
    }

    fn columns(&self, _: &str) -> Outcome<Vec<Field>> {
        Ok(Vec::new())
    }

    fn ends(&self, _: &str, _: &[(&str, u64)]) -> Outcome<Ends> {
        Ok(Ends::NotGiven)
    }

    fn reads_keys(&self) -> Outcome<bool> {
        Ok(true)
    }

    fn rows(&self, _: &[String]) -> Outcome<i64> {
        Ok(7)
    }

    fn ask(&self, _: &Question, _: &mut dyn FnMut(RecordBatch) -> Outcome<()>) -> Outcome<bool> {
        Ok(true)
    }
}

const AS_OF: &str = "2022-03-15";
const WHOLE: &[u8] = b"PAR1....PAR1";
const TEXT: &[u8] = b"a,b";
const NOTHING: &[u8] = b"";

fn earliest() -> Day {
    day("2000-01-01")
}

fn remote(files: &[(&'static str, &'static [u8])]) -> Delivery {
    let plain = Delivery::plain(Path::new("s3a://bucket/x"), shanghai(), earliest());
    Delivery { remote: Some(Arc::new(Lists(files.to_vec()))), ..plain }
}

/// All that a listing says, paths below the extracts.
fn said(listed: &Listed, extracts: &Path) -> Vec<String> {
    let names = |partition: &crate::extracts::partitions::Partition| {
        let files: Vec<&str> = partition.files.iter().map(|file| file.name.as_str()).collect();
        format!("{} {}: {}", partition.table.name(), partition.day, files.join(", "))
    };
    let findings = listed.rejected.iter().chain(&listed.missing).chain(&listed.missing_snapshot);
    let aside = listed.beside.left_aside.iter().chain(&listed.beside.ignored);
    let without_day = listed.beside.without_day.iter();
    let lines = listed.partitions.iter().map(names).chain(findings.map(ToString::to_string));
    let lines = lines.chain(aside.map(|path| path.display().to_string()));
    let lines = lines.chain(without_day.map(|(path, files, size)| format!("{} {files} {size}", path.display())));
    let extracts = format!("{}/", extracts.display());
    lines.map(|line| line.replace(&extracts, "")).collect()
}

fn on_disk(files: &[(&'static str, &'static [u8])]) -> Vec<String> {
    let root = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let delivery = Delivery::plain(root.path(), shanghai(), earliest());
    said(&list(&delivery, coverage(AS_OF, AS_OF)).unwrap(), root.path())
}

fn as_listed(files: &[(&'static str, &'static [u8])]) -> Vec<String> {
    said(&list(&remote(files), coverage(AS_OF, AS_OF)).unwrap(), Path::new("s3a://bucket/x"))
}

#[test]
fn the_same_names_are_found_and_refused_as_on_a_disk() {
    for (name, files) in [
        (
            "part files, below too",
            vec![("payments/dt=2022-03-15/a.parquet", WHOLE), ("payments/dt=2022-03-15/h=1/b", WHOLE)],
        ),
        ("no ending", vec![("reviews/ds=20220315/000000_0", WHOLE), ("reviews/ds=20220315/empty", NOTHING)]),
        ("an empty part", vec![("reviews/ds=20220315/a.parquet", NOTHING)]),
        ("another ending", vec![("refunds/dt=2022-03-15/a.csv", TEXT), ("refunds/dt=2022-03-15/a.parquet", WHOLE)]),
        (
            "odd names",
            vec![
                ("payments/x/a.parquet", WHOLE),
                ("payments/README", TEXT),
                ("payments/dt=2022-03-15/a.parquet", WHOLE),
            ],
        ),
        ("twice", vec![("payments/dt=2022-03-15/a.parquet", WHOLE), ("payments/dt=20220315/a.parquet", WHOLE)]),
        ("two keys", vec![("payments/dt=2022-03-15/a.parquet", WHOLE), ("payments/ds=20220314/a.parquet", WHOLE)]),
        ("null days", vec![("payments/dt=__HIVE_DEFAULT_PARTITION__/x/a.parquet", WHOLE)]),
        (
            "logs",
            vec![("payments/_delta_log/0.json", TEXT), ("reviews/dt=2022-03-15/.hoodie_partition_metadata", NOTHING)],
        ),
        ("Iceberg", vec![("payments/metadata/v1.json", TEXT)]),
        ("a copy under way", vec![("disputes/dt=2022-03-15/a.parquet.tmp", WHOLE)]),
        (
            "housekeeping",
            vec![("appeals/dt=2022-03-15/_SUCCESS", NOTHING), ("appeals/dt=2022-03-15/lost+found/a", WHOLE)],
        ),
        ("markers", vec![("shops/dt=2022-03-15_$folder$", NOTHING), ("shops/dt=2022-03-15/a_$folder$", NOTHING)]),
        ("too deep", vec![("shops/dt=2022-03-15/1/2/3/4/5/6/7/8/9/a.parquet", WHOLE)]),
        ("another table alone", vec![("shops/dt=2022-03-15/a.parquet", WHOLE)]),
    ] {
        // What to do about it is another thing in a store of objects.
        let plain = |line: String| line.split("; replace it by").next().unwrap().replace("; rename or remove it", "");
        let [disk, listed] = [on_disk(&files), as_listed(&files)].map(|lines| lines.into_iter().map(plain));
        assert_eq!(listed.collect::<Vec<_>>(), disk.collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn names_that_stand_for_others_are_refused_with_what_to_do() {
    for path in [
        "payments/dt=2022-03-15/a[1].parquet",
        "payments/dt=2022-03-15/{a}.parquet",
        "payments/dt=2022-03-15/x*/a.parquet",
        "payments/dt=2022-03-15/a:b.parquet",
        "payments/dt=2022-03-15 00:00:00/a.parquet",
    ] {
        let lines = as_listed(&[(path, WHOLE)]).join("\n");
        assert!(lines.contains("by which the engine would read another"), "{lines}");
        assert!(lines.contains("rename or remove it"), "{lines}");
    }
    let lines =
        as_listed(&[("payments/dt=2022-03-15/a.parquet", WHOLE), ("payments/dt=2022-03-15/a.parquet/b", WHOLE)]);
    assert!(lines.join("\n").contains("of one name"), "{lines:?}");
}

#[test]
fn extracts_without_any_file_are_missing_and_a_table_without_any_is_no_such_folder() {
    let failure = list(&remote(&[]), coverage(AS_OF, AS_OF)).unwrap_err();
    assert_eq!(failure.class, ExitClass::Missing);
    assert!(failure.to_string().contains("s3a://bucket/x: found no file below it"), "{failure}");
    let listed = list(&remote(&[("other/a", WHOLE)]), coverage(AS_OF, AS_OF)).unwrap();
    assert!(said(&listed, Path::new("")).join("\n").contains("found no such folder, wanted partitions of disputes"));
}

#[test]
fn files_without_bytes_are_refused_and_have_no_rows() {
    let files = [("payments/dt=2022-03-15/a.parquet", NOTHING), ("payments/dt=2022-03-15/b.parquet", WHOLE)];
    let delivery = remote(&files);
    let mut listed = list(&delivery, coverage(AS_OF, AS_OF)).unwrap();
    assert_eq!(contract::rows_of(&listed.partitions[0], &delivery), Ok(None));
    (listed.missing, listed.missing_snapshot) = (Vec::new(), None);
    let said = contract::check(listed, &delivery).unwrap_err().to_string();
    assert!(said.contains("a.parquet: found a file of zero bytes"), "{said}");
    assert!(said.contains("b.parquet: column order_id: found no column at all"), "{said}");
}

#[test]
fn a_file_is_known_by_where_it_lies_its_size_and_its_time() {
    let of = |path, content| {
        let listed = list(&remote(&[(path, content)]), coverage(AS_OF, AS_OF)).unwrap();
        listed.partitions[0].files[0].told_hash()
    };
    let one = of("payments/dt=2022-03-15/a.parquet", WHOLE);
    assert_eq!(one, of("payments/dt=2022-03-15/a.parquet", WHOLE));
    assert_ne!(one, of("payments/dt=2022-03-15/b.parquet", WHOLE));
    assert_ne!(one, of("payments/dt=2022-03-15/a.parquet", NOTHING));
}
