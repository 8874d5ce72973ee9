//! Files by their footers, and which of them an engine is asked for.

use std::sync::{Arc, Mutex};

use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field};
use parquet::arrow::ArrowWriter;

use super::*;
use crate::extracts::identity::FileIdentity;
use crate::extracts::readable::{day, shanghai};
use crate::extracts::remote::{Question, Remote, RemoteFile};

/// An engine that has the bytes of files, and remembers whose columns it was asked for.
#[derive(Debug, Default)]
struct Remembers {
    files: BTreeMap<String, Vec<u8>>,
    asked: Mutex<Vec<String>>,
}

impl Remote for Remembers {
    fn files(&self, _: &str) -> Outcome<Vec<RemoteFile>> {
        Ok(Vec::new())
    }

    fn columns(&self, path: &str) -> Outcome<Vec<Field>> {
        self.asked.lock().unwrap().push(path.to_owned());
        Ok(vec![Field::new("shop_id", DataType::Int64, true)])
    }

    fn footers(&self, _: &str, names: &[&str]) -> Outcome<Vec<(String, Vec<u8>)>> {
        Ok(names.iter().map(|name| ((*name).to_owned(), self.files[*name].clone())).collect())
    }

    fn reads_keys(&self) -> Outcome<bool> {
        Ok(true)
    }

    fn rows(&self, _: &[String]) -> Outcome<u64> {
        Ok(0)
    }

    fn ask(&self, _: &Question, _: &mut dyn FnMut(RecordBatch) -> Outcome<()>) -> Outcome<bool> {
        Ok(true)
    }
}

fn parquet(column: &str, rows: i64) -> Vec<u8> {
    let values: ArrayRef = Arc::new((0..rows).collect::<Int64Array>());
    let batch = RecordBatch::try_from_iter([(column, values)]).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

/// A partition of payments with these files, each of so many bytes.
fn partition(files: &[(String, u64)]) -> Partition {
    let files = files.iter().map(|(name, size_bytes)| PartFile {
        path: format!("s3a://bucket/x/payments/dt=2022-03-15/{name}").into(),
        name: name.clone(),
        identity: FileIdentity::listed(*size_bytes, 1),
    });
    Partition {
        table: Table::Payments,
        day: day("2022-03-15"),
        folder: "s3a://bucket/x/payments/dt=2022-03-15".into(),
        files: files.collect(),
        manifest: None,
    }
}

#[test]
fn one_file_speaks_for_those_with_its_schema_and_odd_and_large_ones_for_themselves() {
    let mut files: Vec<(String, Vec<u8>)> =
        (0..9).map(|number| (format!("{number}.parquet"), parquet("shop_id", number))).collect();
    files.push(("other.parquet".to_owned(), parquet("shop", 3)));
    files.push(("broken.parquet".to_owned(), b"PAR1 and then nothing".to_vec()));
    let mut listed: Vec<(String, u64)> = files.iter().map(|(name, bytes)| (name.clone(), bytes.len() as u64)).collect();
    listed.push(("large.parquet".to_owned(), MOST_BYTES + 1));
    let below = |(name, bytes)| (format!("dt=2022-03-15/{name}"), bytes);
    let engine = Arc::new(Remembers { files: files.into_iter().map(below).collect(), ..Remembers::default() });
    let plain = Delivery::plain(Path::new("s3a://bucket/x"), shanghai(), day("2000-01-01"));
    let delivery = Delivery { remote: Some(Arc::clone(&engine) as Arc<dyn Remote>), ..plain };
    let partition = partition(&listed);
    learn(std::slice::from_ref(&partition), &delivery).unwrap();
    for file in &partition.files {
        delivery.columns(&file.path, file.identity).unwrap();
    }
    let mut asked = engine.asked.lock().unwrap().clone();
    asked.sort();
    let names: Vec<&str> = asked.iter().map(|path| path.rsplit('/').next().unwrap()).collect();
    assert_eq!(names, ["0.parquet", "broken.parquet", "large.parquet", "other.parquet"]);
}
