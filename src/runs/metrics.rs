//! The metrics of a run: declared once, all gauges, without times of their own.
//!
//! In: the record of a run, and the newest one that knows nights. Out: samples, of runs by their commands: the last run of each counts,
//! whatever ran since. A metric of which nothing is known has no sample; a count of nothing is 0.

use std::collections::BTreeMap;

use jiff::Timestamp;
use strum::{IntoEnumIterator, VariantArray};

use super::record::{DONE, INTERRUPTED, LastRun, NightRun, RunRecord};
use crate::assessments::monthly::Status;
use crate::error::ExitClass;
use crate::extracts::tables::Table;
use crate::stages::Stage;

/// A metric: a gauge with these labels.
pub(crate) struct Metric {
    /// With its unit last.
    pub(crate) name: &'static str,
    /// The names of its labels.
    pub(crate) labels: &'static [&'static str],
    /// What it says.
    pub(crate) help: &'static str,
    /// Its samples.
    pub(super) samples: fn(&Known<'_>) -> Samples,
}

/// What metrics are made of.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    /// The run that ends.
    pub(crate) run: &'a RunRecord,
    /// The newest run that came to the newest night that readers see, this one or one before; none where none is known.
    pub(crate) of_night: Option<&'a RunRecord>,
}

/// The values of labels, in their order, and the figure.
pub(super) type Samples = Vec<(Vec<String>, f64)>;

impl<'a> Known<'a> {
    /// The newest night that readers see.
    fn night(&self) -> Option<&'a NightRun> {
        self.of_night?.newest_night_of(self.run)
    }
}

/// All metrics.
pub(crate) static METRICS: [Metric; 20] = [
    Metric {
        name: "shopscore_info",
        labels: &["version"],
        help: "1, with the version of the program that ran last",
        samples: |known| one([&known.run.program_version], 1.0),
    },
    Metric {
        name: "shopscore_last_success_timestamp_seconds",
        labels: &["command"],
        help: "When a command last ended with 0",
        samples: |known| {
            known.run.last_success.iter().map(|(command, at)| (vec![command.clone()], seconds(*at))).collect()
        },
    },
    Metric {
        name: "shopscore_last_run_timestamp_seconds",
        labels: &["command"],
        help: "When the last run of a command ended",
        samples: |known| of_runs(known, |run| Some(seconds(run.ended_at))),
    },
    Metric {
        name: "shopscore_last_run_seconds",
        labels: &["command"],
        help: "How long it took",
        samples: |known| of_runs(known, |run| Some(run.seconds)),
    },
    Metric {
        name: "shopscore_last_run_exit_code",
        labels: &["command"],
        help: "Its exit code",
        samples: |known| of_runs(known, |run| Some(run.exit_code.into())),
    },
    Metric {
        name: "shopscore_last_run_exit_class",
        labels: &["command", "class"],
        help: "1 for its exit class, 0 for all others",
        samples: exit_classes,
    },
    Metric {
        name: "shopscore_last_run_warnings",
        labels: &["command"],
        help: "How many warnings it gave",
        samples: |known| of_runs(known, |run| Some(count(run.warnings))),
    },
    Metric {
        name: "shopscore_stage_seconds",
        labels: &["command", "stage"],
        help: "How long each stage of the last run of a command took, over all its nights",
        samples: stage_seconds,
    },
    Metric {
        name: "shopscore_peak_memory_bytes",
        labels: &["command"],
        help: "The most memory that the last run of a command took at a time",
        samples: |known| of_runs(known, |run| run.peak_memory_bytes.map(wide)),
    },
    Metric {
        name: "shopscore_free_bytes",
        labels: &["folder"],
        help: "The room that is left where out and state lie",
        samples: |known| known.run.disk.iter().map(|of| (vec![of.folder.clone()], wide(of.free_bytes))).collect(),
    },
    Metric {
        name: "shopscore_stale_nights",
        labels: &[],
        help: "Published nights that are stale, as far as runs have noticed",
        samples: |known| one([], count(known.run.stale_nights.len())),
    },
    Metric {
        name: "shopscore_held_nights",
        labels: &[],
        help: "Nights that rollbacks hold, until they are released",
        samples: |known| known.run.holds.as_ref().map_or(Vec::new(), |days| one([], count(days.len()))),
    },
    Metric {
        name: "shopscore_newest_night_timestamp_seconds",
        labels: &[],
        help: "00:00 UTC of the as-of day of the newest night that readers see",
        samples: |known| {
            known.run.newest_night.map_or(Vec::new(), |day| one([], f64::from(day.epoch_days()) * 86_400.0))
        },
    },
    Metric {
        name: "shopscore_input_rows",
        labels: &["extract"],
        help: "Rows of the extracts that the run was made of which came last to the newest night",
        samples: input_rows,
    },
    Metric {
        name: "shopscore_quarantined_rows",
        labels: &["extract", "reason"],
        help: "Rows of the newest night's window that were set aside",
        samples: |known| {
            of_night(known, |night| {
                let rows = night.quarantined.iter();
                rows.map(|of| (vec![of.extract.clone(), of.reason.clone()], whole(of.row_count))).collect()
            })
        },
    },
    Metric {
        name: "shopscore_unknown_shop_rows",
        labels: &[],
        help: "Rows of the newest night's window of shops that the snapshot does not have",
        samples: |known| of_night(known, |night| one([], whole(night.rows_of_unknown_shops))),
    },
    Metric {
        name: "shopscore_present_shops",
        labels: &["kind"],
        help: "Shops of the newest night: scored, unscored, admitted to marketing events",
        samples: present_shops,
    },
    Metric {
        name: "shopscore_assessed_shops",
        labels: &["status"],
        help: "Shops by what the newest assessed month end came to for them",
        samples: assessed_shops,
    },
    Metric {
        name: "shopscore_flips",
        labels: &["kind"],
        help: "Shops of the newest night that gained or lost admission since the night before, or whose month end came to another status",
        samples: flips,
    },
    Metric {
        name: "shopscore_month_ends_to_restate",
        labels: &[],
        help: "Frozen month ends that news of the newest night would change",
        samples: |known| of_night(known, |night| one([], count(night.to_restate.len()))),
    },
];

