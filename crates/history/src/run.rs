//! Run reports.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::Row;
use crate::row::{TIME, integer, text, time};

/// Name of the measurement of run reports.
pub(crate) const RUNS: &str = "pipeline_runs";
/// Status of a successful run.
const OK: &str = "ok";

/// Report of one run of a program.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunReport {
    /// Start time.
    pub started: Timestamp,
    /// Name of the program, with that of the copy where there are several: `river-levels@north`.
    pub pipeline: String,
    /// Version of the program.
    pub version: String,
    /// Id of the run, as in its log lines.
    pub run_id: String,
    /// Duration in seconds.
    pub duration: f64,
    /// Records that were extracted and transformed.
    pub rows_in: i64,
    /// Records that were stored, including spooled ones of earlier runs.
    pub rows_out: i64,
    /// Records that a store rejected for good.
    pub rows_refused: i64,
    /// Records in the spool.
    pub rows_spooled: i64,
    /// Number of retries.
    pub retries: i64,
    /// Last stage, or the stage that failed.
    pub stage: String,
    /// `ok` or `failed`.
    pub status: String,
    /// Exit code.
    pub exit: i64,
    /// Error of a failed run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A program with its newest runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pipeline {
    /// Name.
    pub name: String,
    /// Runs, newest first; at least one.
    pub runs: Vec<RunReport>,
}

impl RunReport {
    /// Whether the run was successful.
    pub fn is_ok(&self) -> bool {
        self.status == OK
    }

    /// Reads a row; `None` if a required column is missing.
    pub(crate) fn from_row(row: &Row) -> Option<Self> {
        let started = row.get(TIME).and_then(time)?;
        Some(Self {
            started,
            pipeline: qualified(text(row, "pipeline")?, text(row, "instance")),
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

/// Name of a program and of its copy, if it has one.
fn qualified(program: String, instance: Option<String>) -> String {
    match instance.filter(|instance| !instance.is_empty()) {
        Some(instance) => format!("{program}@{instance}"),
        None => program,
    }
}

/// Splits a name into that of the program and that of the copy, which may be empty.
pub(crate) fn split(name: &str) -> (&str, &str) {
    name.split_once('@').unwrap_or((name, ""))
}

/// Groups runs of several stores by program, at most `each` per program.
pub(crate) fn by_pipeline(runs: Vec<RunReport>, each: usize) -> Vec<Pipeline> {
    let mut pipelines: BTreeMap<String, Vec<RunReport>> = BTreeMap::new();
    for run in runs {
        pipelines.entry(run.pipeline.clone()).or_default().push(run);
    }
    let newest = |(name, runs)| Pipeline { name, runs: newest_first(runs, each) };
    pipelines.into_iter().map(newest).collect()
}

/// Newest runs, without duplicates of a run that two stores hold.
pub(crate) fn newest_first(mut runs: Vec<RunReport>, limit: usize) -> Vec<RunReport> {
    runs.sort_by(|one, other| other.started.cmp(&one.started).then_with(|| one.run_id.cmp(&other.run_id)));
    runs.dedup_by(|one, other| one.started == other.started && one.run_id == other.run_id);
    runs.truncate(limit);
    runs
}
