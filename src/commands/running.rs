//! A run that leaves a record: it begins, facts are added while it works, and it ends, by itself or by a signal.
//!
//! In: what was typed, facts of nights and publications, how it ended. Out: the record, metrics, events and the command that is told, as
//! [`runs`](crate::runs) writes them. Nothing of this can fail the run: what cannot be written is a warning. A rehearsal leaves nothing.
//! This is where the clock of runs is read.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};

use super::beginning::{begin, begin_with, file, given};
use super::facts;
use crate::cli::{SettingFlags, Writes};
use crate::domain::{Day, Span};
use crate::error::{Failure, Outcome};
use crate::interruption::{self, Interrupted};
use crate::logs;
use crate::pipeline::night::Night;
use crate::publish::lock::host;
use crate::publish::{Hold, Published};
use crate::rulebook::Rulebook;
use crate::runs::record::{DONE, INTERRUPTED, PublicationRun, RUNNING, RunRecord, SCHEMA, ToldFinding, run_id};
use crate::runs::telling::{Telling, unless_failed};
use crate::settings::{self, Given, Settings};

/// A run whose record is kept.
#[derive(Clone)]
pub(super) struct Running {
    /// The reading of the clock that the run tells days and instants by.
    pub(super) now: Timestamp,
    /// None where nothing is kept.
    kept: Option<Arc<Kept>>,
}

struct Kept {
    given: Given,
    telling: Telling,
    begun: Instant,
    state: Mutex<State>,
    /// The exit code, once it has ended; held while its end is told.
    ended: Mutex<Option<u8>>,
}

struct State {
    record: RunRecord,
    /// When the work on the present night began.
    lap: Instant,
    /// The present night.
    at: Option<Day>,
    /// The published nights that are stale, where all were looked at.
    stale_nights: Option<Vec<Day>>,
}

/// How a run ended.
struct End<'a> {
    code: u8,
    class: &'static str,
    failure: Option<&'a Failure>,
    /// The generations that it has shown readers, where a signal may have come before they were recorded.
    shown: &'a [String],
}

impl Running {
    /// A run that leaves nothing.
    pub(super) fn rehearsal(now: Timestamp) -> Self {
        Self { now, kept: None }
    }

    /// Begins a run at `now`: its record and its first event are written, and a signal ends it in order from now on.
    pub(super) fn begin<A: Writes>(asked: &A, now: Timestamp) -> Self {
        let given = given(asked.settings());
        // What is wrong with it ends the run, and is told then.
        let Ok((given, reports)) = given.and_then(|given| Ok((given.clone(), given.reports()?))) else {
            tracing::warn!("this run is not recorded: its settings do not say where");
            return Self { now, kept: None };
        };
        let mut record = begun(asked, now);
        record.out = settings::absolute(&reports.out).map_or(String::new(), |out| out.display().to_string());
        let telling = Telling::of(reports);
        telling.beginning(&record);
        let begun = Instant::now();
        let state = Mutex::new(State { record, lap: begun, at: None, stale_nights: None });
        let kept = Kept { given, telling, begun, state, ended: Mutex::new(None) };
        let running = Self { now, kept: Some(Arc::new(kept)) };
        let interrupted = running.clone();
        interruption::before_the_end(move |end| interrupted.interrupted(end));
        running
    }

    /// Ends it by a signal, and the process with it; one that has ended already ends as it would have.
    fn interrupted(&self, Interrupted { failure, code, shown }: &Interrupted<'_>) {
        let end = End { code: *code, class: INTERRUPTED, failure: Some(failure), shown };
        let ended = self.end(&end, || logs::tell_at_once(failure));
        std::process::exit(ended.unwrap_or(*code).into());
    }

    /// Ends it as its outcome says, and gives the outcome back.
    pub(super) fn ended(&self, outcome: Outcome<()>) -> Outcome<()> {
        let end = match &outcome {
            Ok(()) => End { code: 0, class: DONE, failure: None, shown: &[] },
            Err(failure) => {
                End { code: failure.class as u8, class: failure.class.name(), failure: Some(failure), shown: &[] }
            }
        };
        if self.end(&end, || ()).is_some() {
            // A signal has ended it: the process ends when that is told.
            loop {
                std::thread::park();
            }
        }
        outcome
    }

    /// The settings that it goes by, with the number of threads fixed: see [`begin`].
    pub(super) fn settings(&self, flags: &SettingFlags) -> Outcome<Settings> {
        let Some(kept) = &self.kept else { return begin(flags) };
        let settings = begin_with(Ok(kept.given.clone()), flags)?;
        let shown = unless_failed("the record of this run lacks its settings", kept.given.shown(None));
        let file = file(flags).and_then(|file| settings::absolute(&file).ok());
        let record = &mut kept.state().record;
        record.settings = shown.into_iter().flatten().map(facts::used_setting).collect();
        record.settings_file = file.map(|file| file.display().to_string());
        record.extract_folders = facts::extract_folders(&settings);
        Ok(settings)
    }

