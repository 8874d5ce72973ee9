//! What the declarations say of each table, in words: they change only together with the number of the table's meaning.

use crate::extracts::schema::{ColumnKind, RowRule};
use crate::extracts::tables::Table;
use crate::partials::measures::{self, Amount, Condition, Measure, meaning};

const RECORDED: &str = include_str!("meaning_tests.txt");

#[test]
fn a_table_keeps_its_meaning_as_long_as_its_declarations_say_the_same() {
    let declared = Table::ALL.map(described).concat();
    assert_eq!(
        declared, RECORDED,
        "stored figures may mean something else now: raise the number of the table in `meaning`, where they do, and record \
         the new words in meaning_tests.txt"
    );
}

fn described(table: Table) -> String {
    let spec = table.spec();
    let mut lines = vec![format!("{} {}", table.name(), meaning(table))];
    for column in spec.columns {
        let null = if column.nullable { " or null" } else { "" };
        let day = if spec.day_column == Some(column.name) { ", dt is its day" } else { "" };
        let key = if spec.key == Some(column.name) { ", key" } else { "" };
        lines.push(format!("  {} {}{null}{key}{day}", column.name, kind(column.kind)));
    }
    lines.extend(spec.rules.iter().map(|rule| format!("  {}", row_rule(rule))));
    if let Some(partial) = measures::of(table) {
        lines.push(format!("  by {}", partial.grouped_by.join(", ")));
        if !partial.once_per.is_empty() {
            lines.push(format!("  once per {}", partial.once_per.join(", ")));
        }
        lines.extend(partial.measures.iter().map(|measure| format!("  {}", sum(measure))));
    }
    lines.join("\n") + "\n"
}

fn kind(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Integer => "integer",
        ColumnKind::Text => "text",
        ColumnKind::Boolean => "boolean",
        ColumnKind::Date => "date",
        ColumnKind::Timestamp => "timestamp",
    }
}

fn row_rule(rule: &RowRule) -> String {
    match rule {
        RowRule::Between { column, lowest, highest } => format!("{column} from {lowest} to {highest}"),
        RowRule::OneOf { column, values } => format!("{column} one of {}", values.join(", ")),
        RowRule::NotBefore { later, earlier } | RowRule::DayNotBefore { later, earlier } => {
            format!("{later} not before {earlier}")
        }
        RowRule::NotBeforeDay { day } => format!("dt's column not before the day {day}"),
    }
}

fn sum(measure: &Measure) -> String {
    let amount = match measure.amount {
        Amount::One => "rows".to_owned(),
        Amount::Of(column) => column.to_owned(),
        Amount::WholeSeconds(from, to) => format!("seconds from {from} to {to}"),
    };
    let conditions: Vec<String> = measure.conditions.iter().map(|of| condition(*of)).collect();
    let conditions = if conditions.is_empty() { String::new() } else { format!(" where {}", conditions.join(" and ")) };
    format!("{} = {amount}{conditions}", measure.name)
}

fn condition(condition: Condition) -> String {
    match condition {
        Condition::IsTrue(column) => column.to_owned(),
        Condition::IsFalse(column) => format!("not {column}"),
        Condition::IsPresent(column) => format!("{column} there"),
        Condition::IsText(column, text) => format!("{column} is {text}"),
        Condition::IsBefore(earlier, later) => format!("{earlier} before {later}"),
        Condition::IsNotCustomMade(column) => format!("{column} not custom-made"),
        Condition::IsTrueOrOnTheDay(boolean, timestamp) => format!("{boolean} or {timestamp} on the day"),
    }
}
