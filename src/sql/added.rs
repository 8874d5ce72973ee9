//! What a row adds to each measure, as expressions: 0 or its amount.
//!
//! In: typed columns of a sound row. A null fulfils no condition and adds nothing (specification, section 4).

use std::collections::{BTreeMap, BTreeSet};

use crate::partials::measures::{Amount, Condition, Measure};
use crate::sql::asked::Asked;
use crate::sql::judged::is_on_the_day;

/// What a row adds to a measure.
pub(super) fn amount(measure: &Measure, asked: &Asked<'_>) -> String {
    let conditions: Vec<String> = measure.conditions.iter().map(|condition| fulfils(*condition, asked)).collect();
    let amount = match measure.amount {
        // Where nothing is in the way, one is not a condition's.
        Amount::One if conditions.is_empty() => return "1".to_owned(),
        Amount::One => "1".to_owned(),
        Amount::Of(column) => format!("coalesce({column}, 0)"),
        Amount::WholeSeconds(from, to) => whole_seconds(from, to, asked),
    };
    if conditions.is_empty() {
        amount
    } else {
        format!("CASE WHEN {} THEN {amount} ELSE 0 END", conditions.join(" AND "))
    }
}

/// Seconds rounded down, before 1970 and for times in the wrong order, too.
fn whole_seconds(from: &str, to: &str, asked: &Asked<'_>) -> String {
    const TICKS: i64 = 1_000_000;
    let ticks = format!("({to} - {from})");
    let rest = format!("(({ticks} % {TICKS} + {TICKS}) % {TICKS})");
    format!("coalesce({}, 0)", asked.dialect.divided(&format!("{ticks} - {rest}"), TICKS))
}

/// Whether a sum of it may pass 64 bits though none of its amounts does.
pub(super) fn is_wide(measure: &Measure) -> bool {
    match measure.amount {
        Amount::Of(_) => true,
        // As many rows as there can be, of a few centuries each, do not.
        Amount::One | Amount::WholeSeconds(..) => false,
    }
}

fn fulfils(condition: Condition, asked: &Asked<'_>) -> String {
    match condition {
        Condition::IsTrue(column) => column.to_owned(),
        Condition::IsFalse(column) => format!("NOT {column}"),
        Condition::IsPresent(column) => format!("{column} IS NOT NULL"),
        Condition::IsText(column, text) => format!("{column} = {}", asked.dialect.text(text)),
        Condition::IsBefore(earlier, later) => format!("{earlier} < {later}"),
        Condition::IsNotCustomMade(column) => is_not_custom_made(column, asked),
        Condition::IsTrueOrOnTheDay(boolean, time) => {
            format!("(coalesce({boolean}, false) OR {})", is_on_the_day(time, asked))
        }
    }
}

/// The list of what is made to order may be another one from some day on.
fn is_not_custom_made(column: &str, asked: &Asked<'_>) -> String {
    let mut by_list: BTreeMap<&BTreeSet<String>, Vec<String>> = BTreeMap::new();
    for day in &asked.days {
        by_list.entry(day.custom_made).or_default().push(asked.dialect.text(&day.day.to_string()));
    }
    let is_other = |list: &BTreeSet<String>| {
        let texts = list.iter().map(|category| asked.dialect.text(category)).collect::<Vec<_>>().join(", ");
        if texts.is_empty() { format!("{column} IS NOT NULL") } else { format!("{column} NOT IN ({texts})") }
    };
    let of_lists = by_list.iter().map(|(list, days)| match by_list.len() {
        1 => is_other(list),
        _ => format!("day IN ({}) AND {}", days.join(", "), is_other(list)),
    });
    let of_lists = of_lists.collect::<Vec<_>>();
    if let [only] = of_lists.as_slice() { only.clone() } else { format!("({})", of_lists.join(" OR ")) }
}
