//! The metrics of a run, in Prometheus' text format: declared once, told as gauges, without times of their own.
//!
//! In: the record of a run, and the newest one that knows nights. Out: the text of the metrics file. A metric of which nothing is known
//! has no sample; a count of nothing is 0.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;
use strum::{IntoEnumIterator, VariantArray};

use super::STAGE;
use super::record::{DONE, INTERRUPTED, NightRun, RunRecord};
use crate::assessments::monthly::Status;
use crate::error::{ExitClass, Outcome, fault};
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
    samples: fn(&Known<'_>) -> Samples,
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
type Samples = Vec<(Vec<String>, f64)>;

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
        help: "When the last run ended",
        samples: |known| known.run.ended_at.map_or(Vec::new(), |at| one([&known.run.command], seconds(at))),
    },
    Metric {
        name: "shopscore_last_run_seconds",
        labels: &["command"],
        help: "How long the last run took",
        samples: |known| known.run.seconds.map_or(Vec::new(), |took| one([&known.run.command], took)),
    },
    Metric {
        name: "shopscore_last_run_exit_code",
        labels: &["command"],
        help: "The exit code of the last run",
        samples: |known| known.run.exit_code.map_or(Vec::new(), |code| one([&known.run.command], code.into())),
    },
    Metric {
        name: "shopscore_last_run_exit_class",
        labels: &["command", "class"],
        help: "1 for the exit class of the last run, 0 for all others",
        samples: exit_classes,
    },
    Metric {
        name: "shopscore_last_run_warnings",
        labels: &["command"],
        help: "How many warnings the last run gave",
        samples: |known| one([&known.run.command], count(known.run.warnings.len())),
    },
    Metric {
        name: "shopscore_stage_seconds",
        labels: &["stage"],
        help: "How long each stage of the last run took, over all its nights",
        samples: stage_seconds,
    },
    Metric {
        name: "shopscore_peak_memory_bytes",
        labels: &[],
        help: "The most memory that the last run took at a time",
        samples: |known| known.run.peak_memory_bytes.map_or(Vec::new(), |bytes| one([], wide(bytes))),
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

fn exit_classes(known: &Known<'_>) -> Samples {
    let classes = ExitClass::VARIANTS.iter().map(|class| class.name()).chain([DONE, INTERRUPTED]);
    let is = |class: &str| f64::from(u8::from(known.run.exit_class == class));
    classes.map(|class| (vec![known.run.command.clone(), class.to_owned()], is(class))).collect()
}

fn stage_seconds(known: &Known<'_>) -> Samples {
    let seconds =
        |stage: Stage| known.run.stages.iter().find(|of| of.stage == stage.name()).map_or(0.0, |of| of.seconds);
    Stage::iter().map(|stage| (vec![stage.name().to_owned()], seconds(stage))).collect()
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

/// The samples of all metrics, each with its labels.
struct Gauges(Vec<(&'static Metric, Samples)>);

impl fmt::Debug for Gauges {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.0.iter().map(|(metric, _)| metric.name)).finish()
    }
}

impl Collector for Gauges {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        for (metric, samples) in self.0.iter().filter(|(_, samples)| !samples.is_empty()) {
            let mut family = encoder.encode_descriptor(metric.name, metric.help, None, MetricType::Gauge)?;
            for (values, figure) in samples {
                let labels: Vec<(&str, &str)> =
                    metric.labels.iter().copied().zip(values.iter().map(String::as_str)).collect();
                ConstGauge::new(*figure).encode(family.encode_family(&labels)?)?;
            }
        }
        Ok(())
    }
}

/// The text of the metrics file.
pub(crate) fn text(known: Known<'_>) -> Outcome<String> {
    let mut registry = Registry::default();
    let gauges = METRICS.iter().map(|metric| (metric, (metric.samples)(&known))).collect();
    registry.register_collector(Box::new(Gauges(gauges)));
    let mut text = String::new();
    text::encode(&mut text, &registry).map_err(|error| fault(STAGE, error))?;
    Ok(text)
}
