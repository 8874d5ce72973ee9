//! The settings of a run: flags over environment over file over defaults, resolved before any data is read.
//!
//! [`declared`] says what there is; unknown names are refused, and every finding names where the value came from. [`places`] says
//! what relative paths are relative to, so that a file of settings means the same from every working folder.

mod addresses;
mod declared;
mod engine;
mod file;
mod layers;
mod mappings;
mod moved;
mod nearest;
mod origin;
mod places;
pub(crate) mod recorded;
pub(crate) mod reports;
pub(crate) mod shown;
mod values;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use declared::STAGE;
pub use declared::{Reach, SETTINGS};
pub use engine::Engine;
use layers::{Layers, Resolved};
pub(crate) use places::absolute;
use values::Values;

use crate::calendar::Month;
use crate::domain::{Day, Span};
use crate::error::{ExitClass, Failure, Finding, Outcome, fault};
use crate::extracts::delivery::{Delivery, TableDelivery};
use crate::extracts::tables::Table;
use crate::policies::{AfterSalesMix, AnnualFeeBy, Bounds, Coverage, Cycles, Limits, RankWithin, Severity};
use crate::zone::Zone;

/// The settings of a run, every one of them sound; what each means is said in [`SETTINGS`].
#[derive(Clone, Debug)]
pub struct Settings {
    /// How the extracts are delivered.
    pub(crate) delivery: Delivery,
    /// The engine that reads them, if it is none of ours.
    pub(crate) engine: Option<Engine>,
    pub(crate) rules: PathBuf,
    pub(crate) state: PathBuf,
    pub(crate) out: PathBuf,
    /// How many threads may work.
    pub threads: usize,
    /// How many natural days a window has.
    pub window_days: i32,
    /// Days before this one may lack partitions; none: no day may.
    pub(crate) history_starts_on: Option<Day>,
    pub(crate) max_snapshot_age_days: i32,
    /// How many days before its table's newest partition a day's extracts are kept; for ever where there is none.
    pub(crate) extracts_kept_days: Option<i32>,
    pub(crate) appeal_effect_days: i32,
    pub(crate) rank_within: RankWithin,
    pub(crate) after_sales_mix: AfterSalesMix,
    /// Over which months the failures of a shop count.
    pub(crate) cycles: Cycles,
    pub(crate) annual_fee_by: AnnualFeeBy,
    pub(crate) limits: Limits,
    pub(crate) quarantine_days: i32,
    pub(crate) keep_generations: usize,
    pub(crate) keep_generations_days: i64,
    pub(crate) keep_runs_days: i64,
    pub(crate) catch_up_days: i32,
    /// How much memory the work is planned for; none: as much as it takes.
    pub(crate) memory_limit_mib: Option<u64>,
    pub(crate) wait_seconds: u64,
    pub(crate) min_free_mib: u64,
    /// Whether what is asked over many nights is published once more, a file a month.
    pub(crate) publish_months: bool,
    /// Whether what a run publishes is followed by a report.
    pub(crate) report: bool,
    pub(crate) rehash: bool,
}

/// What was given to a run, in all layers, the later one winning; it is checked when it is asked for.
#[derive(Clone)]
pub(crate) struct Given {
    file: Option<PathBuf>,
    layers: Layers,
}

impl Given {
    /// Reads the file of settings, if there is one, and takes what else was given.
    ///
    /// # Errors
    /// A file that cannot be read as one of settings, exit class usage.
    pub(crate) fn of(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
        flags: impl Iterator<Item = (String, String)>,
    ) -> Outcome<Self> {
        let mut layers = Layers::default();
        if let Some(path) = file {
            layers.add_file(path)?;
        }
        layers.add_environment(environment);
        layers.add_typed(flags);
        Ok(Self { file: file.map(Path::to_owned), layers })
    }

    /// The settings, all of them sound.
    ///
    /// # Errors
    /// Every unknown name and unsound value, exit class usage.
    pub(crate) fn settings(&self) -> Outcome<Settings> {
        let resolved = self.resolved()?;
        moved::warn(self.file.as_deref(), &resolved);
        let settings = read(&resolved.values, resolved.tables)?;
        check_apart(&settings.delivery.extracts, &settings.state, &settings.out)?;
        Ok(settings)
    }

    fn resolved(&self) -> Outcome<Resolved> {
        self.layers.clone().checked(self.file.as_deref())
    }
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
    Given::of(file, environment, flags)?.settings()
}

