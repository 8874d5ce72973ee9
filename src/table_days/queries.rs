//! The query that makes the daily partials of a table, printed for who runs it on an engine of their own.
//!
//! In: a table, the days, a dialect. Out: text, over the files that are there, after the same check as a night's. Nothing is
//! stored.

use std::collections::BTreeSet;

use crate::domain::Span;
use crate::error::{ExitClass, Finding, Outcome};
use crate::extracts::contract::{self, CheckedPartition};
use crate::extracts::{instants::MICROS, listing, tables::Table};
use crate::partials::measures;
use crate::policies::Coverage;
use crate::sql::asked::Wanted;
use crate::sql::dialect::{Dialect, SESSION};
use crate::sql::question::{AboutDay, asked};
use crate::sql::{query, sources};
use crate::table_days::STAGE;
use crate::table_days::dependencies::Terms;
use crate::table_days::plan::{self, Planned};

/// The text of the query about the days of `span` that have a partition; missing where none has.
pub(crate) fn of(terms: Terms<'_>, table: Table, span: Span, dialect: Dialect) -> Outcome<String> {
    let settings = terms.settings;
    let unfit = |found: String, wanted: &str| Finding::new(STAGE, found, wanted).of_table(table.name());
    let Some(spec) = measures::of(table) else {
        let finding = unfit(format!("the table {}, which is kept row by row", table.name()), "a table that is summed");
        return Err(finding
            .advice("name one of payments, pickups, reviews, refunds, disputes, consultations")
            .fail(ExitClass::Usage));
    };
    let coverage = Coverage { window: span, ..settings.coverage(span.last, span.last) };
    let store = terms.store()?;
    let listed = listing::list_tables(&settings.delivery, [(table, coverage)])?;
    let planned: Vec<Planned> = listed
        .partitions
        .iter()
        .map(|partition| plan::of_partition(partition, terms, store.peek((partition.table, partition.day))))
        .collect();
    let checked: Vec<CheckedPartition> = contract::check(listed, &settings.delivery)?;
    if checked.is_empty() {
        let finding = unfit(format!("no partition from {} to {}", span.first, span.last), "days to ask for");
        return Err(finding.advice("name days that are delivered").fail(ExitClass::Missing));
    }
    if let Some(checked) = checked.iter().find(|checked| checked.ticks_per_second() != MICROS) {
        let finding = unfit(format!("nanoseconds in dt={}", checked.day), "timestamps to the microsecond at most");
        return Err(finding
            .advice("deliver microseconds, or let the nights compute the table here")
            .fail(ExitClass::Rejected));
    }
    let partitions: Vec<&CheckedPartition> = checked.iter().collect();
    let sources = sources::of_text(dialect, &partitions)?;
    let days = planned.iter().zip(&checked).map(|(planned, checked)| AboutDay {
        checked,
        custom_made: planned.dependencies.custom_made(),
        keys: BTreeSet::new(),
    });
    let asked = asked((dialect, spec, Wanted::Sums), days.collect(), sources)?;
    Ok(format!("{}{};\n", session(dialect, settings.delivery.zone.name()), query::text(&asked)?))
}

/// What a session must be set to before.
fn session(dialect: Dialect, zone: &str) -> String {
    match dialect {
        Dialect::Spark => {
            let settings = SESSION.iter().copied().chain([("spark.sql.session.timeZone", zone)]);
            settings.map(|(name, value)| format!("SET {name}={value};\n")).collect()
        }
        Dialect::DuckDb => String::new(),
    }
}
