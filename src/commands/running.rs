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
use crate::domain::Day;
use crate::error::{Failure, Outcome};
use crate::pipeline::night::Night;
use crate::publish::{Hold, Published};
use crate::rulebook::Rulebook;
use crate::runs::record::{DONE, INTERRUPTED, PublicationRun, RUNNING, RunRecord, SCHEMA, ToldFinding, run_id};
use crate::runs::telling::{Telling, unless_failed};
use crate::settings::{self, Given, Settings};
use crate::{interruption, logs};

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
}

struct State {
    record: RunRecord,
    /// When the last night ended, or the run began.
    lap: Instant,
    /// The exit code, once it has ended.
    ended: Option<u8>,
}

/// How a run ended.
struct End<'a> {
    code: u8,
    class: &'static str,
    failure: Option<&'a Failure>,
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
        let telling = Telling::of(reports, &record.run_id);
        if let Some(before) = &telling.before {
            record.stale_nights.clone_from(&before.stale_nights);
            record.last_success.clone_from(&before.last_success);
        }
        telling.beginning(&record);
        let begun = Instant::now();
        let kept = Kept { given, telling, begun, state: Mutex::new(State { record, lap: begun, ended: None }) };
        let running = Self { now, kept: Some(Arc::new(kept)) };
        let interrupted = running.clone();
        interruption::before_the_end(move |failure, code| {
            let ended = interrupted.end(&End { code, class: INTERRUPTED, failure: Some(failure) });
            // What had ended before ends as it would have.
            std::process::exit(ended.unwrap_or(code).into());
        });
        running
    }

    /// Ends it as its outcome says, and gives the outcome back.
    pub(super) fn ended(&self, outcome: Outcome<()>) -> Outcome<()> {
        let end = match &outcome {
            Ok(()) => End { code: 0, class: DONE, failure: None },
            Err(failure) => End { code: failure.class as u8, class: failure.class.name(), failure: Some(failure) },
        };
        let _ = self.end(&end);
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
            let before = kept.telling.before.as_ref().map(|before| before.rules.as_slice()).unwrap_or_default();
            state.record.rules =
                unless_failed("the record of this run lacks its rules", facts::rule_tables(rulebook, before))
                    .unwrap_or_default();
        });
    }

    /// Adds a night that it came to, and says in the log how long it took.
    pub(super) fn night(&self, night: &Night) {
        self.change(|kept, state| {
            let lap = Instant::now();
            let seconds = lap.duration_since(state.lap).as_secs_f64();
            state.lap = lap;
            tracing::info!(
                "{} {} {}, {seconds:.2} s",
                night.as_of,
                facts::outcome(&night.published),
                night.published.name
            );
            let Telling { reports, before } = &kept.telling;
            facts::add_night(&mut state.record, before.as_ref(), night, seconds, &reports.out);
        });
    }

    /// Adds a night that is held.
    pub(super) fn held(&self, hold: &Hold) {
        self.change(|_, state| state.record.held_nights.push(hold.day));
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
    pub(super) fn stale_nights(&self, nights: impl Iterator<Item = Day>) {
        self.change(|_, state| state.record.stale_nights = nights.collect());
    }

    fn change(&self, change: impl FnOnce(&Kept, &mut State)) {
        if let Some(kept) = &self.kept {
            change(kept, &mut kept.state());
        }
    }

    /// Ends it, once; the exit code of the end before, if there was one.
    fn end(&self, end: &End<'_>) -> Option<u8> {
        let kept = self.kept.as_ref()?;
        let record = {
            let mut state = kept.state();
            if let Some(code) = state.ended {
                return Some(code);
            }
            state.ended = Some(end.code);
            kept.fill(&mut state.record, end);
            state.record.clone()
        };
        kept.telling.end(&record);
        None
    }
}

/// The record of a run that has just begun.
fn begun<A: Writes>(asked: &A, now: Timestamp) -> RunRecord {
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let pid = std::process::id();
    RunRecord {
        schema: SCHEMA.to_owned(),
        run_id: run_id(now, &host, pid),
        command: A::COMMAND.to_owned(),
        asked: asked.told(),
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

    fn fill(&self, record: &mut RunRecord, end: &End<'_>) {
        let took = self.begun.elapsed();
        let ended_at = record.started_at.saturating_add(SignedDuration::try_from(took).unwrap_or(SignedDuration::MAX));
        record.ended_at = ended_at.ok();
        record.seconds = Some(took.as_secs_f64());
        record.exit_code = Some(end.code);
        record.exit_class = end.class.to_owned();
        record.findings = end.failure.iter().flat_map(|failure| &failure.findings).map(ToldFinding::from).collect();
        if let Some(observed) = logs::observed() {
            facts::add_observed(record, observed.so_far());
        }
        if let Some(ended_at) = record.ended_at.filter(|_| end.code == 0) {
            record.last_success.insert(record.command.clone(), ended_at);
        }
        facts::add_resources(record, &self.telling.reports);
    }
}

#[cfg(test)]
#[path = "running_tests.rs"]
mod tests;
