//! The record of a run: what was asked, what it was made of, what came of it, and how it ended.
//!
//! Grain: one process of a command that writes; a rehearsal has none. Seconds, bytes, rows as their names say. What is not known is
//! null or an empty list: a run that failed early knows neither nights nor inputs. Fields are only added within a version.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Builder;

use crate::domain::Day;
use crate::error::{Finding, escaped};
use crate::hashing::hash_of;

mod last_run;
mod made_of;
mod night;

pub(crate) use self::last_run::LastRun;
pub(crate) use self::made_of::{InputDay, OutputFile, RuleTable, UsedSetting};
pub(crate) use self::night::{NightRun, QuarantinedRows};

/// The name and version of the record's schema, which stands in `docs/schemas/`.
pub(crate) const SCHEMA: &str = "run/1";
/// The exit class of a run that has not ended; where no process goes on with it, it was killed by what cannot be caught.
pub(crate) const RUNNING: &str = "running";
/// The exit class of a run that a signal ended.
pub(crate) const INTERRUPTED: &str = "interrupted";
/// The exit class of a run that ended with 0.
pub(crate) const DONE: &str = "done";

/// A run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct RunRecord {
    /// `run/1`.
    pub(crate) schema: String,
    /// A UUID; the events of OpenLineage have the same.
    pub(crate) run_id: String,
    /// The command by its name alone.
    pub(crate) command: String,
    /// The command with what it was asked, without settings.
    pub(crate) asked: String,
    /// The version of the program.
    pub(crate) program_version: String,
    /// The machine.
    pub(crate) host: String,
    /// The process.
    pub(crate) pid: u32,
    /// An instant in UTC.
    #[cfg_attr(test, schemars(with = "String"))]
    pub(crate) started_at: Timestamp,
    /// An instant in UTC; null where it has not ended.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(crate) ended_at: Option<Timestamp>,
    /// How long it took; null where it has not ended.
    pub(crate) seconds: Option<f64>,
    /// 128 and its number where a signal ended it; null where it has not ended.
    pub(crate) exit_code: Option<u8>,
    /// `running`, `done`, `interrupted`, or the class of its exit code.
    pub(crate) exit_class: String,
    /// What was wrong, as stderr had it.
    pub(crate) findings: Vec<ToldFinding>,
    /// What was warned of, as stderr had it.
    pub(crate) warnings: Vec<String>,
    /// The file of settings, as an absolute path; null where there is none.
    pub(crate) settings_file: Option<String>,
    /// Each with where it was given; none where they were refused.
    pub(crate) settings: Vec<UsedSetting>,
    /// The folder of what is published, as an absolute path; empty where that is not known.
    pub(crate) out: String,
    /// The folder of each extract, as an absolute path.
    pub(crate) extract_folders: BTreeMap<String, String>,
    /// The rule tables that it went by.
    pub(crate) rules: Vec<RuleTable>,
    /// The nights that it came to, in order.
    pub(crate) nights: Vec<NightRun>,
    /// The days that it was about: asked for by their dates, else due, whether or not it came to them; of a rollback those that it
    /// holds and those that it releases.
    #[serde(default)]
    pub(crate) days: BTreeSet<Day>,
    /// The night that it was at when it failed or was interrupted; null where it was at none.
    #[serde(default)]
    pub(crate) failed_on: Option<Day>,
    /// The nights that it did not publish, for they are held; of a rollback those that it holds.
    pub(crate) held_nights: Vec<Day>,
    /// The nights that a rollback let be published again, or showed readers again.
    #[serde(default)]
    pub(crate) released_nights: Vec<Day>,
    /// The other publications: restatements, settlements, rollbacks.
    pub(crate) publications: Vec<PublicationRun>,
    /// The table-days that its nights were made of, read now or before.
    pub(crate) inputs: Vec<InputDay>,
    /// The files that it published, as of each night.
    pub(crate) outputs: Vec<OutputFile>,
    /// The stages of its work, in the order in which they first began.
    pub(crate) stages: Vec<StageRun>,
    /// The newest night that readers saw when it ended; null where they saw none.
    pub(crate) newest_night: Option<Day>,
    /// The hash of what that night was made of.
    pub(crate) newest_ingredients: Option<String>,
    /// The days that were held when it ended; null where that cannot be read.
    pub(crate) holds: Option<Vec<Day>>,
    /// The published nights that are stale, as far as runs have noticed.
    pub(crate) stale_nights: Vec<Day>,
    /// When each command last ended with 0, this run included, as instants in UTC.
    #[cfg_attr(test, schemars(with = "BTreeMap<String, String>"))]
    pub(crate) last_success: BTreeMap<String, Timestamp>,
    /// How each command last ended, this run included.
    #[serde(default)]
    pub(crate) last_runs: BTreeMap<String, LastRun>,
    /// The most memory that it took at a time; null where the system does not tell.
    pub(crate) peak_memory_bytes: Option<u64>,
    /// The room that is left.
    pub(crate) disk: Vec<Disk>,
}

