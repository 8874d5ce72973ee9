//! What the published tables hold: each column with its unit and its meaning in English and Chinese, as its files say it.

use serde::Serialize;

use crate::publish::outputs::{NIGHTLY, OutputTable, YEARLY};

/// A published table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Table {
    name: &'static str,
    /// What one row stands for.
    grain: &'static str,
    columns: Vec<Column>,
}

/// A column: its name, unit, English and Chinese.
type Column = [String; 4];

pub(super) fn tables() -> Vec<Table> {
    NIGHTLY.into_iter().chain(YEARLY).map(table).collect()
}

fn table(table: &OutputTable) -> Table {
    let schema = table.schema();
    let columns = schema.fields().iter().map(|field| {
        let said = |key| field.metadata().get(key).cloned().unwrap_or_default();
        [field.name().clone(), said("unit"), said("description"), said("description_zh")]
    });
    Table { name: table.name, grain: table.grain, columns: columns.collect() }
}
