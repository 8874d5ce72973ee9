//! The settings of a run: flags over environment over file over defaults, resolved before any data is read.
//!
//! [`declared`] says what there is; unknown names are refused, and every finding names where the value came from.

mod declared;
mod layers;

use std::path::{Path, PathBuf};

pub use declared::{Reach, SETTINGS};
use layers::{Layers, STAGE, Values};

use crate::domain::{Day, Span};
use crate::error::{ExitClass, Failure, Finding, Outcome, disk, fault};
use crate::policies::{AfterSalesMix, Coverage, Limits, RankWithin};
use crate::zone::Zone;

const ENVIRONMENT_PREFIX: &str = "SHOPSCORE_";

/// The settings of a run, every one of them sound; what each means is said in [`SETTINGS`].
#[derive(Clone, Debug)]
pub struct Settings {
    pub(crate) extracts: PathBuf,
    pub(crate) rules: PathBuf,
    pub(crate) state: PathBuf,
    pub(crate) out: PathBuf,
    /// How many threads may work.
    pub threads: usize,
    pub(crate) zone: Zone,
    /// How many natural days a window has.
    pub window_days: i32,
    /// Days before this one may lack partitions; none: no day may.
    pub(crate) history_starts_on: Option<Day>,
    pub(crate) max_snapshot_age_days: i32,
    /// How many days before its table's newest partition a day's extracts are kept; for ever where there is none.
    pub(crate) extracts_kept_days: Option<i32>,
    pub(crate) require_manifest: bool,
    pub(crate) appeal_effect_days: i32,
    pub(crate) rank_within: RankWithin,
    pub(crate) after_sales_mix: AfterSalesMix,
    pub(crate) limits: Limits,
    pub(crate) quarantine_days: i32,
    pub(crate) keep_generations: usize,
    pub(crate) keep_generations_days: i64,
    pub(crate) catch_up_days: i32,
    /// How much memory the work is planned for; none: as much as it takes.
    pub(crate) memory_limit_mib: Option<u64>,
    pub(crate) wait_seconds: u64,
    pub(crate) min_free_mib: u64,
    pub(crate) rehash: bool,
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
    let settings = read(&layers.checked()?)?;
    check_apart(&settings)?;
    Ok(settings)
}

fn read(values: &Values) -> Outcome<Settings> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let zone: String = values.get("time_zone")?;
    Ok(Settings {
        extracts: values.get("extracts")?,
        rules: values.get("rules")?,
        state: values.get("state")?,
        out: values.get("out")?,
        threads: values.optional("threads")?.unwrap_or(cores),
        zone: Zone::named(&zone).ok_or_else(|| fault(STAGE, format!("no time zone {zone}")))?,
        window_days: values.get("window_days")?,
        history_starts_on: values.optional("history_starts_on")?,
        max_snapshot_age_days: values.get("max_snapshot_age_days")?,
        extracts_kept_days: values.optional("extracts_kept_days")?,
        require_manifest: values.get("require_manifest")?,
        appeal_effect_days: values.get("appeal_effect_days")?,
        rank_within: values.get("rank_within")?,
        after_sales_mix: values.get("after_sales_mix")?,
        limits: Limits {
            max_quarantined_percent: values.get("max_quarantined_percent")?,
            max_quarantined_rows: values.get("max_quarantined_rows")?,
            max_unscored_percent: values.get("max_unscored_percent")?,
            min_rows_percent: values.get("min_rows_percent")?,
            min_rows_median: values.get("min_rows_median")?,
        },
        quarantine_days: values.get("quarantine_days")?,
        keep_generations: values.get("keep_generations")?,
        keep_generations_days: values.get("keep_generations_days")?,
        catch_up_days: values.get("catch_up_days")?,
        memory_limit_mib: values.optional("memory_limit_mib")?,
        wait_seconds: values.get("wait_seconds")?,
        min_free_mib: values.get("min_free_mib")?,
        rehash: values.get("rehash")?,
    })
}

