//! Views of the tables that are published by month, too: the same rows as the view of the table, quicker where many nights are asked for.
//!
//! A view has the name of its table with `_over_time`, and its columns, `dt` last. Where no months are published it has no file to read.

use super::dialect::{Dialect, list};
use crate::error::{Outcome, fault};
use crate::publish::outputs::{DAILY_KEY, NIGHT_OF_ROW, OutputColumn, OutputTable};

/// The name of the view of a table.
pub(super) fn name(table: &OutputTable) -> String {
    format!("{}_over_time", table.name)
}

/// What one row stands for, in English and Chinese.
pub(super) fn grain(table: &OutputTable) -> [String; 2] {
    let OutputTable { name, grain, grain_chinese, .. } = table;
    [
        format!(
            "{grain}; the rows of {name} as they are published by month, too: quicker where many nights are asked for"
        ),
        format!("{grain_chinese}；与 {name} 相同的行，按月合并存放，跨多日查询时更快"),
    ]
}

/// The query that it stands for; the tables lie below the folder `tables`, the months beside it.
pub(super) fn query(dialect: Dialect, table: &OutputTable, tables: &str, columns: &[&OutputColumn]) -> Outcome<String> {
    // OUT/months lies beside OUT/current.
    let out = tables.strip_suffix("current").map_or_else(|| format!("{tables}/../"), str::to_owned);
    let folder = format!("{out}months/{}", table.name);
    let selected = list(columns, |column| {
        let name = dialect.name(column.name);
        if column.name == DAILY_KEY { format!("{} AS {name}", dialect.name(NIGHT_OF_ROW)) } else { name }
    });
    let files = dialect.text(&format!("{folder}/*/*.parquet"));
    let from = match dialect {
        Dialect::DuckDb => format!("read_parquet({files}, hive_partitioning = false)"),
        Dialect::Spark => format!("parquet.`{}`", folder.replace('`', "``")),
        Dialect::ClickHouse => {
            let (_, of_file) = columns.split_last().ok_or_else(|| fault("dictionary", "a table without a column"))?;
            format!("file({files}, Parquet, {})", dialect.text(&list(of_file, |column| dialect.typed(column))))
        }
    };
    Ok(format!("SELECT {selected}\nFROM {from}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_reads_the_months_beside_the_folder_of_the_tables() {
        for (dialect, tables, expected) in [
            (Dialect::DuckDb, "current", "FROM read_parquet('months/scores/*/*.parquet', hive_partitioning = false)"),
            (Dialect::Spark, "/srv/out/current", "FROM parquet.`/srv/out/months/indicators`"),
            (Dialect::ClickHouse, "/srv/copy", "FROM file('/srv/copy/../months/categories/*/*.parquet', Parquet, '"),
        ] {
            let text = super::super::views::statements(dialect, tables).unwrap();
            assert!(text.contains(expected), "{dialect:?}: {text}");
        }
    }
}
