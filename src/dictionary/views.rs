//! Views over the tables, with a comment on each view and column, in the SQL of three engines, one of them in words
//! ([`in_words`]), and those of tables that are published by month, too ([`over_time`]).
//!
//! A view lists its files when it is asked, so that a new night is in it at once. Columns come as in the files, the partition key last.

use super::covered::published;
use super::dialect::{Dialect, clickhouse_type, list};
use super::{in_words, over_time, words};
use crate::error::Outcome;
use crate::publish::outputs::{IMPROVEMENTS, OVER_TIME, OutputColumn, OutputKind, OutputTable};

/// A view: what is declared of it, and the query that it stands for.
struct View<'a> {
    name: String,
    /// What one row stands for, in English and Chinese.
    grain: [String; 2],
    /// Whose rows its rows are, and what these join.
    table: &'a OutputTable,
    columns: Vec<&'static OutputColumn>,
    query: String,
}

/// One statement after another; the tables lie below the folder `tables`.
pub(super) fn statements(dialect: Dialect, tables: &str) -> Outcome<String> {
    let mut text = head(dialect, tables);
    for table in published() {
        text += &format!("\n{}", created(dialect, &of_table(dialect, table, tables)?)?);
    }
    text += &format!("\n{}", created(dialect, &of_words()?)?);
    for table in OVER_TIME {
        text += &format!("\n{}", created(dialect, &of_months(dialect, table, tables)?)?);
    }
    Ok(text)
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

fn of_table<'a>(dialect: Dialect, table: &'a OutputTable, tables: &str) -> Outcome<View<'a>> {
    let key = table.partition_column()?;
    let columns: Vec<_> = table.columns().chain([key]).collect();
    let folder = format!("{tables}/{}", table.name);
    let query = match dialect {
        Dialect::DuckDb => duckdb(&folder, key, &columns),
        Dialect::Spark => spark(&folder, key, &columns),
        Dialect::ClickHouse => clickhouse(&folder, &columns),
    };
    let grain = [table.grain, table.grain_chinese].map(str::to_owned);
    Ok(View { name: table.name.to_owned(), grain, table, columns, query })
}

fn of_months<'a>(dialect: Dialect, table: &'a OutputTable, tables: &str) -> Outcome<View<'a>> {
    let columns: Vec<_> = table.columns().chain([table.partition_column()?]).collect();
    let query = over_time::query(dialect, table, tables, &columns)?;
    Ok(View { name: over_time::name(table), grain: over_time::grain(table), table, columns, query })
}

fn of_words() -> Outcome<View<'static>> {
    let columns = in_words::columns()?;
    let query = in_words::query(&columns);
    let columns = columns.into_iter().map(|(column, _)| column).collect();
    Ok(View {
        name: in_words::NAME.to_owned(),
        grain: in_words::GRAIN.map(str::to_owned),
        table: &IMPROVEMENTS,
        columns,
        query,
    })
}

/// The statement that makes a view, with its comments.
fn created(dialect: Dialect, view: &View<'_>) -> Outcome<String> {
    let View { name, query, .. } = view;
    let [english, chinese] = &view.grain;
    let grain = dialect.text(&format!("{}. {chinese}。", words::upper(english)));
    let mut comments = Vec::new();
    for column in &view.columns {
        comments.push((dialect.name(column.name), column, comment(dialect, view.table, column)?));
    }
    if dialect == Dialect::DuckDb {
        let of_columns =
            comments.iter().map(|(column, _, comment)| format!("COMMENT ON COLUMN {name}.{column} IS {comment};\n"));
        let of_columns = of_columns.collect::<String>();
        return Ok(format!(
            "CREATE OR REPLACE VIEW {name} AS\n{query};\nCOMMENT ON VIEW {name} IS {grain};\n{of_columns}"
        ));
    }
    let declared = comments.iter().map(|(name, column, comment)| match dialect {
        Dialect::ClickHouse => format!("  {name} {} COMMENT {comment}", clickhouse_type(column)),
        Dialect::DuckDb | Dialect::Spark => format!("  {name} COMMENT {comment}"),
    });
    let declared = declared.collect::<Vec<_>>().join(",\n");
    Ok(format!("CREATE OR REPLACE VIEW {name} (\n{declared}\n) COMMENT {grain} AS\n{query};\n"))
}

