//! The rules and settings that the night went by, as its generation records them.
//!
//! Grain in: the text of each rule table. Grain out: its rows in force on the day, as they are written. Rows that are no CSV are a fault, since
//! the night went by them.

use serde::Serialize;

use super::STAGE;
use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::publish::reading::Current;

/// What a night went by.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Terms {
    /// Names and values.
    settings: Vec<(String, String)>,
    tables: Vec<RuleTable>,
}

/// A rule table.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct RuleTable {
    name: String,
    columns: Vec<String>,
    /// Those in force on the day.
    rows: Vec<Vec<String>>,
}

/// None where nothing is recorded of the night.
pub(super) fn terms(seen: &Current, day: Day) -> Outcome<Option<Terms>> {
    let Some(recorded) = seen.terms_of(day) else { return Ok(None) };
    let settings = recorded.settings.lines().filter_map(|line| line.split_once('='));
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let tables = recorded.rules.iter().map(|(name, text)| in_force(name, text, day)).collect::<Outcome<_>>()?;
    Ok(Some(Terms { settings, tables }))
}

fn in_force(name: &str, text: &str, day: Day) -> Outcome<RuleTable> {
    let unsound = |error: csv::Error| fault(STAGE, format!("rule table {name}: {error}"));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns: Vec<String> = reader.headers().map_err(unsound)?.iter().map(str::to_owned).collect();
    let place = |wanted| columns.iter().position(|column| column == wanted);
    let (from, to) = (place("effective_from"), place("effective_to"));
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(unsound)?;
        let on = |place: Option<usize>| place.and_then(|place| record.get(place)?.trim().parse::<Day>().ok());
        if on(from).is_none_or(|from| from <= day) && on(to).is_none_or(|to| day <= to) {
            rows.push(record.iter().map(str::to_owned).collect());
        }
    }
    Ok(RuleTable { name: name.to_owned(), columns, rows })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_those_in_force_on_the_day() {
        let text = "effective_from,effective_to,category\n2019-01-01,2021-12-31,a\n2022-01-01,,b\n2023-01-01,,c\n";
        let found = in_force("weights", text, "2022-03-15".parse().unwrap()).unwrap();
        assert_eq!(found.rows, [["2022-01-01", "", "b"]]);
    }
}
