//! The first rule that a typed row breaks, as an expression: null where it is sound so far.
//!
//! The rules are those of the row rules, in their order, but for the one about duplicates (specification, section 3).

use std::ops::Range;

use crate::error::{Outcome, fault};
use crate::extracts::schema::{ColumnKind, RowRule, TableSpec};
use crate::extracts::verdicts::Reason;
use crate::sql::{STAGE, asked::Asked};

/// The reason for which a row is set aside.
pub(super) fn broken(asked: &Asked<'_>) -> Outcome<String> {
    let spec = asked.spec.table.spec();
    let required = spec.columns.iter().filter(|column| !column.nullable);
    let null = required.map(|column| format!("{} IS NULL", column.name)).collect::<Vec<_>>().join(" OR ");
    let mut cases = vec![when(&null, Reason::NullKey)];
    if let Some(column) = spec.day_column {
        cases.push(when(&format!("NOT {}", is_on_the_day(column, asked)), Reason::WrongPartition));
    }
    for column in spec.columns {
        match column.kind {
            ColumnKind::Timestamp => {
                let Range { start, end } = &asked.real_times;
                let unreal = format!("{name} < {start} OR {name} >= {end}", name = column.name);
                cases.push(when(&unreal, Reason::OutOfRange));
            }
            ColumnKind::Date => return Err(not_summed(spec, column.name)),
            ColumnKind::Integer | ColumnKind::Text | ColumnKind::Boolean => {}
        }
    }
    for rule in spec.rules {
        cases.push(broken_by(rule, asked)?);
    }
    Ok(format!("CASE\n    {}\n    END", cases.join("\n    ")))
}

fn broken_by(rule: &RowRule, asked: &Asked<'_>) -> Outcome<String> {
    Ok(match *rule {
        RowRule::Between { column, lowest, highest } => {
            // The least and the greatest of all integers have no literal everywhere, and nothing lies beyond them.
            let below = (lowest > i64::MIN).then(|| format!("{column} < {lowest}"));
            let above = (highest < i64::MAX).then(|| format!("{column} > {highest}"));
            let outside = below.into_iter().chain(above).collect::<Vec<_>>().join(" OR ");
            when(if outside.is_empty() { "false" } else { &outside }, Reason::OutOfRange)
        }
        RowRule::OneOf { column, values } => {
            let values = values.iter().map(|value| asked.dialect.text(value)).collect::<Vec<_>>().join(", ");
            when(&format!("{column} NOT IN ({values})"), Reason::OutOfRange)
        }
        RowRule::NotBefore { later, earlier } => when(&format!("{later} < {earlier}"), Reason::TimeReversed),
        RowRule::DayNotBefore { later, .. } => return Err(not_summed(asked.spec.table.spec(), later)),
        RowRule::NotBeforeDay { day } => return Err(not_summed(asked.spec.table.spec(), day)),
    })
}

fn when(condition: &str, reason: Reason) -> String {
    format!("WHEN {condition} THEN '{}'", reason.name())
}

/// Whether a time is there and lies on the partition's natural day; never null.
pub(super) fn is_on_the_day(column: &str, asked: &Asked<'_>) -> String {
    let most = asked.days.iter().map(|day| day.natural_day.len()).max().unwrap_or_default().max(1);
    let spans = (0..most).map(|place| format!("{column} >= day_start_{place} AND {column} < day_end_{place}"));
    let spans = spans.collect::<Vec<_>>().join(" OR ");
    format!("coalesce({spans}, false)")
}

/// Only tables that are kept row by row have calendar days, and no engine sums those.
pub(super) fn not_summed(spec: &TableSpec, column: &str) -> crate::error::Failure {
    fault(STAGE, format!("the day {column} of {}, which is kept row by row", spec.name))
}
