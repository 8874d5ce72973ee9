//! Reads published partitions back, all parts as one batch: those that later figures are made of by their recorded hashes,
//! those that people look at as they are.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::frozen::{copy_of, is_frozen};
use super::layout::{Layout, PartitionFolder, Root};
use super::parquet_file::file_hash;
use super::publication::Period;
use super::sums::Sums;
use super::{current, file_system};
use crate::domain::Day;
use crate::error::{ExitClass, Failure, Finding, Outcome, disk};
use crate::publish::outputs::OutputTable;

const STAGE: &str = "published files";

/// The generation that readers see, resolved once.
#[derive(Clone, Debug)]
pub struct Current {
    layout: Layout,
    /// Its folder and the hashes of its files; none where nothing was published yet.
    generation: Option<(PathBuf, Sums)>,
}

impl Current {
    /// What is current under `out`; empty where nothing was published yet.
    ///
    /// # Errors
    /// State where the link cannot be used; disk.
    pub fn of(out: &Path) -> Outcome<Self> {
        let layout = Layout::new(out);
        let Some(name) = current::read(&layout)? else { return Ok(Self { layout, generation: None }) };
        let folder = layout.generation(&name);
        let sums = Sums::read(&folder)?.unwrap_or_default();
        Ok(Self { layout, generation: Some((folder, sums)) })
    }

    /// The values of a table's partitions, sorted.
    ///
    /// # Errors
    /// Disk.
    pub fn values(&self, table: &OutputTable) -> Outcome<Vec<String>> {
        let Some((folder, _)) = &self.generation else { return Ok(Vec::new()) };
        let names = file_system::names(&folder.join(Root::Published.name()).join(table.name))?;
        let value =
            |name: &String| name.strip_prefix(table.partition_key)?.strip_prefix('=').map(str::to_owned);
        Ok(names.iter().filter_map(value).collect())
    }

    /// The rows of a partition, which are those that were published; none where it was not. What decides over shops is made
    /// of them, so that each file must have its recorded hash.
    ///
    /// # Errors
    /// State where a file is not as it was published, or gone; disk.
    pub fn read(&self, table: &OutputTable, period: Period) -> Outcome<Option<RecordBatch>> {
        let Some((generation, sums)) = &self.generation else { return Ok(None) };
        let path = format!("{}/{}={period}", table.name, table.partition_key);
        let partition = PartitionFolder { root: Root::Published, path };
        let folder = partition.inside(generation);
        if !folder.is_dir() && !sums.has(&partition) {
            return Ok(None);
        }
        for (file, wanted) in sums.of(generation).filter(|(file, _)| file.parent() == Some(&folder)) {
            let found = if file.is_file() { Some(file_hash(&file)?) } else { None };
            if found.as_deref() != Some(wanted) {
                return Err(self.not_as_published(generation, &file, found, wanted));
            }
        }
        read_partition(&folder, table).map(Some)
    }

    fn not_as_published(
        &self,
        generation: &Path,
        file: &Path,
        found: Option<String>,
        wanted: &str,
    ) -> Failure {
        let inside = file.strip_prefix(generation).unwrap_or(file);
        let advice = match copy_of(&self.layout, inside, wanted).filter(|_| is_frozen(inside)) {
            Some(copy) => format!("put {} in its place: every generation shares this file", copy.display()),
            None => "publish its day again with `shopscore nightly`".to_owned(),
        };
        let found = found.map_or("no such file".to_owned(), |hash| format!("SHA-256 {hash}"));
        Finding::new(STAGE, found, format!("SHA-256 {wanted}"))
            .path(file)
            .advice(advice)
            .fail(ExitClass::State)
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
