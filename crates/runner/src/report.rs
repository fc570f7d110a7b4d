//! The run report, as a record and as a line.

use record::{Record, Timestamp};
use serde::Serialize;

/// The report of one run of a program.
#[derive(Debug, Clone, PartialEq, Record, Serialize)]
#[record(measurement = "pipeline_runs")]
pub(crate) struct Report {
    /// Start time of the run.
    #[record(time)]
    #[serde(rename = "time")]
    pub(crate) started: Timestamp,
    /// The program.
    #[record(tag)]
    pub(crate) pipeline: String,
    /// Name of the copy, where there are several copies of the program.
    #[record(tag)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) instance: Option<String>,
    /// Its version.
    pub(crate) version: String,
    /// The run's own name, as in its log lines.
    pub(crate) run_id: String,
    /// Duration of the run.
    #[record(unit = "s")]
    pub(crate) duration: f64,
    /// Records that were extracted and transformed.
    pub(crate) rows_in: i64,
    /// Records that were stored, those of earlier runs included.
    pub(crate) rows_out: i64,
    /// Records that were refused; they are in the dead letters.
    pub(crate) rows_refused: i64,
    /// Records that wait in the spool.
    pub(crate) rows_spooled: i64,
    /// Number of repeated attempts.
    pub(crate) retries: i64,
    /// The stage it reached, or failed at.
    pub(crate) stage: String,
    /// `ok` or `failed`.
    pub(crate) status: String,
    /// The exit code.
    pub(crate) exit: i64,
    /// The error, where it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
}

impl Report {
    /// The report as one line of JSON.
    pub(crate) fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
