//! Which rule rows are others: those in force on one day by one rulebook, laid beside those in force on another day by another.
//!
//! Grain in: the rows of the tables, by what they are for. Grain out: one line a row that is new, gone or says something else,
//! in the words of its file: `thresholds.csv 茶 marketing_min 2.8→3.0`. Where a rule comes from and its dates are no part of it.

use std::collections::{BTreeMap, BTreeSet};

use super::Rulebook;
use super::file::STAGE;
use super::texts::TABLES;
use crate::domain::{Day, trimmed};
use crate::error::{Outcome, fault};

/// What a row is for.
const KEY: [&str; 4] = ["category", "subcategory", "indicator", "tier"];
/// What reaches into no figure, and the dates.
const ASIDE: [&str; 4] = ["effective_from", "effective_to", "industry", "source"];

/// The other cells of a row, by column, in the order of the file.
type Cells = Vec<(String, String)>;

/// The rows that are others, table by table.
pub(crate) fn changes(before: (&Rulebook, Day), now: (&Rulebook, Day)) -> Outcome<Vec<String>> {
    let mut changes = Vec::new();
    for table in TABLES {
        let (old, new) = (rows(before, table)?, rows(now, table)?);
        let keys: BTreeSet<&Vec<String>> = old.keys().chain(new.keys()).collect();
        for key in keys {
            let what = match (old.get(key), new.get(key)) {
                (Some(old), Some(new)) if old == new => continue,
                (Some(old), Some(new)) => moved(old, new),
                (None, Some(new)) => format!("new{}", said(new)),
                (_, None) => "gone".to_owned(),
            };
            let scope = key.iter().filter(|cell| !cell.is_empty()).cloned().collect::<Vec<_>>().join(" ");
            changes.push(format!("{table}.csv {scope} {what}"));
        }
    }
    Ok(changes)
}

/// The rows of a table that are in force on a day, by what they are for.
fn rows((rulebook, day): (&Rulebook, Day), table: &str) -> Outcome<BTreeMap<Vec<String>, Cells>> {
    let unsound = |error: csv::Error| fault(STAGE, format!("{table}.csv was read once: {error}"));
    let mut reader = csv::Reader::from_reader(rulebook.texts.text(table)?.as_bytes());
    let header: Vec<String> = reader.headers().map_err(unsound)?.iter().map(|name| trimmed(name).to_owned()).collect();
    let mut rows = BTreeMap::new();
    for record in reader.into_records() {
        let record = record.map_err(unsound)?;
        let cells: Vec<(&str, &str)> = header.iter().map(String::as_str).zip(record.iter().map(trimmed)).collect();
        let cell = |name: &str| cells.iter().find(|(column, _)| *column == name).map_or("", |(_, cell)| *cell);
        let has_begun = cell("effective_from").parse::<Day>().map_or(true, |from| from <= day);
        let is_over = cell("effective_to").parse::<Day>().is_ok_and(|to| to < day);
        if has_begun && !is_over {
            let others = cells.iter().filter(|(column, _)| !KEY.contains(column) && !ASIDE.contains(column));
            let others = others.map(|(column, cell)| ((*column).to_owned(), (*cell).to_owned())).collect();
            rows.insert(KEY.map(|column| cell(column).to_owned()).to_vec(), others);
        }
    }
    Ok(rows)
}

fn or_none(cell: &str) -> &str {
    if cell.is_empty() { "none" } else { cell }
}

fn moved(old: &Cells, new: &Cells) -> String {
    let of_old = |name: &str| old.iter().find(|(column, _)| column == name).map_or("", |(_, cell)| cell.as_str());
    let moved = new.iter().filter(|(column, cell)| of_old(column) != cell);
    let moved = moved.map(|(column, cell)| format!("{column} {}→{}", or_none(of_old(column)), or_none(cell)));
    moved.collect::<Vec<_>>().join(", ")
}

fn said(cells: &Cells) -> String {
    let said = cells.iter().map(|(column, cell)| format!(" {column} {}", or_none(cell)));
    said.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::testing::Folder;

    fn changed(edits: &str, day_before: &str, day_now: &str) -> Vec<String> {
        let (old, new) = (Folder::changed("").load().unwrap(), Folder::changed(edits).load().unwrap());
        changes((&old, day_before.parse().unwrap()), (&new, day_now.parse().unwrap())).unwrap()
    }

    #[test]
    fn rows_that_say_something_else_are_named_by_what_they_are_for() {
        for (edits, expected) in [
            ("", &[][..]),
            ("thresholds ,2.5,2.5,3, -> ,2.8,2.5,,", &["thresholds.csv * marketing_min 2.5→2.8, failure_limit 3→none"]),
            ("logistics + 2022-01-01,,茶,,none", &["logistics.csv 茶 new logistics_indicator none"]),
            ("custom_made - 2019-01-01,,全屋定制", &["custom_made.csv 全屋定制 gone"]),
            (
                "weights 15,20,25,20,20 -> 20,15,25,20,20",
                &["weights.csv 茶 consultation_percent 15→20, logistics_percent 20→15"],
            ),
            ("logistics + 2022-03-16,,茶,,none", &[]),
        ] {
            assert_eq!(changed(edits, "2022-03-15", "2022-03-15"), expected, "{edits}");
        }
    }

    #[test]
    fn a_rule_that_comes_into_force_by_its_date_is_new_on_that_day() {
        let edit = "logistics + 2022-03-16,,茶,,none";
        assert_eq!(changed(edit, "2022-03-15", "2022-03-16"), ["logistics.csv 茶 new logistics_indicator none"]);
    }
}
