//! A light for completeness: whether what the night was made of is within the limits that warn.
//!
//! In: the counts of the published quality, the shops. Out: green where nothing is beyond a limit, amber where a warning is, red where an error
//! is, as after limits were lowered; with the table-days that are. The limits are those of the settings as they are now.

use std::collections::BTreeMap;

use serde::Serialize;

use super::STAGE;
use super::night::Night;
use super::quality::Extract;
use crate::domain::{Day, Span};
use crate::error::{Outcome, fault};
use crate::extracts::quarantine::Counts;
use crate::extracts::tables::Table;
use crate::extracts::verdicts::Reason;
use crate::policies::Severity;
use crate::quality::limits::{self, Beyond, Unscored};
use crate::quality::{SetAside, UNKNOWN_SHOP};
use crate::settings::Settings;

/// How complete the night is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Light {
    /// green, amber or red.
    pub(super) colour: &'static str,
    pub(super) reasons: Vec<Why>,
}

/// What is beyond a limit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Why {
    /// empty, few_rows, quarantined, unknown_shop or unscored.
    pub(super) kind: &'static str,
    extract: &'static str,
    /// None of what is of the whole night.
    day: Option<Day>,
    is_error: bool,
}

pub(super) fn light(quality: &[Extract], night: &Night, settings: &Settings) -> Outcome<Light> {
    let (counts, mut unknown) = (counts(quality)?, BTreeMap::new());
    for extract in quality {
        let of = extract.aside_by_day.iter().filter(|((_, reason), _)| reason == UNKNOWN_SHOP);
        for ((day, _), rows) in of {
            unknown.insert((table(&extract.extract)?, *day), *rows);
        }
    }
    let (window, limits) = (Span::ending(night.day, settings.window_days), &settings.limits);
    let without_data = night.shops.iter().filter(|shop| shop.score.is_none()).count();
    let shops = Unscored { present: night.shops.len(), without_data, ..Unscored::default() };
    let quarantined = limits::quarantined(&counts, &SetAside::new(), limits)?;
    let few_rows = limits::thin_days(&counts, window, limits);
    let empty = limits::empty_days(&counts, window, &few_rows);
    let kinds = [
        ("empty", empty),
        ("few_rows", few_rows),
        ("quarantined", quarantined),
        ("unknown_shop", limits::unknown_shops(&counts, &unknown, limits)),
        ("unscored", limits::unscored(&shops, limits).into_iter().collect()),
    ];
    let reasons = kinds.into_iter().flat_map(|(kind, beyond)| beyond.into_iter().map(move |of| why(kind, &of)));
    Ok(of_reasons(reasons.collect()))
}

fn why(kind: &'static str, beyond: &Beyond) -> Why {
    Why { kind, extract: beyond.of.name(), day: beyond.day, is_error: beyond.severity == Severity::Error }
}

fn of_reasons(reasons: Vec<Why>) -> Light {
    let colour = match (reasons.is_empty(), reasons.iter().any(|why| why.is_error)) {
        (true, _) => "green",
        (false, false) => "amber",
        (false, true) => "red",
    };
    Light { colour, reasons }
}

/// The counts that the published rows were made of.
fn counts(quality: &[Extract]) -> Outcome<Vec<Counts>> {
    let mut counts = Vec::new();
    for extract in quality {
        let table = table(&extract.extract)?;
        for (day, rows) in &extract.days {
            let mut of_day = Counts { rows: *rows, ..Counts::nothing(table, *day) };
            for (broken, reason) in of_day.broken.iter_mut().zip(Reason::ALL) {
                *broken = extract.aside_by_day.get(&(*day, reason.name().to_owned())).copied().unwrap_or(0);
            }
            counts.push(of_day);
        }
    }
    Ok(counts)
}

fn table(name: &str) -> Outcome<Table> {
    let known = Table::ALL.into_iter().find(|table| table.name() == name);
    known.ok_or_else(|| fault(STAGE, format!("quality of a table {name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_red_a_warning_amber_and_nothing_green() {
        let why = |is_error| Why { kind: "empty", extract: "payments", day: None, is_error };
        for (reasons, colour) in [(vec![], "green"), (vec![why(false)], "amber"), (vec![why(false), why(true)], "red")]
        {
            assert_eq!(of_reasons(reasons).colour, colour);
        }
    }
}
