//! Metrics of the pipelines, for Prometheus.

use std::sync::atomic::AtomicU64;

use http_server::prometheus::metrics::family::Family;
use http_server::prometheus::metrics::gauge::Gauge;
use http_server::prometheus::registry::{Registry, Unit};

use crate::view::{Overview, PipelineStatus, Run};

type Labels = Vec<(&'static str, String)>;
type Gauges = Family<Labels, Gauge<f64, AtomicU64>>;
type Counts = Family<Labels, Gauge>;

/// Creates the metrics of an overview.
pub fn registry(overview: &Overview) -> Registry {
    let mut registry = Registry::default();
    let of_last = |value: fn(&Run) -> f64| of_each(overview, |status| status.last.as_ref().map(value));
    registry.register(
        "pipeline_last_run_failed",
        "Whether the last run failed",
        of_last(|run| bit(!run.worked)),
    );
    registry.register("pipeline_last_run_records", "Records stored by the last run", records(overview));
    registry.register(
        "pipeline_late",
        "Whether no run has started for two periods",
        of_each(overview, is_late),
    );
    registry.register("alerts_open", "Open alerts", open_alerts(overview));
    let mut seconds = |name, help, gauges| registry.register_with_unit(name, help, Unit::Seconds, gauges);
    seconds(
        "pipeline_last_run_duration",
        "Duration of the last run",
        of_last(|run| run.duration.as_secs_f64()),
    );
    seconds(
        "pipeline_last_run_timestamp",
        "Start of the last run",
        of_last(|run| run.started.as_duration().as_secs_f64()),
    );
    seconds(
        "pipeline_last_success_timestamp",
        "Start of the last successful run",
        of_each(overview, |status| Some(status.last_success?.as_duration().as_secs_f64())),
    );
    registry
}

fn of_each(overview: &Overview, value: impl Fn(&PipelineStatus) -> Option<f64>) -> Gauges {
    let gauges = Gauges::default();
    for status in &overview.pipelines {
        if let Some(value) = value(status) {
            gauges.get_or_create(&vec![("pipeline", status.name.clone())]).set(value);
        }
    }
    gauges
}

fn is_late(status: &PipelineStatus) -> Option<f64> {
    status.last.as_ref().map(|_| bit(status.is_late))
}

fn records(overview: &Overview) -> Counts {
    let counts = Counts::default();
    for (status, run) in overview.pipelines.iter().filter_map(|status| Some((status, status.last.as_ref()?)))
    {
        counts.get_or_create(&vec![("pipeline", status.name.clone())]).set(run.rows_out);
    }
    counts
}

fn open_alerts(overview: &Overview) -> Counts {
    let counts = Counts::default();
    for severity in ["info", "warning", "critical"] {
        let gauge = counts.get_or_create_owned(&vec![("severity", severity.to_owned())]);
        for _ in overview.alerts.iter().filter(|alert| alert.severity == severity) {
            gauge.inc();
        }
    }
    counts
}

fn bit(yes: bool) -> f64 {
    f64::from(u8::from(yes))
}
