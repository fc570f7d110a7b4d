//! A notification: one change of one alert, as a channel sends it to people.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use settings::Setting;

/// Severity of an alert, in ascending order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Somebody should look at it today.
    Warning,
    /// Somebody should act.
    Critical,
}

impl Severity {
    /// Its name in settings and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// So that `SLACK_SEVERITY` and its like can be a field of type `Severity`.
impl Setting for Severity {
    const TAKES: &'static str = "info, warning or critical";

    fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        [Self::Info, Self::Warning, Self::Critical]
            .into_iter()
            .find(|severity| severity.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| format!("must be {}", Self::TAKES))
    }
}

/// Kind of a notification: the change of the alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NotificationKind {
    /// It began.
    Firing,
    /// It goes on, and the reminder interval has passed.
    Reminder,
    /// It is over.
    Resolved,
    /// An event, which has no end; or several of one rule.
    Occurred,
}

/// One change of one alert, as a channel sends it to people.
///
/// It is plain data, so that it can wait and survive a restart. No part of it holds a secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notification {
    /// Key of the alert, the same in all its notifications: `openweather-current/run/extract`,
    /// `sds011/pm2/above/city=Seattle`.
    pub key: String,
    /// Kind of the change.
    #[serde(rename = "event")]
    pub kind: NotificationKind,
    /// Severity of the alert, in its last notification too, so that this goes where the first one went.
    pub severity: Severity,
    /// Group of people it concerns, in lower case: `climate`, `device`, `network`. A channel may be for one concern.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub concern: Option<String>,
    /// Summary on one line: `openweather-current failed at extract`.
    pub title: String,
    /// Details such as the last error, one line each; may be empty.
    pub detail: String,
    /// Begin, exit code, run, on one line.
    pub context: String,
    /// Begin of the alert.
    pub since: Timestamp,
    /// Time of this change.
    pub at: Timestamp,
    /// Earliest time of the next reminder; `None` where the alert is over, or has no reminders.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next_reminder: Option<Timestamp>,
    /// Observed value, of a threshold.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub value: Option<f64>,
    /// Limit it is compared with.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub limit: Option<f64>,
    /// Unit of both, as in `µg/m³`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unit: Option<String>,
    /// Address of a runbook or a dashboard: http or https.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub link: Option<String>,
    /// Program that noticed it.
    pub program: String,
    /// Subject of the alert: the rule, the field, the tags. With the program they identify it as its key does. Those of
    /// an event include the fields that are marked as labels.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub labels: BTreeMap<String, String>,
}

impl Notification {
    /// Unique id of this notification. A repeat of it has the same id.
    pub fn id(&self) -> String {
        let Self { key, since, at, title, .. } = self;
        match self.kind {
            NotificationKind::Firing => format!("{key}@{since}/firing"),
            NotificationKind::Reminder => format!("{key}@{since}/reminder@{at}"),
            NotificationKind::Resolved => format!("{key}@{since}/resolved"),
            NotificationKind::Occurred => format!("{key}@{at}/occurred/{title}"),
        }
    }
}
