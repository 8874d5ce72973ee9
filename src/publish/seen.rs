//! What readers see: the current generation, resolved once, whose tables are then all of one night.
//!
//! In: OUT. Out: rows of published partitions, of all shops or of one. Files are taken as they are, as any reader takes them;
//! `shopscore verify` checks their hashes.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;

use super::outputs::OutputTable;
use super::reading::{read_partition, read_rows};
use super::terms::{KnownTerms, RecordedTerms};
use crate::domain::Day;
use crate::error::{ExitClass, Failure, Finding, Outcome};
use crate::folders::entries;

const STAGE: &str = "published files";

/// What readers see.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// The path that readers open.
    pub(crate) link: PathBuf,
    /// Where it led.
    folder: PathBuf,
}

impl Seen {
    /// Missing where nothing was published yet.
    pub(crate) fn of(out: &Path) -> Outcome<Self> {
        let link = out.join("current");
        let folder = std::fs::canonicalize(&link).map_err(|error| {
            Finding::new(STAGE, format!("no published files ({error})"), "the link that a night publishes")
                .path(&link)
                .advice("run `shopscore nightly` first")
                .fail(ExitClass::Missing)
        })?;
        Ok(Self { link, folder })
    }

    /// The name of the generation.
    pub(crate) fn generation(&self) -> String {
        let name = self.folder.parent().and_then(Path::file_name);
        name.map_or(String::new(), |name| name.to_string_lossy().into_owned())
    }

    /// The rows of a partition, given the value of its key; none where it is not there.
    pub(crate) fn read(&self, table: &OutputTable, value: impl Display) -> Outcome<Option<RecordBatch>> {
        let folder = self.folder.join(table.partition_path(value));
        folder.is_dir().then(|| read_partition(&folder, table)).transpose()
    }

    /// The rows of `table` for `day`; missing where the day was not published.
    pub(crate) fn read_day(&self, table: &OutputTable, day: Day) -> Outcome<RecordBatch> {
        self.read(table, day)?.ok_or_else(|| self.not_published(table, day))
    }

    /// As [`Seen::read`], the rows of one shop.
    pub(crate) fn read_shop(
        &self,
        table: &OutputTable,
        value: impl Display,
        shop_id: i64,
    ) -> Outcome<Option<RecordBatch>> {
        let folder = self.folder.join(table.partition_path(value));
        folder.is_dir().then(|| read_rows(&folder, table, Some(shop_id))).transpose()
    }

    /// The terms that the night of a day went by; none where they are not known.
    pub(crate) fn terms_of(&self, day: Day) -> Option<RecordedTerms> {
        KnownTerms::read(self.folder.parent()?).of_night(day).cloned()
    }

    /// The failure that a day was not published.
    pub(crate) fn not_published(&self, table: &OutputTable, day: Day) -> Failure {
        let wanted = format!("{} of {day}", table.name);
        let finding =
            Finding::new(STAGE, "no such partition", wanted).path(&self.folder.join(table.partition_path(day)));
        let advice = "publish the day with `shopscore nightly`, or ask for another";
        finding.advice(advice).fail(ExitClass::Missing)
    }

    /// The values of a table's partitions, sorted.
    pub(crate) fn values(&self, table: &OutputTable) -> Outcome<Vec<String>> {
        let names = entries(STAGE, &self.folder.join(table.name))?;
        let value = |name: &String| name.strip_prefix(table.partition_key)?.strip_prefix('=').map(str::to_owned);
        let mut values: Vec<String> = names.iter().filter_map(|(name, _)| value(name)).collect();
        values.sort_unstable();
        Ok(values)
    }
}
