//! The settings of a run: flags over environment over file over defaults, resolved before any data is read.
//!
//! A setting has one name everywhere: `time_zone` in the file, `SHOPSCORE_TIME_ZONE` in the environment,
//! `--set time_zone=…` or a flag of its own on the command line. Unknown names are refused; every finding names where the
//! value came from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::domain::{Day, Window};
use crate::error::{ExitClass, Failure, Finding, Outcome};
use crate::policies::{AfterSalesMix, Coverage, Limits, RankWithin};
use crate::rulebook::Decimal4;
use crate::zone::Zone;

const STAGE: &str = "settings";
const ENVIRONMENT_PREFIX: &str = "SHOPSCORE_";

/// A setting: its name, its default (empty: none) and what it wants to be.
struct Declared {
    name: &'static str,
    default: &'static str,
    wanted: &'static str,
}

const fn declared(name: &'static str, default: &'static str, wanted: &'static str) -> Declared {
    Declared { name, default, wanted }
}

const DECLARED: [Declared; 27] = [
    declared("extracts", "sample_data", "the folder of the extracts"),
    declared("rules", "jobs/rules", "the folder of the rule tables"),
    declared("state", "state", "the folder of the job's own state"),
    declared("out", "out", "the folder of the published files"),
    declared("threads", "", "a number of threads from 1 to 1024 (default: one a core)"),
    declared("time_zone", "Asia/Shanghai", "a time zone of the IANA database"),
    declared("window_days", "30", "a number of days from 1 to 366"),
    declared("history_starts_on", "", "a day YYYY-MM-DD"),
    declared("max_snapshot_age_days", "7", "a number of days, 0 or more"),
    declared("extracts_kept_days", "", "a number of days, 0 or more (default: extracts are kept for ever)"),
    declared("require_manifest", "false", "true or false"),
    declared("appeal_effect_days", "1", "a number of days, 0 or more"),
    declared("rank_within", "primary_category", "primary_category or assessment_category"),
    declared("after_sales_mix", "equal", "equal or volume"),
    declared("max_quarantined_percent", "1", "a percentage"),
    declared("max_quarantined_rows", "20", "a number of rows, 0 or more"),
    declared("max_unscored_percent", "5", "a percentage"),
    declared("min_rows_percent", "20", "a percentage"),
    declared("min_rows_median", "1000", "a number of rows, 0 or more"),
    declared("quarantine_days", "90", "a number of days, 0 or more"),
    declared("keep_generations", "30", "a number of generations, 1 or more"),
    declared("keep_generations_days", "90", "a number of days, 0 or more"),
    declared("catch_up_days", "7", "a number of days, 0 or more"),
    declared("memory_limit_mib", "", "a number of MiB, 1 or more (default: no limit)"),
    declared("wait_seconds", "0", "a number of seconds, 0 or more"),
    declared("min_free_mib", "64", "a number of MiB, 0 or more"),
    declared("rehash", "false", "true or false"),
];

/// The settings of a run, every one of them sound.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the extracts lie.
    pub extracts: PathBuf,
    /// Where the rule tables lie.
    pub rules: PathBuf,
    /// Where the job keeps its own state.
    pub state: PathBuf,
    /// Where the published files lie.
    pub out: PathBuf,
    /// How many threads may work.
    pub threads: usize,
    /// The business time zone.
    pub zone: Zone,
    /// How many natural days a window has.
    pub window_days: i32,
    /// Days before this one may lack partitions.
    pub history_starts_on: Option<Day>,
    /// How many days before the as-of day the shop snapshot may lie.
    pub max_snapshot_age_days: i32,
    /// How many days before its table's newest partition a day's extracts are kept; for ever where there is none.
    pub extracts_kept_days: Option<i32>,
    /// Whether every partition must carry a manifest.
    pub require_manifest: bool,
    /// How many days after its decision an appeal takes effect.
    pub appeal_effect_days: i32,
    /// What shops are ranked inside of.
    pub rank_within: RankWithin,
    /// How the two after-sales tiers make one score.
    pub after_sales_mix: AfterSalesMix,
    /// The limits beyond which a run stops.
    pub limits: Limits,
    /// How many days quarantined rows are kept.
    pub quarantine_days: i32,
    /// How many generations are kept at most.
    pub keep_generations: usize,
    /// How many days a generation is kept at most.
    pub keep_generations_days: i64,
    /// How many days missed since the last success a night without a date catches up at most.
    pub catch_up_days: i32,
    /// How much memory the work is planned for, in MiB; none: as much as it takes.
    pub memory_limit_mib: Option<u64>,
    /// How many seconds a run waits for another one that holds the lock.
    pub wait_seconds: u64,
    /// How many MiB must be free where a run writes.
    pub min_free_mib: u64,
    /// Whether files are read even where nothing but their bytes could have changed.
    pub rehash: bool,
}

