//! What the pages show. The same values are their JSON.

use std::collections::BTreeMap;
use std::time::Duration;

use history::Dataset;
use jiff::Timestamp;
use record::Schema;
use serde::{Serialize, Serializer};

use crate::chart::Line;

/// All pipelines and devices, and what is wrong now.
#[derive(Debug, Serialize)]
pub struct Overview {
    /// When it was read.
    pub at: Timestamp,
    /// Those that need attention first.
    pub pipelines: Vec<Standing>,
    /// Alerts that are open.
    pub alerts: Vec<Alert>,
    /// Whether the run reports could be read. Where they could not, no pipeline is known, which does not mean that there
    /// is none.
    pub complete: bool,
    /// What could not be read.
    pub problems: Vec<String>,
}

/// How a pipeline or device is doing.
#[derive(Debug, Clone, Serialize)]
pub struct Standing {
    /// Its name.
    pub name: String,
    /// `job`, `device` or `service`, where it is known.
    pub kind: Option<String>,
    /// What it is for, where it is known.
    pub description: Option<String>,
    /// The state in a word.
    pub state: State,
    /// Whether no run has started for more than two of its periods, be the last one good or bad.
    pub is_late: bool,
    /// Its last run.
    pub last: Option<Run>,
    /// When it last worked, as far back as its runs were read.
    pub last_success: Option<Timestamp>,
    /// The usual time between the starts of two runs, as observed.
    #[serde(rename = "period_seconds", serialize_with = "seconds")]
    pub period: Option<Duration>,
    /// When the next run should start.
    pub next: Option<Timestamp>,
    /// Whether each of the last runs worked, oldest first.
    pub strip: Vec<bool>,
}

/// The state of a pipeline, those that need attention first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The last run failed.
    Failed,
    /// No run has started for more than two of its periods.
    Late,
    /// The last run worked, but left records that no store took yet, or ever will.
    Held,
    /// No run is known.
    Unseen,
    /// The last run worked.
    Ok,
}

/// One run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    /// When it started.
    pub started: Timestamp,
    /// How long it took.
    #[serde(rename = "duration_seconds", serialize_with = "exact_seconds")]
    pub duration: Duration,
    /// Whether it worked.
    pub worked: bool,
    /// The version of the program.
    pub version: String,
    /// Its name in the logs.
    pub run_id: String,
    /// Records that were extracted.
    pub rows_in: i64,
    /// Records that were stored.
    pub rows_out: i64,
    /// Records that no store will take.
    pub rows_refused: i64,
    /// Records that wait in the spool.
    pub rows_spooled: i64,
    /// How often something was tried again.
    pub retries: i64,
    /// The stage it reached, or failed at.
    pub stage: String,
    /// The exit code.
    pub exit: i64,
    /// Why it failed.
    pub error: Option<String>,
}

/// One pipeline or device.
#[derive(Debug, Serialize)]
pub struct Pipeline {
    /// When it was read.
    pub at: Timestamp,
    /// How it is doing.
    pub standing: Standing,
    /// Its alerts, open ones first.
    pub alerts: Vec<Alert>,
    /// The last run that failed, if one is known.
    pub last_failure: Option<Run>,
    /// The time its records are shown for.
    pub range: Range,
    /// What it stored.
    pub measurements: Vec<Measurement>,
    /// Its last runs, newest first.
    pub runs: Vec<Run>,
    /// Its settings. No secret has a value here.
    pub settings: Vec<Setting>,
    /// The records it yields.
    pub schemas: Vec<Schema>,
    /// What could not be read.
    pub problems: Vec<String>,
}

/// The time that charts show, up to now.
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

/// The measurements and tables there are.
#[derive(Debug, Serialize)]
pub struct Catalogue {
    /// When it was read.
    pub at: Timestamp,
    /// The measurements and tables, by name.
    pub datasets: Vec<Dataset>,
    /// What could not be read.
    pub problems: Vec<String>,
}

/// A measurement on its own page.
#[derive(Debug, Serialize)]
pub struct MeasurementPage {
    /// When it was read.
    pub at: Timestamp,
    /// The time that is shown.
    pub range: Range,
    /// The measurement.
    pub measurement: Measurement,
    /// What could not be read.
    pub problems: Vec<String>,
}

