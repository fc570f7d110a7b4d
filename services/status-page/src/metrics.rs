//! How the pipelines are doing, as Prometheus reads it.

use std::sync::atomic::AtomicU64;

use http_server::prometheus::metrics::family::Family;
use http_server::prometheus::metrics::gauge::Gauge;
use http_server::prometheus::registry::{Registry, Unit};

use crate::view::{Overview, Run, Standing};

type Labels = Vec<(&'static str, String)>;
type Gauges = Family<Labels, Gauge<f64, AtomicU64>>;
type Counts = Family<Labels, Gauge>;

/// The metrics of an overview.
pub fn registry(overview: &Overview) -> Registry {
    let mut registry = Registry::default();
    let of_last = |value: fn(&Run) -> f64| of_each(overview, |standing| standing.last.as_ref().map(value));
    registry.register(
        "pipeline_last_run_failed",
        "Whether the last run failed",
        of_last(|run| bit(!run.worked)),
    );
    registry.register("pipeline_last_run_records", "Records the last run stored", records(overview));
    registry.register("pipeline_late", "Whether no run started for two periods", of_each(overview, is_late));
    registry.register("alerts_open", "Alerts that are open", open_alerts(overview));
    let mut seconds = |name, help, gauges| registry.register_with_unit(name, help, Unit::Seconds, gauges);
    seconds(
        "pipeline_last_run_duration",
        "How long the last run took",
        of_last(|run| run.duration.as_secs_f64()),
    );
    seconds(
        "pipeline_last_run_timestamp",
        "When the last run started",
        of_last(|run| run.started.as_duration().as_secs_f64()),
    );
    seconds(
        "pipeline_last_success_timestamp",
        "When the last run that worked started",
        of_each(overview, |standing| Some(standing.last_success?.as_duration().as_secs_f64())),
    );
    registry
}

fn of_each(overview: &Overview, value: impl Fn(&Standing) -> Option<f64>) -> Gauges {
    let gauges = Gauges::default();
    for standing in &overview.pipelines {
        if let Some(value) = value(standing) {
            gauges.get_or_create(&vec![("pipeline", standing.name.clone())]).set(value);
        }
    }
    gauges
}

fn is_late(standing: &Standing) -> Option<f64> {
    standing.last.as_ref().map(|_| bit(standing.is_late))
}

fn records(overview: &Overview) -> Counts {
    let counts = Counts::default();
    for (standing, run) in
        overview.pipelines.iter().filter_map(|standing| Some((standing, standing.last.as_ref()?)))
    {
        counts.get_or_create(&vec![("pipeline", standing.name.clone())]).set(run.rows_out);
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