/// What we write may lie neither in one another nor among the extracts.
fn check_apart(settings: &Settings) -> Outcome<()> {
    let absolute = |path: &Path| {
        std::path::absolute(path).map_err(|error| disk(STAGE, "finding the working folder", path, &error))
    };
    let extracts = ("extracts", absolute(&settings.extracts)?);
    let (state, out) = (("state", absolute(&settings.state)?), ("out", absolute(&settings.out)?));
    let mut pairs = vec![(&out, &extracts), (&state, &extracts), (&state, &out)];
    if out.1 != state.1 {
        pairs.push((&out, &state));
    }
    let within = pairs.into_iter().filter(|(inner, outer)| inner.1.starts_with(&outer.1));
    let findings = within.map(|((inner, path), (outer, _))| {
        let finding = Finding::new(STAGE, format!("{inner} inside {outer}"), "folders apart from one another");
        finding.path(path).advice(format!("set {inner} to a folder of its own"))
    });
    Failure::unless_empty(ExitClass::Usage, findings.collect())
}

impl Settings {
    pub(crate) fn window(&self, as_of: Day) -> Span {
        Span::ending(as_of, self.window_days)
    }

    /// The settings that reach into a night besides its daily partials, `name=value`, one a line: equal texts, equal
    /// policies.
    pub(crate) fn described(&self) -> String {
        let Self { window_days, appeal_effect_days, rank_within, after_sales_mix, .. } = self;
        format!(
            "window_days={window_days}\nappeal_effect_days={appeal_effect_days}\nrank_within={rank_within}\n\
             after_sales_mix={after_sales_mix}"
        )
    }

    /// Which days a run for `as_of` needs, with the appeals up to `known_on`.
    pub(crate) fn coverage(&self, as_of: Day, known_on: Day) -> Coverage {
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
    use super::declared::Kind;
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

    /// What nights are known by: a change of it makes every published night stale.
    #[test]
    fn the_policies_are_described_by_name_and_value() {
        let described = |flags| resolved("", &[], flags).unwrap().described();
        let usual = "window_days=30\nappeal_effect_days=1\nrank_within=primary_category\nafter_sales_mix=equal";
        assert_eq!(described(&[]), usual);
        let other = [("rank_within", "assessment_category"), ("after_sales_mix", "volume"), ("window_days", "031")];
        assert_eq!(
            described(&other),
            "window_days=31\nappeal_effect_days=1\nrank_within=assessment_category\nafter_sales_mix=volume"
        );
        let of_a_night = SETTINGS.iter().filter(|setting| setting.reaches == Reach::Night);
        let names = usual.lines().filter_map(|line| line.split('=').next());
        assert!(names.eq(of_a_night.map(|setting| setting.name)));
    }

    #[test]
    fn the_lowest_and_the_highest_number_of_every_setting_can_be_read() {
        for setting in &SETTINGS {
            if let Kind::Between(_, lowest, highest) | Kind::AtLeast(_, lowest, highest) = setting.kind {
                for number in [lowest, highest] {
                    assert!(resolved("", &[], &[(setting.name, &number.to_string())]).is_ok(), "{}", setting.name);
                }
            }
        }
    }

    #[test]
    fn flags_win_over_environment_over_file_over_default() {
        let file = "out = 'of the file'\nstate = 'of the file'\nrules = 'of the file'\nhistory_starts_on = 2021-12-03";
        let environment = [("SHOPSCORE_OUT", "of the environment"), ("SHOPSCORE_STATE", "of the environment")];
        let settings = resolved(file, &environment, &[("out", "of the flag")]).unwrap();
        assert_eq!(settings.out, Path::new("of the flag"));
        assert_eq!(settings.state, Path::new("of the environment"));
        assert_eq!(settings.rules, Path::new("of the file"));
        assert_eq!((settings.extracts.as_path(), settings.extracts_kept_days), (Path::new("sample_data"), None));
        assert_eq!(settings.history_starts_on, Some("2021-12-03".parse().unwrap()));
    }

    #[test]
    fn a_name_mistyped_is_refused_with_the_one_that_was_meant() {
        for (typed, meant) in [
            ("time_zon", "; did you mean time_zone? correct"),
            ("windowdays", "; did you mean window_days? correct"),
            ("colour", "; correct"),
            ("", "; correct"),
        ] {
            let refused = resolved("", &[], &[(typed, "1")]).unwrap_err().to_string();
            assert!(refused.contains(meant), "{typed}: {refused}");
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
}
