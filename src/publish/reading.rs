//! Reads what readers see, or saw, all parts of a partition as one batch.
//!
//! In: OUT. Out: the rows of published partitions, which are those that were published: a file without its recorded hash is
//! refused. Only where the rows of one shop are looked at, of which little of a file is read, files are taken as they are.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, Int64Array, RecordBatch, RecordBatchReader};
use arrow::compute::concat_batches;
use arrow::compute::kernels::cmp::eq;
use arrow::datatypes::Schema;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowPredicate, ArrowPredicateFn, ParquetRecordBatchReaderBuilder, RowFilter};
use parquet::errors::ParquetError;

use super::by_shop::ByShop;
use super::checksums::{Checksums, file_hash};
use super::file_system::names;
use super::frozen::not_as_recorded;
use super::holds::{self, Hold};
use super::layout::Layout;
use super::name::Name;
use super::outputs::OutputTable;
use super::partition::{PUBLISHED, PartitionFolder};
use super::terms::{KnownTerms, RecordedTerms};
use super::{current, generations};
use crate::domain::Day;
use crate::error::{ExitClass, Failure, Finding, Outcome, disk, fault};

const STAGE: &str = "published files";

/// The generation that readers see, resolved once: its tables are all of one publication.
#[derive(Clone, Debug)]
pub(crate) struct Current {
    layout: Layout,
    /// Its folder and the hashes of its files; none where nothing was published yet.
    generation: Option<(PathBuf, Checksums)>,
    /// Rows of partitions that lie over those of the generation: a rehearsal would have published them.
    foretold: BTreeMap<PartitionFolder, RecordBatch>,
}

impl Current {
    pub(crate) fn of(out: &Path) -> Outcome<Self> {
        let layout = Layout::new(out);
        let Some(name) = current::read(&layout)? else { return Ok(Self::at(layout, None)) };
        Self::shown(layout, &name)
    }

    /// A generation that readers were shown, as [`rollback`](super::rollback()) would name it, in place of the one that they see.
    pub(crate) fn of_generation(out: &Path, called: &str) -> Outcome<Self> {
        let layout = Layout::new(out);
        let name = generations::called(&layout, current::read(&layout)?.as_ref(), called)?;
        Self::shown(layout, &name)
    }

    fn shown(layout: Layout, name: &Name) -> Outcome<Self> {
        let folder = layout.generation(name);
        let recorded = Checksums::read(&folder)?.unwrap_or_default();
        Ok(Self::at(layout, Some((folder, recorded))))
    }

    fn at(layout: Layout, generation: Option<(PathBuf, Checksums)>) -> Self {
        Self { layout, generation, foretold: BTreeMap::new() }
    }

    /// With rows over those that were published.
    pub(super) fn beneath(self, foretold: BTreeMap<PartitionFolder, RecordBatch>) -> Self {
        Self { foretold, ..self }
    }

    /// Its name; missing where nothing was published yet.
    pub(crate) fn name(&self) -> Outcome<String> {
        let name = self.generation.as_ref().and_then(|(folder, _)| folder.file_name());
        name.map(|name| name.to_string_lossy().into_owned()).ok_or_else(|| {
            Finding::new(STAGE, "nothing is published yet", "the link that a night publishes")
                .path(&self.layout.current)
                .advice("run `shopscore nightly` first")
                .fail(ExitClass::Missing)
        })
    }

    /// The terms that the night of a day went by; none where they are not known.
    pub(crate) fn terms_of(&self, day: Day) -> Option<RecordedTerms> {
        let (folder, _) = self.generation.as_ref()?;
        KnownTerms::read(folder).of_night(day).cloned()
    }

    /// The path under which readers find a partition.
    pub(crate) fn link(&self, table: &OutputTable, value: impl Display) -> PathBuf {
        self.layout.current.join(table.partition_path(value))
    }

