//! What the published tables hold: each column with what the dictionary says of it, in English and Chinese.

use serde::Serialize;

use crate::dictionary::{published, told};
use crate::error::Outcome;
use crate::publish::outputs::{OutputColumn, OutputTable};

/// A published table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Table {
    name: &'static str,
    /// What one row stands for, in English and Chinese.
    grain: [&'static str; 2],
    columns: Vec<Column>,
}

/// A column: its name, English and Chinese.
type Column = [String; 3];

pub(super) fn tables() -> Outcome<Vec<Table>> {
    published().map(table).collect()
}

fn table(table: &'static OutputTable) -> Outcome<Table> {
    let column = |column: &OutputColumn| {
        let told = told(table, column)?;
        Ok([column.name.to_owned(), told.english, told.chinese])
    };
    let columns = table.columns().map(column).collect::<Outcome<_>>()?;
    Ok(Table { name: table.name, grain: [table.grain, table.grain_chinese], columns })
}
