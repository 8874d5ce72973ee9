//! The metrics file: samples in Prometheus' text format.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

use super::STAGE;
use super::metrics::{Known, METRICS, Metric, Samples};
use crate::error::{Outcome, fault};

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
