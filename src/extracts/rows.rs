//! The rows of one table-day in memory: typed columns, texts held once.
//!
//! Units: timestamps are ticks since 1970-01-01T00:00:00Z, a millionth of a second each, or a billionth where a file of the
//! partition has nanoseconds; dates are days since 1970-01-01. A null is a false in `validity`, and its value means nothing.

use std::collections::HashMap;

use crate::domain::Day;
use crate::error::{Failure, Outcome, fault};
use crate::extracts::schema::{ColumnKind, TableSpec};
use crate::extracts::tables::Table;

const STAGE: &str = "rows";

/// The values of a column, one a row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Values {
    Integer(Vec<i64>),
    /// Positions in [`Texts`].
    Text(Vec<u32>),
    Boolean(Vec<bool>),
    /// Days since 1970-01-01.
    Date(Vec<i32>),
    /// Ticks since 1970-01-01T00:00:00Z.
    Timestamp(Vec<i64>),
}

/// A column of a table-day.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnData {
    pub(crate) values: Values,
    /// Which values are there; none where all are.
    pub validity: Option<Vec<bool>>,
}

/// The texts of a table-day, each once; columns hold their positions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    texts: Vec<String>,
    positions: HashMap<String, u32>,
}

/// The rows of a table-day.
#[derive(Clone, Debug)]
pub struct Rows {
    pub(crate) table: Table,
    pub(crate) day: Day,
    /// How many there are.
    pub count: usize,
    /// Ticks of a second: 1,000,000 or 1,000,000,000.
    pub(crate) ticks_per_second: i64,
    /// One column for each that the table declares, in that order.
    pub columns: Vec<ColumnData>,
    pub(crate) texts: Texts,
}

impl Texts {
    /// The position of `text`, which is held from now on; an error where there are more texts than positions.
    pub(crate) fn intern(&mut self, text: &str) -> Result<u32, String> {
        if let Some(position) = self.positions.get(text) {
            return Ok(*position);
        }
        let position = u32::try_from(self.texts.len()).map_err(|_| format!("{} texts of its day", self.texts.len()))?;
        self.texts.push(text.to_owned());
        self.positions.insert(text.to_owned(), position);
        Ok(position)
    }

    /// The position of `text`, if any row holds it.
    pub(crate) fn position(&self, text: &str) -> Option<u32> {
        self.positions.get(text).copied()
    }

    pub(crate) fn text(&self, position: u32) -> Outcome<&str> {
        let text = self.texts.get(position as usize).map(String::as_str);
        text.ok_or_else(|| fault(STAGE, format!("no text {position} among {}", self.texts.len())))
    }

    /// All texts by position.
    pub(crate) fn all(&self) -> &[String] {
        &self.texts
    }
}

impl ColumnData {
    /// A column without rows, with room for `capacity`.
    pub(super) fn empty(kind: ColumnKind, capacity: usize) -> Self {
        let values = match kind {
            ColumnKind::Integer => Values::Integer(Vec::with_capacity(capacity)),
            ColumnKind::Text => Values::Text(Vec::with_capacity(capacity)),
            ColumnKind::Boolean => Values::Boolean(Vec::with_capacity(capacity)),
            ColumnKind::Date => Values::Date(Vec::with_capacity(capacity)),
            ColumnKind::Timestamp => Values::Timestamp(Vec::with_capacity(capacity)),
        };
        Self { values, validity: None }
    }

    pub(crate) fn is_valid(&self, row: usize) -> bool {
        self.validity.as_ref().is_none_or(|validity| validity.get(row) == Some(&true))
    }
}

/// Columns come by name, those of one type whole; a fault names the table and the column where it is not declared, is of
/// another type or was not read.
impl Rows {
    pub(crate) fn spec(&self) -> &'static TableSpec {
        self.table.spec()
    }

    /// Empties the columns that are not `wanted`, and gives their memory back.
    pub(crate) fn forget_all_but(&mut self, wanted: &[&str]) {
        for (declared, column) in self.table.spec().columns.iter().zip(&mut self.columns) {
            if !wanted.contains(&declared.name) {
                *column = ColumnData::empty(declared.kind, 0);
            }
        }
    }

    /// A column of any type, read or not.
    pub(crate) fn column(&self, name: &str) -> Outcome<&ColumnData> {
        let column = self.spec().position(name).and_then(|position| self.columns.get(position));
        column.ok_or_else(|| self.lacks(name, "is not declared"))
    }

    /// The key of each row; none where the table has no key.
    pub(crate) fn keys(&self) -> Outcome<Option<&[i64]>> {
        self.spec().key.map(|name| self.integers(name)).transpose()
    }

    pub(crate) fn integers(&self, name: &str) -> Outcome<&[i64]> {
        self.typed(name, |values| if let Values::Integer(held) = values { Some(held) } else { None })
    }

    /// A text column, as positions in [`Rows::texts`].
    pub(crate) fn text_positions(&self, name: &str) -> Outcome<&[u32]> {
        self.typed(name, |values| if let Values::Text(held) = values { Some(held) } else { None })
    }

    pub(crate) fn booleans(&self, name: &str) -> Outcome<&[bool]> {
        self.typed(name, |values| if let Values::Boolean(held) = values { Some(held) } else { None })
    }

    /// A date column, in days since 1970-01-01.
    pub(crate) fn dates(&self, name: &str) -> Outcome<&[i32]> {
        self.typed(name, |values| if let Values::Date(held) = values { Some(held) } else { None })
    }

    /// A timestamp column, in ticks.
    pub(crate) fn ticks(&self, name: &str) -> Outcome<&[i64]> {
        self.typed(name, |values| if let Values::Timestamp(held) = values { Some(held) } else { None })
    }

    fn typed<'a, T>(&'a self, name: &str, values: impl FnOnce(&'a Values) -> Option<&'a Vec<T>>) -> Outcome<&'a [T]> {
        let values = values(&self.column(name)?.values).filter(|values| values.len() == self.count);
        values.map(Vec::as_slice).ok_or_else(|| self.lacks(name, "is of another type, or was not read"))
    }

    fn lacks(&self, name: &str, why: &str) -> Failure {
        fault(STAGE, format!("a column {name} of {} dt={} that {why}", self.table.name(), self.day))
    }
}

/// The value of a row in one of its columns; a fault where there is no such row.
pub(crate) fn value<T: Copy>(column: &[T], row: usize) -> Outcome<T> {
    column.get(row).copied().ok_or_else(|| fault(STAGE, format!("no row {row} among {}", column.len())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::readable::rows;

    #[test]
    fn a_column_that_is_not_there_or_of_another_type_or_not_read_is_a_fault_that_names_it() {
        let mut rows = rows(Table::Payments, "2022-03-15", "order_id category\n1 a\n2 b");
        rows.forget_all_but(&["order_id", "category"]);
        assert_eq!(rows.integers("order_id").unwrap(), [1, 2]);
        assert_eq!(rows.text_positions("category").unwrap().len(), 2);
        let failures = ["buyer_id", "category", "paid_at", "amount_fen"].map(|name| rows.integers(name).unwrap_err());
        for text in failures.into_iter().chain(rows.ticks("order_id").err()).map(|failure| failure.to_string()) {
            assert!(text.starts_with("rows: found a column ") && text.contains("payments dt=2022-03-15"), "{text}");
        }
    }
}
