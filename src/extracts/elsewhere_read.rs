//! Rows of whole files that an engine reads and sends as they are: those of tables that are kept row by row.
//!
//! Grain in: checked partitions of one table. Grain out: a batch for each of them, as [`reader`](super::reader) would decode
//! it. Files that have their columns alike are asked for together, each row with the number of its file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::{DataType, Field, Int32Type, Schema};

use crate::error::{ExitClass, Failure, Finding, Outcome, fault};
use crate::extracts::batch::Batch;
use crate::extracts::contract::{CheckedFile, CheckedPartition};
use crate::extracts::ddl::{self, ddl, quoted};
use crate::extracts::forms::Form;
use crate::extracts::found_columns::ReadColumn;
use crate::extracts::partitions::PartFile;
use crate::extracts::reader::{Columns, check_count};
use crate::extracts::remote::{FilesRead, Question, Remote, identities, too_large, url};
use crate::extracts::selection::Selection;

const STAGE: &str = "reading";
/// Each file is a branch of a query; with more of them engines take longer to plan it than to carry it out.
const MOST_FILES: usize = 50;
/// The column that numbers the files of a query.
const FILE: &str = "shopscore_file";

/// The rows of each partition.
pub(crate) fn read(remote: &dyn Remote, partitions: &[&CheckedPartition]) -> Outcome<Vec<Batch>> {
    let mut alike: Vec<Vec<&CheckedFile>> = Vec::new();
    for file in partitions.iter().flat_map(|partition| &partition.files) {
        let is_like = |files: &&mut Vec<&CheckedFile>| files.first().is_some_and(|other| other.is_like(file));
        match alike.iter_mut().find(is_like) {
            Some(files) => files.push(file),
            None => alike.push(vec![file]),
        }
    }
    let mut of_files: BTreeMap<PathBuf, Vec<RecordBatch>> = BTreeMap::new();
    for files in alike.iter().flat_map(|files| files.chunks(MOST_FILES)) {
        let question = question(files)?;
        let fits = remote.ask(&question, &mut |batch| {
            for (place, file) in (0..).zip(files) {
                let rows = of_file(&batch, place, file)?;
                of_files.entry(file.path.clone()).or_default().push(rows);
            }
            Ok(())
        })?;
        if !fits {
            return Err(too_large(&question.what));
        }
    }
    partitions.iter().map(|partition| of_partition(partition, &of_files)).collect()
}

/// Makes sure that files of a table's folder are still those that were listed before they were read; rejected where one is not.
pub(crate) fn check_unchanged<'a>(
    remote: &dyn Remote,
    folder: &Path,
    files: impl Iterator<Item = &'a PartFile>,
) -> Outcome<()> {
    let now = identities(remote, folder)?;
    let changed = files.filter(|file| now.get(&file.path) != Some(&file.identity));
    let findings = changed.map(|file| {
        let found = "a file that changed while an engine read it, or is gone";
        let finding = Finding::new(STAGE, found, "the file that was listed").path(&file.path);
        finding.advice("run again when it is delivered")
    });
    Failure::unless_empty(ExitClass::Rejected, findings.collect())
}

/// The rows of a partition, given those of its files.
fn of_partition(partition: &CheckedPartition, of_files: &BTreeMap<PathBuf, Vec<RecordBatch>>) -> Outcome<Batch> {
    let selection = Selection::default();
    let mut columns = Columns::new(partition, &selection);
    let mut batches = Vec::new();
    for file in &partition.files {
        columns.begin();
        let of_file = of_files.get(&file.path).map_or(&[][..], Vec::as_slice);
        if let Some(counted) = file.rows {
            check_count(&file.path, of_file.iter().map(RecordBatch::num_rows).sum(), counted)?;
        }
        for batch in of_file {
            batches.push(columns.of(batch, file)?);
        }
    }
    columns.shared.of_all(&batches)
}

fn question(files: &[&CheckedFile]) -> Outcome<Question> {
    let (mut reads, mut branches) = (Vec::new(), Vec::new());
    for (place, file) in files.iter().enumerate() {
        let columns = ddl(&file.columns)?;
        let names = selected(file).into_values().collect::<Vec<_>>().join(", ");
        let name = FilesRead::new_name();
        branches.push(format!("SELECT {place} AS {FILE}, {names} FROM {name}"));
        reads.push(FilesRead {
            name,
            schema: columns.into_values().collect::<Vec<_>>().join(", "),
            base: file.path.parent().map(|folder| url(folder).map(str::to_owned)).transpose()?,
            paths: vec![url(&file.path)?.to_owned()],
        });
    }
    let first = files.first().map(|file| file.path.display().to_string()).unwrap_or_default();
    Ok(Question {
        what: format!("{} files, the first {first}", files.len()),
        sql: branches.join("\nUNION ALL\n"),
        reads,
    })
}

/// Columns as they are asked for, by name: texts as bytes, for an engine looks at none of them, and what is no UTF-8 is to be
/// refused by name.
fn selected(file: &CheckedFile) -> BTreeMap<&str, String> {
    let of = |read: &'_ ReadColumn| {
        let value = ddl::value(read);
        let value = if read.decoded_as == DataType::Utf8 { format!("CAST({value} AS BINARY)") } else { value };
        format!("{value} AS {}", quoted(&read.name))
    };
    file.columns.iter().map(|read| (read.name.as_str(), of(read))).collect()
}

/// The rows of one file in a batch, its texts in dictionaries, as files are decoded here.
fn of_file(batch: &RecordBatch, place: i32, file: &CheckedFile) -> Outcome<RecordBatch> {
    let numbers = batch.column_by_name(FILE).and_then(|column| column.as_primitive_opt::<Int32Type>());
    let numbers = numbers.ok_or_else(|| fault(STAGE, "rows of an engine without the number of their file"))?;
    let is_of_file: BooleanArray = numbers.iter().map(|number| Some(number == Some(place))).collect();
    let rows = filter_record_batch(batch, &is_of_file).map_err(|error| fault(STAGE, error))?;
    let (mut fields, mut columns) = (Vec::new(), Vec::new());
    for (field, column) in rows.schema().fields().iter().zip(rows.columns()) {
        let is_text = |read: &&ReadColumn| read.name == *field.name() && read.form == Form::Texts;
        let column = match (column.data_type(), file.columns.iter().find(is_text)) {
            (DataType::Utf8 | DataType::Binary, Some(_)) => {
                let in_dictionary =
                    DataType::Dictionary(Box::new(DataType::Int32), Box::new(column.data_type().clone()));
                cast(column, &in_dictionary).map_err(|error| fault(STAGE, error))?
            }
            _ => Arc::clone(column),
        };
        fields.push(Field::new(field.name(), column.data_type().clone(), true));
        columns.push(column);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).map_err(|error| fault(STAGE, error))
}
