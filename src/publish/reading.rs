//! Reads a published partition back, all parts as one batch; for what people look at, not for scoring.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::layout::{Layout, Root};
use super::publication::Period;
use super::{current, file_system};
use crate::domain::Day;
use crate::error::{ExitClass, Finding, Outcome, disk};
use crate::publish::outputs::OutputTable;

const STAGE: &str = "published files";

/// The generation that readers see, resolved once.
#[derive(Clone, Debug)]
pub struct Current {
    folder: Option<PathBuf>,
}

impl Current {
    /// What is current under `out`; empty where nothing was published yet.
    ///
    /// # Errors
    /// State where the link cannot be used; disk.
    pub fn of(out: &Path) -> Outcome<Self> {
        let layout = Layout::new(out);
        let name = current::read(&layout)?;
        Ok(Self { folder: name.map(|name| layout.generation(&name).join(Root::Published.name())) })
    }

    /// The values of a table's partitions, sorted.
    ///
    /// # Errors
    /// Disk.
    pub fn values(&self, table: &OutputTable) -> Outcome<Vec<String>> {
        let Some(folder) = &self.folder else { return Ok(Vec::new()) };
        let names = file_system::names(&folder.join(table.name))?;
        let value =
            |name: &String| name.strip_prefix(table.partition_key)?.strip_prefix('=').map(str::to_owned);
        Ok(names.iter().filter_map(value).collect())
    }

    /// The rows of a partition; none where it was not published.
    ///
    /// # Errors
    /// State where a file cannot be read; disk.
    pub fn read(&self, table: &OutputTable, period: Period) -> Outcome<Option<RecordBatch>> {
        let Some(folder) = &self.folder else { return Ok(None) };
        let folder = folder.join(table.name).join(format!("{}={period}", table.partition_key));
        folder.is_dir().then(|| read_partition(&folder, table)).transpose()
    }
}

/// The rows of `table` for `day`, under `current` as a reader resolved it.
///
/// # Errors
/// Missing where the day was not published; state where a file cannot be read; disk.
pub fn read_day(current: &Path, table: &OutputTable, day: Day) -> Outcome<RecordBatch> {
    let folder = current.join(table.name).join(format!("{}={day}", table.partition_key));
    if !folder.is_dir() {
        return Err(Finding::new(STAGE, "no such partition", format!("{} of {day}", table.name))
            .path(&folder)
            .advice("publish the day with `shopscore nightly`, or ask for another")
            .fail(ExitClass::Missing));
    }
    read_partition(&folder, table)
}

/// All rows of a partition's folder.
///
/// # Errors
/// State where a file cannot be read; disk.
pub fn read_partition(folder: &Path, table: &OutputTable) -> Outcome<RecordBatch> {
    let listing = std::fs::read_dir(folder).map_err(|error| disk(STAGE, "read_dir", folder, &error))?;
    let mut paths = Vec::new();
    for entry in listing {
        paths.push(entry.map_err(|error| disk(STAGE, "read_dir", folder, &error))?.path());
    }
    paths.sort();
    let mut batches = Vec::new();
    for path in paths {
        let unreadable = |error: String| {
            Finding::new(STAGE, error, "a published file as it was written")
                .path(&path)
                .advice("publish the day again")
                .fail(ExitClass::State)
        };
        let file = File::open(&path).map_err(|error| disk(STAGE, "open", &path, &error))?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(file)
            .and_then(ParquetRecordBatchReaderBuilder::build)
            .map_err(|error| unreadable(error.to_string()))?;
        for batch in reader {
            batches.push(batch.map_err(|error| unreadable(error.to_string()))?);
        }
    }
    concat_batches(&table.schema(), &batches).map_err(|error| {
        Finding::new(STAGE, error.to_string(), "the declared columns").path(folder).fail(ExitClass::State)
    })
}
