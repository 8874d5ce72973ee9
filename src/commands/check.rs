//! `shopscore check`: all that a night needs, looked at before it runs. Everything that is wrong is told at once, as the night
//! would tell it, and the exit code is the night's; nothing is written.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use super::{begin, last_complete_day, tell};
use crate::answers::{Answer, Cell, Part, Table, Tone};
use crate::cli;
use crate::domain::Day;
use crate::error::Outcome;
use crate::pipeline::check::{self, Check, Kept, Told};
use crate::pipeline::usual::Usual;
use crate::policies::Severity;
use crate::preflight::free_mib;
use crate::state::format::FORMAT;

/// What a night would meet, as far as it can be known before any row is decoded.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Checked {
    /// The day that would be scored, YYYY-MM-DD.
    as_of: Day,
    /// The exit code that the night would end with, by what is known; 0 where nothing would stop it.
    exit_code: u8,
    /// Whether the night would publish nothing, since it would be what was rolled back and is held.
    is_held: bool,
    /// What would stop the night or be warned of, as it would say it.
    findings: Vec<Found>,
    /// The tables in the window.
    tables: Vec<TableRows>,
    /// The folders `out` and `state`.
    folders: Vec<Folder>,
    /// What the state folder has, and what the night would make of it.
    state: State,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Found {
    /// `error` stops the night, `warning` does not.
    severity: &'static str,
    /// What it is about: rules, disk, lock, output, state, extracts or rows.
    area: String,
    /// One line, as a run says it.
    said: String,
}

/// A table in the window; of shops the snapshot alone.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct TableRows {
    /// Its name.
    table: &'static str,
    /// How many days are there.
    days: usize,
    /// The newest of them, YYYY-MM-DD.
    newest: Option<Day>,
    /// How many days before the as-of day that lies.
    age_days: Option<i32>,
    /// The rows of the newest day.
    rows: Option<i64>,
    /// The rows of the day in the middle of the window.
    median: Option<f64>,
    /// The fewest rows of a day of the window, and the first day that has them.
    least: Option<i64>,
    /// The first day that has so few, YYYY-MM-DD.
    least_on: Option<Day>,
    /// `ok`, `warned` or `refused`.
    verdict: &'static str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Folder {
    /// Its path.
    folder: String,
    /// How much is free there, in MiB; null where that cannot be told.
    free_mib: Option<u64>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct State {
    /// The number of the form that it is in; null where there is none yet, or it cannot be read.
    format: Option<u32>,
    /// The number of the form that this release writes.
    format_of_this_release: u32,
    /// How many table-days are stored.
    table_days: usize,
    /// Why stored table-days would not be taken as they are, and how many.
    no_longer_hold: BTreeMap<String, usize>,
    /// Why the night would compute table-days, and how many.
    to_compute: BTreeMap<String, usize>,
}

impl Answer for Checked {
    const SCHEMA: &'static str = "check/1";
    type Row = TableRows;
    const COLUMNS: &'static str = "table,days,newest,age_days,rows,median,least,least_on,verdict";

    fn rows(&self) -> Vec<TableRows> {
        self.tables.clone()
    }

    fn parts(&self) -> Vec<Part> {
        let mut table = Table::new(["table", "days", "newest", "rows", "median", "least", "on", ""]);
        for row in &self.tables {
            let day = |day: Option<Day>| Cell::text(day.map_or(String::new(), |day| day.to_string()));
            let tone = match row.verdict {
                "ok" => Tone::Good,
                "warned" => Tone::Warning,
                _ => Tone::Bad,
            };
            let numbers = [Cell::number(row.rows), Cell::number(row.median), Cell::number(row.least)];
            let before = [Cell::text(row.table), Cell::number(Some(row.days)), day(row.newest)];
            let after = [day(row.least_on), Cell::text(row.verdict).toned(tone)];
            table.add(before.into_iter().chain(numbers).chain(after));
        }
        let mut parts = vec![Part::Table(table)];
        parts.extend(self.folders.iter().map(|Folder { folder, free_mib }| {
            let free = free_mib.map_or("how much is free is not known".to_owned(), |mib| format!("{mib} MiB free"));
            Part::Line(format!("{folder}: {free}"))
        }));
        parts.extend(self.state.lines().into_iter().map(Part::Line));
        parts.push(Part::Line(self.sentence()));
        parts
    }
}

