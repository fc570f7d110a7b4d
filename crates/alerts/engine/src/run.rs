//! Observations of runs: a program that fails raises one alert for each stage it fails at.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{Hold, Links, Observation, Severity, Verdict, Words};

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunEnd {
    /// The program.
    pub program: String,
    /// The id of the run.
    pub run: String,
    /// When the run began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// Why it failed; `None` when it worked.
    pub failure: Option<RunFailure>,
}

/// Why a run failed, in words that hold no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFailure {
    /// The stage it failed at, as in `extract`.
    pub stage: String,
    /// The error, on one line for each thing that failed.
    pub error: String,
    /// The exit code.
    pub exit: u8,
}

/// How failed runs are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRule {
    /// How often a run has to fail.
    pub hold: Hold,
    /// How much it matters.
    pub severity: Severity,
    /// Whose concern it is.
    pub concern: Option<String>,
}

impl RunRule {
    /// What a run shows: the stage it failed at is bad; when it worked, every stage is good. Of the stages that a
    /// failed run did not fail at nothing is known, so an alert of one goes on until a run works.
    pub fn observe(&self, end: &RunEnd, stages: &[&str], links: &Links) -> Vec<Observation> {
        match &end.failure {
            Some(failure) => {
                vec![self.observation(end, &failure.stage, Verdict::Bad, words(end, failure), links)]
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
        words: Words,
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
            words,
            value: None,
            limit: None,
            unit: None,
            link: links.of_a_run(),
            program: end.program.clone(),
            labels: BTreeMap::from([label("rule", "run"), label("stage", stage)]),
        }
    }
}

/// The key of the alert about runs that fail at a stage.
pub fn run_key(program: &str, stage: &str) -> String {
    format!("{program}/run/{stage}")
}

fn words(end: &RunEnd, failure: &RunFailure) -> Words {
    let advice = if failure.exit == 75 { "a later run may work" } else { "a repeat will not help" };
    Words {
        firing: format!("{} failed at {}", end.program, failure.stage),
        detail: failure.error.clone(),
        note: format!("exit {}, {advice} · run {}", failure.exit, end.run),
        ..works(end)
    }
}

fn works(end: &RunEnd) -> Words {
    Words {
        firing: format!("{} failed", end.program),
        over: format!("{} works again", end.program),
        detail: String::new(),
        doing: "failing".to_owned(),
        counted: ["run failed".to_owned(), "runs failed".to_owned()],
        note: format!("run {}", end.run),
    }
}