    /// The values of a table's partitions, sorted.
    pub(crate) fn values(&self, table: &OutputTable) -> Outcome<Vec<String>> {
        let published =
            self.generation.as_ref().map(|(folder, _)| names(&folder.join(PUBLISHED.name).join(table.name)));
        let foretold =
            self.foretold.keys().filter_map(|folder| folder.path.strip_prefix(table.name)?.strip_prefix('/'));
        let names: BTreeSet<String> =
            published.transpose()?.into_iter().flatten().chain(foretold.map(str::to_owned)).collect();
        let value = |name: &String| name.strip_prefix(table.partition_key)?.strip_prefix('=').map(str::to_owned);
        Ok(names.iter().filter_map(value).collect())
    }

    /// The rows of `table` for `day`; missing where the day was not published.
    pub(crate) fn read_day(&self, table: &OutputTable, day: Day) -> Outcome<RecordBatch> {
        self.read(table, day)?.ok_or_else(|| self.not_published(table, day))
    }

    /// The failure that a day was not published.
    pub(crate) fn not_published(&self, table: &OutputTable, day: Day) -> Failure {
        let name = match self.name() {
            Ok(name) => name,
            Err(nothing) => return nothing,
        };
        let finding = Finding::new(STAGE, format!("no {} of {day} in {name}", table.name), "a published day");
        match self.what_publishes(day) {
            Ok(advice) => finding.advice(advice).fail(ExitClass::Missing),
            Err(unreadable) => unreadable,
        }
    }

    /// What would publish a day that readers do not see.
    fn what_publishes(&self, day: Day) -> Outcome<String> {
        let nightly = format!("`shopscore nightly --date {day}`");
        let is_of_day = |hold: &Hold| hold.day == day;
        if holds::released(&self.layout.out)?.iter().any(is_of_day) {
            let released = "it was rolled back and released";
            return Ok(format!("{released}: the next night without a date publishes it, or {nightly} at once"));
        }
        let held = holds::held(&self.layout.out)?.into_iter().find(is_of_day);
        Ok(held.map_or(format!("publish the day with {nightly}, or ask for another"), |hold| {
            let release = format!("`shopscore rollback --release {day}`");
            format!("it is held: {release}, then {nightly} publishes it; it was {}", hold.why())
        }))
    }

    /// The rows of one shop, of files as they are; none where the partition was not published.
    pub(crate) fn read_shop(
        &self,
        table: &OutputTable,
        value: impl Display,
        shop_id: i64,
    ) -> Outcome<Option<RecordBatch>> {
        let folder =
            self.generation.as_ref().map(|(folder, _)| PartitionFolder::published(table, value).inside(folder));
        folder.filter(|folder| folder.is_dir()).map(|folder| read_rows(&folder, table, Some(shop_id))).transpose()
    }

    /// Some columns of a partition, of files as they are; none where it was not published, or an earlier release did without one.
    pub(crate) fn read_columns(
        &self,
        table: &OutputTable,
        value: impl Display,
        columns: &[&str],
    ) -> Outcome<Option<RecordBatch>> {
        let Some((generation, _)) = &self.generation else { return Ok(None) };
        let folder = PartitionFolder::published(table, value).inside(generation);
        if folder.is_dir() { read_columns(&folder, columns) } else { Ok(None) }
    }

    /// Some columns of a partition, shop by shop, of files as they are; none where it was not published.
    pub(crate) fn by_shop(
        &self,
        table: &OutputTable,
        value: impl Display,
        columns: &[&str],
    ) -> Outcome<Option<ByShop>> {
        let Some((generation, _)) = &self.generation else { return Ok(None) };
        let folder = PartitionFolder::published(table, value).inside(generation);
        if folder.is_dir() { ByShop::open(&folder, columns).map(Some) } else { Ok(None) }
    }

