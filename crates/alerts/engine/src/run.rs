//! Observations of runs: a program that fails raises one alert for each stage it fails at.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{AlertText, Hold, Links, Observation, Severity, Verdict};

/// The end of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunEnd {
    /// Program.
    pub program: String,
    /// Id of the run.
    pub run: String,
    /// Begin of the run.
    pub started: Timestamp,
    /// End of the run.
    pub ended: Timestamp,
    /// Its failure; `None` when it worked.
    pub failure: Option<RunFailure>,
}

/// Failure of a run, without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFailure {
    /// Stage it failed at, as in `extract`.
    pub stage: String,
    /// Error, one line for each thing that failed.
    pub error: String,
    /// Exit code.
    pub exit: u8,
}

/// Rule for failed runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRule {
    /// Number of runs, or time, that must fail.
    pub hold: Hold,
    /// Severity.
    pub severity: Severity,
    /// Concern.
    pub concern: Option<String>,
}

impl RunRule {
    /// Observations of a run: the stage it failed at is bad; when it worked, every stage is good. A failed run says
    /// nothing of the other stages, so an alert of one goes on until a run works.
    pub fn observe(&self, end: &RunEnd, stages: &[&str], links: &Links) -> Vec<Observation> {
        match &end.failure {
            Some(failure) => {
                vec![self.observation(end, &failure.stage, Verdict::Bad, failed(end, failure), links)]
            }
            None => stages
                .iter()
                .map(|stage| self.observation(end, stage, Verdict::Good, works(end), links))
                .collect(),
        }
    }

    fn observation(
        &self,
        end: &RunEnd,
        stage: &str,
        verdict: Verdict,
        text: AlertText,
        links: &Links,
    ) -> Observation {
        let label = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Observation {
            key: run_key(&end.program, stage),
            at: end.ended,
            began: end.started,
            verdict,
            hold: self.hold,
            severity: self.severity,
            concern: self.concern.clone(),
            text,
            value: None,
            limit: None,
            unit: None,
            link: links.of_a_run(),
            program: end.program.clone(),
            labels: BTreeMap::from([label("rule", "run"), label("stage", stage)]),
            occurrence: None,
        }
    }
}

/// The key of the alert about runs that fail at a stage.
pub fn run_key(program: &str, stage: &str) -> String {
    format!("{program}/run/{stage}")
}

fn failed(end: &RunEnd, failure: &RunFailure) -> AlertText {
    let advice = if failure.exit == 75 { "a later run may work" } else { "a repeat will not help" };
    AlertText {
        title: format!("{} failed at {}", end.program, failure.stage),
        detail: failure.error.clone(),
        note: format!("exit {}, {advice} · run {}", failure.exit, end.run),
        ..works(end)
    }
}

fn works(end: &RunEnd) -> AlertText {
    AlertText {
        title: format!("{} failed", end.program),
        resolved_title: format!("{} works again", end.program),
        detail: String::new(),
        condition: "failing".to_owned(),
        counted: ["run failed".to_owned(), "runs failed".to_owned()],
        note: format!("run {}", end.run),
    }
}
