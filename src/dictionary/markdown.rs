//! The dictionary for people: one section a table, one row a column, English beside Chinese.

use super::covered::outputs;
use super::words;
use crate::error::Outcome;
use crate::publish::outputs::{OutputColumn, OutputTable};

const HEAD: &str = "\
# Dictionary 数据字典

What every published table and column says, made of the declarations that write the files: `shopscore schema` prints it, and
`OUT/dictionary/` has it beside the tables, with a Data Package and views for DuckDB, Spark and ClickHouse.

本文件由写出数据文件的声明生成。每列说明类型、角色、单位、优劣方向、空值含义、取值、可关联的表与使用注意。

- *key* 主键: names the row, together with the partition key. *attribute* 属性: to pick and group by. *measure that adds up* 可加度量:
  only over what its trap says. *measure that does not add up* 不可加度量: take it as it is, or average it.
- A TRAP (注意) is what readers get wrong.
- The files carry each column's unit and both descriptions (`shopscore.columns`, and field metadata in the Arrow schema).
";

pub(super) fn dictionary() -> Outcome<String> {
    let mut parts = vec![HEAD.to_owned()];
    for (table, folder) in outputs() {
        parts.push(section(table, &folder)?);
    }
    Ok(parts.join("\n"))
}

fn section(table: &OutputTable, folder: &str) -> Outcome<String> {
    let keys: Vec<_> = table.keys().map(|column| format!("`{}`", column.name)).collect();
    let key = if keys.is_empty() {
        "No key: rows may be equal. 无主键，行可重复。".to_owned()
    } else {
        format!("Key 主键: `{}`, {}.", table.partition_key, keys.join(", "))
    };
    let mut lines = vec![
        format!("## {}\n", table.name),
        format!("{}. {}。\n", words::upper(table.grain), table.grain_chinese),
        format!("- In `OUT/{folder}/{}=…/`. {key} Sorted by {}.", table.partition_key, order(table)),
    ];
    for join in table.joins.iter().map(words::join) {
        lines.push(format!("- Joins {}. 关联 {}。", join.english, join.chinese));
    }
    lines.push("\n| column | type | role | English | 中文 |\n| --- | --- | --- | --- | --- |".to_owned());
    for column in [table.partition_column()?].into_iter().chain(table.columns()) {
        lines.push(row(table, column)?);
    }
    Ok(lines.join("\n") + "\n")
}

fn row(table: &OutputTable, column: &OutputColumn) -> Outcome<String> {
    let told = words::told(table, column)?;
    let null = if column.is_nullable() { " or null" } else { "" };
    let (name, kind, is) = (column.name, words::kind(column.kind), words::standing(column));
    Ok(format!("| `{name}` | {kind}{null} | {} {} | {} | {} |", is.english, is.chinese, told.english, told.chinese))
}

fn order(table: &OutputTable) -> String {
    let direction = |name: &&str| if table.descending.contains(name) { " (descending)" } else { "" };
    table.sorted_by.iter().map(|name| format!("{name}{}", direction(name))).collect::<Vec<_>>().join(", ")
}
