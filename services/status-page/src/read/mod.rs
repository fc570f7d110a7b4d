//! Reading of the stores for the pages.

mod alert;
mod description;
mod records;

use std::time::Duration;

use history::{History, RunReport};
use jiff::Timestamp;

use crate::transform::{self, STRIP};
use crate::view::{Alert, AlertState, Alerts, Overview, Pipeline, PipelineStatus, Range, Run, Setting};
pub use description::{Description, described};

/// Number of runs read per pipeline: those of the strip, and one more for its intervals.
const RUNS: usize = STRIP + 1;
/// Number of series whose latest record is read.
const LATEST: usize = 500;
/// Number of resolved alerts shown.
const RECENT_ALERTS: usize = 100;

/// Reads the data of the pages. An error of one part is shown on the page, beside the other parts.
pub struct Reader {
    /// Stores.
    pub history: History,
    /// Descriptions of programs, from files.
    pub programs: Vec<Description>,
    /// Time for which runs are read; a pipeline without runs in that time is not shown.
    pub look_back: Duration,
    /// Formats an error without secrets.
    pub describe_error: Box<dyn Fn(&history::Error) -> String>,
}

impl Reader {
    /// Reads all pipelines and open alerts at `now`.
    pub async fn overview(&self, now: Timestamp) -> Overview {
        let mut problems = Vec::new();
        let since = now.checked_sub(self.look_back).unwrap_or(Timestamp::MIN);
        let found = self.history.pipelines(since, RUNS).await;
        let complete = found.is_ok();
        let found = self.or_report(found, &mut problems);
        let mut pipelines: Vec<_> = found
            .into_iter()
            .map(|pipeline| transform::status(&pipeline.name, &runs(pipeline.runs), now))
            .collect();
        if complete {
            self.describe(&mut pipelines, now, &mut problems).await;
        }
        transform::sort(&mut pipelines);
        let mut alerts = self.read_alerts(&mut problems).await;
        alerts.retain(|alert| alert.state != AlertState::Resolved);
        problems.dedup();
        Overview { at: now, pipelines, alerts, complete, problems }
    }

    /// Reads a pipeline at `now`; `None` if it is unknown.
    pub async fn pipeline(&self, name: &str, range: Range, now: Timestamp) -> Option<Pipeline> {
        let mut problems = Vec::new();
        let runs = runs(self.or_report(self.history.runs(name, RUNS).await, &mut problems));
        let description =
            self.descriptions(&mut problems).await.into_iter().find(|program| program.name == name);
        if runs.is_empty() && description.is_none() && problems.is_empty() {
            return None;
        }
        let failed = runs.iter().find(|run| !run.worked).cloned();
        let last_failure = match failed {
            Some(run) => Some(run),
            None => self.or_report(self.history.last_error(name).await, &mut problems).map(run),
        };
        let mut status = transform::status(name, &runs, now);
        let description = description.unwrap_or_default();
        description.apply(&mut status);
        let mut alerts = self.read_alerts(&mut problems).await;
        alerts.retain(|alert| alert.program == name);
        let measurements = self.measurements(&description, range, now, &mut problems).await;
        problems.dedup();
        Some(Pipeline {
            at: now,
            status,
            alerts,
            last_failure,
            range,
            measurements,
            runs,
            settings: description.settings(),
            schemas: description.records,
            problems,
        })
    }

    /// Reads all alerts.
    pub async fn alerts(&self, now: Timestamp) -> Alerts {
        let mut problems = Vec::new();
        let mut alerts = self.read_alerts(&mut problems).await;
        let over =
            alerts.iter().position(|alert| alert.state == AlertState::Resolved).unwrap_or(alerts.len());
        alerts.truncate(over + RECENT_ALERTS);
        Alerts { at: now, alerts, problems }
    }

    /// Tests whether the stores can be read.
    pub async fn check(&self) -> Result<(), String> {
        self.history.state("check").await.map(drop).map_err(|error| (self.describe_error)(&error))
    }

    /// Descriptions of programs, from their state, or else from files.
    async fn descriptions(&self, problems: &mut Vec<String>) -> Vec<Description> {
        let entries = self.or_report(self.history.state(description::KEY).await, problems);
        let mut descriptions: Vec<_> = entries.iter().filter_map(Description::from_state).collect();
        for program in &self.programs {
            if !descriptions.iter().any(|known| known.name == program.name) {
                descriptions.push(program.clone());
            }
        }
        descriptions
    }

    /// Adds descriptions to pipelines, and adds described programs that have never run.
    async fn describe(
        &self,
        pipelines: &mut Vec<PipelineStatus>,
        now: Timestamp,
        problems: &mut Vec<String>,
    ) {
        for description in self.descriptions(problems).await {
            match pipelines.iter_mut().find(|pipeline| pipeline.name == description.name) {
                Some(status) => description.apply(status),
                None if description.has_runs() => {
                    let mut status = transform::status(&description.name, &[], now);
                    description.apply(&mut status);
                    pipelines.push(status);
                }
                None => {}
            }
        }
    }

    /// Reads open alerts, then resolved ones, newest first.
    async fn read_alerts(&self, problems: &mut Vec<String>) -> Vec<Alert> {
        let entries = self.or_report(self.history.state(alert::PREFIX).await, problems);
        let mut alerts: Vec<Alert> = entries.iter().flat_map(alert::alerts).collect();
        alerts.sort_by(|one, other| {
            let newest = |alert: &Alert| alert.until.unwrap_or(alert.since);
            one.state.cmp(&other.state).then_with(|| newest(other).cmp(&newest(one)))
        });
        alerts
    }

    fn or_report<T: Default>(&self, read: Result<T, history::Error>, problems: &mut Vec<String>) -> T {
        read.unwrap_or_else(|error| {
            problems.push((self.describe_error)(&error));
            T::default()
        })
    }
}

fn runs(reports: Vec<RunReport>) -> Vec<Run> {
    reports.into_iter().map(run).collect()
}

fn run(report: RunReport) -> Run {
    Run {
        started: report.started,
        duration: Duration::try_from_secs_f64(report.duration).unwrap_or_default(),
        worked: report.is_ok(),
        version: report.version,
        run_id: report.run_id,
        rows_in: report.rows_in,
        rows_out: report.rows_out,
        rows_refused: report.rows_refused,
        rows_spooled: report.rows_spooled,
        retries: report.retries,
        stage: report.stage,
        exit: report.exit,
        error: report.error,
    }
}
