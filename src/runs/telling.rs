//! Who is told of a run when it begins and when it ends, and what: the record, metrics, events of lineage, and a command.
//!
//! In: the record of the run, and where the settings want what. What cannot be told is a warning, and no reason for anything else.

use jiff::Timestamp;

use super::lineage::{self, Transition};
use super::record::RunRecord;
use super::{folder, hook, metrics};
use crate::error::Outcome;
use crate::settings::reports::Reports;

/// Who is told.
pub(crate) struct Telling {
    pub(crate) reports: Reports,
    /// The newest run that ended before; none where there was none.
    pub(crate) before: Option<RunRecord>,
}

/// What came of a report, unless that failed, which is warned of: `what` says what there is not.
pub(crate) fn unless_failed<T>(what: &str, outcome: Outcome<T>) -> Option<T> {
    outcome.inspect_err(|failure| tracing::warn!("{what}: {failure}")).ok()
}

impl Telling {
    /// What the settings want, and what the newest run that has ended knew.
    pub(crate) fn of(reports: Reports, run_id: &str) -> Self {
        let others = unless_failed("what runs before knew is not known", folder::others(&reports.out, run_id));
        let before = others.into_iter().flatten().find(|record| record.ended_at.is_some());
        Self { reports, before }
    }

    /// Writes all that is wanted of a run that begins.
    pub(crate) fn beginning(&self, record: &RunRecord) {
        // The folder is the run's to make.
        if self.reports.out.is_dir() {
            unless_failed("the beginning of this run is not recorded", folder::write(&self.reports.out, record));
        }
        self.add_event(record, Transition::Start, record.started_at);
    }

    /// Writes all that is wanted of a run that has ended.
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
        self.tell_command(record);
    }

    fn metrics(&self, record: &RunRecord) -> Outcome<String> {
        let knows_nights = |record: &RunRecord| !record.nights.is_empty();
        let earlier = match &self.before {
            _ if knows_nights(record) => None,
            Some(before) if knows_nights(before) => Some(before.clone()),
            _ => folder::others(&self.reports.out, &record.run_id)?.find(knows_nights),
        };
        let of_nights = Some(record).filter(|record| knows_nights(record)).or(earlier.as_ref());
        metrics::text(metrics::Known { run: record, of_nights })
    }

    fn add_event(&self, record: &RunRecord, transition: Transition, at: Timestamp) {
        if let Some(file) = &self.reports.openlineage_file {
            let event = lineage::event(record, &self.reports.openlineage_namespace, transition, at);
            unless_failed("an event of OpenLineage is not written", lineage::add(file, &event));
        }
    }

    fn tell_command(&self, record: &RunRecord) {
        let Reports { on_success, on_failure, .. } = &self.reports;
        let (setting, command) =
            if record.is_success() { ("on_success", on_success) } else { ("on_failure", on_failure) };
        if let Some(command) = command {
            let told = folder::text(record).and_then(|text| hook::tell(setting, command, &text));
            unless_failed("nobody may have been told of this run", told);
        }
    }
}
