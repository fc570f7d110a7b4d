//! Data of the pages, which is also their JSON.

use std::collections::BTreeMap;
use std::time::Duration;

use history::Dataset;
use jiff::Timestamp;
use record::Schema;
use serde::{Serialize, Serializer};

use crate::chart::Line;

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
    /// Whether no run has started for more than two periods, whatever the result of the last one.
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

/// Time range of charts, up to now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Range {
    /// A day.
    #[serde(rename = "24h")]
    Day,
    /// A week.
    #[serde(rename = "7d")]
    Week,
    /// Thirty days.
    #[serde(rename = "30d")]
    Month,
}

/// List of measurements and tables.
#[derive(Debug, Serialize)]
pub struct Catalogue {
    /// Time of reading.
    pub at: Timestamp,
    /// The measurements and tables, by name.
    pub datasets: Vec<Dataset>,
    /// Errors of reading.
    pub problems: Vec<String>,
}

/// A measurement on its own page.
#[derive(Debug, Serialize)]
pub struct MeasurementPage {
    /// Time of reading.
    pub at: Timestamp,
    /// Time range.
    pub range: Range,
    /// The measurement.
    pub measurement: Measurement,
    /// Errors of reading.
    pub problems: Vec<String>,
}

/// A measurement or table.
#[derive(Debug, Serialize)]
pub struct Measurement {
    /// Name.
    pub name: String,
    /// Meaning of its records.
    pub description: String,
    /// End of its charts: now, or the time of its latest record if that is in the future, as in a forecast.
    pub until: Timestamp,
    /// Usual time between its records.
    #[serde(rename = "spacing_seconds")]
    pub spacing: Option<f64>,
    /// Latest record of each series.
    pub latest: Vec<Latest>,
    /// Its numeric fields.
    pub fields: Vec<Field>,
}

/// The latest record of a series.
#[derive(Debug, Serialize)]
pub struct Latest {
    /// Time; a row of a table has none.
    pub at: Option<Timestamp>,
    /// Label of the series.
    pub label: String,
    /// Tags of the series.
    pub tags: BTreeMap<String, String>,
    /// Its fields.
    pub values: serde_json::Map<String, serde_json::Value>,
}

/// A numeric field over time.
#[derive(Debug, Serialize)]
pub struct Field {
    /// Name.
    pub name: String,
    /// Meaning.
    pub description: String,
    /// Its unit.
    pub unit: Option<String>,
    /// Its series.
    pub lines: Vec<Line>,
}

/// The page of one field.
#[derive(Debug, Serialize)]
pub struct FieldPage {
    /// Time of reading.
    pub at: Timestamp,
    /// Its measurement.
    pub measurement: String,
    /// Time range.
    pub range: Range,
    /// End of its chart.
    pub until: Timestamp,
    /// Usual time between its records.
    #[serde(rename = "spacing_seconds")]
    pub spacing: Option<f64>,
    /// The field.
    pub field: Field,
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

/// An alert.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alert {
    /// Key.
    pub key: String,
    /// Program that raised it.
    pub program: String,
    /// State.
    pub state: AlertState,
    /// `info`, `warning` or `critical`.
    pub severity: String,
    /// Title.
    pub title: String,
    /// Details.
    pub detail: String,
    /// Start.
    pub since: Timestamp,
    /// End.
    pub until: Option<Timestamp>,
    /// Last value.
    pub value: Option<f64>,
    /// Limit.
    pub limit: Option<f64>,
    /// Unit of value and limit.
    pub unit: Option<String>,
    /// Link to instructions.
    pub link: Option<String>,
}

/// State of an alert, by need of attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AlertState {
    /// The condition holds.
    Firing,
    /// The condition holds, but not long enough for a notification.
    Pending,
    /// The condition ended.
    Resolved,
}

/// All alerts.
#[derive(Debug, Serialize)]
pub struct Alerts {
    /// Time of reading.
    pub at: Timestamp,
    /// Open alerts first, then resolved ones, newest first.
    pub alerts: Vec<Alert>,
    /// Errors of reading.
    pub problems: Vec<String>,
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

impl Range {
    /// All ranges, shortest first.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// Value of the query parameter.
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
        }
    }

    /// Text for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Day => "24 hours",
            Self::Week => "7 days",
            Self::Month => "30 days",
        }
    }

    /// Length.
    pub fn length(self) -> Duration {
        Duration::from_hours(match self {
            Self::Day => 24,
            Self::Week => 7 * 24,
            Self::Month => 30 * 24,
        })
    }

    /// Range with this name; a day for any other.
    pub fn named(name: Option<&str>) -> Self {
        Self::ALL.into_iter().find(|range| Some(range.name()) == name).unwrap_or(Self::Day)
    }
}

impl AlertState {
    /// Word for the state.
    pub fn word(self) -> &'static str {
        match self {
            Self::Firing => "Firing",
            Self::Pending => "Pending",
            Self::Resolved => "Resolved",
        }
    }
}

#[expect(clippy::ref_option, reason = "serde calls it so")]
fn seconds<S: Serializer>(span: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    span.map(|span| span.as_secs_f64()).serialize(serializer)
}

fn exact_seconds<S: Serializer>(span: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(span.as_secs_f64())
}