fn one<const N: usize>(labels: [&String; N], figure: f64) -> Samples {
    vec![(labels.into_iter().cloned().collect(), figure)]
}

fn of_night(known: &Known<'_>, samples: impl Fn(&NightRun) -> Samples) -> Samples {
    known.night().map_or(Vec::new(), samples)
}

/// Of the last run of each command.
fn of_runs(known: &Known<'_>, figure: impl Fn(&LastRun) -> Option<f64>) -> Samples {
    let runs = known.run.last_runs.iter();
    runs.filter_map(|(command, run)| Some((vec![command.clone()], figure(run)?))).collect()
}

/// Of the last run of each command, for each of these.
fn of_runs_by(known: &Known<'_>, names: &[&str], figure: impl Fn(&LastRun, &str) -> f64) -> Samples {
    let of = |(command, run)| {
        let figure = &figure;
        names.iter().map(move |name| (vec![String::clone(command), (*name).to_owned()], figure(run, name)))
    };
    known.run.last_runs.iter().flat_map(of).collect()
}

fn exit_classes(known: &Known<'_>) -> Samples {
    let classes: Vec<&str> = ExitClass::VARIANTS.iter().map(|class| class.name()).chain([DONE, INTERRUPTED]).collect();
    of_runs_by(known, &classes, |run, class| f64::from(u8::from(run.exit_class == class)))
}

fn stage_seconds(known: &Known<'_>) -> Samples {
    let stages: Vec<&str> = Stage::iter().map(Stage::name).collect();
    of_runs_by(known, &stages, |run, stage| run.stage_seconds.get(stage).copied().unwrap_or(0.0))
}

fn input_rows(known: &Known<'_>) -> Samples {
    let Some(of_night) = known.of_night else { return Vec::new() };
    let mut rows: BTreeMap<&str, i64> = Table::ALL.into_iter().map(|table| (table.name(), 0)).collect();
    for input in &of_night.inputs {
        *rows.entry(&input.extract).or_default() += input.row_count;
    }
    rows.into_iter().map(|(extract, rows)| (vec![extract.to_owned()], whole(rows))).collect()
}

fn present_shops(known: &Known<'_>) -> Samples {
    of_night(known, |night| {
        let admitted = night.standing.as_ref().map(|standing| ("admitted", standing.admitted_shops));
        let scored = [("scored", night.present_shops - night.unscored_shops), ("unscored", night.unscored_shops)];
        scored.into_iter().chain(admitted).map(|(kind, shops)| (vec![kind.to_owned()], count(shops))).collect()
    })
}

fn assessed_shops(known: &Known<'_>) -> Samples {
    let standing = known.night().and_then(|night| night.standing.as_ref());
    let Some(standing) = standing.filter(|standing| standing.month_end.is_some()) else { return Vec::new() };
    let shops = |status: &str| standing.shops_by_status.get(status).copied().unwrap_or(0);
    Status::ALL.iter().map(|status| (vec![status.name().to_owned()], count(shops(status.name())))).collect()
}

fn flips(known: &Known<'_>) -> Samples {
    let Some(standing) = known.night().and_then(|night| night.standing.as_ref()) else { return Vec::new() };
    let kinds = [
        ("gained_admission", standing.gained_admission.len()),
        ("lost_admission", standing.lost_admission.len()),
        ("status", standing.status_changes.len()),
    ];
    kinds.into_iter().map(|(kind, shops)| (vec![kind.to_owned()], count(shops))).collect()
}

fn seconds(at: Timestamp) -> f64 {
    at.as_duration().as_secs_f64()
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float, and counts lie far below 2^53")]
fn count(number: usize) -> f64 {
    number as f64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a gauge is a float; the last digits of exabytes are none of its business"
)]
fn wide(number: u64) -> f64 {
    number as f64
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float, and rows lie far below 2^53")]
fn whole(number: i64) -> f64 {
    number as f64
}
