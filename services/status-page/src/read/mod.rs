//! From the stores to what the pages show.

mod alert;
mod description;
mod records;

use std::time::Duration;

use history::{History, RunReport};
use jiff::Timestamp;

use crate::transform::{self, STRIP};
use crate::view::{Alert, AlertState, Alerts, Overview, Pipeline, Range, Run, Setting, Standing};
pub use description::{Description, described};

/// How many runs of a pipeline are read: one more than the strip shows, so that each of it has a distance.
const RUNS: usize = STRIP + 1;
/// How many series of a measurement have their latest record read.
const LATEST: usize = 500;
/// How many alerts that are over are shown.
const RECENT_ALERTS: usize = 100;

/// Reads what the pages show. Each part that cannot be read is told on the page, and the others are shown.
pub struct Reader {
    /// The stores.
    pub history: History,
    /// What programs say of themselves, from files.
    pub programs: Vec<Description>,
    /// How far back runs are looked for; a pipeline that did not run since is not shown.
    pub look_back: Duration,
    /// Makes an error a text that holds no secret.
    pub tell: Box<dyn Fn(&history::Error) -> String>,
}

impl Reader {
    /// All pipelines and open alerts at `now`.
    pub async fn overview(&self, now: Timestamp) -> Overview {
        let mut problems = Vec::new();
        let since = now.checked_sub(self.look_back).unwrap_or(Timestamp::MIN);
        let found = self.history.pipelines(since, RUNS).await;
        let complete = found.is_ok();
        let found = self.or_note(found, &mut problems);
        let mut pipelines: Vec<_> = found
            .into_iter()
            .map(|pipeline| transform::standing(&pipeline.name, &runs(pipeline.runs), now))
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

    /// One pipeline at `now`; `None` where nobody ever heard of it.
    pub async fn pipeline(&self, name: &str, range: Range, now: Timestamp) -> Option<Pipeline> {
        let mut problems = Vec::new();
        let runs = runs(self.or_note(self.history.runs(name, RUNS).await, &mut problems));
        let description =
            self.descriptions(&mut problems).await.into_iter().find(|program| program.name == name);
        if runs.is_empty() && description.is_none() && problems.is_empty() {
            return None;
        }
        let failed = runs.iter().find(|run| !run.worked).cloned();
        let last_failure = match failed {
            Some(run) => Some(run),
            None => self.or_note(self.history.last_error(name).await, &mut problems).map(run),
        };
        let mut standing = transform::standing(name, &runs, now);
        let description = description.unwrap_or_default();
        description.apply(&mut standing);
        let mut alerts = self.read_alerts(&mut problems).await;
        alerts.retain(|alert| alert.program == name);
        let measurements = self.measurements(&description, range, now, &mut problems).await;
        problems.dedup();
        Some(Pipeline {
            at: now,
            standing,
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

    /// All alerts.
    pub async fn alerts(&self, now: Timestamp) -> Alerts {
        let mut problems = Vec::new();
        let mut alerts = self.read_alerts(&mut problems).await;
        let over =
            alerts.iter().position(|alert| alert.state == AlertState::Resolved).unwrap_or(alerts.len());
        alerts.truncate(over + RECENT_ALERTS);
        Alerts { at: now, alerts, problems }
    }

    /// Whether the stores can be read.
    pub async fn check(&self) -> Result<(), String> {
        self.history.state("check").await.map(drop).map_err(|error| (self.tell)(&error))
    }

    /// What programs say of themselves: what each kept when it last ran, else what the files say.
    async fn descriptions(&self, problems: &mut Vec<String>) -> Vec<Description> {
        let kept = self.or_note(self.history.state(description::KEY).await, problems);
        let mut descriptions: Vec<_> = kept.iter().filter_map(Description::kept).collect();
        for program in &self.programs {
            if !descriptions.iter().any(|known| known.name == program.name) {
                descriptions.push(program.clone());
            }
        }
        descriptions
    }

    /// Adds to pipelines what they say of themselves, and those that say something and never ran.
    async fn describe(&self, pipelines: &mut Vec<Standing>, now: Timestamp, problems: &mut Vec<String>) {
        for description in self.descriptions(problems).await {
            match pipelines.iter_mut().find(|pipeline| pipeline.name == description.name) {
                Some(standing) => description.apply(standing),
                None if description.has_runs() => {
                    let mut standing = transform::standing(&description.name, &[], now);
                    description.apply(&mut standing);
                    pipelines.push(standing);
                }
                None => {}
            }
        }
    }

    /// Open alerts first, then those that are over, the newest first.
    async fn read_alerts(&self, problems: &mut Vec<String>) -> Vec<Alert> {
        let kept = self.or_note(self.history.state(alert::PREFIX).await, problems);
        let mut alerts: Vec<Alert> = kept.iter().flat_map(alert::alerts).collect();
        alerts.sort_by(|one, other| {
            let newest = |alert: &Alert| alert.until.unwrap_or(alert.since);
            one.state.cmp(&other.state).then_with(|| newest(other).cmp(&newest(one)))
        });
        alerts
    }

    fn or_note<T: Default>(&self, read: Result<T, history::Error>, problems: &mut Vec<String>) -> T {
        read.unwrap_or_else(|error| {
            problems.push((self.tell)(&error));
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
