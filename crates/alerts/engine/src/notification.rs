//! What a channel brings to people: one thing that happened to one alert.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use settings::Setting;

/// How much an alert matters. The order is from little to much.
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
    /// As it is written in settings and in JSON.
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

/// What happened to an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Event {
    /// It began. The first that people hear of it.
    Firing,
    /// It goes on, and the reminder interval has passed.
    Reminder,
    /// It is over.
    Resolved,
}

/// What a channel brings to people: one thing that happened to one alert.
///
/// It is made of plain data, so that it can wait and survive a restart. No part of it holds a secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notification {
    /// Names the alert, the same for all that happens to it: `openweather-current/run/extract`,
    /// `sds011/pm2/above/city=Seattle`.
    pub key: String,
    /// What happened to it.
    pub event: Event,
    /// How much it matters. That of the alert, for a resolve too, so that it goes where the alert went.
    pub severity: Severity,
    /// Whose concern it is, in lower case: `climate`, `device`, `network`. A channel may be for one concern only.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub concern: Option<String>,
    /// What happened and where, on one line: `openweather-current failed at extract`.
    pub title: String,
    /// More of it, such as the last error, on one line for each thing; may be empty.
    pub detail: String,
    /// Since when, and where to look, on one line.
    pub context: String,
    /// Since when the alert has been going on.
    pub since: Timestamp,
    /// When this happened.
    pub at: Timestamp,
    /// When people are told again at the earliest if it goes on; `None` where it is over, or nobody wants reminders.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next_reminder: Option<Timestamp>,
    /// The value that was seen, of a threshold.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub value: Option<f64>,
    /// What it should not have passed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub limit: Option<f64>,
    /// The unit of both, as in `µg/m³`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unit: Option<String>,
    /// Where a person can read what to do: an http or https address.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub link: Option<String>,
    /// The program that noticed it.
    pub program: String,
    /// What the alert is about, as names and values: the rule, the field, the tags. With the program they identify
    /// the alert as its key does.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub labels: BTreeMap<String, String>,
}

impl Notification {
    /// Names this notification among all there ever are. One that is delivered twice has the same id both times.
    pub fn id(&self) -> String {
        let Self { key, since, at, .. } = self;
        match self.event {
            Event::Firing => format!("{key}@{since}/firing"),
            Event::Reminder => format!("{key}@{since}/reminder@{at}"),
            Event::Resolved => format!("{key}@{since}/resolved"),
        }
    }
}
