//! The preflight of a night: all that can be looked at before it runs, each whatever is wrong with the others.
//!
//! In: settings, the as-of day. Out: what would end the night, in the order in which it would, what it would warn of, and the
//! tables beside their usual days. Names, footers and what is stored are read; nothing is decoded, written or kept out. Rows
//! that break rules are known of stored table-days alone, shops without a score of none: these only the night itself finds.

use std::collections::BTreeMap;
use std::path::Path;

use crate::domain::Day;
use crate::error::{ExitClass, Failure, Finding, Outcome};
use crate::extracts::tables::Table;
use crate::pipeline::held;
use crate::pipeline::scoring::no_outlook;
use crate::pipeline::state::holding;
use crate::pipeline::usual::{self, Usual};
use crate::policies::Severity;
use crate::publish::{self, lock, lock_folder};
use crate::quality::limits::{self, Beyond};
use crate::state::{format, rehearsal::Keeping};
use crate::table_days::inspection::{self, Inspected};
use crate::table_days::{dependencies::Terms, plan::Decision};
use crate::{preflight, rulebook::Rulebook, settings::Settings, threads::on_pool};

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display)]
#[strum(serialize_all = "lowercase")]
pub(crate) enum Area {
    Rules,
    Disk,
    Lock,
    Output,
    State,
    Extracts,
    Rows,
}

/// One thing that is wrong, or to be looked at.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) severity: Severity,
    pub(crate) area: Area,
    pub(crate) said: String,
}

#[derive(Default)]
pub(crate) struct Check {
    /// What would end the night: the class of what it would meet first, and all findings.
    pub(crate) failure: Option<Failure>,
    pub(crate) told: Vec<Told>,
    /// Whether the night would be what was rolled back, and publish nothing.
    pub(crate) is_held: bool,
    pub(crate) tables: Vec<Usual>,
    pub(crate) state: Kept,
}

/// The state folder, and what a night, and so an upgrade, would do to it.
#[derive(Default)]
pub(crate) struct Kept {
    /// The number of its form; none where it does not say.
    pub(crate) format: Option<u32>,
    pub(crate) table_days: usize,
    /// Why stored table-days no longer hold, and how many.
    pub(crate) no_longer_hold: BTreeMap<String, usize>,
    /// Why table-days of the night would be computed, and how many.
    pub(crate) to_compute: BTreeMap<String, usize>,
}

impl Check {
    /// What was looked at, where it is not wrong.
    fn add<T>(&mut self, area: Area, looked_at: Outcome<T>) -> Option<T> {
        looked_at.map_err(|failure| self.fail(area, failure)).ok()
    }

    fn fail(&mut self, area: Area, failure: Failure) {
        let told = |finding: &Finding| Told { severity: Severity::Error, area, said: finding.to_string() };
        self.told.extend(failure.findings.iter().map(told));
        match &mut self.failure {
            Some(first) => first.findings.extend(failure.findings),
            None => self.failure = Some(failure),
        }
    }

    fn warn(&mut self, area: Area, warnings: impl IntoIterator<Item = String>) {
        let told = |said| Told { severity: Severity::Warning, area, said };
        self.told.extend(warnings.into_iter().map(told));
    }
}

pub(crate) fn run(settings: &Settings, as_of: Day) -> Check {
    let mut check = Check::default();
    let rulebook = check.add(Area::Rules, Rulebook::load(&settings.rules));
    if let Some(rulebook) = &rulebook {
        check.add(Area::Rules, rulebook.check_in_force(as_of));
        check.warn(Area::Rules, no_outlook(rulebook, as_of, settings.outlook(as_of).0));
    }
    check.add(Area::Disk, check_folders(settings));
    for folder in [&settings.out, &settings.state] {
        check_lock(&mut check, settings, folder);
    }
    check.add(Area::Output, publish::check(&settings.out));
    let format = check.add(Area::State, format::found(&settings.state));
    check.state.format = format.flatten();
    let terms = rulebook.as_ref().filter(|_| format.is_some()).map(|rulebook| Terms {
        settings,
        rulebook,
        keeping: Keeping::InState,
    });
    if let Some(inspected) = check.add(Area::Extracts, on_pool(|| inspect(terms, settings, as_of))) {
        of_extracts(&mut check, settings, as_of, inspected);
    }
    of_holds(&mut check, terms, as_of);
    // Where it cannot be listed, that was said of the extracts.
    if let Some(holding) = terms.and_then(|_| holding(settings).ok()) {
        check.state.table_days = holding.kept.len();
        for reason in holding.outdated.into_values() {
            *check.state.no_longer_hold.entry(reason.to_owned()).or_default() += 1;
        }
    }
    check
}

