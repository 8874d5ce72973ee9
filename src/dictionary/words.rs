//! What is declared of a column or table, in words of both languages.

use crate::error::{Outcome, fault};
use crate::publish::outputs::{Allowed, Better, Join, OutputColumn, OutputKind, OutputTable, Role, Text};

const STAGE: &str = "dictionary";

/// The units of the declarations in Chinese.
const UNITS: [(Text, Text); 14] = [
    ("", ""),
    ("day", "日期"),
    ("days", "天"),
    ("fen", "分（人民币），100分为1元"),
    ("months", "个月"),
    ("percent", "百分比"),
    ("points", "分"),
    ("points, 0 to 5, four decimals", "分，0至5，四位小数"),
    ("points, four decimals", "分，四位小数"),
    ("rows", "行"),
    ("scores", "个"),
    ("shops", "家"),
    ("stars, ratio or seconds", "星、比率或秒"),
    ("stars, rows or seconds", "星、行或秒"),
];

/// A text in both languages, made of what is declared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Both {
    pub(crate) english: String,
    pub(crate) chinese: String,
}

impl Both {
    fn of(english: impl Into<String>, chinese: impl Into<String>) -> Self {
        Self { english: english.into(), chinese: chinese.into() }
    }
}

pub(super) fn unit(column: &OutputColumn) -> Outcome<Both> {
    let found = UNITS.iter().find(|(english, _)| *english == column.unit);
    let (english, chinese) = found.ok_or_else(|| fault(STAGE, format!("no Chinese for the unit {}", column.unit)))?;
    Ok(Both::of(*english, *chinese))
}

pub(super) fn kind(kind: OutputKind) -> &'static str {
    match kind {
        OutputKind::Text => "string",
        OutputKind::Integer => "integer (64 bits)",
        OutputKind::Float => "number (64 bits)",
        OutputKind::Date => "date",
        OutputKind::Boolean => "boolean",
        OutputKind::CountedScores => "list of (month_end date, score number, revision integer or null)",
    }
}

/// The word of the data package, too.
pub(super) fn role(role: Role) -> Both {
    match role {
        Role::Key => Both::of("key", "主键"),
        Role::Attribute => Both::of("attribute", "属性"),
        Role::Sum => Both::of("measure that adds up", "可加度量"),
        Role::Figure => Both::of("measure that does not add up", "不可加度量"),
    }
}

pub(super) fn better(better: Better) -> Both {
    match better {
        Better::High => Both::of("the higher, the better", "越高越好"),
        Better::Low => Both::of("the lower, the better", "越低越好"),
        Better::OfIndicator => Both::of("which values are better is the indicator's", "优劣方向随指标而定"),
    }
}

/// The values that a column can have; empty where it can have all of its type.
pub(super) fn allowed(allowed: Allowed) -> Both {
    match allowed {
        Allowed::Any => Both::default(),
        Allowed::OneOf(values) => {
            let english = values.iter().map(|of| format!("`{}` ({})", of.value, of.stands_for.english));
            let chinese = values.iter().map(|of| format!("`{}`（{}）", of.value, of.stands_for.chinese));
            Both::of(english.collect::<Vec<_>>().join(", "), chinese.collect::<Vec<_>>().join("、"))
        }
        Allowed::Between(from, to) => Both::of(format!("{from} to {to}"), format!("{from}至{to}")),
        Allowed::From(from) => Both::of(format!("{from} or more"), format!("不小于{from}")),
    }
}

/// What a table's rows join.
pub(super) fn join(join: &Join) -> Both {
    let on: Vec<_> = join
        .on
        .iter()
        .map(|(own, theirs)| if own == theirs { format!("`{own}`") } else { format!("`{own}` = `{theirs}`") })
        .collect();
    let english = format!("`{}` by {}", join.table, on.join(", "));
    let chinese = format!("`{}`，按 {}", join.table, on.join("、"));
    match join.lacks {
        None => Both::of(english, chinese),
        Some(lacks) => Both::of(
            format!("{english}; none where {}", lacks.english),
            format!("{chinese}；{}时没有对应行", lacks.chinese),
        ),
    }
}

/// The tables that a column serves to join.
pub(super) fn joined_by(table: &OutputTable, column: &OutputColumn) -> Vec<Text> {
    let has_it = |join: &&Join| join.on.iter().any(|(own, _)| *own == column.name);
    table.joins.iter().filter(has_it).map(|join| join.table).collect()
}

/// What a column is to its row, and which of its values are better.
pub(super) fn standing(column: &OutputColumn) -> Both {
    let role = role(column.role);
    column.better.map(better).map_or(role.clone(), |better| {
        Both::of(format!("{}; {}", role.english, better.english), format!("{}，{}", role.chinese, better.chinese))
    })
}

/// What a column says, in which unit, with nulls, values, joins and traps; sentences begin with a capital.
pub(crate) fn told(table: &OutputTable, column: &OutputColumn) -> Outcome<Both> {
    let unit = unit(column)?;
    let mut told = Both::of(upper(column.english), column.chinese);
    // A day is a day.
    if !unit.english.is_empty() && column.kind != OutputKind::Date {
        told.english += &format!(" ({})", unit.english);
        told.chinese += &format!("（{}）", unit.chinese);
    }
    let mut add = |english: &str, chinese: &str, of: Both| {
        if !of.english.is_empty() {
            told.english += &format!(". {english}{}", of.english);
            told.chinese += &format!("。{chinese}{}", of.chinese);
        }
    };
    column.null.into_iter().for_each(|of| add("Null: ", "空值：", Both::of(of.english, of.chinese)));
    add("Values: ", "取值：", allowed(column.allowed));
    let joins = joined_by(table, column);
    add("Joins ", "关联 ", Both::of(joins.join(", "), joins.join("、")));
    column.warning.into_iter().for_each(|of| add("TRAP: ", "注意：", Both::of(of.english, of.chinese)));
    told.english += ".";
    told.chinese += "。";
    Ok(told)
}

/// With a capital.
pub(super) fn upper(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