impl State {
    fn lines(&self) -> Vec<String> {
        let this = self.format_of_this_release;
        let form = match self.format {
            None => format!("state: of no format yet, this release writes format {this}"),
            Some(format) if format == this => format!("state: of format {format}, as this release writes it"),
            Some(format) => format!("state: of format {format}, this release writes format {this}"),
        };
        let counted = |reasons: &BTreeMap<String, usize>| {
            let total: usize = reasons.values().sum();
            let reasons: Vec<String> = reasons.iter().map(|(why, days)| format!("{why}: {days}")).collect();
            if total == 0 { "none".to_owned() } else { format!("{total} ({})", reasons.join(", ")) }
        };
        let (stored, gone) = (self.table_days, counted(&self.no_longer_hold));
        vec![
            form,
            format!("{stored} table-days stored; no longer as they are: {gone}"),
            format!("table-days that the night would compute: {}", counted(&self.to_compute)),
        ]
    }
}

impl Checked {
    fn of(as_of: Day, check: &Check, folders: [&Path; 2]) -> Self {
        let found = |Told { severity, area, said }: &Told| Found {
            severity: match severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            area: area.to_string(),
            said: said.clone(),
        };
        let Kept { format, table_days, no_longer_hold, to_compute } = &check.state;
        Self {
            as_of,
            exit_code: check.failure.as_ref().map_or(0, |failure| failure.class as u8),
            is_held: check.is_held,
            findings: check.told.iter().map(found).collect(),
            tables: check.tables.iter().map(|usual| TableRows::of(usual, as_of)).collect(),
            folders: folders
                .map(|folder| Folder { folder: folder.display().to_string(), free_mib: free_mib(folder).ok() })
                .into(),
            state: State {
                format: *format,
                format_of_this_release: FORMAT,
                table_days: *table_days,
                no_longer_hold: no_longer_hold.clone(),
                to_compute: to_compute.clone(),
            },
        }
    }

    fn sentence(&self) -> String {
        let count = |severity| self.findings.iter().filter(|found| found.severity == severity).count();
        let (errors, warnings, as_of) = (count("error"), count("warning"), self.as_of);
        let outcome = match self.exit_code {
            0 if self.is_held => format!("the night of {as_of} is held and would publish nothing"),
            0 => format!("nothing known stops the night of {as_of}"),
            code => format!("the night of {as_of} would end with exit code {code}"),
        };
        format!("{errors} errors, {warnings} warnings: {outcome}")
    }
}

impl TableRows {
    fn of(usual: &Usual, as_of: Day) -> Self {
        let Usual { table, days, newest, median, least, gravest } = *usual;
        let newest_day = newest.map(|(day, _)| day);
        Self {
            table: table.name(),
            days,
            newest: newest_day,
            age_days: newest_day.map(|day| as_of.epoch_days() - day.epoch_days()),
            rows: newest.map(|(_, rows)| rows),
            median: median.map(crate::rulebook::Decimal4::as_f64),
            least: least.map(|(_, rows)| rows),
            least_on: least.map(|(day, _)| day),
            verdict: match gravest {
                None => "ok",
                Some(Severity::Warning) => "warned",
                Some(Severity::Error) => "refused",
            },
        }
    }
}

pub(super) fn run(arguments: &cli::Check, now: Timestamp, stdout: &mut impl Write) -> Outcome<()> {
    let settings = begin(&arguments.settings)?;
    let as_of = arguments.date.unwrap_or_else(|| last_complete_day(&settings, now));
    let check = check::run(&settings, as_of);
    let answer = Checked::of(as_of, &check, [settings.out.as_path(), settings.state.as_path()]);
    tell(&answer, arguments.form, stdout)?;
    for Told { said, .. } in check.told.iter().filter(|told| told.severity == Severity::Warning) {
        tracing::warn!("{said}");
    }
    check.failure.map_or(Ok(()), Err)
}