/// A measurement or table, as far as it is shown.
#[derive(Debug, Serialize)]
pub struct Measurement {
    /// Its name.
    pub name: String,
    /// What a record of it tells.
    pub description: String,
    /// The end of its charts: now, or the time of its latest record where that lies in the future, as in a forecast.
    pub until: Timestamp,
    /// The usual time between its records.
    #[serde(rename = "spacing_seconds")]
    pub spacing: Option<f64>,
    /// The latest record of each series.
    pub latest: Vec<Latest>,
    /// Its numeric fields.
    pub fields: Vec<Field>,
}

/// The latest record of a series.
#[derive(Debug, Serialize)]
pub struct Latest {
    /// When it was observed; a row of a table has no time.
    pub at: Option<Timestamp>,
    /// Which series it is of, in words.
    pub label: String,
    /// Which series it is of.
    pub tags: BTreeMap<String, String>,
    /// Its fields.
    pub values: serde_json::Map<String, serde_json::Value>,
}

/// A numeric field over time.
#[derive(Debug, Serialize)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What it tells.
    pub description: String,
    /// Its unit.
    pub unit: Option<String>,
    /// Its series.
    pub lines: Vec<Line>,
}

/// The page of one field.
#[derive(Debug, Serialize)]
pub struct FieldPage {
    /// When it was read.
    pub at: Timestamp,
    /// The measurement it belongs to.
    pub measurement: String,
    /// The time that is shown.
    pub range: Range,
    /// The end of its chart.
    pub until: Timestamp,
    /// The usual time between its records.
    #[serde(rename = "spacing_seconds")]
    pub spacing: Option<f64>,
    /// The field.
    pub field: Field,
    /// What could not be read.
    pub problems: Vec<String>,
}

/// One setting of a program.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// The name it was set under, where that is another one.
    pub set_as: Option<String>,
    /// What it is for.
    pub description: String,
    /// What it takes.
    #[serde(rename = "type")]
    pub takes: String,
    /// Whether it is set; `None` where that is not known.
    pub is_set: Option<bool>,
    /// Whether its value must not be shown.
    pub secret: bool,
    /// Its value, or its default, unless it is a secret.
    pub value: Option<String>,
}

/// An alert.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alert {
    /// Its key.
    pub key: String,
    /// The program that noticed it.
    pub program: String,
    /// Whether it goes on.
    pub state: AlertState,
    /// `info`, `warning` or `critical`.
    pub severity: String,
    /// What happened and where.
    pub title: String,
    /// More of it.
    pub detail: String,
    /// When it began.
    pub since: Timestamp,
    /// When it was over.
    pub until: Option<Timestamp>,
    /// The value that was seen last.
    pub value: Option<f64>,
    /// What it should not have passed.
    pub limit: Option<f64>,
    /// The unit of both.
    pub unit: Option<String>,
    /// Where a person can read what to do.
    pub link: Option<String>,
}

/// The state of an alert, those that need attention first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AlertState {
    /// It goes on.
    Firing,
    /// It is seen, but not long enough to tell anyone.
    Pending,
    /// It is over.
    Resolved,
}

/// All alerts.
#[derive(Debug, Serialize)]
pub struct Alerts {
    /// When they were read.
    pub at: Timestamp,
    /// Open ones first, then those that are over, newest first.
    pub alerts: Vec<Alert>,
    /// What could not be read.
    pub problems: Vec<String>,
}

impl State {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Failed => "Failed",
            Self::Late => "Late",
            Self::Held => "Held up",
            Self::Unseen => "No run yet",
            Self::Ok => "OK",
        }
    }

    /// Whether somebody should look at it.
    pub fn needs_attention(self) -> bool {
        matches!(self, Self::Failed | Self::Late | Self::Held)
    }
}

impl Range {
    /// All there are, shortest first.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// As it stands in an address.
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
        }
    }

    /// As a person reads it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Day => "24 hours",
            Self::Week => "7 days",
            Self::Month => "30 days",
        }
    }

    /// How long it is.
    pub fn length(self) -> Duration {
        Duration::from_hours(match self {
            Self::Day => 24,
            Self::Week => 7 * 24,
            Self::Month => 30 * 24,
        })
    }

    /// The range of that name; a day for any other.
    pub fn named(name: Option<&str>) -> Self {
        Self::ALL.into_iter().find(|range| Some(range.name()) == name).unwrap_or(Self::Day)
    }
}

impl AlertState {
    /// In a word.
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
