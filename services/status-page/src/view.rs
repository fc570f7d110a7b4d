//! Data of the pages, which is also their JSON.

mod alerts;
mod records;

use std::time::Duration;

use jiff::Timestamp;
use record::Schema;
use serde::{Serialize, Serializer};

pub use alerts::{Alert, AlertState, Alerts};
pub use records::{Catalogue, Field, FieldPage, Latest, Measurement, MeasurementPage, Range};

/// All pipelines and devices, and the open alerts.
#[derive(Debug, Serialize)]
pub struct Overview {
    /// Time of reading.
    pub at: Timestamp,
    /// Pipelines, sorted by need of attention.
    pub pipelines: Vec<PipelineStatus>,
    /// Open alerts.
    pub alerts: Vec<Alert>,
    /// Whether the run reports could be read. If not, pipelines may be missing.
    pub complete: bool,
    /// Errors of reading.
    pub problems: Vec<String>,
}

/// Status of a pipeline or device.
#[derive(Debug, Clone, Serialize)]
pub struct PipelineStatus {
    /// Name.
    pub name: String,
    /// `job`, `device` or `service`, if known.
    pub kind: Option<String>,
    /// Purpose, if known.
    pub description: Option<String>,
    /// State.
    pub state: State,
    /// Whether no run has started for more than two periods, with any result of the last one.
    pub is_late: bool,
    /// Last run.
    pub last: Option<Run>,
    /// Start of the last successful run, among the runs read.
    pub last_success: Option<Timestamp>,
    /// Usual time between the starts of runs, as observed.
    #[serde(rename = "period_seconds", serialize_with = "seconds")]
    pub period: Option<Duration>,
    /// Expected start of the next run.
    pub next: Option<Timestamp>,
    /// Success of each of the last runs, oldest first.
    pub strip: Vec<bool>,
}

/// State of a pipeline, by need of attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The last run failed.
    Failed,
    /// No run has started for more than two periods.
    Late,
    /// The last run was successful, but left records in the spool, or had records refused by a store.
    #[serde(rename = "held")]
    Incomplete,
    /// No run is known.
    Unseen,
    /// The last run was successful.
    Ok,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    /// Start time.
    pub started: Timestamp,
    /// Duration.
    #[serde(rename = "duration_seconds", serialize_with = "exact_seconds")]
    pub duration: Duration,
    /// Whether it was successful.
    pub worked: bool,
    /// Version of the program.
    pub version: String,
    /// Id in the logs.
    pub run_id: String,
    /// Extracted records.
    pub rows_in: i64,
    /// Stored records.
    pub rows_out: i64,
    /// Records refused by a store.
    pub rows_refused: i64,
    /// Records in the spool.
    pub rows_spooled: i64,
    /// Number of retries.
    pub retries: i64,
    /// Last stage, or the stage that failed.
    pub stage: String,
    /// Exit code.
    pub exit: i64,
    /// Error.
    pub error: Option<String>,
}

/// One pipeline or device.
#[derive(Debug, Serialize)]
pub struct Pipeline {
    /// Time of reading.
    pub at: Timestamp,
    /// Status.
    pub status: PipelineStatus,
    /// Alerts, open ones first.
    pub alerts: Vec<Alert>,
    /// Last failed run, if any.
    pub last_failure: Option<Run>,
    /// Time range of its records.
    pub range: Range,
    /// Stored records.
    pub measurements: Vec<Measurement>,
    /// Last runs, newest first.
    pub runs: Vec<Run>,
    /// Settings. Secrets have no value.
    pub settings: Vec<Setting>,
    /// Schemas of its records.
    pub schemas: Vec<Schema>,
    /// Errors of reading.
    pub problems: Vec<String>,
}

/// A setting of a program.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Setting {
    /// Name.
    pub name: String,
    /// Name it was set under, if different.
    pub set_as: Option<String>,
    /// Meaning.
    pub description: String,
    /// Accepted values.
    #[serde(rename = "type")]
    pub takes: String,
    /// Whether it is set; `None` if not known.
    pub is_set: Option<bool>,
    /// Whether its value must not be shown.
    pub secret: bool,
    /// Its value or default, unless it is secret.
    pub value: Option<String>,
}

impl State {
    /// Word for the state.
    pub fn word(self) -> &'static str {
        match self {
            Self::Failed => "Failed",
            Self::Late => "Late",
            Self::Incomplete => "Incomplete",
            Self::Unseen => "No run yet",
            Self::Ok => "OK",
        }
    }

    /// Whether the state needs attention.
    pub fn needs_attention(self) -> bool {
        matches!(self, Self::Failed | Self::Late | Self::Incomplete)
    }
}

#[expect(clippy::ref_option, reason = "serde calls it so")]
fn seconds<S: Serializer>(span: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    span.map(|span| span.as_secs_f64()).serialize(serializer)
}

fn exact_seconds<S: Serializer>(span: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(span.as_secs_f64())
}
