//! Views over the tables, with a comment on each view and column, in the SQL of three engines, and one of them in words
//! ([`in_words`]).
//!
//! A view lists its files when it is asked, so that a new night is in it at once. Columns come as in the files, the partition key last.

use super::covered::published;
use super::{in_words, over_time, words};
use crate::error::Outcome;
use crate::publish::outputs::{OutputColumn, OutputKind, OutputTable};

/// Whose SQL it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    DuckDb,
    Spark,
    ClickHouse,
}

/// One statement after another; the tables lie below the folder `tables`.
pub(super) fn statements(dialect: Dialect, tables: &str) -> Outcome<String> {
    let mut text = head(dialect, tables);
    for table in published() {
        text += "\n";
        text += &match dialect {
            Dialect::DuckDb => duckdb(table, tables)?,
            Dialect::Spark => spark(table, tables)?,
            Dialect::ClickHouse => clickhouse(table, tables)?,
        };
    }
    Ok(text + "\n" + &in_words::view() + &over_time::views(dialect, tables)?)
}

fn head(dialect: Dialect, tables: &str) -> String {
    let (engine, form) = match dialect {
        Dialect::DuckDb => ("DuckDB", "duckdb"),
        Dialect::Spark => ("Spark", "spark"),
        Dialect::ClickHouse => ("ClickHouse", "clickhouse"),
    };
    format!(
        "-- The tables of shopscore as views of {engine}, with comments; made by `shopscore schema --format {form}`.\n\
         -- They read {tables}: where that is no absolute path, it is one below the engine's own working folder.\n\
         -- A table without a partition is not there yet: month ends, settlements and revisions come last; make their views then.\n"
    )
}

fn duckdb(table: &OutputTable, tables: &str) -> Outcome<String> {
    let name = table.name;
    let files = Dialect::DuckDb.text(&format!("{tables}/{name}/*/*.parquet"));
    let (key, columns) = (table.partition_column()?, columns(table)?);
    let kind = if key.kind == OutputKind::Date { "DATE" } else { "BIGINT" };
    let mut text = format!(
        "CREATE OR REPLACE VIEW {name} AS\nSELECT {}\nFROM read_parquet({files}, hive_partitioning = true, \
         hive_types = {{'{}': {kind}}});\nCOMMENT ON VIEW {name} IS {};\n",
        list(&columns, |column| Dialect::DuckDb.name(column.name)),
        key.name,
        grain(Dialect::DuckDb, table),
    );
    for column in columns {
        let comment = comment(Dialect::DuckDb, table, column)?;
        text += &format!("COMMENT ON COLUMN {name}.{} IS {comment};\n", Dialect::DuckDb.name(column.name));
    }
    Ok(text)
}

fn spark(table: &OutputTable, tables: &str) -> Outcome<String> {
    let (key, columns) = (table.partition_column()?, columns(table)?);
    let name = |column: &OutputColumn| Dialect::Spark.name(column.name);
    let mut declared = Vec::new();
    for column in &columns {
        declared.push(format!("  {} COMMENT {}", name(column), comment(Dialect::Spark, table, column)?));
    }
    let kind = if key.kind == OutputKind::Date { "DATE" } else { "BIGINT" };
    // Spark takes the type of the key from the values that it finds.
    let selected = list(&columns, |column| {
        let is_key = column.name == key.name;
        if is_key { format!("CAST({0} AS {kind}) AS {0}", name(column)) } else { name(column) }
    });
    Ok(format!(
        "CREATE OR REPLACE VIEW {} (\n{}\n) COMMENT {} AS\nSELECT {selected}\nFROM parquet.`{}`;\n",
        table.name,
        declared.join(",\n"),
        grain(Dialect::Spark, table),
        format!("{tables}/{}", table.name).replace('`', "``"),
    ))
}

fn clickhouse(table: &OutputTable, tables: &str) -> Outcome<String> {
    let dialect = Dialect::ClickHouse;
    let columns = columns(table)?;
    let mut declared = Vec::new();
    for column in &columns {
        declared.push(format!("  {} COMMENT {}", dialect.typed(column), comment(dialect, table, column)?));
    }
    Ok(format!(
        "CREATE OR REPLACE VIEW {} (\n{}\n) COMMENT {} AS\nSELECT {}\nFROM file({}, Parquet, {})\n\
         SETTINGS use_hive_partitioning = 1;\n",
        table.name,
        declared.join(",\n"),
        grain(dialect, table),
        list(&columns, |column| dialect.name(column.name)),
        dialect.text(&format!("{tables}/{}/*/*.parquet", table.name)),
        dialect.text(&list(&columns, |column| dialect.typed(column))),
    ))
}

fn clickhouse_type(column: &OutputColumn) -> String {
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

pub(super) fn columns(table: &OutputTable) -> Outcome<Vec<&'static OutputColumn>> {
    Ok(table.columns().chain([table.partition_column()?]).collect())
}

pub(super) fn list(columns: &[&OutputColumn], of: impl Fn(&OutputColumn) -> String) -> String {
    columns.iter().map(|column| of(column)).collect::<Vec<_>>().join(", ")
}

fn comment(dialect: Dialect, table: &OutputTable, column: &OutputColumn) -> Outcome<String> {
    let (told, is) = (words::told(table, column)?, words::standing(column));
    let (english, chinese) = (words::upper(&is.english), is.chinese);
    Ok(dialect.text(&format!("{} {english}. {}{chinese}。", told.english, told.chinese)))
}

fn grain(dialect: Dialect, table: &OutputTable) -> String {
    dialect.text(&format!("{}. {}。", words::upper(table.grain), table.grain_chinese))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_as_each_engine_wants_it() {
        let quoted = [Dialect::DuckDb, Dialect::Spark, Dialect::ClickHouse].map(|dialect| dialect.text(r"a\b's"));
        assert_eq!(quoted, [r"'a\b''s'", r"'a\\b\'s'", r"'a\\b\'s'"]);
    }

    #[test]
    fn a_view_reads_the_partitions_of_its_table_below_the_folder_given() {
        for (dialect, expected) in [
            (Dialect::DuckDb, "read_parquet('s3://lake/out/scores/*/*.parquet', hive_partitioning = true"),
            (Dialect::Spark, "FROM parquet.`s3://lake/out/scores`;"),
            (Dialect::ClickHouse, "FROM file('s3://lake/out/scores/*/*.parquet', Parquet, '`shop_id` Int64, "),
        ] {
            let text = statements(dialect, "s3://lake/out").unwrap();
            assert!(text.contains(expected), "{dialect:?}: {text}");
        }
    }
}
