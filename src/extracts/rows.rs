//! The rows of one table-day in memory: typed columns, texts held once.
//!
//! Units: timestamps are ticks since 1970-01-01T00:00:00Z, a millionth of a second each, or a billionth where a file of
//! the partition has nanoseconds; dates are days since 1970-01-01. A null is a false in `validity`, and its value means
//! nothing.

use std::collections::HashMap;

use crate::domain::Day;
use crate::extracts::tables::{Table, TableSpec};

/// The values of a column, one a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Whole numbers.
    Integer(Vec<i64>),
    /// Positions in [`Texts`].
    Text(Vec<u32>),
    /// True or false.
    Boolean(Vec<bool>),
    /// Days since 1970-01-01.
    Date(Vec<i32>),
    /// Ticks since 1970-01-01T00:00:00Z.
    Timestamp(Vec<i64>),
}

/// A column of a table-day.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnData {
    /// Its values.
    pub values: Values,
    /// Which values are there; none where all are.
    pub validity: Option<Vec<bool>>,
}

/// The texts of a table-day, each once; columns hold their positions.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    texts: Vec<String>,
    positions: HashMap<String, u32>,
}

/// The rows of a table-day.
#[derive(Clone, Debug)]
pub struct Rows {
    /// Their table.
    pub table: Table,
    /// Their partition's day.
    pub day: Day,
    /// How many there are.
    pub count: usize,
    /// Ticks of a second: 1,000,000 or 1,000,000,000.
    pub ticks_per_second: i64,
    /// One column for each that the table declares, in that order.
    pub columns: Vec<ColumnData>,
    /// The texts of all text columns.
    pub texts: Texts,
}

impl Texts {
    /// The position of `text`, which is held from now on.
    pub fn intern(&mut self, text: &str) -> u32 {
        if let Some(position) = self.positions.get(text) {
            return *position;
        }
        // More than 2^32 texts do not fit into memory; the last position then stands for a text that is never read.
        let position = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(text.to_owned());
        self.positions.insert(text.to_owned(), position);
        position
    }

    /// The position of `text`, if any row holds it.
    pub fn position(&self, text: &str) -> Option<u32> {
        self.positions.get(text).copied()
    }

    /// The text at `position`.
    pub fn text(&self, position: u32) -> &str {
        self.texts.get(position as usize).map_or("", String::as_str)
    }

    /// All texts by position.
    pub fn all(&self) -> &[String] {
        &self.texts
    }
}

impl ColumnData {
    /// Whether the row has a value.
    pub fn is_valid(&self, row: usize) -> bool {
        self.validity.as_ref().is_none_or(|validity| validity.get(row).copied().unwrap_or(false))
    }

    /// The integers of an integer column; nothing of another.
    pub fn integers(&self) -> &[i64] {
        if let Values::Integer(values) = &self.values { values } else { &[] }
    }

    /// The ticks of a timestamp column; nothing of another.
    pub fn ticks(&self) -> &[i64] {
        if let Values::Timestamp(values) = &self.values { values } else { &[] }
    }

    /// The days of a date column; nothing of another.
    pub fn dates(&self) -> &[i32] {
        if let Values::Date(values) = &self.values { values } else { &[] }
    }

    /// The values of a boolean column; nothing of another.
    pub fn booleans(&self) -> &[bool] {
        if let Values::Boolean(values) = &self.values { values } else { &[] }
    }

    /// The text positions of a text column; nothing of another.
    pub fn texts(&self) -> &[u32] {
        if let Values::Text(values) = &self.values { values } else { &[] }
    }
}

impl Rows {
    /// What is declared of their table.
    pub fn spec(&self) -> &'static TableSpec {
        self.table.spec()
    }

    /// Empties the columns that are not `wanted`, and gives their memory back.
    pub fn forget_all_but(&mut self, wanted: &[&str]) {
        for (declared, column) in self.table.spec().columns.iter().zip(&mut self.columns) {
            if !wanted.contains(&declared.name) {
                *column = ColumnData { values: Values::Integer(Vec::new()), validity: None };
            }
        }
    }

    /// The declared column `name`.
    pub fn column(&self, name: &str) -> Option<&ColumnData> {
        self.columns.get(self.spec().position(name)?)
    }
}
