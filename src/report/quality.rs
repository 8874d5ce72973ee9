//! What the night read and set aside, table by table.
//!
//! Grain in: the rows of `quality`. Grain out: one row a table, with its days in order and its rows by reason. A day that is not
//! among the rows was not counted.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::Day;
use crate::error::Outcome;
use crate::publish::cells::rows;
use crate::publish::outputs::QUALITY;
use crate::publish::reading::Current;
use crate::quality::ALL_ROWS;
use crate::quality::limits::doubled_median;

/// A table of the extracts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Extract {
    pub(super) extract: String,
    /// Rows of each day, all reasons together.
    pub(super) days: Vec<(Day, i64)>,
    /// Of the newest day.
    newest_rows: i64,
    /// Of the days; it may lie half-way between two.
    median_rows: f64,
    least_rows: i64,
    /// Rows set aside, of all days, by reason.
    aside: BTreeMap<String, i64>,
    /// The same, by day.
    #[serde(skip)]
    pub(super) aside_by_day: BTreeMap<(Day, String), i64>,
}

pub(super) fn extracts(seen: &Current, day: Day) -> Outcome<Vec<Extract>> {
    let published = seen.read_day(&QUALITY, day)?;
    let mut of_extract: BTreeMap<String, Vec<(Day, String, i64)>> = BTreeMap::new();
    for row in rows(&published) {
        let counted = (row.day("day")?, row.text("reason")?, row.integer("row_count")?);
        of_extract.entry(row.text("extract")?).or_default().push(counted);
    }
    Ok(of_extract.into_iter().map(|(extract, counted)| summed(extract, counted)).collect())
}

fn summed(extract: String, counted: Vec<(Day, String, i64)>) -> Extract {
    let (mut days, mut aside, mut aside_by_day) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (day, reason, rows) in counted {
        if reason == ALL_ROWS {
            days.insert(day, rows);
        } else {
            *aside.entry(reason.clone()).or_default() += rows;
            aside_by_day.insert((day, reason), rows);
        }
    }
    Extract {
        extract,
        newest_rows: days.last_key_value().map_or(0, |(_, rows)| *rows),
        // Row counts are far below where halves of floats end.
        median_rows: doubled_median(days.values().copied()) as f64 / 2.0,
        least_rows: days.values().copied().min().unwrap_or(0),
        days: days.into_iter().collect(),
        aside,
        aside_by_day,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_once_and_reasons_over_all_days() {
        let day = |day: &str| day.parse::<Day>().unwrap();
        let counted = [("2022-03-15", "none", 8), ("2022-03-14", "none", 5), ("2022-03-14", "null_key", 1)];
        let counted = counted.into_iter().chain([("2022-03-15", "null_key", 2)]);
        let counted = counted.map(|(of, reason, rows)| (day(of), reason.to_owned(), rows)).collect();
        let found = summed("payments".to_owned(), counted);
        assert_eq!((found.newest_rows, found.median_rows, found.least_rows), (8, 6.5, 5));
        assert_eq!(found.aside, BTreeMap::from([("null_key".to_owned(), 3)]));
    }
}
