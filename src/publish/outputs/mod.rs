//! The published tables, declared once: grain, order, and each column's type, unit and meaning in English and Chinese.
//!
//! The writer, the readers' tests and the summary read these declarations (specification, section 11). Later releases
//! only append columns. [`daily`] has the tables of a night, [`yearly`] those of month ends and years.

mod daily;
mod yearly;

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef};

pub use daily::{CATEGORIES, IMPROVEMENTS, INDICATORS, NIGHTLY, QUALITY, SCORES};
pub use yearly::{ANNUAL_SETTLEMENTS, MONTH_END_REVISIONS, MONTH_END_SCORES, MONTHLY_ASSESSMENTS, YEARLY};

use crate::domain::Dimension;

/// What a published column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputKind {
    /// UTF-8 text.
    Text,
    /// A 64-bit signed integer.
    Integer,
    /// A finite 64-bit float.
    Float,
    /// A calendar day, as `date32`.
    Date,
    /// True or false.
    Boolean,
    /// The scores that went into an average: a list of day, score and revision.
    CountedScores,
}

/// A published column.
#[derive(Clone, Copy, Debug)]
pub struct OutputColumn {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: OutputKind,
    /// Whether it may be null.
    pub nullable: bool,
    /// Its unit; empty where it has none.
    pub unit: &'static str,
    /// Its meaning in English.
    pub english: &'static str,
    /// Its meaning in Chinese.
    pub chinese: &'static str,
}

/// A published table.
#[derive(Clone, Copy, Debug)]
pub struct OutputTable {
    /// Its folder.
    pub name: &'static str,
    /// The Hive key of its partitions.
    pub partition_key: &'static str,
    /// What one row stands for.
    pub grain: &'static str,
    /// The columns that its rows are sorted by, all ascending unless the name is in `descending`.
    pub sorted_by: &'static [&'static str],
    /// Those of `sorted_by` that descend.
    pub descending: &'static [&'static str],
    /// Its columns, in order.
    pub columns: &'static [OutputColumn],
}

/// The partition key of the tables of a day.
pub const DAILY_KEY: &str = "dt";

/// File metadata that holds the id of the generation that wrote the file.
pub const GENERATION_KEY: &str = "shopscore.generation";
/// File metadata that holds a JSON object from column name to its unit and descriptions.
pub const COLUMNS_KEY: &str = "shopscore.columns";
/// Field metadata: the English description.
pub const DESCRIPTION_KEY: &str = "description";
/// Field metadata: the Chinese description.
pub const DESCRIPTION_CHINESE_KEY: &str = "description_zh";
/// Field metadata: the unit.
pub const UNIT_KEY: &str = "unit";

const fn column(
    name: &'static str,
    kind: OutputKind,
    unit: &'static str,
    english: &'static str,
    chinese: &'static str,
) -> OutputColumn {
    OutputColumn { name, kind, nullable: false, unit, english, chinese }
}

const fn nullable(
    name: &'static str,
    kind: OutputKind,
    unit: &'static str,
    english: &'static str,
    chinese: &'static str,
) -> OutputColumn {
    OutputColumn { name, kind, nullable: true, unit, english, chinese }
}

/// One quarantined row; owner only, outside the published tables.
pub const QUARANTINE: OutputTable = OutputTable {
    name: "quarantine",
    partition_key: DAILY_KEY,
    grain: "one quarantined row of the partition day",
    sorted_by: &["table", "key", "reason", "row"],
    descending: &[],
    columns: &[
        column("table", OutputKind::Text, "", "the extract", "数据表"),
        nullable("key", OutputKind::Integer, "", "the row's key", "主键"),
        column("reason", OutputKind::Text, "", "the first rule that it breaks", "原因"),
        column(
            "row",
            OutputKind::Text,
            "",
            "the contract's columns as JSON, without buyers, timestamps in UTC",
            "原始行",
        ),
    ],
};

impl OutputColumn {
    /// Its Arrow field, with unit and descriptions as metadata.
    pub fn field(&self) -> Field {
        let kind = match self.kind {
            OutputKind::Text => DataType::Utf8,
            OutputKind::Integer => DataType::Int64,
            OutputKind::Float => DataType::Float64,
            OutputKind::Date => DataType::Date32,
            OutputKind::Boolean => DataType::Boolean,
            OutputKind::CountedScores => DataType::List(Arc::new(counted_score())),
        };
        let metadata = HashMap::from([
            (DESCRIPTION_KEY.to_owned(), self.english.to_owned()),
            (DESCRIPTION_CHINESE_KEY.to_owned(), self.chinese.to_owned()),
            (UNIT_KEY.to_owned(), self.unit.to_owned()),
        ]);
        Field::new(self.name, kind, self.nullable).with_metadata(metadata)
    }
}

/// One element of [`OutputKind::CountedScores`], and its fields.
fn counted_score() -> Field {
    Field::new("element", DataType::Struct(counted_score_fields()), false)
}

/// The fields of a counted score: the day that it is of, the score, and the month end's revision.
pub fn counted_score_fields() -> Fields {
    Fields::from(vec![
        Field::new("month_end", DataType::Date32, false),
        Field::new("score", DataType::Float64, false),
        Field::new("revision", DataType::Int64, true),
    ])
}

impl OutputTable {
    /// Its Arrow schema.
    pub fn schema(&self) -> SchemaRef {
        Arc::new(Schema::new(self.columns.iter().map(OutputColumn::field).collect::<Vec<_>>()))
    }
}

/// The name of the column that holds a dimension's score.
pub fn score_column(dimension: Dimension) -> String {
    format!("{}_score", dimension.name())
}

/// The name of the column that holds a dimension's weight.
pub fn weight_column(dimension: Dimension) -> String {
    format!("{}_weight_percent", dimension.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_column_repeats_the_partition_key_and_every_order_names_columns() {
        for table in NIGHTLY.into_iter().chain(YEARLY).chain([&QUARANTINE]) {
            let names: Vec<_> = table.columns.iter().map(|column| column.name).collect();
            assert!(!names.contains(&table.partition_key), "{}", table.name);
            assert!(table.sorted_by.iter().all(|name| names.contains(name)), "{}", table.name);
            assert!(table.descending.iter().all(|name| table.sorted_by.contains(name)), "{}", table.name);
        }
    }

    #[test]
    fn scores_hold_a_score_and_a_weight_for_each_dimension_in_order() {
        let names: Vec<_> = SCORES.columns.iter().map(|column| column.name.to_owned()).collect();
        let scores = Dimension::ALL.map(score_column);
        let weights = Dimension::ALL.map(weight_column);
        assert_eq!(names[7..12], scores);
        assert_eq!(names[12..17], weights);
    }

    #[test]
    fn every_column_is_described_in_both_languages() {
        for table in NIGHTLY.into_iter().chain(YEARLY).chain([&QUARANTINE]) {
            for column in table.columns {
                assert!(!column.english.is_empty() && !column.chinese.is_empty(), "{}", column.name);
            }
        }
    }
}