fn read(values: &Values, tables: BTreeMap<Table, TableDelivery>) -> Outcome<Settings> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let zone: String = values.get("time_zone")?;
    let zone = Zone::named(&zone).ok_or_else(|| fault(STAGE, format!("no time zone {zone}")))?;
    let named = |name: &str| Table::ALL.into_iter().find(|table| table.name() == name);
    let may_be_absent = values.list("may_be_absent").map(|name| named(name).ok_or_else(|| fault(STAGE, name)));
    let delivery = Delivery {
        extracts: values.folder("extracts")?,
        remote: None,
        said: Arc::default(),
        linked_roots: values.folders("linked_roots").to_vec(),
        require_manifest: values.get("require_manifest")?,
        require_success_marker: values.get("require_success_marker")?,
        may_be_absent: may_be_absent.collect::<Outcome<_>>()?,
        timestamps: values.get("timestamps")?,
        int96: values.get("int96")?,
        zone,
        earliest_day: values.get("earliest_day")?,
        tables,
    };
    let engine = engine::of(values)?;
    engine::check(engine.as_ref(), &delivery, values)?;
    Ok(Settings {
        delivery,
        engine,
        rules: values.folder("rules")?,
        state: values.folder("state")?,
        out: values.folder("out")?,
        threads: values.optional("threads")?.unwrap_or(cores),
        window_days: values.get("window_days")?,
        history_starts_on: values.optional("history_starts_on")?,
        max_snapshot_age_days: values.get("max_snapshot_age_days")?,
        extracts_kept_days: values.optional("extracts_kept_days")?,
        appeal_effect_days: values.get("appeal_effect_days")?,
        rank_within: values.get("rank_within")?,
        after_sales_mix: values.get("after_sales_mix")?,
        cycles: Cycles {
            assessment_cycle: values.get("assessment_cycle")?,
            shop_year_from: values.get("shop_year_from")?,
            exempt_months: values.get("exempt_months")?,
        },
        annual_fee_by: values.get("annual_fee_by")?,
        limits: Limits {
            of_errors: bounds(values, Severity::Error)?,
            of_warnings: bounds(values, Severity::Warning)?,
            warn_snapshot_age_days: values.get("warn_snapshot_age_days")?,
        },
        quarantine_days: values.get("quarantine_days")?,
        keep_generations: values.get("keep_generations")?,
        keep_generations_days: values.get("keep_generations_days")?,
        keep_runs_days: values.get("keep_runs_days")?,
        catch_up_days: values.get("catch_up_days")?,
        memory_limit_mib: values.optional("memory_limit_mib")?,
        wait_seconds: values.get("wait_seconds")?,
        min_free_mib: values.get("min_free_mib")?,
        publish_months: values.get("publish_months")?,
        report: values.get("report")?,
        rehash: values.get("rehash")?,
    })
}

fn bounds(values: &Values, severity: Severity) -> Outcome<Bounds> {
    let percent = |of_errors| values.get(&severity.setting(of_errors));
    let rows = |of_errors| values.get(&severity.setting(of_errors));
    Ok(Bounds {
        severity,
        quarantined_percent: percent("max_quarantined_percent")?,
        quarantined_rows: rows("max_quarantined_rows")?,
        unscored_percent: percent("max_unscored_percent")?,
        snapshot_percent: percent("min_snapshot_percent")?,
        unknown_shop_percent: percent("max_unknown_shop_percent")?,
        unknown_shop_rows: rows("max_unknown_shop_rows")?,
        rows_percent: percent("min_rows_percent")?,
        rows_median: rows("min_rows_median")?,
    })
}

/// What we write may lie neither in one another nor among the extracts.
fn check_apart(extracts: &Path, state: &Path, out: &Path) -> Outcome<()> {
    // On another machine, but for those of a file system.
    let on_disk = extracts.to_str().and_then(|extracts| extracts.strip_prefix("file://")).map_or(extracts, Path::new);
    let extracts = ("extracts", absolute(on_disk)?);
    let (state, out) = (("state", absolute(state)?), ("out", absolute(out)?));
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

    /// The last day of the month of `as_of`, and the days of its window up to `as_of`; none where all of them are still to come.
    pub(crate) fn outlook(&self, as_of: Day) -> (Day, Option<Span>) {
        let month_end = Month::of(as_of).last_day();
        let first = self.window(month_end).first;
        (month_end, (first <= as_of).then_some(Span { first, last: as_of }))
    }

    /// The settings that reach into a night besides its daily partials, `name=value`, one a line: equal texts, equal
    /// policies.
    pub(crate) fn described(&self) -> String {
        let Self { window_days, appeal_effect_days, rank_within, after_sales_mix, cycles, .. } = self;
        let Cycles { assessment_cycle, shop_year_from, exempt_months } = cycles;
        format!(
            "window_days={window_days}\nappeal_effect_days={appeal_effect_days}\nrank_within={rank_within}\n\
             after_sales_mix={after_sales_mix}\nassessment_cycle={assessment_cycle}\n\
             shop_year_from={shop_year_from}\nexempt_months={exempt_months}"
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
mod tests;