    /// Adds the rules that it goes by.
    pub(super) fn goes_by_rules(&self, rulebook: &Rulebook) {
        self.change(|kept, state| {
            let before = kept.telling.newest(&state.record.run_id, |record| !record.rules.is_empty());
            let rules = facts::rule_tables(rulebook, before.as_deref().map_or(&[], |before| &before.rules));
            state.record.rules = unless_failed("the record of this run lacks its rules", rules).unwrap_or_default();
        });
    }

    /// Says which days it is about, as far as that is known by now.
    pub(super) fn is_about(&self, days: &[Day]) {
        self.change(|_, state| state.record.days = days.iter().copied().collect());
    }

    /// Says that the work on a night begins.
    pub(super) fn begins_night(&self, as_of: Day) {
        self.change(|_, state| (state.lap, state.at) = (Instant::now(), Some(as_of)));
    }

    /// Adds a night that it came to, and says in the log how long it took.
    pub(super) fn night(&self, night: &Night) {
        self.change(|kept, state| {
            let seconds = state.lap.elapsed().as_secs_f64();
            state.at = None;
            tracing::info!(
                "{} {} {}, {seconds:.2} s",
                night.as_of,
                facts::outcome(&night.published),
                night.published.name
            );
            let is_the_same = |record: &RunRecord| facts::is_of(record, night);
            let unchanged = Some(night).filter(|night| !night.published.changed);
            let before = unchanged.and_then(|_| kept.telling.newest(&state.record.run_id, is_the_same));
            facts::add_night(&mut state.record, before.as_deref(), night, seconds, &kept.telling.reports.out);
        });
    }

    /// Adds a night that is held.
    pub(super) fn held(&self, hold: &Hold) {
        self.change(|_, state| {
            state.at = None;
            state.record.held_nights.push(hold.day);
            state.record.days.insert(hold.day);
        });
    }

    /// Adds nights that may be published again.
    pub(super) fn released(&self, days: &[Day]) {
        self.change(|_, state| {
            state.record.released_nights.extend(days);
            state.record.days.extend(days);
        });
    }

    /// Adds a publication that is no night.
    pub(super) fn publication(&self, kind: &str, of: String, published: &Published) {
        self.change(|kept, state| {
            let (kind, generation) = (kind.to_owned(), published.name.clone());
            state.record.publications.push(PublicationRun { kind, of, generation, is_published: published.changed });
            facts::add_outputs(&mut state.record, published, &kept.telling.reports.out);
        });
    }

    /// Says which published nights are stale, where all were looked at.
    pub(super) fn stale_nights(&self, nights: Vec<Day>) {
        self.change(|_, state| state.stale_nights = Some(nights));
    }

    fn change(&self, change: impl FnOnce(&Kept, &mut State)) {
        if let Some(kept) = &self.kept {
            change(kept, &mut kept.state());
        }
    }

    /// Ends it, once, after `announce`; the exit code of the end before, if there was one.
    fn end(&self, end: &End<'_>, announce: impl FnOnce()) -> Option<u8> {
        let Some(kept) = &self.kept else {
            announce();
            return None;
        };
        let mut ended = kept.ended.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(code) = *ended {
            return Some(code);
        }
        announce();
        *ended = Some(end.code);
        let record = {
            let mut state = kept.state();
            kept.fill(&mut state, end);
            state.record.clone()
        };
        kept.telling.end(&record);
        // What ends it meanwhile need not wait for a command.
        drop(ended);
        kept.telling.command(&record);
        None
    }
}

/// The record of a run that has just begun.
fn begun<A: Writes>(asked: &A, now: Timestamp) -> RunRecord {
    let (host, pid) = (host(), std::process::id());
    RunRecord {
        schema: SCHEMA.to_owned(),
        run_id: run_id(now, &host, pid),
        command: A::COMMAND.to_string(),
        asked: asked.told(),
        days: asked.days().into_iter().flat_map(Span::days).collect(),
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        host,
        pid,
        started_at: now,
        exit_class: RUNNING.to_owned(),
        ..RunRecord::default()
    }
}

impl Kept {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fill(&self, state: &mut State, end: &End<'_>) {
        let record = &mut state.record;
        let took = self.begun.elapsed();
        let ended_at = record.started_at.saturating_add(SignedDuration::try_from(took).unwrap_or(SignedDuration::MAX));
        record.ended_at = ended_at.ok();
        record.seconds = Some(took.as_secs_f64());
        record.exit_code = Some(end.code);
        record.exit_class = end.class.to_owned();
        record.failed_on = state.at.take().filter(|_| end.code != 0);
        record.findings = end.failure.iter().flat_map(|failure| &failure.findings).map(ToldFinding::from).collect();
        if let Some(observed) = logs::observed() {
            facts::add_observed(record, observed.so_far());
        }
        facts::add_shown(record, end.shown);
        // The newest end, which may have come while this run went on.
        let before = self.telling.newest(&record.run_id, |record| record.ended_at.is_some());
        facts::add_resources(record, &self.telling.reports);
        facts::carry_on(record, before.as_deref(), state.stale_nights.take());
        facts::add_standing_of_out(record, before.as_deref(), &self.telling.reports.out);
    }
}

#[cfg(test)]
#[path = "running_tests.rs"]
mod tests;
