//! `shopscore history`: the runs that left a record, the newest first, or the whole record of one. Nothing is written.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use serde::Serialize;

use super::{begin, say, tell};
use crate::answers::{Answer, Cell, Part, Table, Tone, first_ten};
use crate::cli::History;
use crate::domain::{Day, Span};
use crate::error::{ExitClass, Finding, Outcome, fault};
use crate::publish::lock::host;
use crate::runs::folder;
use crate::runs::record::{INTERRUPTED, RUNNING, RunRecord};

const STAGE: &str = "history";
/// The exit class of a run that has not ended, and whose process is there no more.
const KILLED: &str = "killed";
/// The least of an id that names a run.
const SHORTEST_ID: usize = 4;

/// The runs that were asked for.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Runs {
    /// The folder of their records.
    folder: String,
    /// The newest first.
    runs: Vec<ListedRun>,
}

/// One of them.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct ListedRun {
    /// A UUID.
    run_id: String,
    /// An instant in UTC.
    started_at: String,
    /// The command as it was typed, without settings.
    asked: String,
    /// How long it took; null where it has not ended.
    seconds: Option<f64>,
    /// `running`, `killed`, `done`, `interrupted`, or the class of its exit code.
    exit_class: String,
    /// The exit code; null where it has not ended.
    exit_code: Option<u8>,
    /// How many nights it came to.
    nights: usize,
    /// The first of them, YYYY-MM-DD; null where there is none.
    first_night: Option<Day>,
    /// The last of them.
    last_night: Option<Day>,
    /// The night that it failed on; null where it was at none.
    failed_on: Option<Day>,
    /// How many nights it left unpublished since they are held; of a rollback how many it holds.
    held_nights: usize,
    /// How many held nights it let be published again, or showed readers again.
    released_nights: usize,
    /// The same in words.
    #[serde(skip)]
    told_nights: String,
    /// The generation that it left readers with; null where it published none.
    generation: Option<String>,
    /// How many warnings it gave.
    warnings: usize,
    /// The first of what was wrong; null where nothing was.
    finding: Option<String>,
}

impl ListedRun {
    fn of(record: RunRecord) -> Self {
        let exit_class = if is_gone(&record) { KILLED.to_owned() } else { record.exit_class.clone() };
        let nights = || record.nights.iter();
        let published = nights().filter(|night| night.is_published).map(|night| &night.generation);
        let others = record.publications.iter().filter(|of| of.is_published).map(|of| &of.generation);
        Self {
            started_at: record.started_at.to_string(),
            seconds: record.seconds,
            exit_class,
            exit_code: record.exit_code,
            nights: record.nights.len(),
            first_night: nights().map(|night| night.as_of).min(),
            last_night: nights().map(|night| night.as_of).max(),
            failed_on: record.failed_on,
            held_nights: record.held_nights.len(),
            released_nights: record.released_nights.len(),
            told_nights: told_nights(&record),
            generation: published.chain(others).next_back().cloned(),
            warnings: record.warnings.len(),
            finding: record.findings.first().map(|finding| finding.said.clone()),
            run_id: record.run_id,
            asked: record.asked,
        }
    }

    fn tone(&self) -> Tone {
        match self.exit_code {
            Some(0) if self.warnings == 0 => Tone::Good,
            Some(0) => Tone::Warning,
            Some(_) => Tone::Bad,
            None => Tone::Plain,
        }
    }
}

/// The nights that a run came to, and what became of others.
fn told_nights(record: &RunRecord) -> String {
    let nights = || record.nights.iter().map(|night| night.as_of);
    let came_to = nights().min().zip(nights().max()).map(|(first, last)| Span { first, last }.to_string());
    let failed_on = record
        .failed_on
        .map(|day| format!("{day} {}", if record.exit_class == INTERRUPTED { INTERRUPTED } else { "failed" }));
    let listed = |days: &[Day], what: &str| {
        let days = Span::folded(days.iter().copied().collect::<BTreeSet<_>>());
        (!days.is_empty()).then(|| format!("{} {what}", Span::listed(&days)))
    };
    let others = [listed(&record.held_nights, "held"), listed(&record.released_nights, "released"), failed_on];
    came_to.into_iter().chain(others.into_iter().flatten()).collect::<Vec<_>>().join(", ")
}