/// A value as it was given, and where.
struct Given {
    text: String,
    origin: String,
}

/// The values that were given, the last layer winning, and what was wrong with the rest.
#[derive(Default)]
struct Layers {
    given: BTreeMap<&'static str, Given>,
    findings: Vec<Finding>,
}

/// Resolves all settings.
///
/// # Errors
/// Every unknown name and unsound value, exit class usage.
pub fn resolve(
    file: Option<&Path>,
    environment: impl Iterator<Item = (String, String)>,
    flags: impl Iterator<Item = (String, String)>,
) -> Outcome<Settings> {
    let mut layers = Layers::default();
    if let Some(path) = file {
        layers.add_file(path)?;
    }
    for (name, value) in environment {
        if let Some(setting) = name.strip_prefix(ENVIRONMENT_PREFIX) {
            layers.add(&setting.to_lowercase(), value, format!("environment {name}"));
        }
    }
    for (name, value) in flags {
        layers.add(&name, value, format!("command line, {name}"));
    }
    layers.into_settings()
}

impl Layers {
    fn add_file(&mut self, path: &Path) -> Outcome<()> {
        let refuse = |found: String| {
            Finding::new(STAGE, found, "a TOML file of settings, name = value")
                .path(path)
                .advice("correct the file, or name another with --config")
                .fail(ExitClass::Usage)
        };
        let text = std::fs::read_to_string(path).map_err(|error| refuse(error.to_string()))?;
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| refuse(error.to_string()))?;
        for (name, value) in table {
            let text = match value {
                toml::Value::String(text) => text,
                toml::Value::Integer(number) => number.to_string(),
                toml::Value::Float(number) => number.to_string(),
                toml::Value::Boolean(answer) => answer.to_string(),
                toml::Value::Datetime(day) => day.to_string(),
                toml::Value::Array(_) | toml::Value::Table(_) => {
                    return Err(refuse(format!("{name} as a list or section")));
                }
            };
            self.add(&name, text, format!("{}, {name}", path.display()));
        }
        Ok(())
    }

    fn add(&mut self, name: &str, text: String, origin: String) {
        match DECLARED.iter().find(|declared| declared.name == name) {
            Some(declared) => {
                self.given.insert(declared.name, Given { text, origin });
            }
            None => self.findings.push(
                Finding::new(STAGE, format!("{origin}: no setting of the name {name:?}"), "a known setting")
                    .advice("correct or remove it; jobs/nightly.toml shows them all"),
            ),
        }
    }

    /// The value of a setting, if it was given or has a default; a finding where `read` refuses it.
    fn value<T>(&mut self, name: &'static str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let declared = DECLARED.iter().find(|declared| declared.name == name)?;
        let (text, origin) = match self.given.get(name) {
            Some(given) => (given.text.as_str(), given.origin.as_str()),
            None => (declared.default, "default"),
        };
        if text.is_empty() && declared.default.is_empty() {
            return None;
        }
        // Bytes that were no UTF-8 would name another path than was meant.
        let value = read(text).filter(|_| !text.contains(char::REPLACEMENT_CHARACTER));
        if value.is_none() {
            let found = format!("{origin}: {name} = {text:?}");
            self.findings.push(Finding::new(STAGE, found, declared.wanted).advice("correct the value"));
        }
        value
    }

    fn number<T: FromStr + PartialOrd + Copy>(&mut self, name: &'static str, lowest: T, highest: T) -> T {
        let within = |text: &str| text.parse().ok().filter(|value| (&lowest..=&highest).contains(&value));
        self.value(name, within).unwrap_or(lowest)
    }

    fn percent(&mut self, name: &'static str) -> Decimal4 {
        self.value(name, |text| text.parse().ok()).unwrap_or_default()
    }

    fn folder(&mut self, name: &'static str) -> PathBuf {
        self.value(name, |text| (!text.is_empty()).then(|| PathBuf::from(text))).unwrap_or_default()
    }

    fn into_settings(mut self) -> Outcome<Settings> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads =
            self.value("threads", |text| text.parse().ok().filter(|threads| (1..=1024).contains(threads)));
        let settings = Settings {
            extracts: self.folder("extracts"),
            rules: self.folder("rules"),
            state: self.folder("state"),
            out: self.folder("out"),
            threads: threads.unwrap_or(cores),
            zone: self.value("time_zone", Zone::named).unwrap_or_else(Zone::utc),
            window_days: self.number("window_days", 1, 366),
            history_starts_on: self.value("history_starts_on", |text| text.parse().ok()),
            max_snapshot_age_days: self.number("max_snapshot_age_days", 0, 36_600),
            extracts_kept_days: self.value("extracts_kept_days", |text| {
                text.parse().ok().filter(|days| (0..=36_600).contains(days))
            }),
            require_manifest: self.value("require_manifest", |text| text.parse().ok()).unwrap_or(false),
            appeal_effect_days: self.number("appeal_effect_days", 0, 3_660),
            rank_within: self.rank_within(),
            after_sales_mix: self.after_sales_mix(),
            limits: self.limits(),
            quarantine_days: self.number("quarantine_days", 0, 36_600),
            keep_generations: self.number("keep_generations", 1, usize::MAX),
            keep_generations_days: self.number("keep_generations_days", 0, 36_600),
            catch_up_days: self.number("catch_up_days", 0, 36_600),
            memory_limit_mib: self
                .value("memory_limit_mib", |text| text.parse().ok().filter(|limit| *limit > 0)),
            wait_seconds: self.number("wait_seconds", 0, 1_000_000),
            min_free_mib: self.number("min_free_mib", 0, 1 << 40),
            rehash: self.value("rehash", |text| text.parse().ok()).unwrap_or(false),
        };
        // What stands in for an unsound value is never used: any finding ends the run here.
        Failure::unless_empty(ExitClass::Usage, self.findings)?;
        Failure::unless_empty(ExitClass::Usage, folders_in_one_another(&settings))?;
        Ok(settings)
    }

    fn rank_within(&mut self) -> RankWithin {
        let read = |text: &str| match text {
            "primary_category" => Some(RankWithin::PrimaryCategory),
            "assessment_category" => Some(RankWithin::AssessmentCategory),
            _ => None,
        };
        self.value("rank_within", read).unwrap_or(RankWithin::PrimaryCategory)
    }

    fn after_sales_mix(&mut self) -> AfterSalesMix {
        let read = |text: &str| match text {
            "equal" => Some(AfterSalesMix::Equal),
            "volume" => Some(AfterSalesMix::Volume),
            _ => None,
        };
        self.value("after_sales_mix", read).unwrap_or(AfterSalesMix::Equal)
    }

    fn limits(&mut self) -> Limits {
        Limits {
            max_quarantined_percent: self.percent("max_quarantined_percent"),
            max_quarantined_rows: self.number("max_quarantined_rows", 0, i64::MAX),
            max_unscored_percent: self.percent("max_unscored_percent"),
            min_rows_percent: self.percent("min_rows_percent"),
            min_rows_median: self.number("min_rows_median", 0, i64::MAX),
        }
    }
}

