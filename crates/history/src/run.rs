//! Run reports.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::Row;
use crate::row::{TIME, integer, text, time};

/// The measurement of run reports.
pub(crate) const RUNS: &str = "pipeline_runs";
/// What a run that worked says of itself.
const OK: &str = "ok";

/// What one run of a program did, by its own report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunReport {
    /// When it started.
    pub started: Timestamp,
    /// The program.
    pub pipeline: String,
    /// Its version.
    pub version: String,
    /// The run's own name, as in its log lines.
    pub run_id: String,
    /// How long it took, in seconds.
    pub duration: f64,
    /// Records that were extracted and transformed.
    pub rows_in: i64,
    /// Records that were stored, those of earlier runs included.
    pub rows_out: i64,
    /// Records that no store will take.
    pub rows_refused: i64,
    /// Records that wait in the spool.
    pub rows_spooled: i64,
    /// How often something was tried again.
    pub retries: i64,
    /// The stage it reached, or failed at.
    pub stage: String,
    /// `ok` or `failed`.
    pub status: String,
    /// The exit code.
    pub exit: i64,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A program and its latest runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pipeline {
    /// Its name.
    pub name: String,
    /// Its runs, the newest first; at least one.
    pub runs: Vec<RunReport>,
}

impl RunReport {
    /// Whether the run worked.
    pub fn is_ok(&self) -> bool {
        self.status == OK
    }

    /// From a row; `None` where it lacks what makes it a report.
    pub(crate) fn from_row(row: &Row) -> Option<Self> {
        let started = row.get(TIME).and_then(time)?;
        Some(Self {
            started,
            pipeline: text(row, "pipeline")?,
            version: text(row, "version").unwrap_or_default(),
            run_id: text(row, "run_id").unwrap_or_default(),
            duration: row.get("duration").and_then(serde_json::Value::as_f64).unwrap_or_default(),
            rows_in: integer(row, "rows_in"),
            rows_out: integer(row, "rows_out"),
            rows_refused: integer(row, "rows_refused"),
            rows_spooled: integer(row, "rows_spooled"),
            retries: integer(row, "retries"),
            stage: text(row, "stage").unwrap_or_default(),
            status: text(row, "status").unwrap_or_default(),
            exit: integer(row, "exit"),
            error: text(row, "error"),
        })
    }
}

/// Runs of several stores by program, each with as many as are asked for.
pub(crate) fn by_pipeline(runs: Vec<RunReport>, each: usize) -> Vec<Pipeline> {
    let mut pipelines: BTreeMap<String, Vec<RunReport>> = BTreeMap::new();
    for run in runs {
        pipelines.entry(run.pipeline.clone()).or_default().push(run);
    }
    let newest = |(name, runs)| Pipeline { name, runs: newest_first(runs, each) };
    pipelines.into_iter().map(newest).collect()
}

/// The newest runs. One that was stored in two places is one run.
pub(crate) fn newest_first(mut runs: Vec<RunReport>, limit: usize) -> Vec<RunReport> {
    runs.sort_by(|one, other| other.started.cmp(&one.started).then_with(|| one.run_id.cmp(&other.run_id)));
    runs.dedup_by(|one, other| one.started == other.started && one.run_id == other.run_id);
    runs.truncate(limit);
    runs
}