    /// The rows of a partition, given the value of its key; none where it was not published.
    pub(crate) fn read(&self, table: &OutputTable, value: impl Display) -> Outcome<Option<RecordBatch>> {
        let partition = PartitionFolder::published(table, value);
        if let Some(rows) = self.foretold.get(&partition) {
            return Ok(Some(rows.clone()));
        }
        let Some((generation, recorded)) = &self.generation else { return Ok(None) };
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

/// All rows of a partition's folder, which exists. What a release before published has its own columns, where those are
/// others than today's.
pub fn read_partition(folder: &Path, table: &OutputTable) -> Outcome<RecordBatch> {
    read_rows(folder, table, None)
}

/// As [`read_partition`], of a table with shops only the rows of one of them, where it is said which.
fn read_rows(folder: &Path, table: &OutputTable, shop_id: Option<i64>) -> Outcome<RecordBatch> {
    let (mut batches, mut written) = (Vec::new(), table.schema());
    for path in names(folder)?.iter().map(|name| folder.join(name)) {
        let unreadable = |error: String| {
            let finding = Finding::new(STAGE, error, "a published file as it was written").path(&path);
            finding.advice("publish the day again").fail(ExitClass::State)
        };
        let file = File::open(&path).map_err(|error| disk(STAGE, "open", &path, &error))?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(file)
            .map(|reader| match shop_id.and_then(|shop_id| of_shop(&reader, shop_id)) {
                Some(predicate) => reader.with_row_filter(RowFilter::new(vec![predicate])),
                None => reader,
            })
            .and_then(ParquetRecordBatchReaderBuilder::build)
            .map_err(|error| unreadable(error.to_string()))?;
        written = reader.schema();
        for batch in reader {
            batches.push(batch.map_err(|error| unreadable(error.to_string()))?);
        }
    }
    // Columns that were only renamed since have their names of today.
    let types = |schema: &Schema| schema.fields().iter().map(|field| field.data_type().clone()).collect::<Vec<_>>();
    let schema = if types(&written) == types(&table.schema()) { table.schema() } else { written };
    let rows = |batch: RecordBatch| RecordBatch::try_new(Arc::clone(&schema), batch.columns().to_vec());
    let batches = batches.into_iter().map(rows).collect::<Result<Vec<_>, _>>();
    batches.and_then(|batches| concat_batches(&schema, &batches)).map_err(|error| {
        Finding::new(STAGE, error.to_string(), "the columns of one table").path(folder).fail(ExitClass::State)
    })
}

fn read_columns(folder: &Path, columns: &[&str]) -> Outcome<Option<RecordBatch>> {
    let (mut batches, mut schema) = (Vec::new(), None);
    for path in names(folder)?.iter().map(|name| folder.join(name)) {
        let unreadable = |error: ParquetError| fault(STAGE, format!("{}: {error}", path.display()));
        let file = File::open(&path).map_err(|error| disk(STAGE, "open", &path, &error))?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(unreadable)?;
        if columns.iter().any(|name| reader.schema().index_of(name).is_err()) {
            return Ok(None);
        }
        let only = ProjectionMask::columns(reader.parquet_schema(), columns.iter().copied());
        let reader = reader.with_projection(only).build().map_err(unreadable)?;
        schema = Some(reader.schema());
        for batch in reader {
            batches.push(batch.map_err(|error| fault(STAGE, format!("{}: {error}", path.display())))?);
        }
    }
    let rows = schema.map(|schema| concat_batches(&schema, &batches)).transpose();
    rows.map_err(|error| fault(STAGE, format!("{}: {error}", folder.display())))
}

/// Holds for the rows of a shop; none where the file has no shops.
fn of_shop(reader: &ParquetRecordBatchReaderBuilder<File>, shop_id: i64) -> Option<Box<dyn ArrowPredicate>> {
    let schema = reader.parquet_schema();
    let leaf = (0..schema.num_columns()).find(|leaf| schema.column(*leaf).name() == "shop_id")?;
    let only = ProjectionMask::leaves(schema, [leaf]);
    Some(Box::new(ArrowPredicateFn::new(only, move |batch: RecordBatch| {
        eq(batch.column(0), &Int64Array::new_scalar(shop_id))
    })))
}

/// Whether a release before wrote these rows of a table, in other columns than today's.
pub(crate) fn lacks_columns(rows: &RecordBatch, table: &OutputTable) -> bool {
    let names = |schema: &Schema| schema.fields().iter().map(|field| field.name().clone()).collect::<Vec<_>>();
    names(&rows.schema()) != names(&table.schema())
}

/// A column as the array of its declared type.
pub(crate) fn column<'a, A: Array + 'static>(batch: &'a RecordBatch, name: &str) -> Outcome<&'a A> {
    let column = batch.column_by_name(name).and_then(|column| column.as_any().downcast_ref());
    column.ok_or_else(|| fault("published columns", format!("no column {name} of the declared type")))
}