/// What we write may lie neither in one another nor among the extracts.
fn folders_in_one_another(settings: &Settings) -> Vec<Finding> {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (extracts, state, out) =
        (absolute(&settings.extracts), absolute(&settings.state), absolute(&settings.out));
    let pairs = [
        ("out", &out, "extracts", &extracts),
        ("state", &state, "extracts", &extracts),
        ("state", &state, "out", &out),
    ];
    let reverse = (out != state).then_some(("out", &out, "state", &state));
    pairs
        .into_iter()
        .chain(reverse)
        .filter(|(_, inner, _, outer)| inner.starts_with(outer))
        .map(|(inner, path, outer, _)| {
            Finding::new(STAGE, format!("{inner} inside {outer}"), "folders apart from one another")
                .path(path)
                .advice(format!("set {inner} to a folder of its own"))
        })
        .collect()
}

impl Settings {
    /// The window that ends with `as_of`.
    pub fn window(&self, as_of: Day) -> Window {
        Window::ending(as_of, self.window_days)
    }

    /// Which days a run for `as_of` needs, with the appeals up to `known_on`.
    pub fn coverage(&self, as_of: Day, known_on: Day) -> Coverage {
        Coverage {
            window: self.window(as_of),
            appeals_until: known_on,
            history_starts_on: self.history_starts_on,
            max_snapshot_age_days: Some(self.max_snapshot_age_days),
            extracts_kept_days: self.extracts_kept_days,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(given: &[(&str, &str)]) -> Vec<(String, String)> {
        given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn resolved(file: &str, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Outcome<Settings> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("nightly.toml");
        std::fs::write(&path, file).unwrap();
        resolve(Some(&path), pairs(environment).into_iter(), pairs(flags).into_iter())
    }

    #[test]
    fn every_default_is_sound() {
        let settings = resolve(None, std::iter::empty(), std::iter::empty()).unwrap();
        assert_eq!(settings.window_days, 30);
        assert_eq!((settings.history_starts_on, settings.extracts_kept_days), (None, None));
        assert_eq!(settings.limits.max_quarantined_percent.to_string(), "1");
    }

    #[test]
    fn flags_win_over_environment_over_file_over_default() {
        let file = "out = 'of the file'\nstate = 'of the file'\nrules = 'of the file'\nhistory_starts_on = 2021-12-03";
        let environment =
            [("SHOPSCORE_OUT", "of the environment"), ("SHOPSCORE_STATE", "of the environment")];
        let settings = resolved(file, &environment, &[("out", "of the flag")]).unwrap();
        assert_eq!(settings.out, Path::new("of the flag"));
        assert_eq!(settings.state, Path::new("of the environment"));
        assert_eq!(settings.rules, Path::new("of the file"));
        assert_eq!(settings.extracts, Path::new("sample_data"));
        assert_eq!(settings.history_starts_on, Some("2021-12-03".parse().unwrap()));
    }

    #[test]
    fn unknown_names_and_unsound_values_are_refused_together_with_their_origin() {
        let failure = resolved(
            "time_zon = 'UTC'\nwindow_days = 0",
            &[("SHOPSCORE_COLOUR", "1"), ("SHOPSCORE_TIME_ZONE", "Mars/Olympus"), ("HOME", "/")],
            &[("rank_within", "country"), ("max_unscored_percent", "-1"), ("extracts_kept_days", "-2")],
        )
        .unwrap_err();
        assert_eq!(failure.class, ExitClass::Usage);
        let text = failure.to_string();
        for expected in ["time_zon", "window_days", "SHOPSCORE_COLOUR", "Mars/Olympus", "country", "-1", "-2"]
        {
            assert!(text.contains(expected), "{expected} in {text}");
        }
    }

    #[test]
    fn what_is_written_lies_neither_in_one_another_nor_among_the_extracts() {
        let refused = |out: &str, state: &str| {
            let folders = [("extracts", "data/extracts"), ("out", out), ("state", state)];
            resolved("", &[], &folders).err().map_or(0, |failure| failure.findings.len())
        };
        assert_eq!(refused("data/out", "data/state"), 0);
        assert_eq!(refused("data/out", "data/out"), 1);
        assert_eq!(refused("data/out", "data/out/state"), 1);
        assert_eq!(refused("data/state/out", "data/state"), 1);
        assert_eq!(refused("data/extracts/payments", "data/state"), 1);
    }

    #[test]
    fn a_missing_or_broken_file_is_refused() {
        let none = || std::iter::empty();
        assert!(resolve(Some(Path::new("/nowhere/nightly.toml")), none(), none()).is_err());
        assert!(resolved("window_days = ", &[], &[]).is_err());
    }
}
