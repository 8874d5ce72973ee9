//! Small tables, nights and an output folder for the tests of this stage.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use jiff::Timestamp;
use tempfile::TempDir;

use super::generations::{self, Published};
use super::name::Name;
use super::outputs::{OutputColumn, OutputKind, OutputTable, QUARANTINE, column};
use super::partition::{OutputPartition, Period};
use super::pruning::KeptGenerations;
use super::publication::{OfNight, Publication, PublicationKind, publish};
use super::quarantine::Quarantine;
use super::rollback::{RolledBack, Why, rollback};
use super::rows::Rows;
use super::terms::RecordedTerms;
use crate::domain::{Day, Span};
use crate::error::Outcome;
pub(super) use crate::extracts::readable::day;

const fn one(name: &'static str, kind: OutputKind) -> OutputColumn {
    column(name, kind, "points", "a column", "列")
}

pub(super) const NAME: OutputColumn = one("name", OutputKind::Text);

/// A table with a key, one column descending.
pub(super) const TINY: OutputTable = OutputTable {
    name: "tiny",
    partition_key: "dt",
    grain: "one row for each shop",
    sorted_by: &["shop_id", "score"],
    descending: &["score"],
    grain_chinese: "每店一行",
    column_groups: &[&[
        one("shop_id", OutputKind::Integer),
        NAME,
        one("score", OutputKind::Float).or_null("none", "无"),
    ]],
    joins: &[],
};

/// Rows of [`TINY`]: shop and score.
pub(super) type RowsOf<'a> = &'a [(i64, Option<f64>)];

pub(super) fn tiny(rows: RowsOf<'_>) -> RecordBatch {
    let shops = rows.iter().map(|row| row.0).collect::<Int64Array>();
    let names = rows.iter().map(|row| Some(format!("店铺 {}", row.0))).collect::<StringArray>();
    let scores = rows.iter().map(|row| row.1).collect::<Float64Array>();
    RecordBatch::try_new(TINY.schema(), vec![Arc::new(shops), Arc::new(names), Arc::new(scores)]).unwrap()
}

pub(super) const KEEP_ALL: KeptGenerations = KeptGenerations { number: 10_000, days: 100_000 };

pub(super) fn partition(table: &'static OutputTable, on: Day, rows: RowsOf<'_>) -> OutputPartition<'static> {
    OutputPartition { table, period: Period::Day(on), rows: Rows::made(vec![tiny(rows)]) }
}

/// A night with one row a table: `score` for shop 1, and `quarantined` rows by day, out of a window of 30 days.
pub(super) fn night(as_of: &str, score: f64, quarantined: &[(&str, &str)]) -> Publication<'static> {
    let as_of = day(as_of);
    let quarantine = Quarantine {
        days: quarantined.iter().map(|(at, row)| (day(at), quarantine_rows("orders", row))).collect(),
        window: Span::ending(as_of, 30),
        snapshot: as_of,
        kept_from: as_of.plus(-90),
    };
    let partitions = vec![partition(&TINY, as_of, &[(1, Some(score))])];
    Publication {
        as_of,
        partitions,
        kind: PublicationKind::Night(OfNight {
            ingredients: String::new(),
            terms: RecordedTerms::default(),
            quarantine,
        }),
    }
}

/// The same night, made of these.
pub(super) fn of<'a>(mut night: Publication<'a>, ingredients: &str) -> Publication<'a> {
    let PublicationKind::Night(of_night) = &mut night.kind else { panic!("no night") };
    ingredients.clone_into(&mut of_night.ingredients);
    night
}

pub(super) fn set_aside<'a>(night: &'a mut Publication<'_>) -> &'a mut Quarantine {
    let PublicationKind::Night(of_night) = &mut night.kind else { panic!("no night") };
    &mut of_night.quarantine
}

pub(super) fn quarantine_rows(table: &str, row: &str) -> RecordBatch {
    let text = |value: &str| Arc::new(StringArray::from(vec![value.to_owned()]));
    let keys = Arc::new(Int64Array::from(vec![None]));
    let columns: Vec<ArrayRef> = vec![text(table), keys, text("null_key"), text(row)];
    RecordBatch::try_new(QUARANTINE.schema(), columns).unwrap()
}

pub(super) struct Out(TempDir);

impl Out {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(super) fn publish(&self, night: &Publication<'_>) -> Published {
        self.publish_keeping(night, KEEP_ALL).unwrap()
    }

    /// Publishes a night at 02:00 on the day after it, or so many seconds later as there were generations before: no two runs
    /// have one instant.
    pub(super) fn publish_keeping(&self, night: &Publication<'_>, keep: KeptGenerations) -> Outcome<Published> {
        let last = generations::list(self.path())?.last().map_or(0, |last| i64::from(last.generation.number));
        let now = Timestamp::from_second(night.as_of.plus(1).epoch_seconds() + 7_200 + last).unwrap();
        self.publish_at(night, now, keep)
    }

    /// Publishes a night in the run of this instant.
    pub(super) fn publish_at(
        &self,
        night: &Publication<'_>,
        now: Timestamp,
        keep: KeptGenerations,
    ) -> Outcome<Published> {
        publish(self.path(), night, now, (keep, true))
    }

    /// Publishes a night as a release before months did.
    pub(super) fn publish_without_months(&self, night: &Publication<'_>) {
        let now = Timestamp::from_second(night.as_of.epoch_seconds()).unwrap();
        publish(self.path(), night, now, (KEEP_ALL, false)).unwrap();
    }

    pub(super) fn publish_two_nights(&self) -> [Published; 2] {
        [("2022-03-14", 4.1), ("2022-03-15", 4.2)].map(|(day, score)| self.publish(&night(day, score, &[])))
    }

    pub(super) fn rollback(&self, to: &str) -> Outcome<RolledBack> {
        rollback(self.path(), to, Why { because: None, at: Timestamp::UNIX_EPOCH })
    }

    pub(super) fn generation(&self, published: &Published) -> PathBuf {
        self.path().join("generations").join(&published.name)
    }

    /// Every file below a folder, links followed: path to bytes.
    pub(super) fn files(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let root = self.path().join(folder);
        let (mut folders, mut found) = (vec![root.clone()], BTreeMap::new());
        while let Some(folder) = folders.pop() {
            for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(&root).unwrap().display().to_string();
                    found.insert(name, fs::read(path).unwrap());
                }
            }
        }
        found
    }
}

impl Published {
    pub(super) fn id(&self) -> String {
        self.name.parse::<Name>().unwrap().id.to_string()
    }
}
