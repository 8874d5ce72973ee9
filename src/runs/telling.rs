//! Who is told of a run when it begins and when it ends, and what: the record, metrics, events of lineage, and a command.
//!
//! In: the record of the run, and where the settings want what. What cannot be told is a warning, and no reason for anything else.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::folder::{self, Written};
use super::lineage::{self, Transition};
use super::metrics::Known;
use super::record::RunRecord;
use super::{exposition, hook};
use crate::error::Outcome;
use crate::settings::reports::Reports;

/// How many records of others are looked at for what is wanted of them: it is mostly in the first.
const MOST_LOOKED_AT: usize = 100;

/// Who is told.
pub(crate) struct Telling {
    pub(crate) reports: Reports,
    /// The records that were looked at, each as it was last written; none where a file is no record.
    looked_at: Mutex<BTreeMap<Written, Option<Arc<RunRecord>>>>,
}

/// What came of a report, unless that failed, which is warned of: `what` says what there is not.
pub(crate) fn unless_failed<T>(what: &str, outcome: Outcome<T>) -> Option<T> {
    outcome.inspect_err(|failure| tracing::warn!("{what}: {failure}")).ok()
}

impl Telling {
    /// What the settings want.
    pub(crate) fn of(reports: Reports) -> Self {
        Self { reports, looked_at: Mutex::default() }
    }

    /// The newest record of another run that is one of these, by when records were last written.
    pub(crate) fn newest(&self, run_id: &str, is_wanted: impl Fn(&RunRecord) -> bool) -> Option<Arc<RunRecord>> {
        let files = unless_failed("what runs before knew is not known", folder::last_written(&self.reports.out))?;
        let mut looked_at = self.looked_at.lock().unwrap_or_else(PoisonError::into_inner);
        let records = files.filter_map(|file| {
            let read = |(_, path): &Written| folder::read(path).map(Arc::new);
            looked_at.entry(file.clone()).or_insert_with(|| read(&file)).clone()
        });
        let mut others = records.filter(|record| record.run_id != run_id).take(MOST_LOOKED_AT);
        others.find(|record| is_wanted(record))
    }

    /// Writes all that is wanted of a run that begins.
    pub(crate) fn beginning(&self, record: &RunRecord) {
        // The folder is the run's to make.
        if self.reports.out.is_dir() {
            unless_failed("the beginning of this run is not recorded", folder::write(&self.reports.out, record));
        }
        self.add_event(record, Transition::Start, record.started_at);
    }

    /// Writes all that is wanted of a run that has ended, but for the command.
    pub(crate) fn end(&self, record: &RunRecord) {
        let Reports { out, metrics_file, keep_runs_days, .. } = &self.reports;
        let ended_at = record.ended_at.unwrap_or(record.started_at);
        if self.reports.is_out_named || out.is_dir() {
            unless_failed("the end of this run is not recorded", folder::write(out, record));
        } else {
            tracing::warn!("this run is not recorded: nothing names {}, which is not there", out.display());
        }
        let removed = folder::outdated(out, *keep_runs_days, ended_at)
            .and_then(|outdated| outdated.iter().try_for_each(|path| folder::remove(path)));
        unless_failed("an old record is not removed", removed);
        if let Some(file) = metrics_file {
            unless_failed(
                "metrics are not written",
                self.metrics(record).and_then(|text| folder::replace(file, &text)),
            );
        }
        let transition = if record.is_success() { Transition::Complete } else { Transition::Fail };
        self.add_event(record, transition, ended_at);
    }

    fn metrics(&self, record: &RunRecord) -> Outcome<String> {
        let knows_newest = |of: &RunRecord| of.newest_night_of(record).is_some();
        let earlier = if knows_newest(record) { None } else { self.newest(&record.run_id, knows_newest) };
        let of_night = Some(record).filter(|record| knows_newest(record)).or(earlier.as_deref());
        exposition::text(Known { run: record, of_night })
    }

    fn add_event(&self, record: &RunRecord, transition: Transition, at: Timestamp) {
        if let Some(file) = &self.reports.openlineage_file {
            let event = lineage::event(record, &self.reports.openlineage_namespace, transition, at);
            unless_failed("an event of OpenLineage is not written", lineage::add(file, &event));
        }
    }

    /// Tells the command that is to be told of such an end.
    pub(crate) fn command(&self, record: &RunRecord) {
        let Reports { on_success, on_failure, .. } = &self.reports;
        let (setting, command) =
            if record.is_success() { ("on_success", on_success) } else { ("on_failure", on_failure) };
        if let Some(command) = command {
            let told = folder::text(record).and_then(|text| hook::tell(setting, command, &text));
            unless_failed("nobody may have been told of this run", told);
        }
    }
}