/// Whether a run of this machine has not ended, and goes on no more.
fn is_gone(record: &RunRecord) -> bool {
    let is_here = record.host == host();
    let processes = Path::new("/proc");
    record.exit_class == RUNNING && is_here && processes.is_dir() && !processes.join(record.pid.to_string()).is_dir()
}

impl Answer for Runs {
    const SCHEMA: &'static str = "history/1";
    type Row = ListedRun;
    const COLUMNS: &'static str = "run_id,started_at,asked,seconds,exit_class,exit_code,nights,first_night,last_night,\
                                   failed_on,held_nights,released_nights,generation,warnings,finding";

    fn rows(&self) -> Vec<ListedRun> {
        self.runs.clone()
    }

    fn parts(&self) -> Vec<Part> {
        if self.runs.is_empty() {
            return vec![Part::Line(format!("no such run in {}", self.folder))];
        }
        let mut table = Table::new(["run", "started", "what", "seconds", "end", "nights", "warnings", "generation"]);
        for run in &self.runs {
            let end = run.exit_code.map_or(run.exit_class.clone(), |code| format!("{code} {}", run.exit_class));
            let seconds = Cell::number(run.seconds.map(|seconds| format!("{seconds:.2}")));
            let texts = [id(&run.run_id), &run.started_at, &run.asked].map(Cell::text);
            let generation = Cell::text(run.generation.clone().unwrap_or_default());
            let rest = [seconds, Cell::text(end).toned(run.tone()), Cell::text(run.told_nights.clone())];
            table.add(texts.into_iter().chain(rest).chain([Cell::number(Some(run.warnings)), generation]));
        }
        let found = self.runs.iter().filter_map(|run| Some(format!("{}: {}", id(&run.run_id), run.finding.as_ref()?)));
        [Part::Table(table)].into_iter().chain(found.map(Part::Line)).collect()
    }
}

/// What tells a run from others, and is enough to name it.
fn id(run_id: &str) -> &str {
    run_id.rsplit('-').next().unwrap_or(run_id)
}

pub(super) fn run(arguments: &History, stdout: &mut impl Write) -> Outcome<()> {
    let settings = begin(&arguments.settings)?;
    let files = folder::files(&settings.out)?;
    if let Some(wanted) = &arguments.run {
        let record = one(&settings.out, wanted)?;
        say(stdout, &serde_json::to_string_pretty(&record).map_err(|error| fault(STAGE, error))?);
        return Ok(());
    }
    let records = files.into_iter().rev().filter_map(|path| folder::read(&path));
    let runs = records.filter(|record| is_asked_for(record, arguments)).take(arguments.limit);
    let answer =
        Runs { folder: folder::folder(&settings.out).display().to_string(), runs: runs.map(ListedRun::of).collect() };
    tell(&answer, arguments.form, stdout)
}

fn is_asked_for(record: &RunRecord, History { command, date, failed, since, .. }: &History) -> bool {
    let began_on = record.started_at.to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
    command.is_none_or(|command| record.command == command.to_string())
        && date.is_none_or(|date| record.is_about(date))
        && (!failed || !record.is_success())
        && since.is_none_or(|since| began_on >= since.to_string())
}

/// The one run whose id is, begins or ends so.
fn one(out: &Path, wanted: &str) -> Outcome<RunRecord> {
    let is_wanted = |record: &RunRecord| {
        let id = &record.run_id;
        wanted.len() >= SHORTEST_ID && (id.starts_with(wanted) || id.ends_with(wanted))
    };
    let mut found: Vec<RunRecord> =
        folder::files(out)?.iter().filter_map(|path| folder::read(path)).filter(is_wanted).collect();
    let count = found.len();
    match found.pop() {
        Some(record) if count == 1 => Ok(record),
        _ => {
            let ids: Vec<&str> = found.iter().map(|record| record.run_id.as_str()).collect();
            let finding = Finding::new(STAGE, format!("{count} runs called {wanted}"), "exactly one");
            let listed = if ids.is_empty() { String::new() } else { format!("{}; ", first_ten(ids.iter())) };
            Err(finding.advice(format!("{listed}`shopscore history` lists them")).fail(ExitClass::Usage))
        }
    }
}