/// The type of a partition key that comes from the names of folders.
fn key_type(key: &OutputColumn) -> &'static str {
    if key.kind == OutputKind::Date { "DATE" } else { "BIGINT" }
}

fn duckdb(folder: &str, key: &OutputColumn, columns: &[&OutputColumn]) -> String {
    format!(
        "SELECT {}\nFROM read_parquet({}, hive_partitioning = true, hive_types = {{'{}': {}}})",
        list(columns, |column| Dialect::DuckDb.name(column.name)),
        Dialect::DuckDb.text(&format!("{folder}/*/*.parquet")),
        key.name,
        key_type(key),
    )
}

/// Spark takes the type of the key from the values that it finds.
fn spark(folder: &str, key: &OutputColumn, columns: &[&OutputColumn]) -> String {
    let selected = list(columns, |column| {
        let name = Dialect::Spark.name(column.name);
        if column.name == key.name { format!("CAST({name} AS {}) AS {name}", key_type(key)) } else { name }
    });
    format!("SELECT {selected}\nFROM parquet.`{}`", folder.replace('`', "``"))
}

fn clickhouse(folder: &str, columns: &[&OutputColumn]) -> String {
    let dialect = Dialect::ClickHouse;
    format!(
        "SELECT {}\nFROM file({}, Parquet, {})\nSETTINGS use_hive_partitioning = 1",
        list(columns, |column| dialect.name(column.name)),
        dialect.text(&format!("{folder}/*/*.parquet")),
        dialect.text(&list(columns, |column| dialect.typed(column))),
    )
}

fn comment(dialect: Dialect, table: &OutputTable, column: &OutputColumn) -> Outcome<String> {
    let (told, is) = (words::told(table, column)?, words::standing(column));
    let (english, chinese) = (words::upper(&is.english), is.chinese);
    Ok(dialect.text(&format!("{} {english}. {}{chinese}。", told.english, told.chinese)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The statements of a view, and the lines of them that comment on a column.
    fn commented(dialect: Dialect, view: &str) -> (String, Vec<String>) {
        let text = statements(dialect, "out").unwrap();
        let (_, text) = text.split_once(&format!("VIEW {view} ")).unwrap();
        let text = text.split_once("CREATE OR REPLACE VIEW").map_or(text, |(text, _)| text);
        let begins = match dialect {
            Dialect::DuckDb => format!("COMMENT ON COLUMN {view}."),
            Dialect::Spark | Dialect::ClickHouse => "  `".to_owned(),
        };
        let lines = text.lines().filter(|line| line.starts_with(&begins)).map(str::to_owned);
        (text.to_owned(), lines.collect())
    }

    #[test]
    fn every_column_of_every_view_has_its_comment() {
        let of_table = |table: &OutputTable| table.columns().count() + 1;
        let tables = published().map(|table| (table.name.to_owned(), of_table(table)));
        let months = OVER_TIME.into_iter().map(|table| (over_time::name(table), of_table(table)));
        let in_words = (in_words::NAME.to_owned(), in_words::columns().unwrap().len());
        for (view, columns) in tables.chain(months).chain([in_words]) {
            for dialect in [Dialect::DuckDb, Dialect::Spark, Dialect::ClickHouse] {
                let (text, comments) = commented(dialect, &view);
                assert_eq!(comments.len(), columns, "{dialect:?}: {text}");
            }
        }
    }

    #[test]
    fn what_a_view_says_in_words_is_commented_on_in_both_languages() {
        for dialect in [Dialect::DuckDb, Dialect::Spark, Dialect::ClickHouse] {
            let (text, comments) = commented(dialect, in_words::NAME);
            for (comment, said) in [
                (0, "The night: the natural day that was scored"),
                (4, "Values: `product` (goods as described)"),
                (14, "升档说明（中文）。"),
            ] {
                assert!(comments[comment].contains(said), "{dialect:?}: {}", comments[comment]);
            }
            assert!(text.contains("店铺可以做什么。"), "{dialect:?}: {text}");
        }
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
