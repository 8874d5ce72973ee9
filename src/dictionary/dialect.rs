//! How three engines spell names, texts and types.

use crate::publish::outputs::{OutputColumn, OutputKind};

/// Whose SQL it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    DuckDb,
    Spark,
    ClickHouse,
}

impl Dialect {
    /// The name of a column, quoted: some are words of SQL.
    pub(super) fn name(self, column: &str) -> String {
        match self {
            Self::DuckDb => format!("\"{column}\""),
            Self::Spark | Self::ClickHouse => format!("`{column}`"),
        }
    }

    /// The name of a column with its type, as ClickHouse has it.
    pub(super) fn typed(self, column: &OutputColumn) -> String {
        format!("{} {}", self.name(column.name), clickhouse_type(column))
    }

    /// A text, quoted.
    pub(super) fn text(self, text: &str) -> String {
        let escaped = match self {
            Self::DuckDb => text.replace('\'', "''"),
            Self::Spark | Self::ClickHouse => text.replace('\\', "\\\\").replace('\'', "\\'"),
        };
        format!("'{escaped}'")
    }
}

pub(super) fn clickhouse_type(column: &OutputColumn) -> String {
    let kind = match column.kind {
        OutputKind::Text => "String",
        OutputKind::Integer => "Int64",
        OutputKind::Float => "Float64",
        OutputKind::Date => "Date32",
        OutputKind::Boolean => "Bool",
        OutputKind::CountedScores => "Array(Tuple(month_end Date32, score Float64, revision Nullable(Int64)))",
    };
    if column.is_nullable() { format!("Nullable({kind})") } else { kind.to_owned() }
}

pub(super) fn list(columns: &[&OutputColumn], of: impl Fn(&OutputColumn) -> String) -> String {
    columns.iter().map(|column| of(column)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_as_each_engine_wants_it() {
        let quoted = [Dialect::DuckDb, Dialect::Spark, Dialect::ClickHouse].map(|dialect| dialect.text(r"a\b's"));
        assert_eq!(quoted, [r"'a\b''s'", r"'a\\b\'s'", r"'a\\b\'s'"]);
    }
}
