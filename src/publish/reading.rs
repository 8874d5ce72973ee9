//! Reads published partitions back, all parts as one batch: those that later figures are made of by their recorded hashes,
//! those that people look at as they are.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::Schema;
use arrow::error::ArrowError;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::checksums::{Checksums, file_hash};
use super::current;
use super::file_system::names;
use super::frozen::not_as_recorded;
use super::layout::Layout;
use super::outputs::OutputTable;
use super::partition::{PUBLISHED, PartitionFolder, Period};
use crate::domain::Day;
use crate::error::{ExitClass, Finding, Outcome, disk, fault};

const STAGE: &str = "published files";

/// The generation that readers see, resolved once.
#[derive(Clone, Debug)]
pub(crate) struct Current {
    layout: Layout,
    /// Its folder and the hashes of its files; none where nothing was published yet.
    generation: Option<(PathBuf, Checksums)>,
}

impl Current {
    pub(crate) fn of(out: &Path) -> Outcome<Self> {
        let layout = Layout::new(out);
        let Some(name) = current::read(&layout)? else { return Ok(Self { layout, generation: None }) };
        let folder = layout.generation(&name);
        let recorded = Checksums::read(&folder)?.unwrap_or_default();
        Ok(Self { layout, generation: Some((folder, recorded)) })
    }

    /// The values of a table's partitions, sorted.
    pub(crate) fn values(&self, table: &OutputTable) -> Outcome<Vec<String>> {
        let Some((folder, _)) = &self.generation else { return Ok(Vec::new()) };
        let names = names(&folder.join(PUBLISHED.name).join(table.name))?;
        let value = |name: &String| name.strip_prefix(table.partition_key)?.strip_prefix('=').map(str::to_owned);
        Ok(names.iter().filter_map(value).collect())
    }

    /// The rows of a partition, which are those that were published; none where it was not. What decides over shops is made
    /// of them, so a file without its recorded hash is refused.
    pub(crate) fn read(&self, table: &OutputTable, period: Period) -> Outcome<Option<RecordBatch>> {
        let Some((generation, recorded)) = &self.generation else { return Ok(None) };
        let partition = PartitionFolder::published(table, period);
        let folder = partition.inside(generation);
        if !folder.is_dir() && recorded.of(&partition).next().is_none() {
            return Ok(None);
        }
        for (path, wanted) in recorded.of(&partition) {
            let file = generation.join(path);
            let found = if file.is_file() { Some(file_hash(&file)?) } else { None };
            if found.as_deref() != Some(wanted) {
                let finding = not_as_recorded(STAGE, &self.layout, (generation, path), found, wanted);
                return Err(finding.fail(ExitClass::State));
            }
        }
        read_partition(&folder, table).map(Some)
    }
}

/// The rows of `table` for `day`, under `current` as a reader resolved it; missing where the day was not published.
pub(crate) fn read_day(current: &Path, table: &OutputTable, day: Day) -> Outcome<RecordBatch> {
    let folder = current.join(table.partition_path(day));
    if !folder.is_dir() {
        let finding = Finding::new(STAGE, "no such partition", format!("{} of {day}", table.name)).path(&folder);
        let advice = "publish the day with `shopscore nightly`, or ask for another";
        return Err(finding.advice(advice).fail(ExitClass::Missing));
    }
    read_partition(&folder, table)
}

/// All rows of a partition's folder, which exists, in the declared columns, found by their names. What an older release
/// published lacks those that were added since.
pub fn read_partition(folder: &Path, table: &OutputTable) -> Outcome<RecordBatch> {
    let mut batches = Vec::new();
    for path in names(folder)?.iter().map(|name| folder.join(name)) {
        let unreadable = |error: String| {
            let finding = Finding::new(STAGE, error, "a published file as it was written").path(&path);
            finding.advice("publish the day again").fail(ExitClass::State)
        };
        let file = File::open(&path).map_err(|error| disk(STAGE, "open", &path, &error))?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(file)
            .and_then(ParquetRecordBatchReaderBuilder::build)
            .map_err(|error| unreadable(error.to_string()))?;
        for batch in reader {
            batches.push(batch.map_err(|error| unreadable(error.to_string()))?);
        }
    }
    in_declared_columns(&batches, &table.schema()).map_err(|error| {
        Finding::new(STAGE, error.to_string(), "the declared columns").path(folder).fail(ExitClass::State)
    })
}

fn in_declared_columns(batches: &[RecordBatch], declared: &Schema) -> Result<RecordBatch, ArrowError> {
    let is_there = |name: &str| batches.iter().all(|batch| batch.column_by_name(name).is_some());
    let names: Vec<&str> =
        declared.fields().iter().map(|field| field.name().as_str()).filter(|name| is_there(name)).collect();
    let places = |schema: &Schema| names.iter().map(|name| schema.index_of(name)).collect::<Result<Vec<_>, _>>();
    let schema = declared.project(&places(declared)?)?;
    let parts = batches.iter().map(|batch| batch.project(&places(&batch.schema())?));
    concat_batches(&Arc::new(schema), &parts.collect::<Result<Vec<_>, _>>()?)
}

/// A column as the array of its declared type.
pub(crate) fn column<'a, A: Array + 'static>(batch: &'a RecordBatch, name: &str) -> Outcome<&'a A> {
    let column = batch.column_by_name(name).and_then(|column| column.as_any().downcast_ref());
    column.ok_or_else(|| fault("published columns", format!("no column {name} of the declared type")))
}
