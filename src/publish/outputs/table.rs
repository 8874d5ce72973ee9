//! A published table, its grain and the order of its rows; and its columns: what each holds, in which unit, and what it
//! means in English and Chinese.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::Arc;

use arrow::compute::SortOptions;
use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef};
use serde::Serialize;

use crate::error::{Outcome, fault};

/// The partition key of the tables of a day.
pub(in crate::publish) const DAILY_KEY: &str = "dt";

/// A name, unit or meaning.
pub(super) type Text = &'static str;

/// A published table.
#[derive(Clone, Copy, Debug)]
pub struct OutputTable {
    /// Its folder.
    pub name: Text,
    /// The Hive key of its partitions.
    pub partition_key: Text,
    /// What one row stands for.
    pub grain: Text,
    /// The columns that its rows are sorted by, all ascending unless the name is in `descending`.
    pub sorted_by: &'static [Text],
    /// Those of `sorted_by` that descend.
    pub descending: &'static [Text],
    /// Its columns, in order; tables may share groups of them.
    pub(in crate::publish) column_groups: &'static [&'static [OutputColumn]],
}

impl OutputTable {
    pub(in crate::publish) fn columns(&self) -> impl Iterator<Item = &'static OutputColumn> + use<> {
        self.column_groups.iter().copied().flatten()
    }

    /// Its Arrow schema.
    pub fn schema(&self) -> SchemaRef {
        Arc::new(Schema::new(self.columns().map(OutputColumn::field).collect::<Vec<_>>()))
    }

    /// Where the partition of a day, month end or year lies below the published tables: `scores/dt=2022-03-15`.
    pub(crate) fn partition_path(&self, value: impl Display) -> String {
        format!("{}/{}={value}", self.name, self.partition_key)
    }

    /// The columns that it is sorted by, as places among its columns, each with its direction. A null comes lowest.
    pub(in crate::publish) fn sort_order(&self) -> Outcome<Vec<(usize, SortOptions)>> {
        let order = self.sorted_by.iter().map(|name| {
            let place = self.columns().position(|column| column.name == *name);
            let place = place.ok_or_else(|| fault("outputs", format!("{}: sorted by {name}, no column", self.name)))?;
            let descending = self.descending.contains(name);
            Ok((place, SortOptions { descending, nulls_first: !descending }))
        });
        order.collect()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::publish) enum OutputKind {
    Text,
    Integer,
    /// Finite.
    Float,
    Date,
    Boolean,
    /// The scores that went into an average: a list of day, score and revision.
    CountedScores,
}

/// A published column; what is serialized of it describes it in a file's metadata.
#[derive(Clone, Copy, Debug, Serialize)]
pub(in crate::publish) struct OutputColumn {
    #[serde(skip)]
    pub(in crate::publish) name: Text,
    #[serde(skip)]
    pub(in crate::publish) kind: OutputKind,
    #[serde(skip)]
    pub(in crate::publish) nullable: bool,
    /// Empty where it has none.
    pub(in crate::publish) unit: Text,
    #[serde(rename = "description")]
    pub(in crate::publish) english: Text,
    #[serde(rename = "description_zh")]
    pub(in crate::publish) chinese: Text,
}

pub(super) const fn column(name: Text, kind: OutputKind, unit: Text, english: Text, chinese: Text) -> OutputColumn {
    OutputColumn { name, kind, nullable: false, unit, english, chinese }
}

pub(super) const fn text(name: Text, english: Text, chinese: Text) -> OutputColumn {
    column(name, OutputKind::Text, "", english, chinese)
}

pub(super) const fn integer(name: Text, unit: Text, english: Text, chinese: Text) -> OutputColumn {
    column(name, OutputKind::Integer, unit, english, chinese)
}

pub(super) const fn float(name: Text, unit: Text, english: Text, chinese: Text) -> OutputColumn {
    column(name, OutputKind::Float, unit, english, chinese)
}

/// A score or a mean of scores; null where there is none.
pub(super) const fn score(name: Text, english: Text, chinese: Text) -> OutputColumn {
    float(name, "points, 0 to 5, four decimals", english, chinese).or_null()
}

/// A limit of scores.
pub(super) const fn points(name: Text, english: Text, chinese: Text) -> OutputColumn {
    float(name, "points", english, chinese)
}

/// A value in the unit of its row's indicator.
pub(super) const fn value(name: Text, english: Text, chinese: Text) -> OutputColumn {
    float(name, "stars, ratio or seconds", english, chinese)
}

pub(super) const fn day(name: Text, english: Text, chinese: Text) -> OutputColumn {
    column(name, OutputKind::Date, "day", english, chinese)
}

pub(super) const fn boolean(name: Text, english: Text, chinese: Text) -> OutputColumn {
    column(name, OutputKind::Boolean, "", english, chinese)
}

impl OutputColumn {
    pub(super) const fn or_null(self) -> Self {
        Self { nullable: true, ..self }
    }

    /// Unit and descriptions are metadata.
    pub(super) fn field(&self) -> Field {
        let kind = match self.kind {
            OutputKind::Text => DataType::Utf8,
            OutputKind::Integer => DataType::Int64,
            OutputKind::Float => DataType::Float64,
            OutputKind::Date => DataType::Date32,
            OutputKind::Boolean => DataType::Boolean,
            OutputKind::CountedScores => DataType::List(Arc::new(counted_score())),
        };
        let metadata = [("description", self.english), ("description_zh", self.chinese), ("unit", self.unit)];
        let metadata = metadata.map(|(key, text)| (key.to_owned(), text.to_owned()));
        Field::new(self.name, kind, self.nullable).with_metadata(HashMap::from(metadata))
    }
}

/// One element of [`OutputKind::CountedScores`].
pub(in crate::publish) fn counted_score() -> Field {
    Field::new("element", DataType::Struct(counted_score_fields()), false)
}

/// The day that a counted score is of, the score, and the month end's revision.
pub(in crate::publish) fn counted_score_fields() -> Fields {
    Fields::from(vec![
        Field::new("month_end", DataType::Date32, false),
        Field::new("score", DataType::Float64, false),
        Field::new("revision", DataType::Int64, true),
    ])
}