impl RunRecord {
    /// It as the last run of its command; none where it has not ended.
    pub(crate) fn as_last_run(&self) -> Option<LastRun> {
        Some(LastRun {
            ended_at: self.ended_at?,
            seconds: self.seconds?,
            exit_code: self.exit_code?,
            exit_class: self.exit_class.clone(),
            warnings: self.warnings.len(),
            stage_seconds: self.stages.iter().map(|of| (of.stage.clone(), of.seconds)).collect(),
            peak_memory_bytes: self.peak_memory_bytes,
        })
    }

    /// Its night that is the newest one that readers saw when `run` ended; a rollback may have put another one in the place of that day's.
    pub(crate) fn newest_night_of(&self, run: &Self) -> Option<&NightRun> {
        let newest = (run.newest_night, run.newest_ingredients.as_ref());
        self.nights.iter().find(|night| (Some(night.as_of), Some(&night.ingredients)) == newest)
    }
}

/// Something that was wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ToldFinding {
    /// The stage that found it.
    pub(crate) stage: String,
    /// The file or folder; null where it is of none.
    pub(crate) place: Option<String>,
    /// The column; null where it is of none.
    pub(crate) column: Option<String>,
    /// What was found.
    pub(crate) found: String,
    /// What was wanted.
    pub(crate) wanted: String,
    /// What to do; null where nothing is to be said.
    pub(crate) advice: Option<String>,
    /// All of it in one line.
    pub(crate) said: String,
}

/// A publication that is no night.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct PublicationRun {
    /// `restatement`, `settlement`, `rollback`, or `interrupted` where a signal came before more was known.
    pub(crate) kind: String,
    /// What it is of: a month end, a year, a generation.
    pub(crate) of: String,
    /// The generation that readers see.
    pub(crate) generation: String,
    /// Whether readers see another one than before.
    pub(crate) is_published: bool,
}

/// A stage, over all nights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct StageRun {
    /// Its name.
    pub(crate) stage: String,
    /// How long it took.
    pub(crate) seconds: f64,
    /// Null where the stage counts none.
    pub(crate) row_count: Option<u64>,
}

/// A folder's file system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Disk {
    /// `out` or `state`.
    pub(crate) folder: String,
    /// Where it is, as an absolute path.
    pub(crate) path: String,
    /// The room that is left for this user.
    pub(crate) free_bytes: u64,
}

impl From<&Finding> for ToldFinding {
    fn from(finding: &Finding) -> Self {
        let Finding { stage, place, column, found, wanted, advice, .. } = finding;
        let [place, column, advice] = [place, column, advice].map(|text| text.as_deref().map(escaped));
        let (found, wanted) = (escaped(found), escaped(wanted));
        Self { stage: (*stage).to_owned(), place, column, found, wanted, advice, said: finding.to_string() }
    }
}

impl RunRecord {
    /// Whether it was about a day; records of before days were recorded name those of their nights.
    pub(crate) fn is_about(&self, day: Day) -> bool {
        self.days.contains(&day) || self.nights.iter().any(|night| night.as_of == day)
    }

    /// Whether it ended with 0.
    pub(crate) fn is_success(&self) -> bool {
        self.exit_code == Some(0)
    }
}

/// A UUID of version 7: its instant, then what tells one process from another.
pub(crate) fn run_id(now: Timestamp, host: &str, pid: u32) -> String {
    let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
    let own = hash_of(format!("{host} {pid} {}", now.as_nanosecond()).as_bytes());
    let own = u128::from_str_radix(&own, 16).unwrap_or(now.as_nanosecond().unsigned_abs()).to_be_bytes();
    let mut random = [0; 10];
    random.iter_mut().zip(own).for_each(|(byte, own)| *byte = own);
    Builder::from_unix_timestamp_millis(millis, &random).into_uuid().to_string()
}