/// Checks that a run can write where it would.
pub(crate) fn check_folders(settings: &Settings) -> Outcome<()> {
    let folders: [(&Path, &[&str]); 2] =
        [(&settings.out, &publish::OWN_FOLDERS), (&settings.state, &crate::state::OWN_FOLDERS)];
    preflight::check_writable(&folders, settings.min_free_mib)
}

/// A night that may wait for the lock is not refused at once.
fn check_lock(check: &mut Check, settings: &Settings, folder: &Path) {
    match lock::check(&lock_folder(folder)) {
        Err(busy) if busy.class == ExitClass::Busy && settings.wait_seconds > 0 => {
            check.warn(Area::Lock, busy.findings.iter().map(Finding::to_string));
        }
        looked_at => {
            check.add(Area::Lock, looked_at);
        }
    }
}

/// What stops a night stops it before it is known what it would be made of.
fn of_holds(check: &mut Check, terms: Option<Terms<'_>>, as_of: Day) {
    let Some(terms) = terms.filter(|_| check.failure.is_none()) else { return };
    let hold = check.add(Area::Output, held::hold(terms, as_of)).flatten();
    check.is_held = hold.is_some();
    check.warn(Area::Output, hold.map(|hold| hold.told()));
}

fn inspect(terms: Option<Terms<'_>>, settings: &Settings, as_of: Day) -> Outcome<Inspected> {
    match terms {
        Some(terms) => inspection::of_night(terms, as_of, &terms.store()?),
        None => inspection::of_extracts(settings, as_of),
    }
}

fn of_extracts(check: &mut Check, settings: &Settings, as_of: Day, mut inspected: Inspected) {
    check.warn(Area::Extracts, std::mem::take(&mut inspected.warnings));
    let failure = inspected.failure.take();
    let beyond = check.add(Area::Rows, beyond(settings, as_of, &inspected)).unwrap_or_default();
    check.tables = usual::of_tables(settings, as_of, &inspected, (&beyond, failure.as_ref()));
    if let Some(failure) = failure {
        check.fail(Area::Extracts, failure);
    }
    let (errors, warnings) = limits::by_severity(beyond);
    check.add(Area::Rows, Failure::unless_empty(ExitClass::Rejected, errors));
    check.warn(Area::Rows, warnings.iter().map(Finding::to_string));
    for why in inspected.decisions.values().filter_map(|decision| why_computed(*decision)) {
        *check.state.to_compute.entry(why).or_default() += 1;
    }
}

/// What is beyond a limit of that which is known without decoding a row.
fn beyond(settings: &Settings, as_of: Day, inspected: &Inspected) -> Outcome<Vec<Beyond>> {
    let limits = &settings.limits;
    let Inspected { set_aside, snapshot_before, unknown, .. } = inspected;
    let counts = &set_aside.counts;
    let mut beyond = limits::quarantined(counts, &set_aside.quarantine, limits)?;
    beyond.extend(limits::thin_days(counts, settings.window(as_of), limits));
    // A night lists them with its results.
    beyond.extend(limits::empty_days(counts, settings.window(as_of), &beyond));
    if let Some(snapshot) = counts.iter().find(|counts| counts.table == Table::Shops) {
        beyond.extend(limits::old_snapshot(snapshot.day, as_of, limits));
        beyond.extend(limits::lost_shops(snapshot.rows, *snapshot_before, limits));
    }
    beyond.extend(limits::unknown_shops(counts, unknown, limits));
    Ok(beyond)
}

fn why_computed(decision: Decision) -> Option<String> {
    match decision {
        Decision::Computed(why) => Some(why.to_string()),
        Decision::Touched => Some("files were touched".to_owned()),
        Decision::Reused | Decision::Expired | Decision::Empty | Decision::Missing(_) => None,
    }
}
