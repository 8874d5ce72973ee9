//! A table-day: the extracts of one table for one natural day, the unit that is listed, read, stored and fingerprinted.

use std::fmt;

use crate::domain::Day;
use crate::extracts::tables::Table;

/// A table and a day; ordered by table, then by day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableDay {
    /// The table.
    pub table: Table,
    /// The day that its partition is of.
    pub day: Day,
}

/// Writes `payments 2022-03-15`.
impl fmt::Display for TableDay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.table.name(), self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_day_is_written_as_its_table_and_its_day() {
        let table_day = TableDay { table: Table::Payments, day: "2022-03-15".parse().unwrap() };
        assert_eq!(table_day.to_string(), "payments 2022-03-15");
    }
}
